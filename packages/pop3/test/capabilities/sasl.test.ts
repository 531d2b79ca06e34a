// The SASL declaration: its argument and the parameters of its command.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sasl } from "../../src/capabilities/sasl.js";
import { outside } from "../support/view.js";

const [auth] = sasl.commands;

describe("the list of mechanisms", () => {
  test("is read in upper case", () => {
    expect(sasl.argument.parse(["plain", "SCRAM-SHA-256-PLUS", "KERBEROS_V4"])).toEqual({
      value: ["PLAIN", "SCRAM-SHA-256-PLUS", "KERBEROS_V4"],
    });
  });

  test.each([[[]], [["PLAIN", "WHAT.EVER"]], [["A".repeat(21)]], [[""]], [["PLAIN="]]])("%j is none", (params) => {
    expect(sasl.argument.parse(params)).toHaveProperty("problem");
  });

  test("any list reads back as it was written", () => {
    const mechanisms = fc.array(fc.stringMatching(/^[A-Z0-9_-]{1,20}$/), { minLength: 1 });
    fc.assert(
      fc.property(mechanisms, (list) => {
        expect(sasl.argument.parse(sasl.argument.format(list))).toEqual({ value: list });
      }),
    );
  });
});

describe("the parameters of its command", () => {
  test.each([
    ["PLAIN", { mechanism: "PLAIN", initialResponse: null }],
    ["plain =", { mechanism: "PLAIN", initialResponse: "=" }],
    ["PLAIN dGVzdAB0ZXN0AHRlc3Q=", { mechanism: "PLAIN", initialResponse: "dGVzdAB0ZXN0AHRlc3Q=" }],
    ["PLAIN YQ==", { mechanism: "PLAIN", initialResponse: "YQ==" }],
    ["PLAIN YWJj", { mechanism: "PLAIN", initialResponse: "YWJj" }],
  ])("%s", (rest, value) => {
    expect(auth!.params.parse(rest)).toEqual({ value });
    expect(auth!.params.parse(auth!.params.format(value))).toEqual({ value });
  });

  // RFC 5034 §4 names the misplaced pads.
  test.each([
    null,
    "",
    " ",
    "PLAIN ",
    "PLAIN  YWJj",
    "PLAIN =AAA",
    "PLAIN AAA=BBB",
    "PLAIN YQ=",
    "PLAIN YQ",
    "PLAIN ==",
    "PLAIN Y*==",
    "PLAIN YWJj YWJj",
    "PL@IN",
  ])("%j is refused", (rest) => {
    expect(auth!.params.parse(rest)).toHaveProperty("problem");
  });

  test("are a secret, and the exchange ends the pipeline", () => {
    expect(auth).toMatchObject({ secret: true, endsPipeline: true, reply: "exchange", validIn: ["AUTHORIZATION"] });
  });
});

test("it never stands without a mechanism, and lists those of the session", () => {
  expect(sasl.available!(outside)).toBe(false);
  const view = { ...outside, mechanisms: ["SCRAM-SHA-256", "PLAIN"] };
  expect(sasl.available!(view)).toBe(true);
  expect(sasl.value(view)).toEqual(["SCRAM-SHA-256", "PLAIN"]);
});
