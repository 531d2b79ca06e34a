// The TRANSACTION state as handlers see it: message numbers that never move, deletion marks, and the commit at QUIT.
// The server implements it; it is the only place where a message number becomes a message.
import type { NegativeReply } from "./reply.js";
import type { WireBody } from "./maildrop.js";

declare const messageNumber: unique symbol;

/** The number of a message that exists in this session and is not marked as deleted: 1-based, fixed at login (RFC 1939 §4). */
export type MessageNumber = number & { readonly [messageNumber]: true };

/** One open maildrop between login and QUIT. */
export interface Transaction {
  /** Messages not marked as deleted, and their octets (RFC 1939 §5, STAT). */
  readonly count: number;
  readonly octets: number;
  /** The message with this number, or the reply that says why there is none. */
  message(number: number): MessageNumber | NegativeReply;
  /** The same, for commands that show what is in it: also refuses a message that this session may not see as it is (RFC 6856 §5). */
  readable(number: number): MessageNumber | NegativeReply;
  octetsOf(message: MessageNumber): number;
  uniqueIdOf(message: MessageNumber): string;
  /** `number SP octets CRLF` for every message that is not marked, in wire form. */
  scanListing(): WireBody;
  /** `number SP unique-id CRLF` likewise. */
  uniqueIdListing(): WireBody;
  /** The message's wire form. Throws `MaildropFailure`. */
  read(message: MessageNumber): WireBody | Promise<WireBody>;
  /** The message's header, the empty line and the first lines of its body. Throws `MaildropFailure`. */
  top(message: MessageNumber, lines: number): WireBody | Promise<WireBody>;
  /** Notes that a client has got all of the message. */
  markRetrieved(message: MessageNumber): void;
  markDeleted(message: MessageNumber): void;
  /** Marks as deleted all that `markRetrieved` was told of in this session, whatever RSET did since. */
  markAllRetrievedDeleted(): void;
  /**
   * From here on, messages whose headers need UTF-8 are shown in a form for clients without it, or refused, as the operator
   * chose (RFC 6856 §2.1 and §5).
   */
  withholdUtf8(): void;
  /** Takes all deletion marks away (RSET). */
  reset(): void;
  /**
   * The UPDATE state (RFC 1939 §6): deletes what is marked, all or nothing and durably, then gives the lease back.
   * Throws `MaildropFailure` as `Maildrop.update` does; the lease was given back all the same.
   */
  commit(): void | Promise<void>;
}
