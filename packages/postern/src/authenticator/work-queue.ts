// Few computations at a time, a bounded number of others waiting their turn. Knows nothing of what is computed.
// Sources of accounts may share one. A full queue refuses; it never grows.

/** Hashes computed at a time: the thread pool has four threads, and the disk needs one. */
const HASHES_AT_ONCE = 3;

/** Logins that may wait for a hash: a few seconds' work. */
const HASHES_WAITING = 200;

/** The queue is full: whoever asked must come again later. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/** A queue for the hashing of passwords. */
export function hashQueue(): WorkQueue {
  return new WorkQueue(HASHES_AT_ONCE, HASHES_WAITING);
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
