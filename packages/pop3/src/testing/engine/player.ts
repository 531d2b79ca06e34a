// Plays steps on a connection, one after the other: writes, waits, ends. Knows no exchange and no fault.
// What an end is on a real socket is its host's business, `interference.ts`.
import { asOctets, isOctets, type Step } from "./exchange.js";

/** The connection, as the player sees it. */
export interface PlayerHost {
  /** Calls `done` once the octets are handed to the system, or never will be. */
  send(octets: Uint8Array, done: () => void): void;
  end(how: "close" | "reset" | "stall"): void;
  /** Ends it so if nothing is asked for so long. */
  endIdle(ms: number): void;
}

export class Player {
  readonly #host: PlayerHost;
  #tail: Promise<void> = Promise.resolve();
  #over = false;
  #wake: () => void = () => {};

  constructor(host: PlayerHost) {
    this.#host = host;
  }

  /** Plays these behind all that is played already; resolves when they are done, and never once the connection is over. */
  play(steps: readonly Step[]): Promise<void> {
    this.#tail = this.#tail.then(async () => {
      for (const step of steps) await this.#step(step);
    });
    return this.#tail;
  }

  /** Nothing more is played. */
  stop(): void {
    this.#over = true;
    this.#wake();
  }

  async #step(step: Step): Promise<void> {
    if (this.#over) return never();
    if (isOctets(step)) return this.#write(asOctets(step));
    if ("pauseMs" in step) return this.#pause(step.pauseMs);
    if ("repeats" in step) {
      const octets = asOctets(step.repeats);
      while (!this.#over) {
        await this.#write(octets);
        // A write may be done at once, and nobody else would ever have his turn.
        await this.#pause(0);
      }
      return never();
    }
    if ("idleMs" in step) this.#host.endIdle(step.idleMs);
    if ("ends" in step) {
      this.#host.end(step.ends);
      return never();
    }
  }

  #write(octets: Uint8Array): Promise<void> {
    return octets.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#host.send(octets, resolve));
  }

  /** 0 is a turn of the event loop, so that what was written before is on its way alone. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (ms === 0) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
