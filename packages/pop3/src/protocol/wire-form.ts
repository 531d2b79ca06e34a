// From a message as it came to its wire form: CRLF line ends, dot-stuffed (RFC 1939 §3 and §11), counted.
// Incremental: pieces in, pieces out. Knows nothing of where messages are kept. Its inverse is `dot-stuffing.ts`.
//
// Canonical form: a lone LF becomes CRLF, CRLF stays, a lone CR stays, a message that does not end in a line end gets
// one, an empty message stays empty. NUL and 8-bit octets pass unchanged.
import { CR, CRLF, DOT, LF } from "./octets.js";

const EMPTY = new Uint8Array(0);

/** What is known of a message once all of it was encoded. */
export interface WireFacts {
  /** Octets of the canonical form: what LIST says. */
  readonly octets: number;
  /** Octets of the wire form: what is stored and sent, without the terminator. */
  readonly wireOctets: number;
  /** Wire octets up to and with the empty line behind the header; all of them where there is no such line. */
  readonly headerOctets: number;
  /** The header holds octets over 0x7F: a client must understand UTF-8 headers to show it (RFC 6532, RFC 6856 §2.1). */
  readonly needsUtf8: boolean;
}

/** Encodes one message. Feed it with `push`, end with `finish`, then read `facts`. */
export class WireEncoder {
  #octets = 0;
  #stuffed = 0;
  #headerOctets = -1;
  #needsUtf8 = false;
  /** Octets of the current line so far, its line end not counted; a CR counts until a LF shows that it began the line end. */
  #lineOctets = 0;
  #afterCr = false;

  /** The wire form of the next piece. The result may share memory with the piece. */
  push(piece: Uint8Array): Uint8Array {
    const { length } = piece;
    if (length === 0) return EMPTY;
    // Every octet put in (a CR before a lone LF, a dot before a dot) follows from an octet of the piece, so twice is enough.
    let out: Uint8Array | null = null;
    let written = 0;
    let copied = 0;
    const insert = (octet: number, before: number): void => {
      out ??= new Uint8Array(length * 2 + 1);
      if (copied < before) {
        out.set(piece.subarray(copied, before), written);
        written += before - copied;
      }
      out[written++] = octet;
      copied = before;
    };

    let at = 0;
    while (at < length) {
      if (this.#lineOctets === 0 && piece[at] === DOT) {
        insert(DOT, at);
        this.#stuffed++;
      }
      const lineFeed = piece.indexOf(LF, at);
      const lineEnd = lineFeed === -1 ? length : lineFeed;
      if (this.#headerOctets === -1 && !this.#needsUtf8) this.#needsUtf8 = hasEightBit(piece, at, lineEnd);
      const content = lineEnd - at;
      this.#octets += content;
      this.#lineOctets += content;
      if (content > 0) this.#afterCr = piece[lineEnd - 1] === CR;
      if (lineFeed === -1) break;

      if (this.#afterCr) {
        this.#lineOctets--;
        this.#octets++;
      } else {
        insert(CR, lineFeed);
        this.#octets += 2;
      }
      if (this.#lineOctets === 0 && this.#headerOctets === -1) this.#headerOctets = this.#octets + this.#stuffed;
      this.#lineOctets = 0;
      this.#afterCr = false;
      at = lineFeed + 1;
    }

    if (out === null) return piece;
    const made: Uint8Array = out;
    made.set(piece.subarray(copied), written);
    return made.subarray(0, written + length - copied);
  }

  /** The last octets: the line end that a message lacks, or nothing. */
  finish(): Uint8Array {
    if (this.#lineOctets === 0) return EMPTY;
    this.#octets += 2;
    this.#lineOctets = 0;
    this.#afterCr = false;
    return CRLF;
  }

  get facts(): WireFacts {
    const wireOctets = this.#octets + this.#stuffed;
    return {
      octets: this.#octets,
      wireOctets,
      headerOctets: this.#headerOctets === -1 ? wireOctets : this.#headerOctets,
      needsUtf8: this.#needsUtf8,
    };
  }
}

/** The wire form of a message that is at hand as a whole. */
export function wireForm(message: Uint8Array): { readonly wire: Uint8Array; readonly facts: WireFacts } {
  const encoder = new WireEncoder();
  const body = encoder.push(message);
  const end = encoder.finish();
  let wire = body;
  if (end.length > 0) {
    wire = new Uint8Array(body.length + end.length);
    wire.set(body);
    wire.set(end, body.length);
  }
  return { wire, facts: encoder.facts };
}

function hasEightBit(octets: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (octets[at]! > 0x7f) return true;
  return false;
}
