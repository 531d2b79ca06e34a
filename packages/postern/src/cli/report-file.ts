// Writes a report where the user wants it: whole or not at all, so that nobody reads half of one.
// What it says is not known here.
import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileReason } from "../config/file-reason.js";
import { printable } from "../delivery/printable.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";

/** Replaces the file. Throws a `CliFailure` that says why it cannot. */
export async function writeReport({ cwd }: CliContext, file: string, text: string): Promise<void> {
  const path = resolve(cwd, file);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CliFailure(`${printable(file)} cannot be written: ${fileReason(error)}.`, 2, { cause: error });
  }
}
