// The beginning of a message in wire form: header, empty line and the first lines of the body (RFC 1939 §7, TOP).
// Stuffing does not matter here: a stuffed line is still one line.
import { LF } from "./octets.js";

/** Cuts one body behind its n-th body line; pieces in, offsets out. */
export class TopCut {
  #linesLeft: number;
  #inHeader = true;
  /** Octets of the current line so far, a CR before the LF included. */
  #lineOctets = 0;

  constructor(lines: number) {
    this.#linesLeft = lines;
  }

  /** How much of this piece belongs to the top: all of it, or up to the end of the last line wanted. */
  end(piece: Uint8Array): { readonly end: number; readonly done: boolean } {
    let at = 0;
    for (;;) {
      const lineFeed = piece.indexOf(LF, at);
      if (lineFeed === -1) {
        this.#lineOctets += piece.length - at;
        return { end: piece.length, done: false };
      }
      this.#lineOctets += lineFeed - at;
      at = lineFeed + 1;
      // In wire form every LF has its CR before it, so a line of one octet is an empty one.
      if (this.#inHeader) {
        if (this.#lineOctets === 1) this.#inHeader = false;
      } else {
        this.#linesLeft--;
      }
      this.#lineOctets = 0;
      if (!this.#inHeader && this.#linesLeft === 0) return { end: at, done: true };
    }
  }
}
