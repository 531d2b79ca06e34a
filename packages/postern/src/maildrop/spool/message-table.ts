// The rows of maildrops and messages: every statement about them, and what their columns mean. Transactions and leases
// are the business of those who call.
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";
import { CHUNKS } from "./bodies.js";

/** A maildrop as its row says. */
export interface MaildropRow {
  readonly id: number;
  readonly prefix: string;
  /** Every message has a lower one; every message to come has this one or a higher one. */
  readonly nextSequence: number;
  readonly count: number;
  readonly octets: number;
  /** `octets` with surrogates in the place of the messages that need UTF-8; null where some of these are not counted yet. */
  readonly asciiOctets: number | null;
}

/** A maildrop's messages by position. */
export interface MessageList {
  readonly sequences: Float64Array;
  readonly octets: Float64Array;
  /** -1 at a position where the message needs no surrogate, null as a whole where none does. */
  readonly surrogateOctets: Float64Array | null;
  /** Null at a position, or as a whole, where the unique-id follows from the sequence number. */
  readonly uniqueIds: readonly (string | null)[] | null;
}

/** One message without its octets. */
export interface MessageRow {
  readonly body: number;
  readonly octets: number;
  readonly wireOctets: number;
  readonly headerOctets: number;
  readonly needsUtf8: boolean;
  /** Null where it needs no surrogate, or where that is not counted yet. */
  readonly surrogateOctets: number | null;
  readonly arrivedMs: number;
  /** Null where it follows from the sequence number. */
  readonly uniqueId: string | null;
}

/** Where a message's octets are. */
export interface BodyPlace {
  readonly body: number;
  readonly wireOctets: number;
  /** The first piece, or null where there is none. */
  readonly first: Uint8Array | null;
}

export class MessageTable {
  readonly #maildrop: StatementSync;
  readonly #insertMaildrop: StatementSync;
  readonly #deleteMaildrop: StatementSync;
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #setSurrogate: StatementSync;
  readonly #sumAsciiOctets: StatementSync;
  readonly #list: StatementSync;
  readonly #uncounted: StatementSync;
  readonly #page: StatementSync;
  readonly #reads: PosternDatabase["reads"];
  readonly #place: StatementSync;
  readonly #doomRange: StatementSync;
  readonly #deleteRange: StatementSync;
  readonly #useUniqueId: StatementSync;
  readonly #insertImported: StatementSync;
  readonly #imported: StatementSync;
  readonly #noteAdded: StatementSync;
  readonly #ages: StatementSync;
  readonly #figures: StatementSync;

  constructor({ main, reads }: PosternDatabase) {
    this.#reads = reads;
    this.#maildrop = main.prepare(
      "SELECT id, prefix, next_sequence, messages, octets, ascii_octets FROM maildrop WHERE user = ?",
    );
    this.#insertMaildrop = main.prepare("INSERT INTO maildrop (user) VALUES (?) ON CONFLICT DO NOTHING");
    this.#deleteMaildrop = main.prepare("DELETE FROM maildrop WHERE id = ?");
    this.#count = main.prepare(`
      UPDATE maildrop
      SET next_sequence = next_sequence + ?, messages = messages + ?, octets = octets + ?, ascii_octets = ascii_octets + ?
      WHERE id = ? RETURNING next_sequence`);
    this.#insert = main.prepare(`
      INSERT INTO message (
        maildrop, sequence, body, octets, wire_octets, header_octets, needs_utf8, surrogate_octets, arrived_ms, unique_id
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#setSurrogate = main.prepare(`
      UPDATE message SET needs_utf8 = ?, surrogate_octets = octets + ? WHERE maildrop = ? AND sequence = ?`);
    this.#sumAsciiOctets = main.prepare(`
      UPDATE maildrop
      SET ascii_octets = (
        SELECT coalesce(sum(coalesce(surrogate_octets, octets)), 0) FROM message WHERE message.maildrop = maildrop.id
      )
      WHERE id = ?`);
    this.#list = main.prepare(`
      SELECT sequence, octets, unique_id, surrogate_octets
      FROM message WHERE maildrop = ? AND sequence < ? ORDER BY sequence`);
    this.#page = main.prepare(`
      SELECT sequence, body, octets, wire_octets, header_octets, needs_utf8, surrogate_octets, arrived_ms, unique_id
      FROM message WHERE maildrop = ? AND sequence > ? ORDER BY sequence LIMIT ?`);
    this.#uncounted = main.prepare(`
      SELECT sequence FROM message
      WHERE maildrop = ? AND sequence > ? AND surrogate_octets = -1 ORDER BY sequence LIMIT ?`);
    this.#place = reads.database.prepare(`
      SELECT message.body, message.wire_octets, body_chunk.octets
      FROM message LEFT JOIN body_chunk ON body_chunk.id = message.body * ${CHUNKS}
      WHERE message.maildrop = ? AND message.sequence = ?`);
    this.#doomRange = main.prepare(`
      INSERT INTO loose_body (body, holder)
      SELECT body, NULL FROM message WHERE maildrop = ? AND sequence BETWEEN ? AND ?`);
    this.#deleteRange = main.prepare("DELETE FROM message WHERE maildrop = ? AND sequence BETWEEN ? AND ?");
    this.#useUniqueId = main.prepare("INSERT INTO used_unique_id VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#insertImported = main.prepare("INSERT INTO imported VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#imported = main.prepare("SELECT 1 FROM imported WHERE maildrop = ? AND source_digest = ?");
    this.#noteAdded = main.prepare("UPDATE message SET added_ms = ? WHERE maildrop = ? AND sequence = ?");
    this.#ages = main.prepare(`
      SELECT sequence, max(arrived_ms, ifnull(added_ms, arrived_ms)) FROM message
      WHERE maildrop = ? AND sequence > ? ORDER BY sequence LIMIT ?`);
    this.#figures = main.prepare(`
      SELECT count(*) AS messages, total(octets) AS octets, total(ifnull(surrogate_octets, octets)) AS ascii
      FROM message WHERE maildrop = ? AND sequence BETWEEN ? AND ?`);
    this.#ages.setReturnArrays(true);
    this.#list.setReturnArrays(true);
    this.#place.setReturnArrays(true);
  }

  /** The user's maildrop, or null where there is none. */
  maildrop(user: string): MaildropRow | null {
    const row = this.#maildrop.get(user);
    if (row === undefined) return null;
    return {
      id: Number(row["id"]),
      prefix: String(row["prefix"]),
      nextSequence: Number(row["next_sequence"]),
      count: Number(row["messages"]),
      octets: Number(row["octets"]),
      asciiOctets: row["ascii_octets"] === null ? null : Number(row["ascii_octets"]),
    };
  }

  /** False where the user has one already. */
  addMaildrop(user: string): boolean {
    return this.#insertMaildrop.run(user).changes === 1;
  }

  /** Removes a maildrop with all that belongs to it; the bodies must have been doomed before. */
  removeMaildrop(maildrop: number): void {
    this.#deleteMaildrop.run(maildrop);
  }

  /** Adds a message to a maildrop that there is, and gives its sequence number. */
  add(maildrop: number, message: MessageRow): number {
    const { body, octets, wireOctets, headerOctets, needsUtf8, surrogateOctets, arrivedMs, uniqueId } = message;
    const counted = this.#count.get(1, 1, octets, surrogateOctets ?? octets, maildrop);
    const sequence = Number(counted?.["next_sequence"]) - 1;
    this.#insert.run(
      maildrop,
      sequence,
      body,
      octets,
      wireOctets,
      headerOctets,
      Number(needsUtf8),
      surrogateOctets,
      arrivedMs,
      uniqueId,
    );
    return sequence;
  }

  /** Removes the messages between two sequence numbers, both included, and marks their bodies for removal; how many these were. */
  removeRange(maildrop: number, first: number, last: number): number {
    this.#doomRange.run(maildrop, first, last);
    return Number(this.#deleteRange.run(maildrop, first, last).changes);
  }

  /** Brings the maildrop's figures up to date after messages were removed. */
  uncount(maildrop: number, messages: number, octets: number, asciiOctets: number): void {
    this.#count.get(0, -messages, -octets, -asciiOctets, maildrop);
  }

  /** Notes how many octets a message's surrogate adds, null where it turned out to need none. */
  setSurrogate(maildrop: number, sequence: number, addedOctets: number | null): void {
    this.#setSurrogate.run(Number(addedOctets !== null), addedOctets, maildrop, sequence);
  }

  /** Counts the maildrop anew for sessions without UTF-8. */
  sumAsciiOctets(maildrop: number): void {
    this.#sumAsciiOctets.run(maildrop);
  }

  /** All messages with lower sequence numbers. */
  list(maildrop: number, nextSequence: number, count: number): MessageList | null {
    const sequences = new Float64Array(count);
    const octets = new Float64Array(count);
    let surrogateOctets: Float64Array | null = null;
    let uniqueIds: (string | null)[] | null = null;
    let position = 0;
    // Declared as objects, but these rows are arrays: see the constructor.
    for (const row of this.#list.iterate(maildrop, nextSequence) as Iterable<unknown> as Iterable<
      [number, number, string | null, number | null]
    >) {
      if (position === count) return null;
      sequences[position] = row[0];
      octets[position] = row[1];
      if (row[3] !== null) (surrogateOctets ??= new Float64Array(count).fill(-1))[position] = row[3];
      if (row[2] !== null) (uniqueIds ??= Array.from<string | null>({ length: count }).fill(null))[position] = row[2];
      position++;
    }
    return position === count ? { sequences, octets, surrogateOctets, uniqueIds } : null;
  }

  /** Sequence numbers of messages that nobody has counted for sessions without UTF-8, in order. */
  uncounted(maildrop: number, behind: number, count: number): number[] {
    return this.#uncounted.all(maildrop, behind, count).map((row) => Number(row["sequence"]));
  }

  /** Some messages behind a sequence number, in order. */
  page(maildrop: number, behind: number, count: number): (MessageRow & { readonly sequence: number })[] {
    return this.#page.all(maildrop, behind, count).map((row) => ({
      sequence: Number(row["sequence"]),
      body: Number(row["body"]),
      octets: Number(row["octets"]),
      wireOctets: Number(row["wire_octets"]),
      headerOctets: Number(row["header_octets"]),
      needsUtf8: row["needs_utf8"] === 1,
      surrogateOctets: Number(row["surrogate_octets"] ?? -1) === -1 ? null : Number(row["surrogate_octets"]),
      arrivedMs: Number(row["arrived_ms"]),
      uniqueId: row["unique_id"] === null ? null : String(row["unique_id"]),
    }));
  }

  /** Null where there is no such message. */
  place(maildrop: number, sequence: number): BodyPlace | null {
    this.#reads.read();
    const row = this.#place.get(maildrop, sequence) as unknown as [number, number, Uint8Array | null] | undefined;
    return row === undefined ? null : { body: row[0], wireOctets: row[1], first: row[2] };
  }

  /** Notes a unique-id as used; false where it was before. */
  useUniqueId(maildrop: number, uniqueId: string): boolean {
    return this.#useUniqueId.run(maildrop, uniqueId).changes === 1;
  }

  /** Notes a source message as imported; false where it was before. */
  noteImported(maildrop: number, sourceDigest: Uint8Array): boolean {
    return this.#insertImported.run(maildrop, sourceDigest).changes === 1;
  }

  wasImported(maildrop: number, sourceDigest: Uint8Array): boolean {
    return this.#imported.get(maildrop, sourceDigest) !== undefined;
  }

  /** Notes when a message came here that says it arrived elsewhere before. */
  noteAdded(maildrop: number, sequence: number, addedMs: number): void {
    this.#noteAdded.run(addedMs, maildrop, sequence);
  }

  /** Some sequence numbers behind one, in order, each with the time since when its message lies here. */
  ages(maildrop: number, behind: number, count: number): (readonly [sequence: number, sinceMs: number])[] {
    return this.#ages.all(maildrop, behind, count) as unknown as [number, number][];
  }

  /** `removeRange` for whoever does not know what lies there: the maildrop's figures are brought up to date, too. */
  removeCounted(maildrop: number, first: number, last: number): number {
    const figures = this.#figures.get(maildrop, first, last);
    const messages = Number(figures?.["messages"]);
    if (messages === 0) return 0;
    this.removeRange(maildrop, first, last);
    this.uncount(maildrop, messages, Number(figures?.["octets"]), Number(figures?.["ascii"]));
    return messages;
  }
}
