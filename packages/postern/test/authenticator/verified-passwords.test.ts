// What is remembered about right passwords: for whom, for how long, how much of it.
import { expect, test } from "vitest";
import { VerifiedPasswords } from "../../src/authenticator/verified-passwords.js";

test("only the same user, password and stored hash are remembered, and only for the time given", () => {
  let nowMs = 0;
  const verified = new VerifiedPasswords(1000, () => nowMs);
  verified.add("alice", "secret", "hash");
  expect(verified.has("alice", "secret", "hash")).toBe(true);
  expect(verified.has("alice", "Secret", "hash")).toBe(false);
  expect(verified.has("bob", "secret", "hash")).toBe(false);
  expect(verified.has("alice", "secret", "hash2")).toBe(false);
  expect(verified.has("alices", "ecret", "hash")).toBe(false);
  nowMs = 999;
  expect(verified.has("alice", "secret", "hash")).toBe(true);
  nowMs = 1000;
  expect(verified.has("alice", "secret", "hash")).toBe(false);
});

test("the oldest are forgotten first where there are too many", () => {
  const verified = new VerifiedPasswords(1000, () => 0);
  for (let user = 0; user <= 10_000; user++) verified.add(`user ${user}`, "secret", "hash");
  expect(verified.has("user 0", "secret", "hash")).toBe(false);
  expect(verified.has("user 1", "secret", "hash")).toBe(true);
  expect(verified.has("user 10000", "secret", "hash")).toBe(true);
});
