import { expect, test } from "vitest";
import { printable } from "../../src/delivery/printable.js";

test.each([
  ["cur/17.a:2,S é 文", "cur/17.a:2,S é 文"],
  ["a\u001b[2Jb\r\nc\u0000\u009bd\u007f\u2028", "a?[2Jb??c??d??"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
