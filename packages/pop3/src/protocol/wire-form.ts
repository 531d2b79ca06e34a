// From a message as it came to its wire form: CRLF line ends, dot-stuffed (RFC 1939 §3 and §11), counted.
// Incremental: pieces in, pieces out. Knows nothing of where messages are kept. Its inverse is `dot-stuffing.ts`.
// What the message's surrogate would count is found on the way by `surrogate.ts`, which makes the surrogate later.
//
// Canonical form: a lone LF becomes CRLF, CRLF stays, a lone CR stays, a message that does not end in a line end gets
// one, an empty message stays empty. NUL and 8-bit octets pass unchanged.
import { isContentType, mayHaveParts } from "./content-type.js";
import { CR, CRLF, DOT, LF } from "./octets.js";
import { SurrogateEncoder, type SurrogateFacts } from "./surrogate.js";

const HYPHEN = 0x2d;
const UNNEEDED: SurrogateFacts = { needsUtf8: false, addedOctets: 0 };
const EMPTY = new Uint8Array(0);

/** What is known of a message once all of it was encoded. */
export interface WireFacts {
  /** Octets of the canonical form: what LIST says. */
  readonly octets: number;
  /** Octets of the wire form: what is stored and sent, without the terminator. */
  readonly wireOctets: number;
  /** Wire octets up to and with the empty line behind the header; all of them where there is no such line. */
  readonly headerOctets: number;
  /**
   * Its header, or that of a part, holds UTF-8: a client must understand it (RFC 6532, RFC 6856 §2.1). False where other
   * octets over 0x7F stand in its header: then the whole message passes as it is.
   */
  readonly needsUtf8: boolean;
  /** Octets of the canonical form of its surrogate; null where it needs none. */
  readonly surrogateOctets: number | null;
}

/** Encodes one message. Feed it with `push`, end with `finish`, then read `facts`. */
export class WireEncoder {
  #octets = 0;
  #stuffed = 0;
  #headerOctets = -1;
  /** An octet over 0x7F was seen in the header. */
  #eightBit = false;
  /** Where in the first piece's wire form a field begins that is Content-Type. */
  #typeAt = -1;
  /** Null where the message has none. */
  #surrogate: SurrogateEncoder | null = null;
  /** Where in the wire form of the piece lines begin with a hyphen: they may part the message's parts. */
  #hyphenLines: readonly number[] = [];
  /** Octets of the current line so far, its line end not counted; a CR counts until a LF shows that it began the line end. */
  #lineOctets = 0;
  #afterCr = false;

  /** The wire form of the next piece. The result may share memory with the piece. */
  push(piece: Uint8Array): Uint8Array {
    if (piece.length === 0) return EMPTY;
    const first = this.#octets === 0;
    const wire = this.#encode(piece);
    if (first) this.#begin(wire);
    else this.#surrogate?.push(wire, this.#hyphenLines);
    return wire;
  }

  /** Most messages have an ASCII header, come with all of it in the first piece, and have no parts: then there is nothing to find. */
  #begin(wire: Uint8Array): void {
    const end = this.#headerOctets;
    const ascii = end !== -1 && !this.#eightBit;
    if (ascii && (this.#typeAt === -1 || !mayHaveParts(wire, this.#typeAt))) return;
    this.#surrogate = new SurrogateEncoder();
    if (!ascii || !this.#surrogate.passHeader(wire, this.#typeAt)) {
      this.#surrogate.push(wire, this.#hyphenLines);
      return;
    }
    const hyphenLines = this.#hyphenLines.map((line) => line - end);
    this.#surrogate.push(wire.subarray(end), hyphenLines);
  }

  #encode(piece: Uint8Array): Uint8Array {
    const { length } = piece;
    const hyphenLines: number[] = (this.#hyphenLines = []);
    // Every octet put in (a CR before a lone LF, a dot before a dot) follows from an octet of the piece, so twice is enough.
    let out: Uint8Array | null = null;
    let written = 0;
    let copied = 0;
    let inserted = 0;
    const insert = (octet: number, before: number): void => {
      out ??= new Uint8Array(length * 2 + 1);
      if (copied < before) {
        out.set(piece.subarray(copied, before), written);
        written += before - copied;
      }
      out[written++] = octet;
      inserted++;
      copied = before;
    };

    let at = 0;
    while (at < length) {
      if (this.#lineOctets === 0) {
        const first = piece[at];
        if (first === DOT) {
          insert(DOT, at);
          this.#stuffed++;
        } else if (first === HYPHEN) {
          hyphenLines.push(at + inserted);
        }
      }
      const lineFeed = piece.indexOf(LF, at);
      const lineEnd = lineFeed === -1 ? length : lineFeed;
      if (this.#headerOctets === -1 && !this.#eightBit) {
        this.#eightBit = hasEightBit(piece, at, lineEnd);
        if (this.#typeAt === -1 && isContentType(piece, at)) this.#typeAt = at + inserted;
      }
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
    const end = this.#lineOctets === 0 ? EMPTY : CRLF;
    this.#octets += end.length;
    this.#lineOctets = 0;
    this.#afterCr = false;
    this.#surrogate?.push(end);
    this.#surrogate?.finish();
    return end;
  }

  get facts(): WireFacts {
    const wireOctets = this.#octets + this.#stuffed;
    const { needsUtf8, addedOctets } = this.#surrogate?.facts ?? UNNEEDED;
    return {
      octets: this.#octets,
      wireOctets,
      headerOctets: this.#headerOctets === -1 ? wireOctets : this.#headerOctets,
      needsUtf8,
      surrogateOctets: needsUtf8 ? this.#octets + addedOctets : null,
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
