// The embedded store: maildrops in the database of a data directory, safe with several processes on it.
// Storing and finding is here; sessions are in `spool-maildrop.ts`, leases in `leases.ts`, octets in `bodies.ts`.
import { createHash } from "node:crypto";
import type {
  Delivered,
  DeliveryOptions,
  Depository,
  Maildrop,
  MaildropStore,
  MessageSource,
} from "@postern/pop3/server";
import type { PosternDatabase } from "../../database/database.js";
import { assertUserName } from "../../database/user-name.js";
import { Bodies } from "./bodies.js";
import { guarded, guardedAsync, leaseLost, noSuchUser } from "./failure.js";
import { receiveBody } from "./incoming-body.js";
import { Leases, type Lease } from "./leases.js";
import { MessageTable, type MaildropRow } from "./message-table.js";
import type { SpoolPolicies } from "./policies.js";
import { RetentionSweeper, type RetentionOptions } from "./retention.js";
import { SpoolMaildrop, type SpoolRooms } from "./spool-maildrop.js";
import { Snapshots } from "./snapshots.js";
import { Sweeper } from "./sweeper.js";
import { countSurrogates } from "./uncounted-surrogates.js";
import { assertKeepable, ownUniqueId, usedBefore } from "./unique-ids.js";

/** What is known of a message without reading its octets. */
export interface MessageFacts {
  readonly uniqueId: string;
  readonly octets: number;
  /** Octets of the wire form up to and with the empty line behind the header. */
  readonly headerOctets: number;
  /** Its header, or that of a part, holds UTF-8. */
  readonly needsUtf8: boolean;
  readonly arrivedMs: number;
}

/** What a maildrop holds, seen without a session. */
export interface MaildropFacts {
  readonly count: number;
  readonly octets: number;
  /** In the order of arrival, read as they are asked for. */
  readonly messages: Iterable<MessageFacts>;
}

/** How `importMessage` names its source, besides what a delivery may say. */
export interface ImportOptions extends DeliveryOptions {
  /** What tells the source's messages apart, the same at each import: a unique-id, a file's name, a digest of the octets. */
  readonly key: string;
}

/** Messages that `facts` brings into memory at a time. */
const FACTS_AT_A_TIME = 500;

/** All maildrops of a data directory. The database is the caller's to open, and to close after this store. */
export class SpoolMaildrops implements MaildropStore, Depository {
  readonly #database: PosternDatabase;
  readonly #table: MessageTable;
  readonly #bodies: Bodies;
  readonly #leases: Leases;
  readonly #sweeper: Sweeper;
  readonly #rooms: SpoolRooms;

  constructor(database: PosternDatabase) {
    this.#database = database;
    this.#table = new MessageTable(database);
    this.#bodies = new Bodies(database);
    this.#leases = new Leases(database);
    this.#sweeper = new Sweeper(database, this.#bodies, this.#leases);
    this.#rooms = {
      database,
      table: this.#table,
      snapshots: new Snapshots(this.#table),
      bodies: this.#bodies,
      leases: this.#leases,
      sweepSoon: () => this.#sweeper.start(),
    };
  }

  /** Takes the lease and reads the maildrop's row; nothing waits, unless the lease is a dead holder's. Throws `MaildropFailure`. */
  open(user: string): Maildrop | Promise<Maildrop> {
    return guarded(() => {
      const lease = this.#leases.take(user);
      if (lease instanceof Promise) return guardedAsync(async () => this.#opened(await lease));
      return this.#opened(lease);
    });
  }

  async deliver(user: string, message: MessageSource, options: DeliveryOptions = {}): Promise<Delivered> {
    return guardedAsync(async () => {
      this.#existing(user);
      const delivered = await this.#take(user, message, options, null);
      if (delivered === "known") throw new TypeError("a delivery without a key was taken for an import");
      return delivered;
    });
  }

  /**
   * Delivers a message from another store, once: "known" where a message with that key was imported into this maildrop before,
   * even if it was deleted since. Throws `MaildropFailure` as `deliver` does; the key then stays unused.
   */
  async importMessage(user: string, message: MessageSource, options: ImportOptions): Promise<Delivered | "known"> {
    return guardedAsync(async () => {
      const digest = sourceDigest(options.key);
      if (this.#table.wasImported(this.#existing(user).id, digest)) return "known";
      return this.#take(user, message, options, digest);
    });
  }

  /** Whether a message with that key was imported into the user's maildrop. */
  wasImported(user: string, key: string): boolean {
    return guarded(() => this.#table.wasImported(this.#existing(user).id, sourceDigest(key)));
  }

  /** Whether the user has a maildrop. */
  has(user: string): boolean {
    return guarded(() => this.#table.maildrop(user) !== null);
  }

  /** Makes an empty maildrop, unless the user has one. Throws `UserNameRefused`. */
  async create(user: string): Promise<void> {
    assertUserName(user);
    await guardedAsync(async () => {
      await this.#database.write(() => this.#table.addMaildrop(user));
      await this.#database.durable();
    });
  }

  /** Removes a maildrop with its messages, and the account that opens it. Throws `MaildropFailure`: `in-use`; no such user. */
  async remove(user: string): Promise<void> {
    await guardedAsync(async () => {
      const lease = await this.#leases.take(user);
      try {
        await this.#database.write(() => {
          const { id } = this.#existing(user);
          if (!this.#leases.holds(lease)) throw leaseLost();
          this.#table.removeRange(id, 0, Number.MAX_SAFE_INTEGER);
          this.#table.removeMaildrop(id);
        });
        await this.#database.durable();
      } finally {
        this.#leases.release(lease);
      }
    });
    this.#sweeper.start();
    await this.#sweeper.finished();
  }

  /** What the user's maildrop holds now. Throws `MaildropFailure`: no such user. */
  facts(user: string): MaildropFacts {
    const row = guarded(() => this.#existing(user));
    return { count: row.count, octets: row.octets, messages: { [Symbol.iterator]: () => this.#messages(row) } };
  }

  /** Deletes all messages and says how many these were. Throws `MaildropFailure`: `in-use`; no such user. */
  async empty(user: string): Promise<number> {
    const maildrop = await this.open(user);
    const { count } = maildrop.snapshot;
    await maildrop.update(Array.from({ length: count }, (_, position) => position));
    await this.#sweeper.finished();
    return count;
  }

  /** Deletes, once it is started, what has outlived its retention. To be stopped before this store is closed. */
  retention(policies: SpoolPolicies, options: RetentionOptions = {}): RetentionSweeper {
    return new RetentionSweeper(this.#rooms, policies, options);
  }

  /** Gives all leases back and stops clearing up. */
  close(): void {
    this.#sweeper.stop();
    this.#leases.close();
  }

  #opened(lease: Lease): Maildrop | Promise<Maildrop> {
    try {
      const row = this.#existing(lease.user);
      if (row.asciiOctets === null) return this.#openedOnceCounted(lease, row);
      // The row may count messages that came after this turn's reading began.
      this.#database.reads.renew();
      this.#sweeper.startOnce();
      return new SpoolMaildrop(row, lease, this.#rooms);
    } catch (error) {
      this.#leases.release(lease);
      throw error;
    }
  }

  async #openedOnceCounted(lease: Lease, row: MaildropRow): Promise<Maildrop> {
    try {
      await guardedAsync(async () => countSurrogates(row, this.#rooms));
    } catch (error) {
      this.#leases.release(lease);
      throw error;
    }
    return this.#opened(lease);
  }

  async #take(
    user: string,
    message: MessageSource,
    options: DeliveryOptions,
    key: Uint8Array | null,
  ): Promise<Delivered | "known"> {
    const { uniqueId = null } = options;
    if (uniqueId !== null) assertKeepable(uniqueId, this.#existing(user).prefix);
    const body = await receiveBody(message, this.#database, this.#bodies, () => this.#leases.holder);
    const { facts } = body;
    let delivered: Delivered | "known";
    try {
      delivered = await this.#database.write(() => {
        const { id, prefix } = this.#existing(user);
        if (key !== null && !this.#table.noteImported(id, key)) return "known";
        if (uniqueId !== null && !this.#table.useUniqueId(id, uniqueId)) throw usedBefore(uniqueId);
        body.store();
        const arrivedMs = Math.trunc(options.arrivedMs ?? Date.now());
        const sequence = this.#table.add(id, { ...facts, body: body.id, arrivedMs, uniqueId });
        if (options.arrivedMs !== undefined) this.#table.noteAdded(id, sequence, Date.now());
        return { uniqueId: uniqueId ?? ownUniqueId(prefix, sequence), octets: facts.octets };
      });
    } catch (error) {
      await body.discard();
      throw error;
    }
    if (delivered === "known") await body.discard();
    else await this.#database.durable();
    return delivered;
  }

  #existing(user: string): MaildropRow {
    const row = this.#table.maildrop(user);
    if (row === null) throw noSuchUser(user);
    return row;
  }

  *#messages({ id, prefix, nextSequence }: MaildropRow): Generator<MessageFacts> {
    let behind = 0;
    for (;;) {
      const page = guarded(() => this.#table.page(id, behind, FACTS_AT_A_TIME));
      for (const { sequence, uniqueId, octets, headerOctets, needsUtf8, arrivedMs } of page) {
        if (sequence >= nextSequence) return;
        yield { uniqueId: uniqueId ?? ownUniqueId(prefix, sequence), octets, headerOctets, needsUtf8, arrivedMs };
        behind = sequence;
      }
      if (page.length < FACTS_AT_A_TIME) return;
    }
  }
}

/** Keys of any length take little room. */
function sourceDigest(key: string): Uint8Array {
  return createHash("sha256").update(key, "utf8").digest();
}
