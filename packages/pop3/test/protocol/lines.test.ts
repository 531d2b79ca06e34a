// Lines out of octets: every cut gives the same lines, the limit holds, floods are noticed.
import fc from "fast-check";
import { expect, test } from "vitest";
import { LineReader, OVERLONG, RUNAWAY_OCTETS } from "../../src/protocol/lines.js";
import { cutsOf, octets } from "../support/cuts.js";

function read(reader: LineReader, chunks: Iterable<Uint8Array>): (string | typeof OVERLONG)[] {
  const lines: (string | typeof OVERLONG)[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let line = reader.next(); line !== null; line = reader.next()) lines.push(line);
  }
  return lines;
}

test.each([
  ["CRLF ends a line", "STAT\r\nNOOP\r\n", ["STAT", "NOOP"]],
  ["a lone LF does too", "STAT\nNOOP\r\n", ["STAT", "NOOP"]],
  ["an empty line is a line", "\r\n\n", ["", ""]],
  ["only one CR belongs to the line end", "A\r\r\n", ["A\r"]],
  ["a CR inside stays", "A\rB\r\n", ["A\rB"]],
  ["what has no end is not yet a line", "STAT\r\nNO", ["STAT"]],
  ["each octet is a character", "\xff\x00\x80\r\n", ["\xff\x00\x80"]],
])("%s, at every cut", (_, input, lines) => {
  for (const cut of cutsOf(octets(input))) expect(read(new LineReader(255), cut)).toEqual(lines);
});

test("the limit counts the line end, and what is over it is one event however it is cut", () => {
  const fits = "x".repeat(253);
  const input = `${fits}\r\n${fits}y\r\nSTAT\r\n`;
  for (const cut of cutsOf(octets(input))) expect(read(new LineReader(255), cut)).toEqual([fits, OVERLONG, "STAT"]);
});

test("a line that never ends is noticed in bounded memory", () => {
  const reader = new LineReader(255);
  const flood = octets("x".repeat(1000));
  let pushed = 0;
  while (!reader.runaway) {
    reader.push(flood);
    expect(reader.next()).toBeNull();
    pushed += flood.length;
    expect(pushed).toBeLessThan(RUNAWAY_OCTETS + 2 * flood.length);
  }
});

test("drop forgets whole lines and halves of lines, and counts them", () => {
  const reader = new LineReader(255);
  reader.push(octets("STLS\r\nUSER ann\r\nPA"));
  expect(reader.next()).toBe("STLS");
  expect(reader.drop()).toBe("USER ann\r\nPA".length);
  reader.push(octets("CAPA\r\n"));
  expect(reader.next()).toBe("CAPA");
});

test("property: lines joined and cut anywhere come back", () => {
  const line = fc
    .string({ unit: fc.constantFrom("a", " ", "\r", ".", "\xff"), maxLength: 30 })
    .filter((text) => !text.endsWith("\r"));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, sizes) => {
      const whole = octets(lines.map((text) => `${text}\r\n`).join(""));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) chunks.push(whole.subarray(at, (at += size)));
      chunks.push(whole.subarray(at));
      expect(read(new LineReader(255), chunks)).toEqual(lines);
    }),
  );
});
