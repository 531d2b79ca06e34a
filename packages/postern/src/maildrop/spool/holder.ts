// Who holds leases: one open store, alive for as long as it keeps an exclusive lock on a file of its own. The system takes the
// lock away from a process that dies, whatever it dies of. Knows nothing of maildrops.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";
import { inTransaction } from "../../database/migrate.js";
import { isBusy } from "../../database/problem.js";

/**
 * The holder that this store is. Made, asked about and removed only under the write lock of the lease database: so nobody takes
 * a holder for dead that is just being made, and nobody for alive whose lock somebody else is just trying.
 */
export class Holder {
  readonly id: string = randomBytes(8).toString("hex");
  readonly #database: PosternDatabase;
  readonly #lock: DatabaseSync;

  constructor(database: PosternDatabase) {
    this.#database = database;
    mkdirSync(holders(database), { recursive: true, mode: 0o700 });
    this.#lock = inTransaction(database.leases, () => {
      const lock = new DatabaseSync(lockPath(database, this.id), { timeout: 0 });
      lock.exec("BEGIN EXCLUSIVE");
      return lock;
    });
  }

  /** Gives back all leases at once. */
  close(): void {
    inTransaction(this.#database.leases, () => {
      this.#lock.close();
      buryIfDead(this.#database, this.id);
    });
  }
}

/**
 * Whether that holder is dead; if so its leases and its file are gone afterwards.
 * To be called in a transaction of the lease database, and while nobody can commit in the name of the holder.
 */
export function buryIfDead(database: PosternDatabase, id: string): boolean {
  const path = lockPath(database, id);
  if (existsSync(path) && isLocked(path)) return false;
  database.leases.prepare("DELETE FROM lease WHERE holder = ?").run(id);
  rmSync(path, { force: true });
  return true;
}

/** Removes what dead holders left behind. To be called like `buryIfDead`. */
export function buryAllDead(database: PosternDatabase): void {
  for (const name of readdirSync(holders(database))) buryIfDead(database, name.replace(/\.db$/, ""));
}

/** Whether a holder lives, without consequences. To be called in a transaction of the lease database. */
export function isAlive(database: PosternDatabase, id: string): boolean {
  const path = lockPath(database, id);
  return existsSync(path) && isLocked(path);
}

function isLocked(path: string): boolean {
  const probe = new DatabaseSync(path, { timeout: 0 });
  try {
    probe.exec("BEGIN EXCLUSIVE");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    probe.close();
  }
}

function holders(database: PosternDatabase): string {
  return join(database.directory, "holders");
}

function lockPath(database: PosternDatabase, id: string): string {
  return join(holders(database), `${id}.db`);
}
