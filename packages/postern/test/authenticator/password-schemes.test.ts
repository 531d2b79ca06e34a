// Stored passwords of other programs. The vectors come from `openssl passwd`, libxcrypt's crypt(3), `openssl dgst` and RFC 7677;
// what they show is that a password which was right there is right here.
import { afterAll, describe, expect, test } from "vitest";
import { CryptThread } from "../../src/authenticator/crypt-thread.js";
import { passwordSchemes, readStoredPassword } from "../../src/authenticator/password-schemes.js";
import { formatVerifier } from "../../src/authenticator/scram-verifier.js";
import { scramVerifierOf } from "@postern/pop3/server";
import { SchemeRefused } from "../../src/authenticator/stored-password.js";
import type { StoredPassword } from "../../src/authenticator/stored-password.js";

const thread = new CryptThread();
afterAll(() => thread.close());

const read = (text: string, usual = "CRYPT"): StoredPassword => readStoredPassword(text, usual, thread);

describe("the password secret", () => {
  const sha512 = "vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==";
  const sha512Crypt =
    "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";
  const bcrypt = "$2b$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u";
  const vectors: readonly string[] = [
    "{PLAIN}secret",
    "{plain}secret",
    "{CLEAR}secret",
    "{CLEARTEXT}secret",
    "{PLAIN.b64}c2VjcmV0",
    "{PLAIN.hex}736563726574",
    "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "{SHA1}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
    "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols",
    "{SHA256.hex}2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
    "{SHA256}2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
    `{SHA512}${sha512}`,
    `{SHA512.BASE64}${sha512}`,
    "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
    "{SSHA256}+E+iFJ27Yu1ODPH1UNKUmzOmUT06dwfghQJRHHnMsO5zYWx0",
    "{SSHA512}E491yrR9AdCoE7rbOPYS3EZgSuZpVE65AD9xko08s6floNesY/Zpe9zMVvLix4S2FiQSJ99RIkNvhHomNO9uL3NhbHQ=",
    "{SMD5}mc0uWpXVVe5747A4pKhGJXNhbHQ=",
    "{LDAP-MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
    "{PLAIN-MD5}5ebe2294ecd0e0f08eab7690d2a6ee69",
    `{BLF-CRYPT}${bcrypt}`,
    `{CRYPT}${bcrypt}`,
    `{BLF-CRYPT}${bcrypt.replace("$2b", "$2y")}`,
    `{BLF-CRYPT}${bcrypt.replace("$2b", "$2a")}`,
    bcrypt,
    `{SHA512-CRYPT}${sha512Crypt}`,
    `{SHA512-CRYPT.b64}${Buffer.from(sha512Crypt).toString("base64")}`,
    sha512Crypt,
    "$6$rounds=1000$abcdefgh$nhYjN017qxiYztzyUpZtPnUQcnLy62KsunSLHNeLahp2EHPlAKmFFlrjEwSXGo2kgY5hR2.peKEg2VGUqIJJu1",
    "{SHA256-CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
    "$5$rounds=1400$anotherlongsalts$hA9phAhHgeqcKTycY/LRKamQM18d5P2uD0VRrWGWMX6",
    "$5$rounds=1400$abc$ixw/KwcpTyhuBM6PfmssSmmW1kmh05p0RfwqOhParhC",
  ];
  test.each(vectors)("%s", async (text) => {
    const stored = read(text);
    expect(await stored.matches("secret")).toBe(true);
    for (const wrong of ["Secret", "secret ", "secre", "", "secretsecret"]) {
      expect(await stored.matches(wrong), JSON.stringify(wrong)).toBe(false);
    }
    expect(stored.text).toBe(text);
  });
});

// Lengths at which the digests of SHA-crypt are used whole, and what is longer than bcrypt looks at.
test.each([
  [
    "p".repeat(64),
    "$6$saltsalt$1hq4o9PVzxg0FdsYj1y.TGRVUADcPZloj3fqD812UmpaefO.IYnvg4R2OIA7OtAGDB/uFjkRY4zy.RNJshQCU.",
  ],
  ["p".repeat(96), "$5$saltsalt$oszbwHoJKi/6nt7Zq033bxFgdqLGCeIZsIaeSlxpwW/"],
  ["p".repeat(80), "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO"],
  ["correct horse", "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"],
  ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
])("crypt(3) made a hash of %j", async (password, hash) => {
  expect(await read(hash).matches(password)).toBe(true);
  expect(await read(hash).matches(password.slice(0, 50).replace(/.$/, ""))).toBe(false);
});

test("Argon2 in Dovecot's form", async () => {
  const vector = "{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await read(vector).matches("password")).toBe(true);
  expect(await read(vector).matches("Password")).toBe(false);
  expect(read(vector).effort).toEqual({ family: "argon2", cost: 131_072 });
});

test("a SCRAM verifier is one, and tells whether a password is right", async () => {
  const made = await scramVerifierOf("pencil", "SHA-256", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"), 4096);
  const text = formatVerifier("SHA-256", made).replace("SCRAM-SHA-256$", "").replaceAll(/[$:]/g, ",");
  const stored = read(`{SCRAM-SHA-256}${text}`);
  expect(stored.scram).toEqual({ hash: "SHA-256", verifier: made });
  expect(await stored.matches("pencil")).toBe(true);
  expect(await stored.matches("Pencil")).toBe(false);
});

test("only a password in the clear is known, as SASLprep prepares it", async () => {
  const stored = read("{PLAIN}I\u00adX\u00aa");
  expect(stored.clear).toBe("IXa");
  expect(await stored.matches("IXa")).toBe(true);
  expect(read("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=").clear).toBeNull();
});

test("a password without a scheme is of the usual one", async () => {
  expect(await read("{braces", "PLAIN").matches("{braces")).toBe(true);
  expect(await read("secret", "plain").matches("secret")).toBe(true);
  expect(() => read("secret", "CRYPT")).toThrow(/put \{PLAIN\} in front/);
});

describe("refused, with the reason and without the password:", () => {
  test.each([
    ["{NTLM}8846F7EAEE8FB117AD06BDD830B7586C", "the scheme {NTLM} is not known"],
    ["{SHA256.rot13}abc", "the encoding .rot13 is not known"],
    ["{SHA256}hunter2x", "octets and not 32"],
    ["{SHA256}hunter2*", "not Base64"],
    ["{SHA256.hex}hunter2", "not hexadecimal"],
    ["{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "need more than 20"],
    ["{PLAIN}hunter2\ufffd", "the password cannot be used"],
    ["{ARGON2ID}$argon2id$v=19$m=4294967296,t=3,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q", "absurd cost"],
    ["{ARGON2ID}hunter2", "no Argon2 hash"],
    ["{BLF-CRYPT}$2y$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "the cost of a bcrypt hash is 31"],
    ["{BLF-CRYPT}$2y$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "the cost of a bcrypt hash is 3,"],
    ["{BLF-CRYPT}$2x$05$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "no bcrypt hash"],
    ["{SHA512-CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA", "no SHA-512 crypt hash"],
    ["$5$rounds=999999999$abc$ixw/KwcpTyhuBM6PfmssSmmW1kmh05p0RfwqOhParhC", "rounds=999999999 is out of range"],
    ["$5$rounds=999$abc$ixw/KwcpTyhuBM6PfmssSmmW1kmh05p0RfwqOhParhC", "rounds=999 is out of range"],
    ["$5$seventeencharsalt$ixw/KwcpTyhuBM6PfmssSmmW1kmh05p0RfwqOhParhC", "no SHA-256 crypt hash"],
    ["$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1", "a hash by MD5 cannot be checked"],
    ["abNANd1rDfiNc", "a hash by DES cannot be checked"],
    ["$y$j9T$abc$def", "a hash by yescrypt cannot be checked"],
    ["hunter2", "no password hash"],
    ["{SCRAM-SHA-256}4096,c2FsdA==,AAAA,AAAA", "no verifier for SCRAM-SHA-256"],
  ])("%s", (text, reason) => {
    let refusal: unknown;
    try {
      read(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(SchemeRefused);
    expect((refusal as Error).message).toContain(reason);
    expect((refusal as Error).message).not.toContain("hunter2");
  });
});

test("a password in the clear that begins like a scheme is not told", () => {
  expect(() => readStoredPassword("{hunter2}", "PLAIN", thread)).toThrow(
    /^the scheme in front of it is not known here$/,
  );
});

test("every scheme says what it costs: those of crypt(3), Argon2 and SCRAM something, the others nothing", () => {
  expect(passwordSchemes).toHaveLength(21);
  expect(read("{PLAIN}x").effort).toBeNull();
  expect(read("$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e").effort).toEqual({
    family: "bcrypt",
    cost: 4,
  });
});

describe("the thread", () => {
  const hash = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

  test("answers questions in any number, each with its own answer", async () => {
    const own = new CryptThread();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, at) =>
        own.isPasswordOf("bcrypt", at % 3 === 0 ? "correct horse" : `wrong ${at}`, hash),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 20 }, (_, at) => at % 3 === 0));
    own.close();
  });

  test("stopped, it refuses who waits, and begins anew for the next", async () => {
    const own = new CryptThread();
    const waiting = own.isPasswordOf("bcrypt", "correct horse", hash);
    own.close();
    await expect(waiting).rejects.toThrow("was stopped");
    expect(await own.isPasswordOf("bcrypt", "correct horse", hash)).toBe(true);
    own.close();
  });

  test("a hash that is malformed is a failure", async () => {
    await expect(thread.isPasswordOf("sha-crypt", "x", "$5$short")).rejects.toThrow("malformed");
    await expect(thread.isPasswordOf("bcrypt", "x", "$2b$short")).rejects.toThrow("60 bytes");
  });
});
