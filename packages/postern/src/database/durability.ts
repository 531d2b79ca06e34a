// Makes commits survive the death of the machine: synchronizes the write-ahead log, off the event loop, once for all who wait.
// Knows no statement.
import { close, closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { NotDurable } from "./problem.js";

const synchronize = promisify(fdatasync);

/** Synchronizes one log. */
export class Durability {
  readonly #file: number;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #failure: NotDurable | null = null;
  #closed = false;

  /** The log must be there already: its name is synchronized here, once. */
  constructor(path: string) {
    this.#file = openSync(path, "r+");
    const directory = openSync(dirname(path), "r");
    fsyncSync(directory);
    closeSync(directory);
  }

  /**
   * Resolves when all that was committed before the call is on the disk. Rejects with `NotDurable` where that failed, and ever after:
   * what a failed attempt left out, a later one does not catch up on.
   */
  durable(): Promise<void> {
    // An attempt that is under way may have begun before the caller's commit; only the one after it is sure to cover that.
    if (this.#next !== null) return this.#next;
    const next = this.#running.then(async () => {
      this.#running = next.catch(() => undefined);
      this.#next = null;
      await this.#attempt();
    });
    this.#next = next;
    return next;
  }

  async #attempt(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      await synchronize(this.#file);
    } catch (error) {
      this.#failure = new NotDurable(error);
      throw this.#failure;
    }
  }

  /** Closes the log once the attempts under way have ended. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void (this.#next ?? this.#running).catch(() => undefined).then(() => close(this.#file));
  }
}
