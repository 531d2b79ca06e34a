// The algorithm of SCRAM (RFC 5802 §3): from password to keys, from keys to proof and signature.
// Knows no message and no account. A hash function is one line of the table.
import { createHash, createHmac, pbkdf2, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import type { ScramHash, ScramVerifier } from "../../contracts/authenticator.js";

const HASHES: Readonly<Record<ScramHash, { readonly algorithm: string; readonly octets: number }>> = {
  "SHA-1": { algorithm: "sha1", octets: 20 },
  "SHA-256": { algorithm: "sha256", octets: 32 },
};

/** What servers announce at least (RFC 7677 §3, RFC 5802 §5.1). */
export const LEAST_ITERATIONS = 4096;

/** How many octets of salt an account store should draw, so that its verifiers look like those for unknown names. */
export const SCRAM_SALT_OCTETS = 16;

/** What a server keeps of a password, without the user whom it belongs to. */
export type ScramKeys = Omit<ScramVerifier, "user">;

export function hashOctets(hash: ScramHash): number {
  return HASHES[hash].octets;
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Uint8Array {
  return createHmac(HASHES[hash].algorithm, key).update(text, "utf8").digest();
}

function digest(hash: ScramHash, octets: Uint8Array): Uint8Array {
  return createHash(HASHES[hash].algorithm).update(octets).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, at) => octet ^ (b[at] ?? 0));
}

/** In a time that does not depend on where they differ. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function saltedInPool(hash: ScramHash, password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const { algorithm, octets } = HASHES[hash];
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, octets, algorithm, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** The client's two keys of one password, which take long to compute. */
export interface ClientKeys {
  readonly clientKey: Uint8Array;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export function clientKeysOf(hash: ScramHash, password: string, salt: Uint8Array, iterations: number): ClientKeys {
  const { algorithm, octets } = HASHES[hash];
  return keysOfSalted(hash, pbkdf2Sync(password, salt, iterations, octets, algorithm));
}

function keysOfSalted(hash: ScramHash, salted: Uint8Array): ClientKeys {
  const clientKey = hmac(hash, salted, "Client Key");
  return { clientKey, storedKey: digest(hash, clientKey), serverKey: hmac(hash, salted, "Server Key") };
}

export function clientProof(hash: ScramHash, keys: ClientKeys, authMessage: string): Uint8Array {
  return xor(keys.clientKey, hmac(hash, keys.storedKey, authMessage));
}

export function proofFits(hash: ScramHash, storedKey: Uint8Array, authMessage: string, proof: Uint8Array): boolean {
  return equalOctets(digest(hash, xor(proof, hmac(hash, storedKey, authMessage))), storedKey);
}

export function serverSignature(hash: ScramHash, serverKey: Uint8Array, authMessage: string): Uint8Array {
  return hmac(hash, serverKey, authMessage);
}

/**
 * What an account store keeps of a password. The password is prepared with SASLprep as a stored string, the salt is
 * random and of one account alone. Computed in Node's thread pool, for as long as the iterations say.
 */
export async function scramVerifierOf(
  password: string,
  hash: ScramHash,
  salt: Uint8Array,
  iterations: number,
): Promise<ScramKeys> {
  const { storedKey, serverKey } = keysOfSalted(hash, await saltedInPool(hash, password, salt, iterations));
  return { salt, iterations, storedKey, serverKey };
}

/**
 * A verifier that no password fits, for a name that is unknown or may not log in. It follows from a secret key and the
 * name, so that a client who asks twice sees the same salt, as for a real account. Give it the real accounts' iterations.
 */
export function impossibleVerifier(key: Uint8Array, name: string, hash: ScramHash, iterations: number): ScramVerifier {
  const drawn = (what: string): Uint8Array => hmac("SHA-256", key, `${what} ${hash} ${name}`);
  return {
    user: null,
    salt: drawn("salt").subarray(0, SCRAM_SALT_OCTETS),
    iterations,
    storedKey: drawn("stored key").subarray(0, hashOctets(hash)),
    serverKey: drawn("server key").subarray(0, hashOctets(hash)),
  };
}
