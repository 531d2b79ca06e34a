// The body of a multi-line response, from the wire back to octets: finds the terminating `.` line and takes the stuffing
// away (RFC 1939 §3). Incremental and without memory of the body. Its inverse is `wire-form.ts`.
import { CR, DOT, LF } from "./octets.js";

/** Octets of the body that a chunk brought, and where the response ended in it. */
export interface Unstuffed {
  /** Un-stuffed octets; pieces of the chunk, in order. */
  readonly pieces: readonly Uint8Array[];
  /** The offset in the chunk behind the terminator, or -1 while the response goes on. */
  readonly end: number;
}

// Where the decoder stands in the current line.
const IN_LINE = 0;
const AFTER_CR = 1;
const LINE_START = 2;
const AFTER_DOT = 3;
const AFTER_DOT_CR = 4;

/**
 * Decodes one multi-line response's body; feed it until `end` is not -1. Only CRLF `.` CRLF ends a response; with `lineFeeds`, for
 * peers that end all their lines so, a lone LF ends a line too. Looks for dots and not for lines: most of a message has none.
 */
export class DotDecoder {
  readonly #lineFeeds: boolean;
  #state = LINE_START;

  constructor(lineFeeds = false) {
    this.#lineFeeds = lineFeeds;
  }

  push(chunk: Uint8Array, from = 0): Unstuffed {
    const pieces: Uint8Array[] = [];
    const { length } = chunk;
    let at = from;
    if (this.#state === AFTER_DOT && at < length) {
      if (this.#endsAt(chunk, at)) return { pieces, end: at + 1 };
      // The dot is gone in any case; a CR may begin the terminator, so it waits outside of the body.
      this.#state = chunk[at] === CR ? AFTER_DOT_CR : IN_LINE;
      if (this.#state === AFTER_DOT_CR) at++;
    }
    if (this.#state === AFTER_DOT_CR && at < length) {
      if (chunk[at] === LF) return { pieces, end: at + 1 };
      // `.` CR and something else: the CR was content after all.
      pieces.push(Uint8Array.of(CR));
      this.#state = AFTER_CR;
    }

    const first = at;
    let start = at;
    for (;;) {
      const dot = chunk.indexOf(DOT, at);
      if (dot === -1) break;
      at = dot + 1;
      if (!this.#beginsLine(chunk, first, dot)) continue;
      if (dot > start) pieces.push(chunk.subarray(start, dot));
      start = at;
      if (at === length) {
        this.#state = AFTER_DOT;
        return { pieces, end: -1 };
      }
      if (this.#endsAt(chunk, at)) return { pieces, end: at + 1 };
      if (chunk[at] !== CR) continue;
      if (at + 1 === length) {
        this.#state = AFTER_DOT_CR;
        return { pieces, end: -1 };
      }
      if (chunk[at + 1] === LF) return { pieces, end: at + 2 };
    }
    if (length > start) pieces.push(chunk.subarray(start));
    if (length > first) this.#state = this.#stateAt(chunk, first, length);
    return { pieces, end: -1 };
  }

  /** Whether the line feed that alone ends a line stands there, behind a dot that began one. */
  #endsAt(chunk: Uint8Array, at: number): boolean {
    return this.#lineFeeds && chunk[at] === LF;
  }

  #beginsLine(chunk: Uint8Array, first: number, at: number): boolean {
    return this.#stateAt(chunk, first, at) === LINE_START;
  }

  /** The state before the octet at `end`, where the chunk from `first` on was taken in the decoder's own state. */
  #stateAt(chunk: Uint8Array, first: number, end: number): number {
    if (end === first) return this.#state;
    const last = chunk[end - 1];
    if (last === CR) return AFTER_CR;
    if (last !== LF) return IN_LINE;
    if (this.#lineFeeds) return LINE_START;
    const afterCr = end - 1 === first ? this.#state === AFTER_CR : chunk[end - 2] === CR;
    return afterCr ? LINE_START : IN_LINE;
  }
}
