// Maildrops: the contract between the server and a store. The suite in `testing/` proves that a store keeps it.
//
// A *message* is a sequence of octets in canonical form: every line ends in CRLF, the last one too.
// *Octets* is the count of that form: what LIST says and what a client holds after un-stuffing a RETR.
// *Wire form* is the canonical form dot-stuffed (RFC 1939 §3), without the terminating `.` line.
// A *unique-id* is 1 to 70 characters of 0x21 to 0x7E, never used again in its maildrop (RFC 1939 §7).
// A *position* is 0-based and belongs to stores; a message *number* is 1-based and belongs to sessions.

/** Octets in wire form: whole where they fit in memory comfortably, else piece by piece, each piece read only when it is wanted. */
export type WireBody = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The messages of a maildrop as they were when it was opened; nothing in it changes while the session lasts. */
export interface Snapshot {
  readonly count: number;
  /** The sum over all messages. */
  readonly octets: number;
  octetsAt(position: number): number;
  uniqueIdAt(position: number): string;
  /**
   * `octets` for a session without UTF-8 mode: a message whose header needs UTF-8 counts as its surrogate (RFC 6856 §2.1).
   * Absent, with the two below, where no message needs it.
   */
  readonly asciiOctets?: number;
  asciiOctetsAt?(position: number): number;
  needsUtf8At?(position: number): boolean;
}

/** A maildrop under this session's exclusive lease. */
export interface Maildrop {
  readonly snapshot: Snapshot;
  /** The message's wire form. Throws `MaildropFailure`, at the call or while the body is read. */
  read(position: number): WireBody | Promise<WireBody>;
  /**
   * Deletes these messages and gives the lease back. All or nothing, and durable before it returns.
   * Throws `MaildropFailure` where it could not, with every message still there (and the lease given back), among other
   * reasons because the lease was lost: then somebody else owns the maildrop. Only where a disk fails to confirm what was
   * written may the messages be gone all the same.
   */
  update(deleted: readonly number[]): void | Promise<void>;
  /** Gives the lease back and deletes nothing. May be called more than once, and after `update`. */
  release(): void | Promise<void>;
}

/** A store of maildrops. */
export interface MaildropStore {
  /**
   * Takes the exclusive lease and a snapshot. Throws `MaildropFailure`: `in-use` at once where another session holds
   * the lease (a lease dies with its holder), `temporary` or `permanent` where the maildrop cannot be opened.
   */
  open(user: string): Maildrop | Promise<Maildrop>;
}

/** Octets of a message as they come: any line ends, not stuffed. */
export type MessageSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface DeliveryOptions {
  /** A unique-id to keep, from another server. Refused where it is malformed or was ever used in this maildrop. */
  readonly uniqueId?: string;
  /** When the message arrived, in milliseconds since 1970; now where absent. */
  readonly arrivedMs?: number;
}

export interface Delivered {
  readonly uniqueId: string;
  readonly octets: number;
}

/** Where mail comes in. */
export interface Depository {
  /**
   * Puts a message into a user's maildrop; it survives the death of the process once this resolves.
   * A session that is open does not see it. Throws `MaildropFailure`.
   */
  deliver(user: string, message: MessageSource, options?: DeliveryOptions): Promise<Delivered>;
}
