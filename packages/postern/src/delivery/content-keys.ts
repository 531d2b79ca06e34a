// Keys of messages that have nothing but their octets to be known by: their digest, and which of several equal ones.
// Knows no format.
import { digestOf, onlyIf } from "./file-octets.js";

/** What makes a message known by its content alone. */
export interface ContentKeyed {
  key(): Promise<string>;
  open(): AsyncIterable<Uint8Array>;
}

/**
 * Gives keys to the messages of one source, which must be asked for them in the same order on every run: two equal
 * messages are two messages, and the second of them is the second of them again next time.
 */
export class ContentKeys {
  readonly #seen = new Map<string, number>();

  /** A key made of the digest, and the octets guarded by it: what is imported is what the key was made of. */
  keyed(octets: () => AsyncIterable<Uint8Array>): ContentKeyed {
    let digest: string | null = null;
    let key: string | null = null;
    return {
      key: async () => {
        if (key === null) {
          digest = await digestOf(octets());
          const equalBefore = this.#seen.get(digest) ?? 0;
          this.#seen.set(digest, equalBefore + 1);
          key = equalBefore === 0 ? `sha256:${digest}` : `sha256:${digest}:${equalBefore + 1}`;
        }
        return key;
      },
      open: () => (digest === null ? octets() : onlyIf(digest, octets())),
    };
  }
}
