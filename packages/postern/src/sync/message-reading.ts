// One reading of a message's octets: stops at once when a signal says so, even while the next octets are not there yet, and knows
// afterwards how it went. So whoever stores the message can tell the source's failures from its own.
// Knows nothing of where the octets come from or go to.

export class MessageReading {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  /** Whether the source was asked for octets: it cannot be read from the front again then. */
  begun = false;
  /** Whether all octets were read. */
  complete = false;
  /** What made it stop: an error of the source or the reason of the signal; null where nothing did. */
  failure: { readonly error: unknown } | null = null;

  constructor(source: AsyncIterable<Uint8Array>, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** The octets, once. Leaving early leaves the source early too. */
  async *octets(): AsyncGenerator<Uint8Array> {
    const signal = this.#signal;
    this.#refuseAborted();
    this.begun = true;
    const iterator = this.#source[Symbol.asyncIterator]();
    let giveUp: () => void = () => undefined;
    const abort = (): void => giveUp();
    signal?.addEventListener("abort", abort);
    try {
      for (;;) {
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          giveUp = () => reject(signal!.reason as Error);
          iterator.next().then(resolve, reject);
        }).catch((error: unknown) => {
          this.failure = { error };
          throw error;
        });
        if (next.done === true) {
          this.complete = true;
          return;
        }
        yield next.value;
        this.#refuseAborted();
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      // A source that is waiting answers only when it is done with that; whoever aborts does not wait for it.
      if (signal?.aborted === true) void iterator.return?.().catch(() => undefined);
      else if (!this.complete && this.failure === null) await iterator.return?.();
    }
  }

  #refuseAborted(): void {
    if (this.#signal?.aborted !== true) return;
    this.failure = { error: this.#signal.reason };
    throw this.#signal.reason;
  }
}
