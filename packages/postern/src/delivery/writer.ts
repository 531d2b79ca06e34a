// Whether the program that writes a message into our standard input is still there. A pipe whose writer was killed ends
// just as one whose writer is done; a mail transfer agent is our parent, and whether that lives can be told.
import { fstatSync } from "node:fs";
import process from "node:process";

/** Remembers the parent process; the answer is false once that has ended. A file as input needs no writer: always true. */
export function watchedWriter(inputDescriptor: number | undefined): () => boolean {
  if (inputDescriptor === undefined || fstatSync(inputDescriptor).isFile()) return () => true;
  const parent = process.ppid;
  return () => process.ppid === parent;
}
