// SCRAM verifiers: the examples of the RFCs, both written forms, and those that are invented.
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import {
  derivedSalt,
  formatVerifier,
  impossibleVerifier,
  parseDovecotVerifier,
  parseVerifier,
} from "../../src/authenticator/scram-verifier.js";
import { scramVerifierOf, type ScramKeys } from "@postern/pop3/server";

const pencil = (hash: "SHA-1" | "SHA-256"): Promise<ScramKeys> =>
  hash === "SHA-1"
    ? scramVerifierOf("pencil", hash, Buffer.from("QSXCR+Q6sek8bf92", "base64"), 4096)
    : scramVerifierOf("pencil", hash, Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"), 4096);

// RFC 5802 §5 and RFC 7677 §3: the server's signature follows from the server key and the messages.
test.each([
  [
    "SHA-1",
    "n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
    "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  ],
  [
    "SHA-256",
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  ],
] as const)("the verifier of SCRAM-%s signs the example of its RFC", async (hash, messages, signature) => {
  const { serverKey } = await pencil(hash);
  const algorithm = hash.replace("-", "").toLowerCase();
  expect(createHmac(algorithm, serverKey).update(messages).digest("base64")).toBe(signature);
});

test.each(["SHA-1", "SHA-256"] as const)(
  "a verifier for %s is written in RFC 5803's form and read again",
  async (hash) => {
    const verifier = await pencil(hash);
    const text = formatVerifier(hash, verifier);
    expect(text).toMatch(new RegExp(`^SCRAM-${hash}\\$4096:[A-Za-z0-9+/]+=*\\$[A-Za-z0-9+/]+=*:[A-Za-z0-9+/]+=*$`));
    expect(parseVerifier(hash, text)).toEqual(verifier);
    expect(parseVerifier(hash === "SHA-1" ? "SHA-256" : "SHA-1", text)).toBeNull();
    const [, iterations, salt, storedKey, serverKey] = text.split(/[$:]/);
    expect(parseDovecotVerifier(hash, [iterations, salt, storedKey, serverKey].join(","))).toEqual(verifier);
  },
);

test.each([
  "",
  "SCRAM-SHA-256",
  "SCRAM-SHA-256$4096",
  "SCRAM-SHA-256$0:c2FsdA==$AAAA:AAAA",
  `SCRAM-SHA-256$4096:c2FsdA==$${"A".repeat(43)}=:AAAA`,
  `SCRAM-SHA-256$4096:$${"A".repeat(43)}=:${"A".repeat(43)}=`,
  `SCRAM-SHA-256$9999999:c2FsdA==$${"A".repeat(43)}=:${"A".repeat(43)}=`,
  `SCRAM-SHA-256$4096:c2F*dA==$${"A".repeat(43)}=:${"A".repeat(43)}=`,
])("%j is no verifier", (text) => {
  expect(parseVerifier("SHA-256", text)).toBeNull();
  expect(parseDovecotVerifier("SHA-256", text.replace("SCRAM-SHA-256$", "").replaceAll(/[$:]/g, ","))).toBeNull();
});

test("a good verifier of the same form as the broken ones is read", () => {
  const keys = `${"A".repeat(43)}=`;
  expect(parseVerifier("SHA-256", `SCRAM-SHA-256$4096:c2FsdA==$${keys}:${keys}`)).toMatchObject({ iterations: 4096 });
  expect(parseDovecotVerifier("SHA-256", `4096,c2FsdA==,${keys},${keys}`)).toMatchObject({ iterations: 4096 });
});

test("what is invented for a name depends on secret, name and hash function, and on nothing else", () => {
  const secret = Buffer.alloc(32, 1);
  const form = { iterations: 5000 };
  const one = impossibleVerifier(secret, "nobody", "SHA-256", form);
  expect(one).toEqual(impossibleVerifier(Buffer.alloc(32, 1), "nobody", "SHA-256", form));
  expect([one.salt.length, one.storedKey.length, one.serverKey.length]).toEqual([16, 32, 32]);
  const others = [
    impossibleVerifier(Buffer.alloc(32, 2), "nobody", "SHA-256", form),
    impossibleVerifier(secret, "nobodyx", "SHA-256", form),
    impossibleVerifier(secret, "nobody", "SHA-1", form),
  ];
  for (const { salt, storedKey, serverKey } of others) {
    expect(salt).not.toEqual(one.salt);
    expect(storedKey).not.toEqual(one.storedKey);
    expect(serverKey).not.toEqual(one.serverKey);
  }
  expect(derivedSalt(secret, "nobody", "SHA-256")).toEqual(one.salt);
});
