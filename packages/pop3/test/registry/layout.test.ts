// Plain text in columns.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clipped, quoted, textTable, wrapped } from "../../src/registry/layout.js";

describe("paragraphs", () => {
  test("wrap at the width, with their indentation counted", () => {
    expect(wrapped("one two three\n\nfour", 9, "  ")).toBe("  one two\n  three\n\n  four");
  });

  test("keep every word, and no line is wider unless it is one word", () => {
    const words = fc.array(fc.stringMatching(/^[!-~]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 3, max: 30 }), (list, columns) => {
        const text = wrapped(list.join(" "), columns);
        expect(text.split(/\s+/)).toEqual(list);
        for (const line of text.split("\n")) expect(line.length <= columns || !line.includes(" ")).toBe(true);
      }),
    );
  });
});

describe("a table", () => {
  const header = ["Name", "What it is"];
  const rows = [
    ["one", "the first of them"],
    ["two", "the next"],
  ];

  test("is as wide as its cells where there is room", () => {
    expect(textTable(header, rows, 80).split("\n")).toEqual([
      "Name  What it is",
      "----  -----------------",
      "one   the first of them",
      "two   the next",
    ]);
  });

  test("wraps its cells where there is less", () => {
    expect(textTable(header, rows, 16).split("\n")).toEqual([
      "Name  What it is",
      "----  ----------",
      "one   the first",
      "      of them",
      "two   the next",
    ]);
  });

  test("becomes a record a row where its words do not fit side by side", () => {
    expect(textTable(header, rows, 10).split("\n").slice(0, 2)).toEqual(["one", "  What it is  the"]);
  });
});

test("foreign text is clipped, and quoted without control characters", () => {
  expect(clipped("a".repeat(60))).toHaveLength(60);
  expect(clipped("a".repeat(61))).toBe(`${"a".repeat(60)}…`);
  expect(quoted("\u001b[31m\u009b\u007f")).toBe(String.raw`"\u001b[31m??"`);
});
