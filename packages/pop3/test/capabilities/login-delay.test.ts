// The LOGIN-DELAY declaration: its argument and its response code.
import fc from "fast-check";
import { expect, test } from "vitest";
import { loginDelay } from "../../src/capabilities/login-delay.js";

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

test("it may differ after login, comes with a response code for every login command, and cannot be served yet", () => {
  expect(loginDelay.announced).toEqual({ in: "both", differs: true });
  expect(loginDelay.responseCodes).toMatchObject([
    { code: "LOGIN-DELAY", commands: ["USER", "PASS", "APOP", "AUTH"], cause: "login-delay" },
  ]);
  expect(loginDelay.available).toBeUndefined();
});
