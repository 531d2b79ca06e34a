// The contract suite for memories of failed logins. Knows no test runner and no implementation.
// Changes with `contracts/failed-logins.ts`: a promise there is a case here.
import assert from "node:assert/strict";
import type { FailedLogins } from "../contracts/failed-logins.js";
import type { ContractCase } from "./contract-case.js";

/** What the suite needs of a memory. */
export interface FailedLoginsHarness {
  /** An empty memory that asks this clock. */
  make(now: () => number): Promise<FailedLoginsSubject>;
  /** How long a failure counts. */
  readonly forgetMs: number;
}

/** One memory under test. */
export interface FailedLoginsSubject {
  readonly failedLogins: FailedLogins;
  close?(): Promise<void>;
}

/** Names of keys that an object inherits, that quote, or that are long. */
const ODD_KEYS: readonly string[] = [
  "",
  "__proto__",
  "constructor",
  "it's",
  'say "x"',
  "a\0b",
  "ä☃",
  "x".repeat(64 * 1024),
];

/** Every promise of `contracts/failed-logins.ts` as a case. */
export function failedLoginsContract(harness: FailedLoginsHarness): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  const define = (name: string, body: (failedLogins: FailedLogins, clock: { nowMs: number }) => void): void => {
    cases.push({
      name,
      async run() {
        const clock = { nowMs: 1_700_000_000_000 };
        const subject = await harness.make(() => clock.nowMs);
        try {
          body(subject.failedLogins, clock);
        } finally {
          await subject.close?.();
        }
      },
    });
  };

  define("nothing counts against a key that did not fail", (logins) => {
    logins.add("alice", "1");
    assert.equal(logins.count("bob"), 0);
    assert.equal(logins.count("alice "), 0);
  });

  define("each other password counts", (logins) => {
    for (const digest of ["1", "2", "3"]) logins.add("alice", digest);
    assert.equal(logins.count("alice"), 3);
  });

  define("the same password counts once, however often it is tried", (logins, clock) => {
    for (let time = 0; time < 10; time++) {
      logins.add("alice", "1");
      clock.nowMs += 1000;
    }
    assert.equal(logins.count("alice"), 1);
  });

  define("the same password counts against each key", (logins) => {
    logins.add("alice", "1");
    logins.add("bob", "1");
    assert.deepEqual([logins.count("alice"), logins.count("bob")], [1, 1]);
  });

  define("a failure without a digest is like no other", (logins) => {
    for (let time = 0; time < 3; time++) logins.add("alice", null);
    assert.equal(logins.count("alice"), 3);
  });

  define("failures are forgotten one by one as time passes", (logins, clock) => {
    logins.add("alice", "1");
    clock.nowMs += harness.forgetMs / 2;
    logins.add("alice", "2");
    assert.equal(logins.count("alice"), 2);
    clock.nowMs += harness.forgetMs / 2 + 1;
    assert.equal(logins.count("alice"), 1);
    clock.nowMs += harness.forgetMs / 2;
    assert.equal(logins.count("alice"), 0);
  });

  define("a password that is tried again is remembered anew", (logins, clock) => {
    logins.add("alice", "1");
    clock.nowMs += harness.forgetMs - 1;
    logins.add("alice", "1");
    clock.nowMs += harness.forgetMs - 1;
    assert.equal(logins.count("alice"), 1);
  });

  define(
    "who is guessed at a thousand times counts many failures, and the last of them among these",
    (logins, clock) => {
      for (let guess = 0; guess < 1000; guess++) {
        logins.add("alice", String(guess));
        clock.nowMs += 1;
      }
      const counted = logins.count("alice");
      assert.ok(counted >= 20, `${counted} of 1000 guesses are remembered`);
      logins.add("alice", "999");
      assert.equal(logins.count("alice"), counted, "the last guess again");
    },
  );

  define("any text is a key", (logins) => {
    for (const key of ODD_KEYS) assert.equal(logins.count(key), 0, JSON.stringify(key.slice(0, 20)));
    for (const key of ODD_KEYS) logins.add(key, key);
    for (const key of ODD_KEYS) assert.equal(logins.count(key), 1, JSON.stringify(key.slice(0, 20)));
  });

  return cases;
}
