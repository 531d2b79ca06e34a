// Remembers for a short time which password was right, so that a client that polls does not cost a hash each time.
// Holds digests under a key of its own, never a password; the stored hash is part of them, so a new password counts at once.
import { createHmac, generateKeySync } from "node:crypto";

/** Bounds the memory taken: about a hundred octets each. */
const MOST = 10_000;

export class VerifiedPasswords {
  // A key object: given raw octets, each digest would make one, which costs more than the digest.
  readonly #key = generateKeySync("hmac", { length: 256 });
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  /** From digest to the end of its time; the oldest first. */
  readonly #endsMs = new Map<string, number>();

  constructor(lifetimeMs: number, now: () => number = Date.now) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  add(user: string, password: string, storedHash: string): void {
    const digest = this.#digest(user, password, storedHash);
    this.#endsMs.delete(digest);
    this.#endsMs.set(digest, this.#now() + this.#lifetimeMs);
    for (const oldest of this.#endsMs.keys()) {
      if (this.#endsMs.size <= MOST) break;
      this.#endsMs.delete(oldest);
    }
  }

  has(user: string, password: string, storedHash: string): boolean {
    const digest = this.#digest(user, password, storedHash);
    const endMs = this.#endsMs.get(digest);
    if (endMs === undefined) return false;
    if (endMs > this.#now()) return true;
    this.#endsMs.delete(digest);
    return false;
  }

  #digest(user: string, password: string, storedHash: string): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([user, password, storedHash]))
      .digest("base64");
  }
}
