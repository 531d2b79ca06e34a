// TOP's cut: header, empty line, n lines; whole or in pieces, synchronous or not.
import { expect, test } from "vitest";
import { topOf } from "../../src/server/bodies.js";
import { cutsOf, octets, text } from "../support/cuts.js";

const MESSAGE = "A: b\r\nC: d\r\n\r\none\r\n\r\n..three\r\nfour\r\n";

test.each([
  [0, MESSAGE, "A: b\r\nC: d\r\n\r\n"],
  [1, MESSAGE, "A: b\r\nC: d\r\n\r\none\r\n"],
  [3, MESSAGE, "A: b\r\nC: d\r\n\r\none\r\n\r\n..three\r\n"],
  [4, MESSAGE, MESSAGE],
  [5, MESSAGE, MESSAGE],
  [9_999_999_999, MESSAGE, MESSAGE],
  [0, "A: b\r\n", "A: b\r\n"],
  [3, "A: b\r\n", "A: b\r\n"],
  [0, "\r\nbody\r\n", "\r\n"],
  [1, "\r\nbody\r\nmore\r\n", "\r\nbody\r\n"],
  [1, "", ""],
  [0, "A\r\r\n\r\nx\r\n", "A\r\r\n\r\n"],
])("%d lines of %j", async (lines, message, expected) => {
  for (const cut of cutsOf(octets(message))) {
    const sync = [...(topOf(cut, lines) as Iterable<Uint8Array>)];
    expect(text(sync)).toBe(expected);
    const pieces: Uint8Array[] = [];
    for await (const piece of topOf(later(cut), lines) as AsyncIterable<Uint8Array>) pieces.push(piece);
    expect(text(pieces)).toBe(expected);
  }
  expect(text(topOf(octets(message), lines) as Uint8Array)).toBe(expected);
});

test("reads no further than it must", () => {
  let read = 0;
  function* pieces(): Generator<Uint8Array> {
    for (;;) {
      read++;
      yield octets("A: b\r\n\r\nline\r\n");
    }
  }
  expect(text([...(topOf(pieces(), 1) as Iterable<Uint8Array>)])).toBe("A: b\r\n\r\nline\r\n");
  expect(read).toBe(1);
});

async function* later(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
