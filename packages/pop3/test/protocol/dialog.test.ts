// The notation of dialogs.
import { expect, test } from "vitest";
import { parseDialog } from "../../src/protocol/dialog.js";

test("steps, escapes and patterns", () => {
  const steps = parseDialog(String.raw`
    # a remark
    C: TOP 1 0
    C- A\r\n\x00\\
    S: +OK *
    S: ...
    S: 1 (a.b) \*
    S:
    S: <closed>`);
  expect(steps.map(({ kind }) => kind)).toEqual([
    "send",
    "send",
    "expect",
    "expect-any-lines",
    "expect",
    "expect",
    "expect-close",
  ]);
  expect(steps[0]).toMatchObject({ octets: "TOP 1 0\r\n" });
  expect(steps[1]).toMatchObject({ octets: "A\r\n\0\\" });
  const patterns = steps.flatMap((step) => (step.kind === "expect" ? [step.pattern] : []));
  expect(patterns[0]!.test("+OK anything")).toBe(true);
  expect(patterns[0]!.test("+OK")).toBe(false);
  expect(patterns[0]!.test("XOK a")).toBe(false);
  expect(patterns[1]!.test("1 (a.b) *")).toBe(true);
  expect(patterns[1]!.test("1 (axb) *")).toBe(false);
  expect(patterns[2]!.test("")).toBe(true);
});

test("what is no step is a syntax error with its line", () => {
  expect(() => parseDialog("C: STAT\nX: what")).toThrow(/line 2/);
});
