// What can be wrong with a data directory or its databases, in sentences. Knows SQLite's error codes; knows no mail.
// What a session learns of them is for `maildrop/spool/failure.ts`; what a command prints is for `cli/program.ts`.

/** A data directory cannot be used. The message says why and what to do. */
export class DatabaseUnusable extends Error {
  override readonly name = "DatabaseUnusable";
}

/** What was committed may not be on the disk: nobody may be told that it lasts. */
export class NotDurable extends Error {
  override readonly name = "NotDurable";

  constructor(cause: unknown) {
    super("the disk did not take what was written; check it, then start again", { cause });
  }
}

/** What an error of SQLite or of the file system means for whoever asked. */
export interface DatabaseProblem {
  /** Trying again later may help: the database is busy, the disk full. */
  readonly passing: boolean;
  readonly sentence: string;
}

const BUSY = 5;
const LOCKED = 6;

const PROBLEMS: Readonly<Record<number, DatabaseProblem>> = {
  [BUSY]: { passing: true, sentence: "the database is busy; try again" },
  [LOCKED]: { passing: true, sentence: "the database is busy; try again" },
  7: { passing: true, sentence: "memory ran out; try again" },
  8: { passing: true, sentence: "the database cannot be written to; check the owner and mode of its files" },
  10: { passing: true, sentence: "reading or writing the database failed; check the disk" },
  11: { passing: false, sentence: "the database is damaged; restore it from a backup" },
  13: { passing: true, sentence: "the disk is full; make room" },
  14: { passing: true, sentence: "a file of the database cannot be opened; check the owner and mode of its directory" },
  26: { passing: false, sentence: "the file is not a database; restore it from a backup" },
};

/** The problem behind an error that the database or the file system raised, or null where the error is another one. */
export function databaseProblem(error: unknown): DatabaseProblem | null {
  if (error instanceof NotDurable) return { passing: true, sentence: error.message };
  if (error instanceof Error && "syscall" in error) return fileProblem(error);
  const code = primaryCode(error);
  return code === null ? null : (PROBLEMS[code] ?? { passing: true, sentence: "the database failed; see the log" });
}

/** What the work gives, or null where the database could not: for what may be lost, and must be in nobody's way. */
export function unlessDatabaseFails<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (databaseProblem(error) === null) throw error;
    return null;
  }
}

function fileProblem(error: Error & { readonly code?: unknown }): DatabaseProblem {
  const denied = error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS";
  const sentence = denied
    ? "the data directory cannot be written to; check its owner and mode"
    : `the data directory failed: ${error.message}`;
  return { passing: true, sentence };
}

/** Why a directory could not be made. */
export function directoryProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST" || code === "ENOTDIR") return "a file of this name is in the way; choose another directory";
  if (code === "EACCES" || code === "EPERM")
    return "this user may not make it; make it beforehand, or choose another directory";
  if (code === "EROFS") return "its file system can only be read; choose another directory";
  return "the directory cannot be made; choose another directory";
}

/** Another connection has what this one wanted. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** SQLite's result code without the extension in its upper octets. */
function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}
