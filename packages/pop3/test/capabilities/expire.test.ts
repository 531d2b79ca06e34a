// The EXPIRE declaration: its argument, what it announces in each state, and what it does at QUIT.
import fc from "fast-check";
import { expect, test } from "vitest";
import { expire } from "../../src/capabilities/expire.js";
import type { RetentionDays } from "../../src/contracts/policy.js";
import type { SessionView, State } from "../../src/contracts/session.js";
import type { Transaction } from "../../src/contracts/transaction.js";
import { Registry } from "../../src/registry/registry.js";

// The four examples of RFC 2449 §6.7, and the one that it does not give.
test.each([
  [["5", "USER"], { days: 5, perUser: true }],
  [["30"], { days: 30, perUser: false }],
  [["NEVER"], { days: "never", perUser: false }],
  [["0"], { days: 0, perUser: false }],
  [["never", "user"], { days: "never", perUser: true }],
])("%j is understood", (params, value) => {
  expect(expire.argument.parse(params)).toEqual({ value });
});

test.each([[[]], [["USER"]], [["-1"]], [["SOON"]], [["30", "DAYS"]], [["NEVER", "USER", "USER"]], [["9".repeat(11)]]])(
  "%j is not",
  (params) => {
    expect(expire.argument.parse(params)).toHaveProperty("problem");
  },
);

test("any argument reads back as it was written", () => {
  const days = fc.oneof(fc.nat(), fc.constant("never" as const));
  fc.assert(
    fc.property(days, fc.boolean(), (period, perUser) => {
      const value = { days: period, perUser };
      expect(expire.argument.parse(expire.argument.format(value))).toEqual({ value });
    }),
  );
});

const view = (state: State, retentionDays: RetentionDays, retentionPerUser: boolean): SessionView => ({
  state,
  secure: true,
  canStartTls: false,
  passwordLogin: true,
  mechanisms: [],
  timestamp: null,
  implementation: null,
  policy: { loginDelaySeconds: 0, loginDelayPerUser: false, retentionDays, retentionPerUser },
  utf8: false,
  utf8Names: false,
  languages: [],
});

// RFC 2449 §6.7: the token USER belongs to the AUTHORIZATION state, where a better value is yet to come.
test.each<[State, RetentionDays, boolean, string]>([
  ["AUTHORIZATION", "never", false, "EXPIRE NEVER"],
  ["AUTHORIZATION", 30, false, "EXPIRE 30"],
  ["AUTHORIZATION", 5, true, "EXPIRE 5 USER"],
  ["TRANSACTION", 30, false, "EXPIRE 30"],
  ["TRANSACTION", 30, true, "EXPIRE 30"],
  ["TRANSACTION", "never", true, "EXPIRE NEVER"],
  ["TRANSACTION", 0, true, "EXPIRE 0"],
])("in the %s state with %s days (users differ: %s) CAPA says %s", (state, days, perUser, line) => {
  expect(new Registry([expire]).capabilityLines(view(state, days, perUser))).toEqual([line]);
});

// RFC 2449 §6.7: an implicit DELE for each message that was retrieved, in the UPDATE state, and under EXPIRE 0 alone.
test.each<[RetentionDays, number]>([
  [0, 1],
  [1, 0],
  [30, 0],
  ["never", 0],
])("with %s days, what was retrieved is marked as deleted %i times at QUIT", (days, times) => {
  let marked = 0;
  const transaction = { markAllRetrievedDeleted: () => void marked++ } as unknown as Transaction;
  expire.beforeUpdate!(transaction, view("TRANSACTION", days, true));
  expect(marked).toBe(times);
});
