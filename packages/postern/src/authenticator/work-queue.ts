// Few computations at a time, a bounded number of others waiting their turn. Knows nothing of what is computed.
// How many may run and wait is set in `spool-accounts.ts`. A full queue refuses; it never grows.

/** The queue is full: whoever asked must come again later. */
class QueueFull extends Error {
  override readonly name = "QueueFull";
}

export class WorkQueue {
  readonly #atOnce: number;
  readonly #longest: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, longest: number) {
    this.#atOnce = atOnce;
    this.#longest = longest;
  }

  /** Does the work when its turn comes. Throws `QueueFull` at once where too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running === this.#atOnce) {
      if (this.#waiting.length >= this.#longest) throw new QueueFull("too many logins at once; try again later");
      // The one who ends hands its place over, so `#running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
