// Argon2id hashes: the reference vector, the form, and what counts as outdated.
import { expect, test } from "vitest";
import { hashPassword, impossibleHash, isOutdated, isPasswordOf } from "../../src/authenticator/password-hash.js";

const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 };

test("the test vector of the reference implementation verifies", async () => {
  const vector = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await isPasswordOf("password", vector)).toBe(true);
  expect(await isPasswordOf("Password", vector)).toBe(false);
});

test("a hash is of its own password alone", async () => {
  const hash = await hashPassword("pässwörd", CHEAP);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  expect(await isPasswordOf("pässwörd", hash)).toBe(true);
  expect(await isPasswordOf("passwörd", hash)).toBe(false);
  expect(await isPasswordOf("", hash)).toBe(false);
});

test("an impossible hash has the form of the others", async () => {
  const hash = impossibleHash(CHEAP);
  expect(hash).toHaveLength((await hashPassword("x", CHEAP)).length);
  expect(await isPasswordOf("", hash)).toBe(false);
});

test.each([
  [{ ...CHEAP, memoryKiB: 65 }, true],
  [{ ...CHEAP, passes: 2 }, true],
  [{ ...CHEAP, lanes: 2 }, true],
  [CHEAP, false],
  [{ ...CHEAP, memoryKiB: 32 }, false],
])("at a wanted cost of %j outdated is %j", (wanted, outdated) => {
  expect(isOutdated(impossibleHash(CHEAP), wanted)).toBe(outdated);
});

test("a hash by Argon2i verifies, and is outdated", async () => {
  // From the reference implementation's own tests.
  const vector = "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
  expect(await isPasswordOf("password", vector)).toBe(true);
  expect(await isPasswordOf("Password", vector)).toBe(false);
  expect(isOutdated(vector, CHEAP)).toBe(true);
});

test.each([
  "",
  "plain",
  "$2b$10$abc",
  "$argon2d$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
  "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
  "$argon2id$v=19$m=64,t=101,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
  "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
  "$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
])("%j is refused as malformed, or beyond all measure", async (hash) => {
  await expect(isPasswordOf("x", hash)).rejects.toThrow(TypeError);
});
