// The contract suite for sources of accounts. Knows no test runner and no implementation.
// Changes with `contracts/authenticator.ts`: a promise there is a case here, or in `authenticator-scram-cases.ts` where only some
// sources make it. What it needs of a subject is `AuthenticatorHarness`.
import assert from "node:assert/strict";
import type { Authenticator, CredentialKind, ScramHash } from "../contracts/authenticator.js";
import { noSecretCases, scramCases, secretCases } from "./authenticator-scram-cases.js";
import type { ContractCase } from "./contract-case.js";

/** What the suite needs of an authenticator. */
export interface AuthenticatorHarness {
  /** Sources of accounts as they come: holding exactly these names and passwords. */
  make(passwords: Readonly<Record<string, string>>): Promise<AuthenticatorSubject>;
  /** Whether `alice` and `ALICE` are one name. */
  readonly namesIgnoreCase: boolean;
  /** The hash functions for which each account that is made has a SCRAM verifier; none where absent. */
  readonly scram?: readonly ScramHash[];
  /** Whether the password of each account that is made is kept as a shared secret; false where absent. */
  readonly secrets?: boolean;
}

/** One authenticator under test. */
export interface AuthenticatorSubject {
  readonly authenticator: Authenticator;
  close?(): Promise<void>;
}

const ACCOUNTS: Readonly<Record<string, string>> = {
  alice: "correct horse",
  bob: "battery staple",
  carol: "pässwörd ☃",
  dave: " spaces at both ends ",
};

const LONG = "x".repeat(64 * 1024);

/** What has to be there for a kind of credentials that is offered. */
const methods: Readonly<Record<CredentialKind, Exclude<keyof Authenticator, "offers">>> = {
  password: "verifyPassword",
  "scram-sha-1": "scramVerifier",
  "scram-sha-256": "scramVerifier",
  secret: "sharedSecret",
  token: "verifyToken",
  certificate: "userOfCertificate",
  anonymous: "anonymousUser",
};

/** Every promise of `contracts/authenticator.ts` as a case. */
export function authenticatorContract(harness: AuthenticatorHarness): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  const define = (name: string, body: (authenticator: Authenticator) => Promise<void>): void => {
    cases.push({
      name,
      async run() {
        const subject = await harness.make(ACCOUNTS);
        try {
          await body(subject.authenticator);
        } finally {
          await subject.close?.();
        }
      },
    });
  };

  define("the right password opens the user's maildrop, again and again", async (authenticator) => {
    for (const [name, password] of Object.entries(ACCOUNTS)) {
      assert.equal(await authenticator.verifyPassword(name, password), name);
      assert.equal(await authenticator.verifyPassword(name, password), name, "the second time");
    }
  });

  define("a wrong password opens nothing, before and after the right one", async (authenticator) => {
    assert.equal(await authenticator.verifyPassword("alice", "wrong"), null);
    assert.equal(await authenticator.verifyPassword("alice", "correct horse"), "alice");
    assert.equal(await authenticator.verifyPassword("alice", "wrong"), null);
  });

  define("almost the right password is wrong", async (authenticator) => {
    for (const password of [
      "correct hors",
      "correct horse ",
      " correct horse",
      "Correct horse",
      "correct horse\0",
      "correct\0horse",
    ]) {
      assert.equal(await authenticator.verifyPassword("alice", password), null, JSON.stringify(password));
    }
    assert.equal(await authenticator.verifyPassword("dave", "spaces at both ends"), null);
    assert.equal(await authenticator.verifyPassword("carol", "password ☃"), null);
  });

  define("another user's password is wrong", async (authenticator) => {
    assert.equal(await authenticator.verifyPassword("bob", "battery staple"), "bob");
    assert.equal(await authenticator.verifyPassword("alice", "battery staple"), null);
  });

  define("an unknown name opens nothing", async (authenticator) => {
    assert.equal(await authenticator.verifyPassword("nobody", "correct horse"), null);
    assert.equal(await authenticator.verifyPassword("nobody", ""), null);
  });

  define("names that an object inherits are unknown names", async (authenticator) => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      assert.equal(await authenticator.verifyPassword(name, "correct horse"), null, name);
    }
  });

  define("the empty name and the empty password open nothing", async (authenticator) => {
    assert.equal(await authenticator.verifyPassword("", ""), null);
    assert.equal(await authenticator.verifyPassword("", "correct horse"), null);
    assert.equal(await authenticator.verifyPassword("alice", ""), null);
  });

  define("names with characters of quoting and control open nothing", async (authenticator) => {
    for (const name of [
      "alice\0",
      "alice ",
      " alice",
      "alice'--",
      'alice" or ""="',
      "alice\r\n",
      "%",
      "a_ice",
      "../alice",
    ]) {
      assert.equal(await authenticator.verifyPassword(name, "correct horse"), null, JSON.stringify(name));
    }
  });

  define("names and passwords of 64 KiB are wrong, and harm nothing", async (authenticator) => {
    assert.equal(await authenticator.verifyPassword("alice", LONG), null);
    assert.equal(await authenticator.verifyPassword(LONG, "correct horse"), null);
    assert.equal(await authenticator.verifyPassword(LONG, LONG), null);
    assert.equal(await authenticator.verifyPassword("alice", `correct horse${LONG}`), null);
    assert.equal(await authenticator.verifyPassword("alice", "correct horse"), "alice");
  });

  define(harness.namesIgnoreCase ? "case does not matter in names" : "case matters in names", async (authenticator) => {
    const expected = harness.namesIgnoreCase ? "alice" : null;
    assert.equal(await authenticator.verifyPassword("ALICE", "correct horse"), expected);
    assert.equal(await authenticator.verifyPassword("Alice", "correct horse"), expected);
  });

  define("verifications at the same time do not mix", async (authenticator) => {
    const attempts = Array.from({ length: 12 }, (_, attempt) => {
      const name = attempt % 2 === 0 ? "alice" : "bob";
      const right = attempt % 3 !== 0;
      return authenticator
        .verifyPassword(name, right ? ACCOUNTS[name]! : `wrong ${attempt}`)
        .then((user) => assert.equal(user, right ? name : null, `attempt ${attempt}`));
    });
    await Promise.all(attempts);
  });

  define("what is offered has its method", async (authenticator) => {
    for (const [kind, method] of Object.entries(methods) as [CredentialKind, keyof Authenticator][]) {
      if (authenticator.offers?.(kind) === true) assert.equal(typeof authenticator[method], "function", kind);
    }
    assert.notEqual(authenticator.offers?.("password"), false, "these accounts have passwords");
  });

  define("nobody acts as somebody else unless he was allowed to", async (authenticator) => {
    assert.equal((await authenticator.authorize?.("alice", "bob")) ?? null, null);
    assert.equal((await authenticator.authorize?.("alice", "nobody")) ?? null, null);
    assert.equal((await authenticator.authorize?.("nobody", "alice")) ?? null, null);
  });

  const optional = [
    ...(harness.scram ?? []).flatMap((hash) => scramCases(hash)),
    ...(harness.secrets === true ? secretCases : noSecretCases),
  ];
  for (const { name, body } of optional) define(name, async (authenticator) => body(authenticator, ACCOUNTS));
  return cases;
}
