// SASLprep by the examples of RFC 4013 §3 and what they leave out: stored strings and queries, and what no name may hold.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { saslprep, saslprepStored, StringRefused } from "../../src/authenticator/saslprep.js";

describe.each([
  ["queries", saslprep],
  ["stored strings", saslprepStored],
])("%s", (_, prepare) => {
  // The table of RFC 4013 §3, in its order, then what §2 asks for besides.
  test.each([
    ["I\u00adX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00aa", "a"],
    ["\u2168", "IX"],
    ["a\u00a0b", "a b"],
    ["a\u3000b", "a b"],
    ["u\u0308n\u0131", "ün\u0131"],
    [" two  words ", " two  words "],
    ["", ""],
  ])("%j becomes %j", (text, prepared) => {
    expect(prepare(text)).toBe(prepared);
  });

  test.each([
    "\u0007",
    "\u0627\u0031",
    "tab\t",
    "nul\0",
    "ü\r\n",
    "\u007f",
    "\u0080",
    "\u200e",
    "\ufffd",
    "\ue000",
    "\ud800",
    "\u00ad",
    "ü".repeat(5000),
  ])("%j is refused", (text) => {
    expect(() => prepare(text)).toThrow(StringRefused);
  });

  test("what is prepared stays as it is when it is prepared again, unless it is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        let once: string;
        try {
          once = prepare(text);
        } catch (error) {
          expect(error).toBeInstanceOf(StringRefused);
          return;
        }
        expect(prepare(once)).toBe(once);
      }),
    );
  });
});

test("a code point that Unicode 3.2 left unassigned may be asked for, and not stored", () => {
  expect(saslprep("p😀")).toBe("p😀");
  expect(() => saslprepStored("p😀")).toThrow(/newer than SASLprep/);
  expect(() => saslprepStored("a\u200eb")).toThrow(/may not be used/);
});

test("what is refused is not in the message", () => {
  expect(() => saslprep("hunter2ü\ufffd")).toThrow(/^(?!.*hunter2)/);
});
