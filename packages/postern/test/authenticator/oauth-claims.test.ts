// Names: how a claim becomes a user, and which names of a client mean the same user.
import { expect, test } from "vitest";
import { judgeClaims, userNamed } from "../../src/authenticator/oauth-claims.js";
import { configFrom } from "./oauth-config.js";

const rules = (written: Readonly<Record<string, unknown>> = {}): ReturnType<typeof configFrom> =>
  configFrom({ issuer: "https://issuer.example.net", audience: "postern", ...written });

test.each<[string, Readonly<Record<string, unknown>>, string, string | null]>([
  ["as it is", {}, "Alice@Example.net", "Alice@Example.net"],
  ["in lower case", { user_lower_case: true }, "Alice@Example.net", "alice@example.net"],
  ["without the domain", { user_domain: "example.net" }, "alice@Example.NET", "alice"],
  ["without the last domain", { user_domain: "example.net" }, "alice@home@example.net", "alice@home"],
  ["of another domain", { user_domain: "example.net" }, "alice@example.org", null],
  ["of a domain below", { user_domain: "example.net" }, "alice@evil.example.net", null],
  ["of a domain that ends alike", { user_domain: "example.net" }, "alice@notexample.net", null],
  ["of no domain", { user_domain: "example.net" }, "alice", null],
  ["with nothing before the domain", { user_domain: "example.net" }, "@example.net", null],
  ["both", { user_domain: "example.net", user_lower_case: true }, "Alice@example.net", "alice"],
  ["as clients' names are prepared", {}, "\uff41lice\u00adé", "aliceé"],
  ["with what no name may hold", {}, "ali\u0007ce", null],
  ["with what no prepared name may hold", {}, "é\u200e", null],
  ["too long", {}, "x".repeat(256), null],
])("a claim %s", (_, written, value, expected) => {
  expect(userNamed(value, rules(written), false)).toBe(expected);
});

test("a client may leave out the domain that is cut off, and write no other", () => {
  const cut = rules({ user_domain: "example.net" });
  expect(userNamed("alice", cut, true)).toBe("alice");
  expect(userNamed("alice@example.net", cut, true)).toBe("alice");
  expect(userNamed("alice@example.org", cut, true)).toBeNull();
});

test("the user may be in any claim, but not in one that every object has", () => {
  expect(
    judgeClaims({ "https://example.net/user": "alice" }, rules({ user_claim: "https://example.net/user" })),
  ).toEqual({ user: "alice", hasScope: true });
  expect(judgeClaims({}, rules({ user_claim: "constructor" }))).toMatchObject({ user: null });
  expect(judgeClaims({}, rules({ user_claim: "__proto__" }))).toMatchObject({ user: null });
});

test.each<[unknown, boolean]>([
  [undefined, true],
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
  [null, false],
  [0, false],
])("an address whose email_verified is %j", (email_verified, good) => {
  const claims = { email: "alice@example.net", ...(email_verified !== undefined && { email_verified }) };
  expect(judgeClaims(claims, rules()).user).toBe(good ? "alice@example.net" : null);
});

test("email_verified says nothing about other claims", () => {
  const claims = { preferred_username: "alice", email_verified: false };
  expect(judgeClaims(claims, rules({ user_claim: "preferred_username" })).user).toBe("alice");
});
