// The LANG declaration: the parameter of its command.
import { expect, test } from "vitest";
import { lang } from "../../src/capabilities/lang.js";

const [command] = lang.commands;

test.each([null, "*", "en", "pt-BR", "de-1996", "en-boont", "MUL"])("%j is understood, and written back", (rest) => {
  expect(command!.params.parse(rest)).toEqual({ value: rest });
  expect(command!.params.format(rest)).toBe(rest);
});

test.each(["", "en us", "en_US", "1996", "en-", "-en", "en-*", "abcdefghi", "en-abcdefghi", "**"])(
  "%j is not",
  (rest) => {
    expect(command!.params.parse(rest)).toHaveProperty("problem");
  },
);

test("its command is valid in both states, lists languages when bare, and cannot be served yet", () => {
  expect(command).toMatchObject({ validIn: ["AUTHORIZATION", "TRANSACTION"], reply: "multi-if-bare" });
  expect(lang.argument.parse(["en"])).toHaveProperty("problem");
  expect(lang.affects).toBe("all");
  expect(lang.available).toBeUndefined();
});
