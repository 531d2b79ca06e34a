// What an error of the file system means for a destination, in a sentence. Knows errors by their codes, and no destination.
// Errors of other origin pass through: what reading a message threw is not the destination's fault.
import { DestinationFailure } from "./destination.js";
import type { FailureKind } from "./destination.js";

const SENTENCES: Readonly<Record<string, readonly [FailureKind, string]>> = {
  EACCES: ["refused", "this user may not write there; check owner and mode"],
  EPERM: ["refused", "this user may not write there; check owner and mode"],
  EROFS: ["refused", "its file system can only be read"],
  ENOTDIR: ["refused", "a part of its path is no directory"],
  EISDIR: ["refused", "it is a directory"],
  ELOOP: ["refused", "its symbolic links go in a circle, or it is one"],
  ENAMETOOLONG: ["refused", "its name is too long"],
  EEXIST: ["refused", "a file of this name is in the way"],
  ENOENT: ["temporary", "a directory or file of it is gone"],
  ENOSPC: ["temporary", "the disk is full; make room"],
  EDQUOT: ["temporary", "the quota is used up; make room"],
  EFBIG: ["refused", "a file cannot become that large there"],
};

/** The failure that an error of the file system is; any other error as it is. */
function fileFailure(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  const [kind, sentence] = SENTENCES[code] ?? ["temporary", error.message];
  return new DestinationFailure(kind, `${name}: ${sentence}`, { cause: error });
}

/** Runs the work and throws its errors of the file system as failures. */
export async function failing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(name, error);
  }
}
