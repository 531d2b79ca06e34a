// What an import reads from: messages of another program's mail store, one after the other, in the order they will get.
// The formats implement it (one file each); `importer.ts` consumes it. Knows no format and no store.

/** Where unique-ids come from: what the source offers, one server's way, or new ones. */
export const uniqueIdWays = ["auto", "dovecot", "courier", "cyrus", "uidonly", "none"] as const;

export type UniqueIdWay = (typeof uniqueIdWays)[number];

/** One message of a source; nothing of it is read before it is asked for. */
export interface SourceMessage {
  /** What a person finds the message by: a path, or a path and where in it. */
  readonly name: string;
  /** What it occupies in the source; progress is told in it. */
  readonly octets: number;
  /** The unique-id it had; not yet checked. */
  readonly uniqueId?: string;
  readonly arrivedMs?: number;
  /**
   * The same on every run for the same message of the same source, and different for any two messages of one source.
   * May read the message. Throws what the file system throws.
   */
  key(): Promise<string>;
  /** The message's octets; may be called again. Throws while it is read where the message cannot be read whole. */
  open(): AsyncIterable<Uint8Array>;
}

/** The messages of a source. */
export interface ImportSource {
  /** Null where counting them would mean reading everything. */
  readonly count: number | null;
  readonly octets: number;
  /** Sentences about what is left out and how unique-ids are found. */
  readonly notes: readonly string[];
  messages(): AsyncIterable<SourceMessage>;
}

/** The source is not what it was said to be, or cannot be read at all. The text says what to do. */
export class SourceRefused extends Error {
  override readonly name = "SourceRefused";
}
