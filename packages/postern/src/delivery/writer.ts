// Whether the program that writes a message into our standard input is still there. A pipe whose writer was killed ends
// just as one whose writer is done; a mail transfer agent is our parent, and whether that lives can be told.
import { fstatSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** A dying process closes its end of a pipe a moment before its children get another parent; this is many such moments. */
const dyingMs = 50;

/** Remembers the parent process; the answer is false once that has ended. A file as input needs no writer: always true. */
export function watchedWriter(inputDescriptor: number | undefined): () => Promise<boolean> {
  if (inputDescriptor === undefined || fstatSync(inputDescriptor).isFile()) return () => Promise.resolve(true);
  const parent = process.ppid;
  return async () => {
    await sleep(dyingMs);
    return process.ppid === parent;
  };
}
