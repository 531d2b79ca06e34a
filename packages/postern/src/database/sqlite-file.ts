// Opens one SQLite file, alone or at the same instant as other processes do. Knows no table.
// The tables are `schema.ts`'s; carrying the log over and synchronizing it is for `checkpointer.ts` and `durability.ts`.
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, linkSync, openSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { CHECKPOINT_OCTETS } from "./checkpointer.js";
import { DatabaseUnusable, databaseProblem, isBusy } from "./problem.js";

/** How long opening waits for other processes that open the same file, or make it. */
const OPEN_WAIT_MS = 10_000;

/** Pages kept in memory. */
const CACHE_KIB = 16 * 1024;

/** Octets of log at which SQLite carries it over itself, where nobody has done so before. */
const LOG_OCTETS = 8 * CHECKPOINT_OCTETS;

/**
 * Opens a database in WAL mode, made with mode 0600 where there is none. A commit survives the death of the process at once,
 * and that of the machine once the log was synchronized. Throws `DatabaseUnusable`.
 */
export function openSqliteFile(path: string, pageOctets: number): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    if (!existsSync(path)) makeFile(path);
    database = new DatabaseSync(path, { timeout: OPEN_WAIT_MS });
    const opened = database;
    // Turning on WAL mode does not wait for others that do it too: SQLite says busy at once.
    untilNotBusy(() => opened.exec(`PRAGMA page_size = ${pageOctets}; PRAGMA journal_mode = WAL;`));
    opened.exec(`
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA journal_size_limit = ${CHECKPOINT_OCTETS / 2};
      PRAGMA wal_autocheckpoint = ${LOG_OCTETS / pageOctets};`);
    return opened;
  } catch (error) {
    database?.close();
    throw unusable(path, error);
  }
}

/** Ends the patience that opening needs: from now on a statement waits that long for a lock, and the event loop with it. */
export function serveFrom(database: DatabaseSync, lockWaitMs: number): void {
  database.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
}

/** The sentence for a file that cannot be used. */
export function unusable(path: string, error: unknown): DatabaseUnusable {
  if (error instanceof DatabaseUnusable) return error;
  const reason = databaseProblem(error)?.sentence ?? (error instanceof Error ? error.message : String(error));
  return new DatabaseUnusable(`${path}: ${reason}`, { cause: error });
}

/** An empty file of mode 0600 under that name, unless there is one. Made aside: closing a file drops the process's locks on it. */
function makeFile(path: string): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}.new`;
  closeSync(openSync(aside, "wx", 0o600));
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(aside);
  }
}

function untilNotBusy(attempt: () => void): void {
  const endMs = Date.now() + OPEN_WAIT_MS;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > endMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
