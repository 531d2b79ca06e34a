// The UTF8 declaration: its argument, its command and its response code.
import { expect, test } from "vitest";
import { utf8 } from "../../src/capabilities/utf8.js";
import { outside } from "../support/view.js";

const [command] = utf8.commands;

test.each([
  [[], { user: false }],
  [["USER"], { user: true }],
  [["user"], { user: true }],
])("%j is understood", (params, value) => {
  expect(utf8.argument.parse(params)).toEqual({ value });
  expect(utf8.argument.parse(utf8.argument.format(value))).toEqual({ value });
});

test.each([[["PASS"]], [["USER", "USER"]], [[""]]])("%j is not", (params) => {
  expect(utf8.argument.parse(params)).toHaveProperty("problem");
});

test("its command has no parameters and is valid before login only", () => {
  expect(command!.params.parse(null)).toEqual({ value: null });
  expect(command!.params.parse("ON")).toHaveProperty("problem");
  expect(command!.validIn).toEqual(["AUTHORIZATION"]);
});

test("it comes with the code for a message that needs it, and permits UTF-8 names where the server takes them", () => {
  expect(utf8.responseCodes).toMatchObject([{ code: "UTF8", commands: ["LIST", "TOP", "RETR"], cause: "needs-utf8" }]);
  expect(utf8.affects).toEqual(["USER", "PASS", "APOP", "LIST", "TOP", "RETR"]);
  expect(utf8.permitsUtf8Params!(outside)).toBe(false);
  expect(utf8.permitsUtf8Params!({ ...outside, utf8Names: true })).toBe(true);
  expect(utf8.value({ ...outside, utf8Names: true })).toEqual({ user: true });
});
