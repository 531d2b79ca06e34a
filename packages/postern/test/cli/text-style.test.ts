// Colours are for terminals whose users want them; lines are no longer than asked for, but for words that are.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { filledLines, styleFor } from "../../src/cli/text-style.js";

test("colours on a terminal alone, and not against NO_COLOR", () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  expect(styleFor({ stdout: terminal, env: {} })("red", "no")).toBe("\u001b[31mno\u001b[39m");
  expect(styleFor({ stdout: terminal, env: { NO_COLOR: "" } })("bold", "no")).toBe("\u001b[1mno\u001b[22m");
  expect(styleFor({ stdout: terminal, env: { NO_COLOR: "1" } })("red", "no")).toBe("no");
  expect(styleFor({ stdout: new PassThrough(), env: {} })("red", "no")).toBe("no");
});

test("lines are filled up to the width", () => {
  expect(filledLines("a bc def longest-word g", 6)).toEqual(["a bc", "def", "longest-word", "g"]);
  expect(filledLines("ab cd", 5)).toEqual(["ab cd"]);
  expect(filledLines("", 5)).toEqual([""]);
});
