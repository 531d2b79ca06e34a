// The surrogate of a message whose headers hold UTF-8, for clients that did not ask for it (RFC 6856 §2.1, RFC 6858): wire form
// in, wire form out, piece by piece in bounded memory. What becomes of a field is in `surrogate-fields.ts`, where headers
// are in `mime-structure.ts`.
//
// A field without octets over 0x7F passes as it is, and so do bodies. A field with such octets that are not well-formed
// UTF-8 is no mail of RFC 6532 and passes as well; if it stands in the message's own header, the message needs no surrogate.
import { CR, DOT, LF, octetsOf, octetString } from "./octets.js";
import { DELIMITER_OCTETS, MimeStructure, type Place } from "./mime-structure.js";
import { CONTENT_TYPE_INITIALS, contentTypeValue, isContentType, mayHaveParts, withoutGlobal } from "./content-type.js";
import { surrogateField } from "./surrogate-fields.js";

/** A field is looked at as a whole up to this; a longer one is left out, or passes if UTF-8 comes only behind this. */
export const FIELD_OCTETS: number = 64 * 1024;

const EMPTY = new Uint8Array(0);
const HYPHEN = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const QUESTION_MARK = 0x3f;

/** What is known of a message once all of it passed. */
export interface SurrogateFacts {
  /** The headers hold UTF-8: a client must understand it to show them (RFC 6532), or be given the surrogate. */
  readonly needsUtf8: boolean;
  /** Octets that the surrogate's canonical form has more than the message's; less than 0 where it has fewer. */
  readonly addedOctets: number;
}

/** Makes one surrogate. Feed it with `push`, end with `finish`, then read `facts`. */
export class SurrogateEncoder {
  readonly #structure = new MimeStructure();
  #place: Place = "header";
  /** The header is the message's own, not a part's. */
  #own = true;
  #ownIllFormed = false;
  #changed = false;
  #addedOctets = 0;

  #fieldOpen = false;
  #fieldOctets = 0;
  #fieldFirst = 0;
  #eightBit = false;
  /** What becomes of the octets of the open field: held until all are there, passed on, or left out. */
  #fieldFate: "held" | "passed" | "left out" = "held";
  /** Octets of the open field from earlier pieces. */
  #held: Uint8Array = EMPTY;
  #heldOctets = 0;
  #checker: InstanceType<typeof TextDecoder> | null = null;

  /** Octets of the current line so far. */
  #lineOctets = 0;
  /** The current line, while it may be a delimiter in a body. */
  #line: string | null = null;

  #piece: Uint8Array = EMPTY;
  #hyphenLines: readonly number[] | null = null;
  /** The first of them that was not passed. */
  #hyphenLine = 0;
  /** Where in the piece the open field, or what came of it, begins. */
  #fieldAt = 0;
  /** Octets of the piece that were put out or replaced. */
  #done = 0;
  #out: Uint8Array[] = [];

  /**
   * The surrogate's next octets. The result may share memory with the piece. Whoever knows where in the piece lines begin
   * that begin with a hyphen says so and spares a search.
   */
  push(piece: Uint8Array, hyphenLines: readonly number[] | null = null): Uint8Array {
    if (this.#over() || piece.length === 0) return piece;
    this.#piece = piece;
    this.#fieldAt = 0;
    this.#done = 0;
    this.#hyphenLines = hyphenLines;
    this.#hyphenLine = 0;
    let at = 0;
    while (at < piece.length && !this.#over()) at = this.#place === "header" ? this.#header(at) : this.#parts(at);
    if (this.#fieldOpen && this.#fieldFate === "held") this.#hold();
    return this.#taken();
  }

  /**
   * In place of the first `push`, for a piece that begins with a whole header without an octet over 0x7F: that passes as it
   * is. `typeAt` is where in it a field begins that is Content-Type. False where it takes a `push`.
   */
  passHeader(piece: Uint8Array, typeAt: number): boolean {
    let end = typeAt;
    do end = piece.indexOf(LF, end) + 1;
    while (piece[end] === SPACE || piece[end] === TAB);
    const type = contentTypeValue(octetString(piece, typeAt, end));
    if (/^\s*message/i.test(type)) return false;
    this.#structure.contentType(type);
    this.#endHeader();
    return true;
  }

  /** The last octets. */
  finish(): Uint8Array {
    this.#piece = EMPTY;
    this.#fieldAt = 0;
    this.#done = 0;
    this.#closeField(0);
    return this.#taken();
  }

  get facts(): SurrogateFacts {
    return { needsUtf8: this.#changed && !this.#ownIllFormed, addedOctets: this.#addedOctets };
  }

  /** No header can follow any more. */
  #over(): boolean {
    return this.#place === "rest";
  }

  /** Takes a line of a header, or as much of it as the piece has; gives the place behind it. */
  #header(start: number): number {
    const piece = this.#piece;
    if (this.#lineOctets === 0) {
      const first = piece[start]!;
      if (!this.#fieldOpen || (first !== SPACE && first !== TAB)) {
        this.#closeField(start);
        this.#openField(start, first);
      }
    }
    const held = this.#fieldFate === "held";
    const limit = held ? Math.min(piece.length, start + FIELD_OCTETS - this.#fieldOctets) : piece.length;
    let end = start;
    let bits = 0;
    while (end < limit) {
      const octet = piece[end++]!;
      bits |= octet;
      if (octet === LF) break;
    }
    this.#fieldOctets += end - start;
    this.#lineOctets += end - start;
    if (bits > 0x7f) this.#eightBit = true;
    if (!held) this.#passLimit(start, end, bits > 0x7f);
    else if (this.#fieldOctets === FIELD_OCTETS) this.#reachLimit(end);
    if (piece[end - 1] === LF) this.#endLine(end);
    return end;
  }

  #endLine(end: number): void {
    const oneLine = this.#fieldOctets === this.#lineOctets;
    this.#lineOctets = 0;
    // In wire form every LF has its CR before it, so a line of two octets is the empty one.
    if (oneLine && this.#fieldOctets === 2 && this.#fieldFirst === CR) {
      this.#closeField(end);
      this.#endHeader();
    } else if (oneLine && this.#fieldFirst === HYPHEN && this.#structure.delimited) {
      if (this.#fieldOctets > DELIMITER_OCTETS) return;
      const line = octetString(this.#fieldSoFar(end));
      const place = line.startsWith("--") ? this.#structure.delimiter(line) : null;
      if (place === null) return;
      this.#eightBit = false;
      this.#closeField(end);
      this.#place = place;
    }
  }

  #endHeader(): void {
    this.#own = false;
    this.#place = this.#structure.headerEnd();
  }

  #openField(start: number, first: number): void {
    this.#fieldOpen = true;
    this.#fieldAt = start;
    this.#fieldOctets = 0;
    this.#fieldFirst = first;
    this.#eightBit = false;
    this.#fieldFate = "held";
    this.#heldOctets = 0;
    this.#checker = null;
  }

  /** The field ends here: now its fate is known. */
  #closeField(end: number): void {
    if (!this.#fieldOpen) return;
    this.#fieldOpen = false;
    if (this.#fieldFate !== "held") return;
    // Most fields need no second look.
    if (!this.#eightBit && !CONTENT_TYPE_INITIALS.includes(this.#fieldFirst)) {
      this.#putHeld();
      return;
    }
    const field = this.#fieldSoFar(end);
    const made = this.#surrogateOf(field);
    if (made === null) {
      this.#putHeld();
      return;
    }
    this.#leaveOut(this.#fieldAt, end, canonicalOctets(field));
    this.#addedOctets += made.length;
    if (made.length > 0) this.#out.push(made);
  }

  /** What stands in the field's place, or null where it stays. */
  #surrogateOf(field: Uint8Array): Uint8Array | null {
    const made = this.#eightBit ? this.#inAscii(field) : isContentType(field, 0) ? withoutGlobal(field) : null;
    // What a client gets to see says where the headers are that it gets to see.
    const seen = made ?? field;
    if (isContentType(seen, 0)) {
      this.#structure.contentType(mayHaveParts(seen, 0) ? contentTypeValue(octetString(seen)) : "");
    }
    return made;
  }

  #inAscii(field: Uint8Array): Uint8Array | null {
    const decoded = wellFormed(field);
    if (decoded !== null) return octetsOf(surrogateField(decoded));
    if (this.#own) this.#ownIllFormed = true;
    return null;
  }

  /** The open field is longer than what is held of one. */
  #reachLimit(end: number): void {
    if (this.#eightBit) {
      const field = this.#fieldSoFar(end);
      this.#check(field);
      this.#leaveOut(this.#fieldAt, end, canonicalOctets(field));
      this.#fieldFate = "left out";
    } else {
      this.#putHeld();
      this.#fieldFate = "passed";
    }
  }

  /** Octets of a field of which the beginning is gone: left out, or passed without what is not ASCII. */
  #passLimit(start: number, end: number, eightBit: boolean): void {
    if (this.#eightBit) this.#check(this.#piece.subarray(start, end));
    if (this.#fieldFate === "left out") {
      this.#leaveOut(start, end, end - start);
    } else if (eightBit) {
      this.#leaveOut(start, end, 0);
      this.#out.push(this.#piece.slice(start, end).map((octet) => (octet > 0x7f ? QUESTION_MARK : octet)));
    }
  }

  /** Notes whether the octets of a long field are well-formed UTF-8. Its last ones are a line end, so none can be missing. */
  #check(octets: Uint8Array): void {
    if (!this.#own || this.#ownIllFormed || !this.#eightBit) return;
    this.#checker ??= newChecker();
    try {
      this.#checker.decode(octets, { stream: true });
    } catch {
      this.#ownIllFormed = true;
    }
  }

  /** Takes lines of a body in which a delimiter may follow; gives the place behind what was taken. */
  #parts(start: number): number {
    const piece = this.#piece;
    let at = start;
    while (at < piece.length) {
      if (this.#line === null) {
        at = this.#hyphensFrom(at);
        if (at < piece.length) this.#line = "";
        continue;
      }
      const lineFeed = piece.indexOf(LF, at);
      const end = lineFeed === -1 ? piece.length : lineFeed + 1;
      const room = DELIMITER_OCTETS - this.#line.length;
      this.#line += octetString(piece, at, Math.min(end, at + room));
      this.#lineOctets += end - at;
      at = end;
      if (lineFeed === -1) break;
      const line = this.#line;
      const short = this.#lineOctets <= DELIMITER_OCTETS;
      this.#line = null;
      this.#lineOctets = 0;
      const place = short && line.startsWith("--") ? this.#structure.delimiter(line) : null;
      if (place === null) continue;
      this.#place = place;
      break;
    }
    return at;
  }

  /** Where the next line with a hyphen at its beginning starts, or the piece's end. A search for hyphens is faster than one for lines. */
  #hyphensFrom(start: number): number {
    const piece = this.#piece;
    if (this.#hyphenLines !== null) {
      this.#lineOctets = 0;
      while (this.#hyphenLines[this.#hyphenLine]! < start) this.#hyphenLine++;
      return this.#hyphenLines[this.#hyphenLine] ?? piece.length;
    }
    let at = start;
    for (;;) {
      const hyphen = piece.indexOf(HYPHEN, at);
      if (hyphen === -1) {
        if (piece[piece.length - 1] === LF) this.#lineOctets = 0;
        else this.#lineOctets += piece.length - at;
        return piece.length;
      }
      if (hyphen === at ? this.#lineOctets === 0 : piece[hyphen - 1] === LF) {
        this.#lineOctets = 0;
        return hyphen;
      }
      const lineFeed = piece.indexOf(LF, hyphen);
      if (lineFeed === -1) {
        this.#lineOctets += piece.length - at;
        return piece.length;
      }
      this.#lineOctets = 0;
      at = lineFeed + 1;
    }
  }

  /** The octets of the open field up to here. */
  #fieldSoFar(end: number): Uint8Array {
    const inPiece = this.#piece.subarray(this.#fieldAt, end);
    if (this.#heldOctets === 0) return inPiece;
    const whole = new Uint8Array(this.#heldOctets + inPiece.length);
    whole.set(this.#held.subarray(0, this.#heldOctets));
    whole.set(inPiece, this.#heldOctets);
    return whole;
  }

  /** Keeps the open field's octets of this piece for the next one. */
  #hold(): void {
    const { length } = this.#piece;
    const octets = this.#piece.subarray(this.#fieldAt);
    const needed = this.#heldOctets + octets.length;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.min(FIELD_OCTETS, Math.max(needed, this.#held.length * 2, 256)));
      larger.set(this.#held.subarray(0, this.#heldOctets));
      this.#held = larger;
    }
    this.#held.set(octets, this.#heldOctets);
    this.#heldOctets = needed;
    this.#putUpTo(this.#fieldAt);
    this.#done = length;
  }

  /** Puts out what was held of the field; what the piece has of it follows by itself. */
  #putHeld(): void {
    if (this.#heldOctets > 0) this.#out.push(this.#held.slice(0, this.#heldOctets));
    this.#heldOctets = 0;
  }

  #putUpTo(end: number): void {
    if (end > this.#done) this.#out.push(this.#piece.subarray(this.#done, end));
    this.#done = end;
  }

  /** Takes octets of the open field out, with what was held of it; `octets` of them counted in the canonical form. */
  #leaveOut(start: number, end: number, octets: number): void {
    this.#putUpTo(start);
    this.#done = end;
    this.#heldOctets = 0;
    this.#addedOctets -= octets;
    this.#changed = true;
  }

  /** All that there is to put out of this piece. */
  #taken(): Uint8Array {
    const piece = this.#piece;
    this.#piece = EMPTY;
    if (this.#out.length === 0) return this.#done === 0 ? piece : piece.subarray(this.#done);
    if (this.#done < piece.length) this.#out.push(piece.subarray(this.#done));
    const out = this.#out;
    this.#out = [];
    if (out.length === 1) return out[0]!;
    const joined = new Uint8Array(out.reduce((sum, octets) => sum + octets.length, 0));
    let at = 0;
    for (const octets of out) {
      joined.set(octets, at);
      at += octets.length;
    }
    return joined;
  }
}

/** Octets of a field without the dot that stuffs it. Its other lines begin with white space. */
function canonicalOctets(field: Uint8Array): number {
  return field[0] === DOT ? field.length - 1 : field.length;
}

/** The text, or null where the octets are not UTF-8. */
function wellFormed(octets: Uint8Array): string | null {
  try {
    return newChecker().decode(octets);
  } catch {
    return null;
  }
}

function newChecker(): InstanceType<typeof TextDecoder> {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}
