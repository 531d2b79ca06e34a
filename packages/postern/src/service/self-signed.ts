// Writes a self-signed server certificate (RFC 5280) for an EC key: the few DER shapes that takes, and no more.
// Knows no files and no configuration.
import { createHash, createPublicKey, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";

export interface SelfSignedOptions {
  /** A P-256 private key. */
  readonly key: KeyObject;
  /** Host names and IP addresses for subjectAltName; the first is the common name too. */
  readonly names: readonly [string, ...string[]];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const oid = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectKeyIdentifier: "551d0e",
  keyUsage: "551d0f",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
  extendedKeyUsage: "551d25",
  serverAuth: "2b06010505070301",
} as const;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const head = length < 0x100 ? Buffer.of(tag, 0x81, length) : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.concat([head, content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octetString = (content: Uint8Array): Buffer => der(0x04, content);
const bitString = (unusedBits: number, content: Uint8Array): Buffer => der(0x03, Buffer.of(unusedBits), content);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

/** RFC 5280 §4.1.2.5: two-digit years through 2049, four digits after. */
function time(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

/** The 16 octets of an IPv6 address, which may hold `::` once. */
function ipv6Octets(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (part: string | undefined): string[] => (part === undefined || part === "" ? [] : part.split(":"));
  const zeros = Array<string>(tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length).fill("0");
  return Buffer.from(
    [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, "0")).join(""),
    "hex",
  );
}

/** One GeneralName: dNSName [2] or iPAddress [7]. */
function generalName(name: string): Buffer {
  if (isIP(name) === 4) return der(0x87, Buffer.from(name.split(".").map(Number)));
  return isIP(name) === 6 ? der(0x87, ipv6Octets(name)) : der(0x82, Buffer.from(name, "ascii"));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(identifier(id), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), octetString(value));
}

/** The certificate in PEM form. */
export function selfSigned({ key, names, notBefore, notAfter }: SelfSignedOptions): string {
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  const algorithm = sequence(identifier(oid.ecdsaWithSha256));
  const subject = sequence(
    der(0x31, sequence(identifier(oid.commonName), der(0x0c, Buffer.from(names[0].slice(0, 64))))),
  );
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive and never with a leading zero octet
  const extensions = sequence(
    extension(oid.basicConstraints, true, sequence()),
    extension(oid.keyUsage, true, bitString(7, Buffer.of(0x80))), // digitalSignature
    extension(oid.extendedKeyUsage, false, sequence(identifier(oid.serverAuth))),
    extension(oid.subjectAltName, false, sequence(...names.map(generalName))),
    extension(oid.subjectKeyIdentifier, false, octetString(createHash("sha1").update(publicKey).digest())),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    algorithm,
    subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey,
    der(0xa3, extensions),
  );
  const certificate = sequence(body, algorithm, bitString(0, sign("sha256", body, key)));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
