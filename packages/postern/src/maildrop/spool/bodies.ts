// Messages' octets in wire form, in pieces that are database rows. Knows body numbers; which message has which body
// is for the others.
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";

/** Octets of a piece: what one read brings into memory at a time, and one write keeps others waiting for. */
export const CHUNK_OCTETS: number = 256 * 1024;

/** Body numbers lie that far apart in `body_chunk.id`: 16 GiB of octets each. */
export const CHUNKS: number = 65_536;

/** Body numbers that a store sets aside for itself at a time. */
const RESERVED = 1024;

/** Pieces that are removed in one transaction: some milliseconds' work. */
const SWEPT_CHUNKS = 32;

/** All bodies of a database. The methods write no transaction of their own, if their comment does not say so. */
export class Bodies {
  readonly #database: PosternDatabase;
  #next = 0;
  #end = 0;
  readonly #reserve: StatementSync;
  readonly #insertChunk: StatementSync;
  readonly #selectChunk: StatementSync;
  readonly #deleteChunks: StatementSync;
  readonly #insertLoose: StatementSync;
  readonly #deleteLoose: StatementSync;
  readonly #selectDoomed: StatementSync;
  readonly #selectHolders: StatementSync;
  readonly #doomHolders: StatementSync;

  constructor(database: PosternDatabase) {
    this.#database = database;
    const { main, reads } = database;
    this.#reserve = main.prepare("UPDATE body_counter SET next = next + ? RETURNING next");
    this.#insertChunk = main.prepare("INSERT INTO body_chunk (id, octets) VALUES (?, ?)");
    this.#selectChunk = reads.database.prepare("SELECT octets FROM body_chunk WHERE id = ?");
    this.#deleteChunks = main.prepare(
      "DELETE FROM body_chunk WHERE id IN (SELECT id FROM body_chunk WHERE id >= ? AND id < ? LIMIT ?)",
    );
    this.#insertLoose = main.prepare("INSERT INTO loose_body (body, holder) VALUES (?, ?)");
    this.#deleteLoose = main.prepare("DELETE FROM loose_body WHERE body = ?");
    this.#selectDoomed = main.prepare("SELECT body FROM loose_body WHERE holder IS NULL LIMIT ?");
    this.#selectHolders = main.prepare("SELECT DISTINCT holder FROM loose_body WHERE holder IS NOT NULL");
    this.#doomHolders = main.prepare("UPDATE loose_body SET holder = NULL WHERE holder = ?");
  }

  /** A body number that nobody ever had; now and then in a transaction of its own. */
  async allocate(): Promise<number> {
    if (this.#next === this.#end) {
      const end = await this.#database.write(() => Number(this.#reserve.get(RESERVED)?.["next"]));
      this.#next = end - RESERVED;
      this.#end = end;
    }
    return this.#next++;
  }

  putChunk(body: number, chunk: number, octets: Uint8Array): void {
    if (chunk >= CHUNKS) throw new RangeError("a message has at most 16 GiB");
    this.#insertChunk.run(body * CHUNKS + chunk, octets);
  }

  /** The piece, or null where there is none (any more). */
  chunk(body: number, chunk: number): Uint8Array | null {
    this.#database.reads.read();
    const octets = this.#selectChunk.get(body * CHUNKS + chunk)?.["octets"];
    return octets instanceof Uint8Array ? octets : null;
  }

  /** Notes a body that is on its way in: to be removed if its holder dies. */
  announce(body: number, holder: string): void {
    this.#insertLoose.run(body, holder);
  }

  /** The body has its message now. */
  settle(body: number): void {
    this.#deleteLoose.run(body);
  }

  /** Marks what a holder left behind for removal, if `isDead` says so. */
  doomDead(isDead: (holder: string) => boolean): void {
    for (const { holder } of this.#selectHolders.all()) {
      if (isDead(String(holder))) this.#doomHolders.run(String(holder));
    }
  }

  /** Removes some of what is marked for removal; false when nothing is left. */
  sweep(): boolean {
    let left = SWEPT_CHUNKS;
    for (const row of this.#selectDoomed.all(SWEPT_CHUNKS)) {
      const body = Number(row["body"]);
      const removed = Number(this.#deleteChunks.run(body * CHUNKS, (body + 1) * CHUNKS, left).changes);
      left -= removed;
      if (left === 0) return true;
      this.#deleteLoose.run(body);
    }
    return left < SWEPT_CHUNKS;
  }

  /** Removes a body that is on its way in and will not arrive. In transactions of its own. */
  async discard(body: number): Promise<void> {
    let more = true;
    while (more) {
      more = await this.#database.write(() => {
        const removed = this.#deleteChunks.run(body * CHUNKS, (body + 1) * CHUNKS, SWEPT_CHUNKS).changes;
        if (removed === 0) this.#deleteLoose.run(body);
        return removed !== 0;
      });
    }
  }
}
