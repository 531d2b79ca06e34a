// The LOGIN-DELAY declaration: its argument and its response code, what it announces in each state, whom it lets in.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expire } from "../../src/capabilities/expire.js";
import { loginDelay } from "../../src/capabilities/login-delay.js";
import { respCodes } from "../../src/capabilities/resp-codes.js";
import type { OverallPolicy, Policies } from "../../src/contracts/policy.js";
import type { SessionView, State } from "../../src/contracts/session.js";
import { MemoryPolicies } from "../../src/maildrop/memory-policies.js";
import { Registry } from "../../src/registry/registry.js";

test.each([
  [["900"], { seconds: 900, perUser: false }],
  [["0"], { seconds: 0, perUser: false }],
  [["900", "USER"], { seconds: 900, perUser: true }],
  [["900", "user"], { seconds: 900, perUser: true }],
])("%j is understood", (params, value) => {
  expect(loginDelay.argument.parse(params)).toEqual({ value });
});

test.each([
  [[]],
  [["USER"]],
  [["-1"]],
  [["1.5"]],
  [["9".repeat(11)]],
  [["900", "ME"]],
  [["900", "USER", "USER"]],
  [["9 USER", "USER"]],
])("%j is not", (params) => {
  expect(loginDelay.argument.parse(params)).toHaveProperty("problem");
});

test("any argument reads back as it was written", () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seconds, perUser) => {
      const value = { seconds, perUser };
      expect(loginDelay.argument.parse(loginDelay.argument.format(value))).toEqual({ value });
    }),
  );
});

test("it may differ after login, and comes with a response code for every login command", () => {
  expect(loginDelay.announced).toEqual({ in: "both", differs: true });
  expect(loginDelay.responseCodes).toMatchObject([
    { code: "LOGIN-DELAY", commands: ["USER", "PASS", "APOP", "AUTH"], cause: "login-delay" },
  ]);
});

const view = (state: State, loginDelaySeconds: number, loginDelayPerUser: boolean): SessionView => ({
  state,
  secure: true,
  canStartTls: false,
  passwordLogin: true,
  mechanisms: [],
  timestamp: null,
  implementation: null,
  policy: { loginDelaySeconds, loginDelayPerUser, retentionDays: "never", retentionPerUser: false },
  utf8: false,
  utf8Names: false,
  languages: [],
});

// RFC 2449 §6.5: the token USER belongs to the AUTHORIZATION state. Who was told of a delay there is told after login that he has none.
test.each<[State, number, boolean, string | null]>([
  ["AUTHORIZATION", 0, false, null],
  ["AUTHORIZATION", 900, false, "LOGIN-DELAY 900"],
  ["AUTHORIZATION", 300, true, "LOGIN-DELAY 300 USER"],
  ["TRANSACTION", 0, false, null],
  ["TRANSACTION", 900, false, "LOGIN-DELAY 900"],
  ["TRANSACTION", 60, true, "LOGIN-DELAY 60"],
  ["TRANSACTION", 0, true, "LOGIN-DELAY 0"],
])("in the %s state with %i seconds (users differ: %s) CAPA says %s", (state, seconds, perUser, line) => {
  expect(new Registry([loginDelay]).capabilityLines(view(state, seconds, perUser))).toEqual(
    line === null ? [] : [line],
  );
});

test("a session after login has the user's own values, and users differ in it still", () => {
  const policies = new MemoryPolicies({ loginDelaySeconds: 300, retentionDays: 30 }, { ann: { loginDelaySeconds: 0 } });
  const lines = (state: State, policy: OverallPolicy): readonly string[] =>
    new Registry([loginDelay, expire]).capabilityLines({ ...view(state, 0, false), policy });
  expect(lines("AUTHORIZATION", policies.overall())).toEqual(["LOGIN-DELAY 300 USER", "EXPIRE 30"]);
  expect(lines("TRANSACTION", { ...policies.overall(), ...policies.of("ann") })).toEqual([
    "LOGIN-DELAY 0",
    "EXPIRE 30",
  ]);
  expect(lines("TRANSACTION", { ...policies.overall(), ...policies.of("bob") })).toEqual([
    "LOGIN-DELAY 300",
    "EXPIRE 30",
  ]);
});

describe("a login", () => {
  const asked: string[] = [];
  const withLeft = (left: number | Promise<number>): Policies => ({
    overall: () => view("AUTHORIZATION", 300, false).policy,
    of: () => ({ loginDelaySeconds: 300, retentionDays: "never" }),
    admit: (user) => {
      asked.push(user);
      return left;
    },
  });
  const tooSoon = (seconds: number): object => ({
    status: "-ERR",
    cause: "login-delay",
    text: { sentence: "the last login was a moment ago; try again in {seconds} seconds", values: { seconds } },
  });

  test("is let in where no time is left, and noted for its user", () => {
    expect(loginDelay.admit!({ user: "ann", policies: withLeft(0) })).toBeNull();
    expect(asked).toEqual(["ann"]);
  });

  test.each([
    [1, 1],
    [1000, 1],
    [1001, 2],
    [299_999, 300],
  ])("with %i ms left is refused for %i seconds: whoever waits that long gets in", (left, seconds) => {
    expect(loginDelay.admit!({ user: "ann", policies: withLeft(left) })).toEqual(tooSoon(seconds));
  });

  test("is let in or refused by policies that answer later, too", async () => {
    expect(await loginDelay.admit!({ user: "ann", policies: withLeft(Promise.resolve(0)) })).toBeNull();
    expect(await loginDelay.admit!({ user: "ann", policies: withLeft(Promise.resolve(2500)) })).toEqual(tooSoon(3));
  });

  test("of a user who was let in just before waits his delay", () => {
    let nowMs = 0;
    const policies = new MemoryPolicies({ loginDelaySeconds: 60, retentionDays: "never" }, {}, () => nowMs);
    expect(loginDelay.admit!({ user: "ann", policies })).toBeNull();
    nowMs += 500;
    expect(loginDelay.admit!({ user: "ann", policies })).toEqual(tooSoon(60));
    expect(loginDelay.admit!({ user: "bob", policies })).toBeNull();
    nowMs += 59_500;
    expect(loginDelay.admit!({ user: "ann", policies })).toBeNull();
  });
});

test("the refusal carries [LOGIN-DELAY] in answer to PASS, also for users with a delay of their own", () => {
  const registry = new Registry([loginDelay, respCodes]);
  expect(registry.codeFor("login-delay", "PASS", view("AUTHORIZATION", 300, true))).toBe("LOGIN-DELAY");
});
