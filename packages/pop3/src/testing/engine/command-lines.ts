// A client's octets cut behind each line feed and kept until the session gets them, one line at a time. Nothing in them is changed.
// Knows no command. The bound on what waits is here; the connection is read no further while it is reached.
import { Buffer } from "node:buffer";
import { LF } from "../../protocol/octets.js";

/** So many octets may wait before the connection is read no further. */
const WAITING_OCTETS = 256 * 1024;

export class CommandLines {
  #lines: Uint8Array[] = [];
  /** A line whose end is still to come. */
  #partial: Uint8Array[] = [];
  #partialOctets = 0;
  octets = 0;

  get full(): boolean {
    return this.octets >= WAITING_OCTETS;
  }

  push(chunk: Uint8Array): void {
    this.octets += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#partial.push(chunk.subarray(start, end + 1));
      this.#lines.push(this.#joined());
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.#partial.push(chunk.subarray(start));
    this.#partialOctets += chunk.length - start;
  }

  /** The next line with its line end, or null. A line that is too long to wait for its end is given out as it is. */
  next(): Uint8Array | null {
    const line = this.#lines.shift() ?? (this.#partialOctets >= WAITING_OCTETS ? this.#joined() : null);
    this.octets -= line?.length ?? 0;
    return line;
  }

  /** What is left without a line end. */
  rest(): Uint8Array {
    const rest = this.#joined();
    this.octets -= rest.length;
    return rest;
  }

  /** Forgets all and says how many octets that was. */
  drop(): number {
    const { octets } = this;
    this.#lines = [];
    this.#partial = [];
    this.#partialOctets = 0;
    this.octets = 0;
    return octets;
  }

  #joined(): Uint8Array {
    const line = Buffer.concat(this.#partial);
    this.#partial = [];
    this.#partialOctets = 0;
    return line;
  }
}
