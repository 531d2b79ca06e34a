// Stored passwords with their scheme in front, as Dovecot writes them: `{SSHA512}…`, `{BLF-CRYPT}$2y$…`, `{SHA256.hex}…`.
// Reads scheme and encoding; what a scheme means is in the files beside. A new scheme is a line here and in docs/guides/accounts.md.
import { argon2Password, bcryptPassword, cryptPassword, scramPassword, shaCryptPassword } from "./costly-schemes.js";
import type { CryptThread } from "./crypt-thread.js";
import { clearPassword, plainDigest, saltedDigest } from "./digest-schemes.js";
import { decodedBase64 } from "./scram-verifier.js";
import { SchemeRefused } from "./stored-password.js";
import type { SchemePassword, StoredPassword } from "./stored-password.js";

type Encoding = "none" | "base64" | "hex";

interface Scheme {
  /** How the octets are written where the scheme's name does not say. */
  readonly encoding: Encoding;
  /** Octets of a digest without salt: one that is twice as long is hexadecimal. */
  readonly octets?: number;
  read(stored: Buffer, thread: CryptThread): SchemePassword;
}

const asText = (read: (text: string, thread: CryptThread) => SchemePassword): Scheme => ({
  encoding: "none",
  read: (stored, thread) => read(stored.toString("utf8"), thread),
});

const plain = (algorithm: string, octets: number, encoding: Encoding = "base64"): Scheme => ({
  encoding,
  octets,
  read: plainDigest(algorithm, octets),
});

const salted = (algorithm: string, octets: number): Scheme => ({
  encoding: "base64",
  read: saltedDigest(algorithm, octets),
});

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ["ARGON2ID", asText(argon2Password)],
  ["ARGON2I", asText(argon2Password)],
  ["BLF-CRYPT", asText(bcryptPassword)],
  ["SHA512-CRYPT", asText(shaCryptPassword("6"))],
  ["SHA256-CRYPT", asText(shaCryptPassword("5"))],
  ["CRYPT", asText(cryptPassword)],
  ["SCRAM-SHA-256", asText(scramPassword("SHA-256"))],
  ["SCRAM-SHA-1", asText(scramPassword("SHA-1"))],
  ["SSHA512", salted("sha512", 64)],
  ["SSHA256", salted("sha256", 32)],
  ["SSHA", salted("sha1", 20)],
  ["SMD5", salted("md5", 16)],
  ["SHA512", plain("sha512", 64)],
  ["SHA256", plain("sha256", 32)],
  ["SHA1", plain("sha1", 20)],
  ["SHA", plain("sha1", 20)],
  ["LDAP-MD5", plain("md5", 16)],
  ["PLAIN-MD5", plain("md5", 16, "hex")],
  ["CLEARTEXT", asText(clearPassword)],
  ["CLEAR", asText(clearPassword)],
  ["PLAIN", asText(clearPassword)],
]);

const CLEAR: ReadonlySet<string> = new Set(["CLEARTEXT", "CLEAR", "PLAIN"]);

const encodings: Readonly<Record<string, Encoding>> = { B64: "base64", BASE64: "base64", HEX: "hex" };

/** The schemes that are taken, by name. */
export const passwordSchemes: readonly string[] = [...schemes.keys()];

/** Reads a stored password; where no scheme is in front of it, it is one of `usual`. Throws `SchemeRefused`. */
export function readStoredPassword(text: string, usual: string, thread: CryptThread): StoredPassword {
  const [, named = usual, suffix, rest = text] = /^\{([A-Za-z0-9-]+)(?:\.([A-Za-z0-9]+))?\}(.*)$/s.exec(text) ?? [];
  const scheme = schemes.get(named.toUpperCase());
  if (scheme === undefined) {
    // Where passwords stand in the clear, what looks like a scheme may be the beginning of one.
    const shown = CLEAR.has(usual.toUpperCase()) ? "in front of it" : `{${named.slice(0, 40)}}`;
    throw new SchemeRefused(`the scheme ${shown} is not known here`);
  }
  let encoding: Encoding | undefined =
    scheme.octets !== undefined && rest.length === 2 * scheme.octets ? "hex" : scheme.encoding;
  if (suffix !== undefined) encoding = encodings[suffix.toUpperCase()];
  if (encoding === undefined)
    throw new SchemeRefused(`the encoding .${suffix?.slice(0, 40)} is not known: write .b64 or .hex`);
  return { ...scheme.read(decoded(rest, encoding), thread), text };
}

function decoded(text: string, encoding: Encoding): Buffer {
  const octets =
    encoding === "none"
      ? Buffer.from(text, "utf8")
      : encoding === "base64"
        ? decodedBase64(text)
        : /^(?:[0-9A-Fa-f]{2})*$/.test(text)
          ? Buffer.from(text, "hex")
          : null;
  if (octets === null)
    throw new SchemeRefused(`what stands behind the scheme is not ${encoding === "hex" ? "hexadecimal" : "Base64"}`);
  return octets;
}
