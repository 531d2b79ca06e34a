// What was sent and must not come back in an error or a log, should a server repeat it. Kept as long as the connection is.
// Finds secrets in one character an octet, as lines are read, and in text for people. What else a log leaves out is `session-log.ts`'s.
import { octetString, utf8Octets } from "../protocol/octets.js";

/** Shorter ones are in many words by chance, and are masked where they stand alone. */
const LEAST_SECRET = 4;

const MASK = "****";

export class Secrets {
  /** Longest first: one may be a part of another. */
  #secrets: readonly string[] = [];

  add(secret: string): void {
    if (secret === "") return;
    const secrets = new Set([...this.#secrets, secret, octetString(utf8Octets(secret))]);
    this.#secrets = [...secrets].toSorted((a, b) => b.length - a.length);
  }

  masked(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) {
      if (!masked.includes(secret)) continue;
      masked = masked.replaceAll(secret.length < LEAST_SECRET ? alone(secret) : secret, MASK);
    }
    return masked;
  }
}

function alone(secret: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${secret.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`)}(?![A-Za-z0-9])`, "g");
}
