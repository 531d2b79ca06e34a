// The figures of a running fetch of one account or many, and the one line that shows them. Pure: the time is given, nothing is written.
// When the line is shown, and on which stream, is the business of `fetch-report.ts`. Knows no protocol.
import { shownBar, shownOctets, shownSeconds } from "./figures.js";

const BAR_COLUMNS = 20;

/** The rate of the last seconds tells more than that of all: links and servers change their minds. */
const RATE_MS = 5000;

/** Counts what is wanted and what has come, over all accounts. */
export class FetchProgress {
  #wanted = 0;
  #wantedOctets = 0;
  #done = 0;
  #octets = 0;
  #failed = 0;
  /** Times and octets received by then, oldest first. */
  #samples: (readonly [ms: number, octets: number])[] = [];

  /** So much more is to come than was known; less than nothing where a new listing has less. */
  expected(wanted: number, wantedOctets: number): void {
    this.#wanted += wanted;
    this.#wantedOctets += wantedOctets;
  }

  received(octets: number, nowMs: number): void {
    this.#octets += octets;
    const newest = this.#samples.at(-1);
    // Between two visits nothing was to come.
    if (newest !== undefined && nowMs - newest[0] > RATE_MS) this.#samples = [];
    if (newest !== undefined && nowMs - newest[0] < RATE_MS / 50) return;
    this.#samples.push([nowMs, this.#octets]);
    while (this.#samples.length > 2 && nowMs - this.#samples[1]![0] > RATE_MS) this.#samples.shift();
  }

  delivered(): void {
    this.#done++;
  }

  failed(): void {
    this.#failed++;
  }

  /** One line of at most `columns` characters. */
  line(nowMs: number, columns: number): string {
    const parts = [
      `${this.#done} of ${this.#wanted} messages`,
      `${shownOctets(this.#octets)} of ${shownOctets(Math.max(this.#wantedOctets, this.#octets))}`,
    ];
    const rate = this.#rate(nowMs);
    if (rate > 0) {
      parts.push(`${shownOctets(Math.round(rate))}/s`);
      parts.push(`${shownSeconds(Math.max(0, this.#wantedOctets - this.#octets) / rate)} left`);
    }
    if (this.#failed > 0) parts.splice(1, 0, `${this.#failed} failed`);
    return `${shownBar(this.#octets, this.#wantedOctets, BAR_COLUMNS)} ${parts.join(", ")}`.slice(0, columns);
  }

  /** Octets a second; 0 while too little is known. */
  #rate(nowMs: number): number {
    const [oldest] = this.#samples;
    if (oldest === undefined || nowMs - oldest[0] < RATE_MS / 10) return 0;
    return ((this.#octets - oldest[1]) * 1000) / (nowMs - oldest[0]);
  }
}
