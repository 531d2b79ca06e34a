// Finds the lines of a file that comes in pieces, and shows the beginning of each: enough to tell separators, empty lines
// and header fields. Lines may be of any length; no more than their beginning is kept.

const CR = 0x0d;
const LF = 0x0a;

/** Octets that are kept of a line: more than any header field that is looked for needs. */
const headOctets = 256;

/** One line of a file, its line end counted in. */
export interface Line {
  readonly start: number;
  readonly end: number;
  /** The first octets, without the line end, one character an octet. */
  readonly head: string;
  readonly empty: boolean;
}

/** Cuts pieces into lines. Feed it with `push`, end with `finish`. */
export class LineCutter {
  #at = 0;
  #lineStart = 0;
  #head = Buffer.alloc(headOctets);
  #headLength = 0;

  *push(piece: Uint8Array): Generator<Line> {
    let from = 0;
    while (from < piece.length) {
      const lineFeed = piece.indexOf(LF, from);
      const to = lineFeed === -1 ? piece.length : lineFeed;
      const taken = Math.min(to - from, headOctets - this.#headLength);
      if (taken > 0) {
        this.#head.set(piece.subarray(from, from + taken), this.#headLength);
        this.#headLength += taken;
      }
      if (lineFeed === -1) break;
      yield this.#line(this.#at + lineFeed + 1, true);
      from = lineFeed + 1;
    }
    this.#at += piece.length;
  }

  /** The last line, where it has no line end. */
  finish(): Line | null {
    return this.#at > this.#lineStart ? this.#line(this.#at, false) : null;
  }

  #line(end: number, ended: boolean): Line {
    const length =
      ended && this.#headLength > 0 && this.#head[this.#headLength - 1] === CR
        ? this.#headLength - 1
        : this.#headLength;
    const line = {
      start: this.#lineStart,
      end,
      head: this.#head.toString("latin1", 0, length),
      empty: length === 0,
    };
    this.#lineStart = end;
    this.#headLength = 0;
    return line;
  }
}
