// The databases of one data directory, opened and brought to the present form. Knows no mail: what the tables mean
// is for the rooms above. Changes with `schema.ts`.
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Checkpointer } from "./checkpointer.js";
import { Durability } from "./durability.js";
import { DatabaseUnusable, directoryProblem, isBusy } from "./problem.js";
import { APPLICATION_ID, LEASE_TABLES, MIGRATIONS, PAGE_OCTETS } from "./schema.js";
import { TurnReader } from "./turn-reader.js";
import { openSqliteFile, serveFrom, unusable } from "./sqlite-file.js";

/** How long a transaction is tried again, without blocking anybody, while others write. */
const WRITE_WAIT_MS = 10_000;

/** Waiting blocks the event loop: little, because who writes here tries again without blocking; see `write`. */
const MAIN_LOCK_WAIT_MS = 5;

/** More, because others hold this lock for microseconds and the login waits for the answer. */
const LEASES_LOCK_WAIT_MS = 100;

/** Pages of the lease database: its rows are few and small. */
const LEASE_PAGE_OCTETS = 4096;

/**
 * Opens a data directory, made with mode 0700 where there is none. May be done by several processes at the same instant.
 * Throws `DatabaseUnusable` with a sentence: the directory cannot be written to, a file is no database, or of a newer version.
 */
export function openDatabase(directory: string): PosternDatabase {
  makeDirectory(resolve(directory));
  const mainPath = join(directory, "postern.db");
  const leasesPath = join(directory, "leases.db");
  const opened: DatabaseSync[] = [];
  try {
    const main = openSqliteFile(mainPath, PAGE_OCTETS);
    opened.push(main);
    migrate(main, mainPath);
    const reader = openSqliteFile(mainPath, PAGE_OCTETS);
    opened.push(reader);
    const leases = openSqliteFile(leasesPath, LEASE_PAGE_OCTETS);
    opened.push(leases);
    leases.exec(LEASE_TABLES);
    serveFrom(main, MAIN_LOCK_WAIT_MS);
    serveFrom(reader, MAIN_LOCK_WAIT_MS);
    serveFrom(leases, LEASES_LOCK_WAIT_MS);
    return new PosternDatabase(directory, main, new TurnReader(reader), leases, mainPath);
  } catch (error) {
    for (const database of opened) database.close();
    throw unusable(directory, error);
  }
}

/** Makes a directory and those above it that are missing. Not with `recursive`: in some places (/proc) that never returns. */
function makeDirectory(directory: string): void {
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

/** An open data directory. One process may open it more than once, and several processes at a time. */
export class PosternDatabase {
  readonly directory: string;
  /** What must last. */
  readonly main: DatabaseSync;
  /** The same tables, for reading many messages in one turn. */
  readonly reads: TurnReader;
  /** Who has which maildrop open; nothing in it outlives its holders. */
  readonly leases: DatabaseSync;
  readonly #durability: Durability;
  readonly #checkpointer: Checkpointer;

  constructor(directory: string, main: DatabaseSync, reads: TurnReader, leases: DatabaseSync, mainPath: string) {
    this.directory = directory;
    this.main = main;
    this.reads = reads;
    this.leases = leases;
    this.#durability = new Durability(`${mainPath}-wal`);
    this.#checkpointer = new Checkpointer(mainPath);
  }

  /**
   * Runs `work` as one transaction of the main database, as soon as the others who write let it. Once this resolves,
   * the change survives the death of the process; that of the machine after `durable`.
   */
  async write<T>(work: () => T): Promise<T> {
    const endMs = Date.now() + WRITE_WAIT_MS;
    for (;;) {
      try {
        const result = inTransaction(this.main, work);
        this.#checkpointer.committed();
        return result;
      } catch (error) {
        if (!isBusy(error) || Date.now() > endMs) throw error;
      }
      await sleep(5 + Math.random() * 20);
    }
  }

  /** Resolves when all that was written before the call survives the death of the machine. */
  durable(): Promise<void> {
    return this.#durability.durable();
  }

  close(): void {
    this.#durability.close();
    this.#checkpointer.close();
    this.reads.close();
    if (this.leases.isOpen) this.leases.close();
    if (this.main.isOpen) this.main.close();
  }
}

/** Runs `work` as one transaction that may write, all or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Some failures, a full disk among them, have ended the transaction already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Brings a new or older database to the present form. */
function migrate(database: DatabaseSync, path: string): void {
  if (pragma(database, "user_version") === MIGRATIONS.length && pragma(database, "application_id") === APPLICATION_ID)
    return;
  inTransaction(database, () => {
    // Asked anew: another process may have done it meanwhile.
    const version = pragma(database, "user_version");
    const application = pragma(database, "application_id");
    const fresh = version === 0 && application === 0 && !database.prepare("SELECT 1 FROM sqlite_schema").get();
    if (!fresh && application !== APPLICATION_ID) {
      throw new DatabaseUnusable(`${path}: this is the database of another program; choose another data directory`);
    }
    if (version > MIGRATIONS.length) {
      throw new DatabaseUnusable(
        `${path}: made by a newer version of Postern (form ${version}); use that version or a newer one`,
      );
    }
    if (version === MIGRATIONS.length) return;
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
