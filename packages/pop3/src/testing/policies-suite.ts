// The contract suite for sources of policies. Knows no test runner and no implementation.
// Changes with `contracts/policy.ts`: a promise there is a case here. What it needs of a subject is `PoliciesHarness`.
import assert from "node:assert/strict";
import type { Policies, UserPolicy } from "../contracts/policy.js";
import type { ContractCase } from "./contract-case.js";

/** What the suite needs of a source of policies. */
export interface PoliciesHarness {
  /** Policies for the users `alice`, `bob` and `carol`: the default, what some of them have of their own, and the clock to ask. */
  make(
    standard: UserPolicy,
    users: Readonly<Record<string, Partial<UserPolicy>>>,
    now: () => number,
  ): Promise<PoliciesSubject>;
}

/** One source of policies under test. */
export interface PoliciesSubject {
  readonly policies: Policies;
  /** The same policies and logins as another process sees them now; absent where they last no longer than the object. */
  elsewhere?(): Promise<Policies>;
  close?(): Promise<void>;
}

const LENIENT: UserPolicy = { loginDelaySeconds: 0, retentionDays: "never" };
const STRICT: UserPolicy = { loginDelaySeconds: 300, retentionDays: 30 };

/** A day in the present, in milliseconds. */
const NOW_MS = 1_700_000_000_000;

interface Situation {
  readonly standard: UserPolicy;
  readonly users?: Readonly<Record<string, Partial<UserPolicy>>>;
}

interface Clock {
  nowMs: number;
}

/** Every promise of `contracts/policy.ts` as a case. */
export function policiesContract(harness: PoliciesHarness): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  const define = (
    name: string,
    { standard, users = {} }: Situation,
    body: (policies: Policies, clock: Clock, subject: PoliciesSubject) => void | Promise<void>,
  ): void => {
    cases.push({
      name,
      async run() {
        const clock = { nowMs: NOW_MS };
        const subject = await harness.make(standard, users, () => clock.nowMs);
        try {
          await body(subject.policies, clock, subject);
        } finally {
          await subject.close?.();
        }
      },
    });
  };

  for (const standard of [LENIENT, STRICT, { loginDelaySeconds: 1, retentionDays: 0 }]) {
    define(
      `the default ${JSON.stringify(standard)} counts for all where nobody has a value of his own`,
      { standard },
      (policies) => {
        assert.deepEqual(policies.overall(), { ...standard, loginDelayPerUser: false, retentionPerUser: false });
        assert.deepEqual(policies.of("alice"), standard);
      },
    );
  }

  define(
    "a user's own values count for him alone, each by itself",
    { standard: STRICT, users: { alice: { loginDelaySeconds: 0 }, bob: { retentionDays: "never" } } },
    (policies) => {
      assert.deepEqual(policies.of("alice"), { loginDelaySeconds: 0, retentionDays: 30 });
      assert.deepEqual(policies.of("bob"), { loginDelaySeconds: 300, retentionDays: "never" });
      assert.deepEqual(policies.of("carol"), STRICT);
    },
  );

  define(
    "names that an object inherits have the default",
    { standard: STRICT, users: { alice: { loginDelaySeconds: 0 } } },
    (policies) => {
      for (const name of ["constructor", "__proto__", "toString"]) assert.deepEqual(policies.of(name), STRICT, name);
    },
  );

  // RFC 2449 §6.5: the largest delay. §6.7: the smallest retention, and NEVER is larger than any number.
  const overall = { loginDelayPerUser: true, retentionPerUser: true };
  for (const [title, situation, expected] of [
    [
      "above the default",
      { standard: STRICT, users: { alice: { loginDelaySeconds: 900, retentionDays: 60 } } },
      { loginDelaySeconds: 900, retentionDays: 30, ...overall },
    ],
    [
      "below the default",
      { standard: STRICT, users: { alice: { loginDelaySeconds: 0, retentionDays: 5 } } },
      { loginDelaySeconds: 300, retentionDays: 5, ...overall },
    ],
    [
      "on both sides of it",
      {
        standard: STRICT,
        users: {
          alice: { loginDelaySeconds: 10, retentionDays: 90 },
          bob: { loginDelaySeconds: 600, retentionDays: 7 },
        },
      },
      { loginDelaySeconds: 600, retentionDays: 7, ...overall },
    ],
    [
      "beside a default of no delay and NEVER",
      { standard: LENIENT, users: { alice: { loginDelaySeconds: 60, retentionDays: 30 } } },
      { loginDelaySeconds: 60, retentionDays: 30, ...overall },
    ],
    [
      "of NEVER",
      { standard: STRICT, users: { alice: { retentionDays: "never" } } },
      { loginDelaySeconds: 300, retentionDays: 30, loginDelayPerUser: false, retentionPerUser: true },
    ],
    [
      "of 0 days",
      { standard: LENIENT, users: { alice: { retentionDays: 0 }, bob: { retentionDays: 30 } } },
      { loginDelaySeconds: 0, retentionDays: 0, loginDelayPerUser: false, retentionPerUser: true },
    ],
    [
      "equal to the default",
      { standard: STRICT, users: { alice: STRICT } },
      { ...STRICT, loginDelayPerUser: false, retentionPerUser: false },
    ],
  ] as const) {
    define(
      `the largest delay and the smallest retention count for all, with own values ${title}`,
      situation,
      (policies) => {
        assert.deepEqual(policies.overall(), expected);
      },
    );
  }

  define("without a delay every login is let in", { standard: LENIENT }, async (policies, clock) => {
    for (let time = 0; time < 3; time++) assert.equal(await policies.admit("alice"), 0);
    clock.nowMs -= 1_000_000;
    assert.equal(await policies.admit("alice"), 0);
  });

  define("a second login waits for the delay to pass", { standard: STRICT }, async (policies, clock) => {
    assert.equal(await policies.admit("alice"), 0, "the first login");
    assert.equal(await policies.admit("alice"), 300_000, "at once");
    clock.nowMs += 299_999;
    assert.equal(await policies.admit("alice"), 1, "a millisecond too early");
    clock.nowMs += 1;
    assert.equal(await policies.admit("alice"), 0, "after the delay, whatever was refused meanwhile");
    assert.equal(await policies.admit("alice"), 300_000, "the delay begins anew");
  });

  define(
    "each user waits for himself, and for his own delay",
    { standard: STRICT, users: { alice: { loginDelaySeconds: 0 }, bob: { loginDelaySeconds: 10 } } },
    async (policies, clock) => {
      for (const user of ["alice", "bob", "carol"]) assert.equal(await policies.admit(user), 0, user);
      clock.nowMs += 1000;
      assert.equal(await policies.admit("alice"), 0);
      assert.equal(await policies.admit("bob"), 9000);
      assert.equal(await policies.admit("carol"), 299_000);
    },
  );

  define("of many logins at the same time one is let in", { standard: STRICT }, async (policies) => {
    const waits = await Promise.all(Array.from({ length: 8 }, async () => policies.admit("alice")));
    assert.equal(waits.filter((wait) => wait === 0).length, 1);
    assert.ok(waits.every((wait) => wait === 0 || wait === 300_000));
  });

  define(
    "a clock that was set back keeps nobody out for longer than the delay",
    { standard: STRICT },
    async (policies, clock) => {
      assert.equal(await policies.admit("alice"), 0);
      clock.nowMs -= 86_400_000;
      const wait = await policies.admit("alice");
      assert.ok(wait <= 300_000, `a wait of ${wait} ms`);
      clock.nowMs += 300_000;
      assert.equal(await policies.admit("alice"), 0);
    },
  );

  define("what was noted is seen elsewhere", { standard: STRICT }, async (policies, clock, { elsewhere }) => {
    const others = await elsewhere?.();
    if (others === undefined) return;
    assert.equal(await policies.admit("alice"), 0);
    assert.equal(await others.admit("alice"), 300_000);
    clock.nowMs += 300_000;
    assert.equal(await others.admit("alice"), 0);
    assert.equal(await policies.admit("alice"), 300_000);
  });

  return cases;
}
