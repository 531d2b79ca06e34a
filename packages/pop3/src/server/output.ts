// What goes to the peer: small replies gathered into one write, and the question whether the peer takes what it asked for.
// Knows no reply; `session.ts` says what to write.
import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import { BATCH_OCTETS } from "./limits.js";

/** The writing side of one connection. At most about a batch is held here, and what the socket's own bound allows. */
export class Output {
  readonly #socket: Writable;
  #parts: Uint8Array[] = [];
  #partsOctets = 0;
  /** Short lines that follow each other, one character an octet. */
  #text = "";
  octetsWritten = 0;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Adds lines of one character an octet. */
  text(lines: string): void {
    this.#text += lines;
    if (this.#text.length >= BATCH_OCTETS) this.flush();
  }

  /** Adds octets; they must not change until they are written. */
  octets(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#gather();
    this.#parts.push(octets);
    this.#partsOctets += octets.length;
    if (this.#partsOctets >= BATCH_OCTETS) this.flush();
  }

  /** Writes all that was added. */
  flush(done?: () => void): void {
    this.octetsWritten += this.#text.length + this.#partsOctets;
    if (this.#parts.length === 0) {
      const text = this.#text;
      this.#text = "";
      if (text !== "" || done !== undefined) this.#socket.write(text, "latin1", done);
      return;
    }
    this.#gather();
    const parts = this.#parts;
    const whole = parts.length === 1 || this.#partsOctets <= BATCH_OCTETS;
    this.#parts = [];
    if (whole) {
      this.#socket.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts, this.#partsOctets), done);
    } else {
      this.#socket.cork();
      for (const part of parts.slice(0, -1)) this.#socket.write(part);
      this.#socket.write(parts.at(-1)!, done);
      this.#socket.uncork();
    }
    this.#partsOctets = 0;
  }

  /** The peer has not taken what was written; nothing more should be until `drained`. */
  get full(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Resolves when the peer has taken what was written, or the connection is gone. */
  drained(): Promise<void> {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        socket.off("drain", settle);
        socket.off("close", settle);
        resolve();
      };
      socket.on("drain", settle);
      socket.on("close", settle);
    });
  }

  #gather(): void {
    if (this.#text === "") return;
    const octets = Buffer.from(this.#text, "latin1");
    this.#text = "";
    this.#parts.push(octets);
    this.#partsOctets += octets.length;
  }
}
