// When the next login may be made: never sooner than the server's LOGIN-DELAY allows, and how long an examination waits for that.
// Counts the logins. Knows no connection.
import { loginDelay } from "../capabilities/login-delay.js";
import type { ServerFacts } from "./facts.js";
import { NotTested } from "./outcome.js";
import type { Subject } from "./subject.js";

const DELAY_PATIENCE_MS = 30_000;
/** The clock of a server may run a little behind. */
const DELAY_MARGIN_MS = 300;

/** The logins of an examination, one after the other. */
export class LoginPace {
  readonly #subject: Subject;
  readonly #facts: ServerFacts;
  readonly #now: () => number;
  #lastMs: number | null = null;
  /** Logins that succeeded. */
  count = 0;

  constructor(subject: Subject, facts: ServerFacts) {
    this.#subject = subject;
    this.#facts = facts;
    this.#now = subject.now ?? Date.now;
  }

  /** Somebody was let in now. */
  note(): void {
    this.count++;
    this.#lastMs = this.#now();
  }

  /** How long a login has to wait, by what the server announces and a margin, in milliseconds. */
  get leftMs(): number {
    const seconds = this.#facts.argument(loginDelay)?.seconds ?? 0;
    if (seconds === 0 || this.#lastMs === null) return 0;
    return Math.max(0, this.#lastMs + seconds * 1000 + DELAY_MARGIN_MS - this.#now());
  }

  /** Waits until a login may be made. Throws `NotTested` where that is too long. */
  async wait(): Promise<void> {
    const ms = this.leftMs;
    if (ms === 0) return;
    const { delayPatienceMs = DELAY_PATIENCE_MS, onWait, signal } = this.#subject;
    if (ms > delayPatienceMs) {
      throw new NotTested(
        `another login is needed, and the server asks for ${Math.ceil(ms / 1000)} more seconds before it`,
      );
    }
    onWait?.(ms, "the server asks for a delay between two logins");
    await new Promise<void>((resolve) => setTimeout(resolve, ms));
    signal?.throwIfAborted();
  }
}
