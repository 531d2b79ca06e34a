// SCRAM verifiers made of passwords that are at hand in the clear, each computed once and kept while there is room.
// Knows no file: a name without a password gets one nobody knows, by the same way, so that the two cannot be told apart.
import { createHmac } from "node:crypto";
import { scramVerifierOf, type ScramHash, type ScramKeys } from "@postern/pop3/server";
import { userNameProblem } from "../database/user-name.js";
import { derivedSalt, impossibleVerifier } from "./scram-verifier.js";
import type { WorkQueue } from "./work-queue.js";

/** Bounds the memory taken: a few hundred octets each. */
const MOST = 10_000;

export class DerivedVerifiers {
  readonly #secret: Uint8Array;
  readonly #queue: WorkQueue;
  /** Those in the making too; the oldest first. */
  readonly #verifiers = new Map<string, Promise<ScramKeys>>();

  constructor(secret: Uint8Array, queue: WorkQueue) {
    this.#secret = secret;
    this.#queue = queue;
  }

  /** The verifier of a name whose password stays the same, or which has none. Throws `QueueFull`. */
  async of(name: string, hash: ScramHash, iterations: number, password: string | null): Promise<ScramKeys> {
    // No user has such a name, and it may be long: nothing is kept for it.
    if (userNameProblem(name) !== null) return impossibleVerifier(this.#secret, name, hash, { iterations });
    const key = `${hash} ${name}`;
    const known = this.#verifiers.get(key);
    if (known !== undefined) return known;
    const made = this.#queue.run(async () =>
      scramVerifierOf(password ?? this.#nobodys(name), hash, derivedSalt(this.#secret, name, hash), iterations),
    );
    this.#verifiers.set(key, made);
    for (const oldest of this.#verifiers.keys()) {
      if (this.#verifiers.size <= MOST) break;
      this.#verifiers.delete(oldest);
    }
    try {
      return await made;
    } catch (error) {
      this.#verifiers.delete(key);
      throw error;
    }
  }

  #nobodys(name: string): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify(["nobody's password", name]))
      .digest("base64");
  }
}
