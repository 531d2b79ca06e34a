// The EXPIRE declaration: its argument, and the policy that this version keeps.
import fc from "fast-check";
import { expect, test } from "vitest";
import { expire } from "../../src/capabilities/expire.js";
import type { SessionView } from "../../src/contracts/session.js";
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

test("this version never deletes by itself, and says so in both states", () => {
  const registry = new Registry([expire]);
  for (const state of ["AUTHORIZATION", "TRANSACTION"] as const) {
    const view: SessionView = { state, secure: false, canStartTls: false, passwordLogin: true, implementation: null };
    expect(registry.capabilityLines(view)).toEqual(["EXPIRE NEVER"]);
  }
});
