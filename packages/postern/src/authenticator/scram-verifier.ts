// What is kept of a password for SCRAM: written as text, read again, and invented for names without one. The library makes it.
// Knows no accounts and no exchange; those who keep verifiers are `spool-accounts.ts` and `passwd-file.ts`.
import { createHmac } from "node:crypto";
import type { ScramHash, ScramKeys } from "@postern/pop3/server";
import { MOST_SCRAM_ITERATIONS, SCRAM_ITERATIONS } from "../config/authentication.js";

/** For which hash functions verifiers are made of passwords, and at how many iterations. */
export type ScramCosts = Readonly<Partial<Record<ScramHash, number>>>;

/** For SCRAM-SHA-256 at the usual number of iterations. */
export const USUAL_SCRAM: ScramCosts = { "SHA-256": SCRAM_ITERATIONS };

const SALT_OCTETS = 16;

const keyOctets: Readonly<Record<ScramHash, number>> = { "SHA-1": 20, "SHA-256": 32 };

export const SCRAM_HASHES: readonly ScramHash[] = ["SHA-256", "SHA-1"];

/** A salt that is the same for the same name and secret, and tells nothing of either. */
export function derivedSalt(secret: Uint8Array, name: string, hash: ScramHash, octets: number = SALT_OCTETS): Buffer {
  return invented(secret, ["salt", hash, name], octets);
}

/** What a name without a verifier is given: the same each time, of the usual form; no proof fits it. */
export function impossibleVerifier(
  secret: Uint8Array,
  name: string,
  hash: ScramHash,
  { iterations, saltOctets = SALT_OCTETS }: { readonly iterations: number; readonly saltOctets?: number },
): ScramKeys {
  const octets = keyOctets[hash];
  return {
    salt: derivedSalt(secret, name, hash, saltOctets),
    iterations,
    storedKey: invented(secret, ["stored key", hash, name], octets),
    serverKey: invented(secret, ["server key", hash, name], octets),
  };
}

function invented(secret: Uint8Array, parts: readonly string[], octets: number): Buffer {
  const digest = createHmac("sha512", secret)
    .update(JSON.stringify(["scram", ...parts]))
    .digest();
  return digest.subarray(0, octets);
}

/** RFC 5803's form: `SCRAM-SHA-256$iterations:salt$storedKey:serverKey`. */
export function formatVerifier(hash: ScramHash, { salt, iterations, storedKey, serverKey }: ScramKeys): string {
  return `SCRAM-${hash}$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

/** Reads RFC 5803's form. Null where it is malformed, or of another hash function. */
export function parseVerifier(hash: ScramHash, text: string): ScramKeys | null {
  const [, iterations, salt, storedKey, serverKey] =
    /^SCRAM-[A-Z0-9-]+\$(\d+):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text) ?? [];
  return text.startsWith(`SCRAM-${hash}$`) ? readVerifier(hash, iterations, salt, storedKey, serverKey) : null;
}

/** Reads Dovecot's form, which stands behind `{SCRAM-SHA-256}`: `iterations,salt,storedKey,serverKey`. Null where it is malformed. */
export function parseDovecotVerifier(hash: ScramHash, text: string): ScramKeys | null {
  const [iterations, salt, storedKey, serverKey, ...more] = text.split(",");
  return more.length > 0 ? null : readVerifier(hash, iterations, salt, storedKey, serverKey);
}

function readVerifier(hash: ScramHash, ...fields: readonly (string | undefined)[]): ScramKeys | null {
  const [iterations = "", ...encoded] = fields;
  const [salt = null, storedKey, serverKey] = encoded.map((field) => decodedBase64(field ?? ""));
  const octets = keyOctets[hash];
  if (!/^[1-9]\d{0,6}$/.test(iterations) || Number(iterations) > MOST_SCRAM_ITERATIONS) return null;
  if (salt === null || salt.length === 0 || storedKey?.length !== octets || serverKey?.length !== octets) return null;
  return { salt, iterations: Number(iterations), storedKey, serverKey };
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

/** The octets of a Base64 text with or without padding; null where it is none. */
export function decodedBase64(text: string): Buffer | null {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "") ? octets : null;
}
