// The databases of one data directory, opened and brought to the present form. Knows no mail: what the tables mean
// is for the rooms above. Changes with `schema.ts`.
import { join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Checkpointer } from "./checkpointer.js";
import { makeDirectory } from "./directory.js";
import { Durability } from "./durability.js";
import { inTransaction, migrate, type DatabaseForm } from "./migrate.js";
import { isBusy } from "./problem.js";
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

/** The form of the main database. */
const FORM: DatabaseForm = { applicationId: APPLICATION_ID, migrations: MIGRATIONS, elsewhere: "data directory" };

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
    migrate(main, mainPath, FORM);
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
