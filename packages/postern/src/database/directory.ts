// Makes the directory that a database lies in. Knows no database; the sentences for what goes wrong are `problem.ts`'s.
// Whoever may read the directory is its owner alone.
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseUnusable, directoryProblem } from "./problem.js";

/**
 * Makes a directory and those above it that are missing. Throws `DatabaseUnusable`.
 * Not with `recursive`: in some places (/proc) that never returns.
 */
export function makeDirectory(directory: string): void {
  if (isDirectory(directory)) return;
  const above = dirname(directory);
  if (above !== directory) makeDirectory(above);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it just now.
    if (isDirectory(directory)) return;
    throw new DatabaseUnusable(`${directory}: ${directoryProblem(error)}`, { cause: error });
  }
}

/** False also where this user may not look: making it then fails, with the reason. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
