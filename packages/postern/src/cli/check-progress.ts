// The line of progress of an examination, on a terminal. Says nothing elsewhere, and leaves nothing behind.
// What was found is shown when all is over, by `check-text.ts`.
import type { ExaminationEvent } from "@postern/pop3/conformance";
import type { CliContext } from "./context.js";
import { shownBar, shownSeconds } from "./figures.js";

const BAR_COLUMNS = 20;
const CLEAR_LINE = "\r\u001b[K";

export class CheckProgress {
  readonly #stderr: CliContext["stderr"];
  readonly #shows: boolean;
  #checks = 0;
  #done = 0;
  #failed = 0;

  constructor({ stderr }: CliContext) {
    this.#stderr = stderr;
    this.#shows = stderr.isTTY === true;
  }

  told(event: ExaminationEvent): void {
    if (event.kind === "listed") this.#checks = event.checks;
    if (event.kind === "ended") {
      this.#done++;
      if (event.result.outcome === "failed") this.#failed++;
    }
    this.#show(event.kind === "began" ? event.id : "");
  }

  waits(ms: number): void {
    this.#show(`waits ${shownSeconds(ms / 1000)} for the next login`);
  }

  over(): void {
    if (this.#shows) this.#stderr.write(CLEAR_LINE);
  }

  #show(doing: string): void {
    if (!this.#shows) return;
    const failed = this.#failed === 0 ? "" : `, ${this.#failed} failed`;
    const line = `${shownBar(this.#done, this.#checks, BAR_COLUMNS)} ${this.#done} of ${this.#checks} checks${failed} ${doing}`;
    this.#stderr.write(`${CLEAR_LINE}${line.slice(0, (this.#stderr.columns || 80) - 1)}`);
  }
}
