// The figures of a running import, and the one line that shows them. Pure: the time is given, nothing is written.
// When the line is shown, and on which stream, is the business of `cli/import.ts`. Knows no format and no store.
import type { Imported } from "./importer.js";

const unitOctets: readonly (readonly [number, string])[] = [
  [1024 ** 3, "GiB"],
  [1024 ** 2, "MiB"],
  [1024, "KiB"],
];

/** Octets as people read them: `512 octets`, `1.4 MiB`. */
export function shownOctets(octets: number): string {
  for (const [unit, name] of unitOctets) if (octets >= unit) return `${(octets / unit).toFixed(1)} ${name}`;
  return `${octets} ${octets === 1 ? "octet" : "octets"}`;
}

/** A duration as people read it: `8 s`, `3 min 05 s`, `2 h 10 min`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.trunc(whole / 60)} min ${`${whole % 60}`.padStart(2, "0")} s`;
  return `${Math.trunc(whole / 3600)} h ${`${Math.trunc((whole % 3600) / 60)}`.padStart(2, "0")} min`;
}

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
