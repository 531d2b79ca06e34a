// The client's next line in the midst of an exchange (RFC 5034 §4): somebody waits for it, and the session hands it over when it comes.
// Knows no mechanism; the session says what ends the wait without a line.
import type { LineReader, OVERLONG } from "../protocol/lines.js";
import { CONTINUATION_OCTETS } from "./limits.js";

/** A line, one that was too long, or null where the session ended first. */
export type AwaitedLine = string | typeof OVERLONG | null;

export class LineWaiter {
  readonly #lines: LineReader;
  readonly #commandOctets: number;
  #waiting: ((line: AwaitedLine) => void) | null = null;

  constructor(lines: LineReader, commandOctets: number) {
    this.#lines = lines;
    this.#commandOctets = commandOctets;
  }

  /** Somebody waits. */
  get active(): boolean {
    return this.#waiting !== null;
  }

  next(): Promise<AwaitedLine> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#lines.limitOctets = CONTINUATION_OCTETS;
    });
  }

  /** Hands over the line that is there; false where none is yet. */
  advance(): boolean {
    const line = this.#lines.next();
    if (line !== null) this.settle(line);
    return line !== null;
  }

  /** Ends the wait, if there is one. */
  settle(line: AwaitedLine): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#lines.limitOctets = this.#commandOctets;
    waiting?.(line);
  }
}
