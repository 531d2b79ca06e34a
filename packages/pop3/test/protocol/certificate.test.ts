// What is read from certificates, against what openssl says of them, and that no damaged one does harm.
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { commonName, emailAddresses, signatureHash } from "../../src/protocol/certificate.js";
import { derValues, objectIdentifier } from "../../src/protocol/der.js";
import { ann, odd, server, signedCertificates } from "../support/certificates.js";
import { identity } from "../support/identity.mjs";

function der(pem: string): Uint8Array {
  return Uint8Array.from(new X509Certificate(pem).raw);
}

test.each([
  ["RSA with SHA-256", "sha256"],
  ["RSA with SHA-1", "sha1"],
  ["RSA with MD5", "md5"],
  ["RSASSA-PSS with SHA-512", "sha512"],
  ["RSASSA-PSS with parameters left out, which is SHA-1", "sha1"],
  ["ECDSA with SHA-224", "sha224"],
  ["ECDSA with SHA-384", "sha384"],
  ["ECDSA with SHA-512", "sha512"],
  ["ECDSA with SHA3-256, which nobody here knows", null],
  ["Ed25519, which has no hash function to name", null],
])("%s: %s", (name, hash) => {
  expect(signatureHash(der(signedCertificates.find((each) => each.name === name)!.pem))).toBe(hash);
});

test("names and addresses of a subject", () => {
  expect(commonName(der(ann.cert))).toBe("ann");
  expect(emailAddresses(der(ann.cert))).toEqual(["ann@example.net", "ann@example.org"]);
  expect(commonName(der(identity.cert))).toBe("localhost");
  expect(emailAddresses(der(identity.cert))).toEqual([]);
  expect(commonName(der(server.cert))).toBe("pop.example.net");
  expect(emailAddresses(der(server.cert))).toEqual([]);
});

test("of two common names none counts; an address with a comma is one address, and what is none is left out", () => {
  expect(commonName(der(odd.cert))).toBeNull();
  expect(emailAddresses(der(odd.cert))).toEqual(["a,DNS:b@example.net"]);
});

test.each([
  ["a NUL in a common name", "ann", "a\0n", { name: null, emails: ["ann@example.net", "ann@example.org"] }],
  ["a NUL in an address", "ann@example.net", "ann@exam\0le.net", { name: "ann", emails: ["ann@example.org"] }],
  ["a line end in an address", "ann@example.net", "ann@exam\nle.net", { name: "ann", emails: ["ann@example.org"] }],
  ["a common name that is no UTF-8", "ann", "a\xffn", { name: null, emails: ["ann@example.net", "ann@example.org"] }],
])("%s", (_, before, after, expected) => {
  const text = Buffer.from(der(ann.cert)).toString("latin1");
  // In UTF8String with its length, so that the addresses are left alone.
  const prefix = before === "ann" ? "\x0c\x03" : "";
  const changed = Buffer.from(text.replace(prefix + before, prefix + after), "latin1");
  expect(changed.equals(der(ann.cert))).toBe(false);
  expect({ name: commonName(changed), emails: emailAddresses(changed) }).toEqual(expected);
});

test.each([
  ["2a864886f70d01010b", "1.2.840.113549.1.1.11"],
  ["550403", "2.5.4.3"],
  ["883703", "2.999.3"],
  ["2b", "1.3"],
  ["", ""],
  ["2a86", null],
  ["2affffffffff7f", null],
])("object identifier %s is %s", (octets, text) => {
  expect(objectIdentifier({ tag: 0x06, content: Buffer.from(octets, "hex") })).toBe(text);
});

test.each([
  ["no length", "30"],
  ["a length over the end", "300401"],
  ["a long length cut short", "3082"],
  ["a long length over the end", "3084ffffffff00"],
  ["a length without bound", "3080020100000000"],
  ["a length of five octets", "308500000000010a"],
  ["a tag of several octets", "1f810100"],
  ["something behind the last value", "02010030"],
])("%s is no DER", (_, octets) => {
  expect(derValues(Buffer.from(octets, "hex"))).toEqual([]);
});

test("a length in its long form is read", () => {
  const content = Buffer.alloc(300, 7);
  expect(derValues(Buffer.concat([Buffer.from("0482012c", "hex"), content]))).toEqual([{ tag: 4, content }]);
});

test("property: damaged certificates are read without harm", () => {
  const certificates = [ann, odd, identity].map(({ cert }) => der(cert));
  const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...certificates), damage, fc.nat(700), (certificate, changes, end) => {
      const damaged = Uint8Array.from(certificate).subarray(0, end);
      for (const [at, octet] of changes) if (at < damaged.length) damaged[at] = octet;
      signatureHash(damaged);
      expect(commonName(damaged) ?? "").not.toMatch(/\p{Cc}/u);
      for (const address of emailAddresses(damaged)) expect(address).toMatch(/^[!-~]+@[!-~]+$/);
    }),
  );
});
