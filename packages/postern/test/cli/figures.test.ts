// Figures as people read them, at the edges where the unit changes.
// Who shows them is tested elsewhere.
import { expect, test } from "vitest";
import { shownBar, shownOctets, shownSeconds } from "../../src/cli/figures.js";

test.each([
  [0, "0 octets"],
  [1, "1 octet"],
  [1023, "1023 octets"],
  [1024, "1.0 KiB"],
  [1024 ** 2 * 1.5, "1.5 MiB"],
  [1024 ** 3 * 2000, "2000.0 GiB"],
])("%d octets", (octets, text) => expect(shownOctets(octets)).toBe(text));

test.each([
  [0, "0 s"],
  [0.1, "1 s"],
  [59, "59 s"],
  [59.5, "1 min 00 s"],
  [185, "3 min 05 s"],
  [3599, "59 min 59 s"],
  [3600, "1 h 00 min"],
  [86_400, "24 h 00 min"],
])("%d seconds", (seconds, text) => expect(shownSeconds(seconds)).toBe(text));

test("a bar is full only when everything is done, and never more than full", () => {
  expect(shownBar(0, 10, 4)).toBe("[    ]");
  expect(shownBar(9.9, 10, 4)).toBe("[### ]");
  expect(shownBar(10, 10, 4)).toBe("[####]");
  expect(shownBar(11, 10, 4)).toBe("[####]");
  expect(shownBar(-1, 10, 4)).toBe("[    ]");
  expect(shownBar(0, 0, 4)).toBe("[####]");
});
