// The figures of a running import, and the one line that shows them. Pure: the time is given, nothing is written.
// When the line is shown, and on which stream, is the business of `import.ts`. Knows no format and no store.
import type { Imported } from "../delivery/importer.js";
import { shownOctets, shownSeconds } from "./figures.js";

/** Counts what became of the messages. */
export class ImportProgress {
  readonly #count: number | null;
  readonly #octets: number;
  readonly #startMs: number;
  #doneOctets = 0;
  imported = 0;
  importedOctets = 0;
  known = 0;
  failed = 0;
  /** Messages whose unique-id could not be kept. */
  renamed = 0;

  /** `count`: messages in the source, null where that is not known; `octets`: what they occupy there. */
  constructor(count: number | null, octets: number, startMs: number) {
    this.#count = count;
    this.#octets = octets;
    this.#startMs = startMs;
  }

  note({ message, outcome }: Imported): void {
    this.#doneOctets += message.octets;
    if (outcome.kind === "known") this.known++;
    else if (outcome.kind === "failed") this.failed++;
    else {
      this.imported++;
      this.importedOctets += outcome.delivered.octets;
      if (outcome.lostUniqueId !== null) this.renamed++;
    }
  }

  /** One line of at most `columns` characters. */
  line(nowMs: number, columns: number): string {
    const seconds = Math.max((nowMs - this.#startMs) / 1000, 0.001);
    const messages = this.imported + this.known + this.failed;
    const parts = [
      `${messages}${this.#count === null ? "" : ` of ${this.#count}`} messages`,
      `${shownOctets(this.#doneOctets)} of ${shownOctets(this.#octets)}`,
      `${shownOctets(Math.round(this.#doneOctets / seconds))}/s`,
    ];
    // Before the first second the rate says nothing about the rest.
    if (seconds >= 1 && this.#doneOctets > 0) {
      const left = ((this.#octets - this.#doneOctets) / this.#doneOctets) * seconds;
      parts.push(`${shownSeconds(Math.max(left, 0))} left`);
    }
    if (this.failed > 0) parts.splice(1, 0, `${this.failed} failed`);
    return parts.join(", ").slice(0, columns);
  }
}
