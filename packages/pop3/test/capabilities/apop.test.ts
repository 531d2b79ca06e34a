// The APOP declaration: a command without a tag.
import { expect, test } from "vitest";
import { apop } from "../../src/capabilities/apop.js";
import { outside } from "../support/view.js";

const [command] = apop.commands;
// The digest of RFC 1939 §7's example.
const digest = "c4c9334bac560ecc979e58001b3e22fb";

test("a name and a digest are understood, and written back", () => {
  const value = { name: "mrose", digest };
  expect(command!.params.parse(`mrose ${digest}`)).toEqual({ value });
  expect(command!.params.format(value)).toBe(`mrose ${digest}`);
});

test.each([
  null,
  "",
  "mrose",
  `mrose  ${digest}`,
  ` ${digest}`,
  `mrose ${digest.toUpperCase()}`,
  `mrose ${digest}0`,
  `mrose ${digest} x`,
  `a b ${digest}`,
])("%j is refused", (rest) => {
  expect(command!.params.parse(rest)).toHaveProperty("problem");
});

test("it is no capability: the greeting announces it; its parameters are a secret, there where a secret is", () => {
  expect(apop).toMatchObject({ tag: null, registration: null });
  expect(command).toMatchObject({ secret: true, validIn: ["AUTHORIZATION"] });
  expect(apop.available!(outside)).toBe(false);
  const view = { ...outside, timestamp: "<1896.697170952@dbc.mtview.ca.us>" };
  expect(apop.available!(view)).toBe(true);
  expect(apop.greeting!(view)).toBe("<1896.697170952@dbc.mtview.ca.us>");
});
