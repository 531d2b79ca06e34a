// Accounts in memory, for tests, examples and a server with a handful of users: the passwords are kept as they are given.
// Knows nothing of maildrops: whether a user has one is for the store to say. `testing/authenticator-suite.ts` holds it to its contract.
import {
  createHash,
  createHmac,
  generateKeySync,
  pbkdf2,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";
import type {
  Authenticator,
  CredentialKind,
  ScramHash,
  ScramVerifier,
  SharedSecret,
} from "../contracts/authenticator.js";

export interface MemoryAccountsOptions {
  /** Take SCRAM (RFC 5802); on where absent. */
  readonly scram?: boolean;
  /** The passwords are shared secrets too, for APOP and CRAM-MD5. */
  readonly secrets?: boolean;
}

/** The fewest that a server should announce (RFC 5802 §5.1): tests shall be quick. */
const SCRAM_ITERATIONS = 4096;

const SALT_OCTETS = 16;

const scramHashes: Readonly<Record<ScramHash, { readonly algorithm: string; readonly octets: number }>> = {
  "SHA-1": { algorithm: "sha1", octets: 20 },
  "SHA-256": { algorithm: "sha256", octets: 32 },
};

/** Names and passwords given once. Names are compared exactly, case included; each opens the maildrop of the same name. */
export class MemoryAccounts implements Authenticator {
  readonly #key: KeyObject = generateKeySync("hmac", { length: 256 });
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #digests: ReadonlyMap<string, Uint8Array>;
  readonly #verifiers = new Map<string, Promise<ScramVerifier>>();
  readonly #scram: boolean;
  readonly #secrets: boolean;
  /** What an unknown name's password is compared with, so that it takes as long; nothing has this digest. */
  readonly #nobody: Uint8Array = randomBytes(32);

  constructor(passwords: Readonly<Record<string, string>>, options: MemoryAccountsOptions = {}) {
    const { scram = true, secrets = false } = options;
    this.#passwords = new Map(Object.entries(passwords));
    this.#digests = new Map(
      Object.entries(passwords).map(([name, password]) => [name, this.#digest("password", password)]),
    );
    this.#scram = scram;
    this.#secrets = secrets;
  }

  offers(kind: CredentialKind): boolean {
    if (this.#passwords.size === 0) return false;
    if (kind === "scram-sha-1" || kind === "scram-sha-256") return this.#scram;
    return kind === "password" || (kind === "secret" && this.#secrets);
  }

  async verifyPassword(name: string, password: string): Promise<string | null> {
    const expected = this.#digests.get(name);
    const right = timingSafeEqual(this.#digest("password", password), expected ?? this.#nobody);
    return right && expected !== undefined && password !== "" ? name : null;
  }

  /** Made when it is first asked for, and kept. An unknown name's is made of a password that nobody knows. */
  async scramVerifier(name: string, hash: ScramHash): Promise<ScramVerifier> {
    const password = this.#passwords.get(name);
    const salt = this.#digest(`salt ${hash}`, name).subarray(0, SALT_OCTETS);
    if (password === undefined) return derived(this.#digest("nobody's password", name), hash, salt, null);
    const key = `${hash} ${name}`;
    let verifier = this.#verifiers.get(key);
    if (verifier === undefined) this.#verifiers.set(key, (verifier = derived(password, hash, salt, name)));
    return verifier;
  }

  async sharedSecret(name: string): Promise<SharedSecret | null> {
    const secret = this.#passwords.get(name);
    return this.#secrets && secret !== undefined ? { user: name, secret } : null;
  }

  /** Passwords are compared as keyed digests: equal lengths, so equal time. */
  #digest(use: string, text: string): Uint8Array {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([use, text]))
      .digest();
  }
}

/** RFC 5802 §3. */
async function derived(
  password: string | Uint8Array,
  hash: ScramHash,
  salt: Uint8Array,
  user: string | null,
): Promise<ScramVerifier> {
  const { algorithm, octets } = scramHashes[hash];
  const salted = await new Promise<Uint8Array>((resolve, reject) => {
    pbkdf2(password, salt, SCRAM_ITERATIONS, octets, algorithm, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
  const clientKey = createHmac(algorithm, salted).update("Client Key").digest();
  return {
    user,
    salt,
    iterations: SCRAM_ITERATIONS,
    storedKey: createHash(algorithm).update(clientKey).digest(),
    serverKey: createHmac(algorithm, salted).update("Server Key").digest(),
  };
}
