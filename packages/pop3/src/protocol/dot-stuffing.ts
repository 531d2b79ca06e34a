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

/** Decodes one multi-line response's body; feed it until `end` is not -1. Only CRLF `.` CRLF ends a response. */
export class DotDecoder {
  #state = LINE_START;

  push(chunk: Uint8Array, from = 0): Unstuffed {
    const pieces: Uint8Array[] = [];
    let start = from;
    let at = from;
    const { length } = chunk;
    while (at < length) {
      switch (this.#state) {
        case IN_LINE: {
          const cr = chunk.indexOf(CR, at);
          if (cr === -1) {
            at = length;
            break;
          }
          at = cr + 1;
          this.#state = AFTER_CR;
          break;
        }
        case AFTER_CR:
          this.#state = chunk[at] === LF ? LINE_START : chunk[at] === CR ? AFTER_CR : IN_LINE;
          at++;
          break;
        case LINE_START:
          if (chunk[at] === DOT) {
            if (at > start) pieces.push(chunk.subarray(start, at));
            at++;
            start = at;
            this.#state = AFTER_DOT;
          } else {
            this.#state = IN_LINE;
          }
          break;
        case AFTER_DOT:
          // The dot is gone in any case; a CR may begin the terminator, so it waits outside of the body.
          if (chunk[at] === CR) {
            at++;
            start = at;
            this.#state = AFTER_DOT_CR;
          } else {
            this.#state = IN_LINE;
          }
          break;
        default:
          if (chunk[at] === LF) {
            this.#state = LINE_START;
            return { pieces, end: at + 1 };
          }
          // `.` CR and something else: the CR was content after all.
          pieces.push(LONE_CR);
          this.#state = AFTER_CR;
      }
    }
    if (length > start) pieces.push(chunk.subarray(start));
    return { pieces, end: -1 };
  }
}

const LONE_CR: Uint8Array = Uint8Array.of(CR);
