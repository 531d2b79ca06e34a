// What fetching remembers of an account: which messages it has, which it is about to have, and what the server said about itself.
// One SQLite file for all accounts of a user; one process at a time has an account open. Knows no destination and no protocol.
//
// Every call that writes is one transaction, durable when it returns (synchronous = FULL). Who fetches many small messages groups them:
// the destinations do.
//
// A unique-id is forgotten as soon as a complete listing lacks it, not later: RFC 1939 §7 lets a server give it to another message
// then, and a message that is taken for an old one is lost, where one fetched twice is only a nuisance.
import { dirname, resolve } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { makeDirectory } from "../database/directory.js";
import { inTransaction, migrate } from "../database/migrate.js";
import type { DatabaseForm } from "../database/migrate.js";
import { openSqliteFile, unusable } from "../database/sqlite-file.js";
import { lockAccount } from "./account-lock.js";
import type { AccountLock } from "./account-lock.js";
import type { Intent, Ledger } from "./destination.js";

const PAGE_OCTETS = 4096;

/**
 * fetched: what was fetched, to where, and, as far as is known, still is on the server. `doomed`: to be deleted there, and not known to be.
 * intended: what was about to appear at a destination; see `destination.ts`.
 * account.capabilities: lines of CAPA as a JSON array, null where none are remembered.
 */
const FORM: DatabaseForm = {
  // "Pstf"
  applicationId: 0x50_73_74_66,
  elsewhere: "file for the state",
  migrations: [
    `
    CREATE TABLE account (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      last_login_ms INTEGER,
      capabilities TEXT
    ) STRICT;

    CREATE TABLE fetched (
      account INTEGER NOT NULL REFERENCES account (id),
      unique_id TEXT NOT NULL,
      destination TEXT NOT NULL,
      doomed INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (account, unique_id, destination)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX fetched_doomed ON fetched (account) WHERE doomed;

    CREATE TABLE intended (
      account INTEGER NOT NULL REFERENCES account (id),
      unique_id TEXT NOT NULL,
      destination TEXT NOT NULL,
      place TEXT NOT NULL,
      PRIMARY KEY (account, destination, unique_id)
    ) STRICT, WITHOUT ROWID;
    `,
  ],
};

/**
 * Opens what is remembered of an account, named `user@host:port`, and keeps other processes from it until `close`. Makes the file and
 * its directory (mode 0600 and 0700) where they are missing. Throws `AccountInUse`, or `DatabaseUnusable` with a sentence.
 */
export function openAccountState(path: string, account: string): AccountState {
  makeDirectory(dirname(resolve(path)));
  const lock = lockAccount(path, account);
  let database: DatabaseSync | null = null;
  try {
    database = openSqliteFile(path, PAGE_OCTETS);
    database.exec("PRAGMA synchronous = FULL");
    migrate(database, path, FORM);
    database.prepare("INSERT INTO account (name) VALUES (?) ON CONFLICT DO NOTHING").run(account);
    const { id } = database.prepare("SELECT id FROM account WHERE name = ?").get(account) as { id: number };
    return new AccountState(account, database, id, lock);
  } catch (error) {
    database?.close();
    lock.release();
    throw unusable(path, error);
  }
}

/** What is remembered of one account. */
export class AccountState implements Ledger {
  readonly account: string;
  readonly #database: DatabaseSync;
  readonly #id: number;
  readonly #lock: AccountLock;
  readonly #isFetched: StatementSync;
  readonly #isFetchedTo: StatementSync;

  constructor(account: string, database: DatabaseSync, id: number, lock: AccountLock) {
    this.account = account;
    this.#database = database;
    this.#id = id;
    this.#lock = lock;
    this.#isFetched = database.prepare("SELECT 1 FROM fetched WHERE account = ? AND unique_id = ?");
    this.#isFetchedTo = database.prepare(
      "SELECT 1 FROM fetched WHERE account = ? AND unique_id = ? AND destination = ?",
    );
  }

  /** How many messages are remembered as fetched. */
  get count(): number {
    return Number(this.#row("SELECT count(DISTINCT unique_id) AS count FROM fetched WHERE account = ?")["count"]);
  }

  /** To that destination, or to any. */
  isFetched(uniqueId: string, destination?: string): boolean {
    if (destination === undefined) return this.#isFetched.get(this.#id, uniqueId) !== undefined;
    return this.#isFetchedTo.get(this.#id, uniqueId, destination) !== undefined;
  }

  intents(destination: string): readonly Intent[] {
    return this.#database
      .prepare("SELECT unique_id, place FROM intended WHERE account = ? AND destination = ?")
      .all(this.#id, destination)
      .map((row) => ({ uniqueId: String(row["unique_id"]), place: String(row["place"]) }));
  }

  intend(destination: string, intents: readonly Intent[]): void {
    const insert = this.#database.prepare("INSERT OR REPLACE INTO intended VALUES (?, ?, ?, ?)");
    inTransaction(this.#database, () => {
      for (const { uniqueId, place } of intents) insert.run(this.#id, uniqueId, destination, place);
    });
  }

  settle(destination: string, uniqueIds: readonly string[]): void {
    const insert = this.#database.prepare(
      "INSERT INTO fetched (account, unique_id, destination) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    );
    inTransaction(this.#database, () => {
      for (const uniqueId of uniqueIds) insert.run(this.#id, uniqueId, destination);
      this.#database.prepare("DELETE FROM intended WHERE account = ? AND destination = ?").run(this.#id, destination);
    });
  }

  /**
   * Forgets what the server no longer has; how many those were. Only a listing that was read to its end will do: what is missing in it
   * and still there is fetched again.
   */
  forgetMissing(completeListing: ReadonlySet<string>): number {
    const rows = this.#database.prepare("SELECT DISTINCT unique_id FROM fetched WHERE account = ?");
    const gone: string[] = [];
    for (const row of rows.iterate(this.#id)) {
      const uniqueId = String(row["unique_id"]);
      if (!completeListing.has(uniqueId)) gone.push(uniqueId);
    }
    if (gone.length > 0) this.forget(gone);
    return gone.length;
  }

  /** Of these nothing is known any more: they are fetched again, and not deleted before. */
  forget(uniqueIds: Iterable<string>): void {
    const remove = this.#database.prepare("DELETE FROM fetched WHERE account = ? AND unique_id = ?");
    inTransaction(this.#database, () => {
      for (const uniqueId of uniqueIds) remove.run(this.#id, uniqueId);
    });
  }

  /** Which fetched messages are to be deleted on the server and are not known to be: a DELE counts only after `+OK` to QUIT. */
  doomed(): readonly string[] {
    return this.#database
      .prepare("SELECT DISTINCT unique_id FROM fetched WHERE account = ? AND doomed")
      .all(this.#id)
      .map((row) => String(row["unique_id"]));
  }

  /** Notes that these are to be deleted on the server; those that are not fetched are passed over. */
  doom(uniqueIds: Iterable<string>): void {
    this.#setDoomed(uniqueIds, 1);
  }

  /** The server has deleted these. They stay known until a listing lacks them: some servers go on listing them for a while. */
  deleted(uniqueIds: Iterable<string>): void {
    this.#setDoomed(uniqueIds, 0);
  }

  #setDoomed(uniqueIds: Iterable<string>, doomed: 0 | 1): void {
    const update = this.#database.prepare("UPDATE fetched SET doomed = ? WHERE account = ? AND unique_id = ?");
    inTransaction(this.#database, () => {
      for (const uniqueId of uniqueIds) update.run(doomed, this.#id, uniqueId);
    });
  }

  /** When the server last let us in, for LOGIN-DELAY (RFC 2449 §6.5); null where it never did. */
  get lastLoginMs(): number | null {
    const value = this.#row("SELECT last_login_ms FROM account WHERE id = ?")["last_login_ms"];
    return value === null ? null : Number(value);
  }

  recordLogin(atMs: number): void {
    this.#database.prepare("UPDATE account SET last_login_ms = ? WHERE id = ?").run(atMs, this.#id);
  }

  /** The lines of CAPA after the last login; null where none are remembered. */
  get capabilities(): readonly string[] | null {
    const value = this.#row("SELECT capabilities FROM account WHERE id = ?")["capabilities"];
    return value === null ? null : (JSON.parse(value as string) as string[]);
  }

  rememberCapabilities(lines: readonly string[] | null): void {
    const value = lines === null ? null : JSON.stringify(lines);
    this.#database.prepare("UPDATE account SET capabilities = ? WHERE id = ?").run(value, this.#id);
  }

  /** Lets other processes have the account. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
    this.#lock.release();
  }

  #row(query: string): Record<string, unknown> {
    return this.#database.prepare(query).get(this.#id) as Record<string, unknown>;
  }
}
