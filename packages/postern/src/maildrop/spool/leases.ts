// The exclusive leases of maildrops, across processes. A lease dies with its holder; see `holder.ts`.
// Knows no message: what may be done under a lease is for `spool-maildrop.ts`. The table is made in `database/schema.ts`.
import { MaildropFailure } from "@postern/pop3/server";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";
import { inTransaction } from "../../database/migrate.js";
import { databaseProblem } from "../../database/problem.js";
import { buryAllDead, buryIfDead, Holder, isAlive } from "./holder.js";

/** One session's right to a maildrop. */
export interface Lease {
  readonly user: string;
  /** Unique for the holder. */
  readonly session: number;
}

/** The leases that one open store takes. */
export class Leases {
  readonly #database: PosternDatabase;
  #holder: Holder | null = null;
  #sessions = 0;
  /** The sessions that have not given their lease back. */
  readonly #live = new Set<number>();
  /** Leases given back whose rows are still to be deleted. */
  readonly #returned = new Set<Lease>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: PosternDatabase) {
    this.#database = database;
    const { leases } = database;
    this.#insert = leases.prepare("INSERT INTO lease (user, holder, session) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    this.#select = leases.prepare("SELECT holder, session FROM lease WHERE user = ?");
    this.#delete = leases.prepare("DELETE FROM lease WHERE user = ? AND holder = ? AND session = ?");
  }

  /** The name under which this store holds leases, and bodies on their way in. */
  get holder(): string {
    this.#holder ??= new Holder(this.#database);
    return this.#holder.id;
  }

  /** Takes the lease. Throws `MaildropFailure` (`in-use`) at once where somebody alive has it; only taking over from the dead may wait. */
  take(user: string): Lease | Promise<Lease> {
    this.#deleteReturned();
    const lease: Lease = { user, session: ++this.#sessions };
    if (!this.#insertRow(lease) && !this.#retry(lease)) return this.#takeOver(lease);
    this.#live.add(lease.session);
    return lease;
  }

  /** Whether a lease is still good. Only in a write transaction of the main database is the answer sure to hold until its end. */
  holds(lease: Lease): boolean {
    const row = this.#select.get(lease.user);
    return row?.["holder"] === this.holder && row["session"] === lease.session;
  }

  /**
   * Runs `work` as one transaction of the main database while nobody has the user's lease; "in-use", and nothing is done, where
   * somebody alive has it. Nobody can take the lease meanwhile: other processes wait for the lock instead of being refused.
   * So `work` takes a few milliseconds at most. Throws what says busy where either database is.
   */
  whileFree<T>(user: string, work: () => T): T | "in-use" {
    this.#deleteReturned();
    // This lock is let go last: whoever takes the lease afterwards sees what was committed.
    return inTransaction(this.#database.leases, () =>
      inTransaction(this.#database.main, () => {
        const holder = this.#select.get(user)?.["holder"];
        const taken =
          holder !== undefined && (holder === this.#holder?.id || !buryIfDead(this.#database, String(holder)));
        return taken ? "in-use" : work();
      }),
    );
  }

  /** Gives a lease back; nothing happens where it was given back or lost before. */
  release(lease: Lease): void {
    if (!this.#live.delete(lease.session)) return;
    this.#returned.add(lease);
    this.#deleteReturned();
  }

  /** Whether that holder is dead; its leases are then gone. To be called in a write transaction of the main database. */
  isDead(holder: string): boolean {
    return inTransaction(this.#database.leases, () => buryIfDead(this.#database, holder));
  }

  /** Removes the leases and files of all dead holders. To be called in a write transaction of the main database. */
  buryDead(): void {
    inTransaction(this.#database.leases, () => buryAllDead(this.#database));
  }

  close(): void {
    this.#live.clear();
    this.#returned.clear();
    this.#holder?.close();
    this.#holder = null;
  }

  #insertRow({ user, session }: Lease): boolean {
    return this.#insert.run(user, this.holder, session).changes === 1;
  }

  /** Throws `in-use` where somebody alive has the lease; false where the dead have it. */
  #retry(lease: Lease): boolean {
    return inTransaction(this.#database.leases, () => {
      const holder = this.#select.get(lease.user)?.["holder"];
      if (holder === undefined) return this.#insertRow(lease);
      if (holder === this.holder || isAlive(this.#database, String(holder))) throw inUse();
      return false;
    });
  }

  /** Giving back never fails for its caller: what the database refuses now is tried again at the next occasion. */
  #deleteReturned(): void {
    try {
      for (const lease of this.#returned) {
        this.#delete.run(lease.user, this.holder, lease.session);
        this.#returned.delete(lease);
      }
    } catch (error) {
      if (databaseProblem(error) === null) throw error;
    }
  }

  /** Takes the lease from a dead holder: with the main database's write lock, so that it falls between no check of a lease and its commit. */
  async #takeOver(lease: Lease): Promise<Lease> {
    await this.#database.write(() =>
      inTransaction(this.#database.leases, () => {
        const holder = this.#select.get(lease.user)?.["holder"];
        if (holder !== undefined) buryIfDead(this.#database, String(holder));
        if (!this.#insertRow(lease)) throw inUse();
      }),
    );
    this.#live.add(lease.session);
    return lease;
  }
}

function inUse(): MaildropFailure {
  return new MaildropFailure("in-use", "another session has this maildrop open; wait until it has ended");
}
