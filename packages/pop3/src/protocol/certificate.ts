// What a certificate (RFC 5280) says of itself: the hash of its signature, its subject's common name and e-mail addresses.
// Reads and verifies nothing: that the certificate is genuine is for TLS to find out before anybody believes it.
import {
  derInside,
  derValues,
  explicit,
  implicit,
  objectIdentifier,
  OCTET_STRING,
  SEQUENCE,
  SET,
  type DerValue,
} from "./der.js";

/** As `node:crypto` calls them. */
export type HashName = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** Signature algorithms with one hash function (RFC 3279, 4055, 5758). EdDSA has none that could be named (RFC 8410). */
const SIGNATURES: ReadonlyMap<string, HashName> = new Map([
  ["1.2.840.113549.1.1.4", "md5"],
  ["1.2.840.113549.1.1.5", "sha1"],
  ["1.2.840.113549.1.1.14", "sha224"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.1", "sha1"],
  ["1.2.840.10045.4.3.1", "sha224"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
]);
const RSASSA_PSS = "1.2.840.113549.1.1.10";

/** Hash functions by themselves, as the parameters of RSASSA-PSS name them. */
const HASHES: ReadonlyMap<string, HashName> = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.4", "sha224"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const RFC822_NAME = implicit(1);
/** UTF8String, PrintableString and IA5String: the kinds of string whose octets are UTF-8 too. */
const UTF8_STRINGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x16]);

/** The hash function of the certificate's signature, or null where it has none or an unknown one. */
export function signatureHash(certificate: Uint8Array): HashName | null {
  const [, algorithm] = derInside(derValues(certificate)[0], SEQUENCE);
  const [identifier, parameters] = derInside(algorithm, SEQUENCE);
  const signature = objectIdentifier(identifier);
  if (signature !== RSASSA_PSS) return SIGNATURES.get(signature ?? "") ?? null;
  const hash = derInside(parameters, SEQUENCE).find(({ tag }) => tag === explicit(0));
  // RFC 4055 §3.1: SHA-1 where nothing is said.
  if (hash === undefined) return "sha1";
  const [named] = derInside(derValues(hash.content)[0], SEQUENCE);
  return HASHES.get(objectIdentifier(named) ?? "") ?? null;
}

/** The common name of the subject; null where it has none, or several, of which nobody can say which one counts. */
export function commonName(certificate: Uint8Array): string | null {
  const fields = signedFields(certificate);
  // The version may be left out, and then the serial number comes first.
  const subject = fields[fields[0]?.tag === explicit(0) ? 5 : 4];
  const names = derInside(subject, SEQUENCE)
    .flatMap((relative) => derInside(relative, SET))
    .map((attribute) => derInside(attribute, SEQUENCE))
    .filter(([type]) => objectIdentifier(type) === COMMON_NAME);
  const value = names.length === 1 ? names[0]![1] : undefined;
  return value !== undefined && UTF8_STRINGS.has(value.tag) ? printable(value.content) : null;
}

/** The e-mail addresses of the subject's alternative names, in their order. */
export function emailAddresses(certificate: Uint8Array): readonly string[] {
  const extensions = signedFields(certificate).find(({ tag }) => tag === explicit(3));
  const found = derInside(extensions && derValues(extensions.content)[0], SEQUENCE)
    .map((extension) => derInside(extension, SEQUENCE))
    .find(([identifier]) => objectIdentifier(identifier) === SUBJECT_ALTERNATIVE_NAME)
    ?.at(-1);
  const [names] = found?.tag === OCTET_STRING ? derValues(found.content) : [];
  return derInside(names, SEQUENCE)
    .filter(({ tag }) => tag === RFC822_NAME)
    .map(({ content }) => printable(content) ?? "")
    .filter((address) => /^[!-~]+@[!-~]+$/.test(address));
}

function signedFields(certificate: Uint8Array): readonly DerValue[] {
  return derInside(derInside(derValues(certificate)[0], SEQUENCE)[0], SEQUENCE);
}

/** Text without control characters, or null. */
function printable(octets: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    return text === "" || /\p{Cc}/u.test(text) ? null : text;
  } catch {
    return null;
  }
}
