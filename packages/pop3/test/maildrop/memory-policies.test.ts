// The reference policies keep their contract, and refuse values that are none.
import { expect, test } from "vitest";
import { MemoryPolicies } from "../../src/maildrop/memory-policies.js";
import { policiesContract } from "../../src/testing/policies-suite.js";

for (const { name, run } of policiesContract({
  make: async (standard, users, now) => ({ policies: new MemoryPolicies(standard, users, now) }),
})) {
  test(name, run);
}

test("nothing given means no delay, and that nothing is deleted", () => {
  const policies = new MemoryPolicies();
  expect(policies.overall()).toEqual({
    loginDelaySeconds: 0,
    loginDelayPerUser: false,
    retentionDays: "never",
    retentionPerUser: false,
  });
  expect([policies.admit("ann"), policies.admit("ann")]).toEqual([0, 0]);
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is no delay and no retention", (value) => {
  expect(() => new MemoryPolicies({ loginDelaySeconds: value, retentionDays: 1 })).toThrow(RangeError);
  expect(() => new MemoryPolicies(undefined, { ann: { retentionDays: value } })).toThrow(RangeError);
});
