// The memory of failed logins keeps its contract, and its bounds.
import { expect, test } from "vitest";
import { FAILED_LOGIN_BOUNDS, MemoryFailedLogins } from "../../src/server/failed-logins.js";
import { failedLoginsContract } from "../../src/testing/failed-logins-suite.js";

for (const { name, run } of failedLoginsContract({
  forgetMs: FAILED_LOGIN_BOUNDS.forgetMs,
  make: async (now) => ({ failedLogins: new MemoryFailedLogins(now) }),
})) {
  test(name, run);
}

test("no more failures of a key are kept than the bound says, and the latest are", () => {
  let nowMs = 0;
  const logins = new MemoryFailedLogins(() => nowMs, { forgetMs: 1000, perKey: 3, keys: 10 });
  for (const digest of ["1", "2", "3", "4", "2", "5"]) {
    nowMs += 100;
    logins.add("ann", digest);
  }
  expect(logins.count("ann")).toBe(3);
  // 4, 2 and 5 are left, added at 400, 500 and 600.
  nowMs = 1450;
  expect(logins.count("ann")).toBe(2);
});

test("no more keys are kept than the bound says, and those that failed last are", () => {
  const logins = new MemoryFailedLogins(() => 0, { forgetMs: 1000, perKey: 3, keys: 2 });
  for (const key of ["ann", "bob", "ann", "eve"]) logins.add(key, null);
  expect(["ann", "bob", "eve"].map((key) => logins.count(key))).toEqual([2, 0, 1]);
});
