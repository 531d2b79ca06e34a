// The stream that a session has in the place of its socket. What becomes of the octets is its owner's, `interference.ts`.
// Knows neither lines nor TLS: there is one for the connection in the clear and another one for what TLS makes of it.
import { Duplex } from "node:stream";

/** Who gets what the session writes, and gives it what it reads. */
export interface StreamOwner {
  /** The session reads; from the first time on, octets may be pushed. */
  wanted(): void;
  /** The session has written; `done` lets it write more. */
  written(chunk: Uint8Array, done: () => void): void;
  /** The session writes nothing more; `done` once all is sent. */
  finished(done: () => void): void;
  /** The stream is over. */
  destroyed(): void;
}

/** Its end is for its owner: the session may write after the client has ended its side. */
export class InterposedStream extends Duplex {
  readonly #owner: StreamOwner;

  constructor(owner: StreamOwner) {
    super({ allowHalfOpen: true, autoDestroy: false, emitClose: true });
    this.#owner = owner;
  }

  override _read(): void {
    this.#owner.wanted();
  }

  override _write(chunk: Uint8Array, _encoding: unknown, done: () => void): void {
    this.#owner.written(chunk, done);
  }

  override _final(done: () => void): void {
    this.#owner.finished(done);
  }

  override _destroy(_error: Error | null, done: (error: null) => void): void {
    this.#owner.destroyed();
    done(null);
  }
}
