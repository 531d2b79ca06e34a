// Octets in, lines out: a peer's stream cut at its line ends, with a bound on every line (RFC 2449 §4).
// Knows no command. CRLF ends a line; a lone LF is accepted too, because people use telnet.
import { CR, LF, octetString } from "./octets.js";

/** What `next` gives when a line was longer than the limit; its octets are gone. */
export const OVERLONG: unique symbol = Symbol("overlong line");

/** How many octets of a line over the limit are skipped in the hope of its end, before the peer counts as a flood. */
export const RUNAWAY_OCTETS: number = 64 * 1024;

const EMPTY = new Uint8Array(0);

/** Cuts one peer's stream into lines. Holds at most one chunk and one line under the limit. */
export class LineReader {
  /** The longest line accepted, in octets with its line end; may be changed between lines. */
  limitOctets: number;
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  /** The beginning of a line whose end is still to come, one character an octet. */
  #partial = "";
  /** Octets of the current line that were thrown away; -1 while it is within the limit. */
  #skippedOctets = -1;

  constructor(limitOctets: number) {
    this.limitOctets = limitOctets;
  }

  /** Takes the next chunk from the peer. Call `next` until it gives null before the one after it. */
  push(chunk: Uint8Array): void {
    if (this.#at < this.#chunk.length) {
      const joined = new Uint8Array(this.#chunk.length - this.#at + chunk.length);
      joined.set(this.#chunk.subarray(this.#at));
      joined.set(chunk, this.#chunk.length - this.#at);
      this.#chunk = joined;
    } else {
      this.#chunk = chunk;
    }
    this.#at = 0;
  }

  /** The next whole line without its line end, one character an octet; `OVERLONG`; or null until more octets come. */
  next(): string | typeof OVERLONG | null {
    const chunk = this.#chunk;
    const start = this.#at;
    if (start >= chunk.length) return null;
    const lineFeed = chunk.indexOf(LF, start);
    const end = lineFeed === -1 ? chunk.length : lineFeed + 1;
    this.#at = end;

    if (this.#skippedOctets >= 0) {
      this.#skippedOctets += end - start;
    } else if (this.#partial.length + end - start > this.limitOctets) {
      this.#skippedOctets = this.#partial.length + end - start;
      this.#partial = "";
    }

    if (lineFeed === -1) {
      if (this.#skippedOctets < 0) this.#partial += octetString(chunk, start, end);
      this.#chunk = EMPTY;
      this.#at = 0;
      return null;
    }
    if (this.#skippedOctets >= 0) {
      this.#skippedOctets = -1;
      return OVERLONG;
    }
    if (this.#partial === "") {
      return octetString(chunk, start, lineFeed > start && chunk[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed);
    }
    const line = this.#partial + octetString(chunk, start, lineFeed);
    this.#partial = "";
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** The current line goes on and on: the peer is not speaking this protocol, or means harm. */
  get runaway(): boolean {
    return this.#skippedOctets > RUNAWAY_OCTETS;
  }

  /** Octets taken in and not yet given out as lines. */
  get pendingOctets(): number {
    return this.#partial.length + Math.max(0, this.#skippedOctets) + this.#chunk.length - this.#at;
  }

  /** Drops all that is pending and says how many octets that was (RFC 2595 §4: nothing sent in the clear survives STLS). */
  drop(): number {
    const dropped = this.pendingOctets;
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#partial = "";
    this.#skippedOctets = -1;
    return dropped;
  }
}
