// Why a file could not be read, in words for whoever named it. Knows errors of the file system by their codes, and no file:
// what was to be done with it, and what to do now, is said by the caller.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "its name is too long",
  EMFILE: "too many files are open",
};

/** A clause without full stop: "there is no such file". */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = "" } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? error.message;
}
