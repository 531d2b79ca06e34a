// Accounts in memory, for tests, examples and a server with a handful of users. Knows nothing of maildrops.
// Whether a user has a maildrop is for the store to say. `testing/authenticator-suite.ts` holds it to its contract.
import { createHmac, generateKeySync, randomBytes, timingSafeEqual, type KeyObject } from "node:crypto";
import type { Authenticator } from "../contracts/authenticator.js";

/** Names and passwords given once. Names are compared exactly, case included; each opens the maildrop of the same name. */
export class MemoryAccounts implements Authenticator {
  readonly #key: KeyObject = generateKeySync("hmac", { length: 256 });
  readonly #digests: ReadonlyMap<string, Buffer>;
  /** What an unknown name's password is compared with, so that it takes as long; nothing has this digest. */
  readonly #nobody: Buffer = randomBytes(32);

  constructor(passwords: Readonly<Record<string, string>>) {
    this.#digests = new Map(Object.entries(passwords).map(([name, password]) => [name, this.#digest(password)]));
  }

  async verifyPassword(name: string, password: string): Promise<string | null> {
    const expected = this.#digests.get(name);
    const right = timingSafeEqual(this.#digest(password), expected ?? this.#nobody);
    return right && expected !== undefined ? name : null;
  }

  /** Passwords are kept and compared as keyed digests: equal lengths, so equal time. */
  #digest(password: string): Buffer {
    return createHmac("sha256", this.#key).update(password, "utf8").digest();
  }
}
