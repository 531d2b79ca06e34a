// Messages to wire form and back: canonical line ends, stuffing, counts; the same at every cut.
import fc from "fast-check";
import { expect, test } from "vitest";
import { DotDecoder } from "../../src/protocol/dot-stuffing.js";
import { WireEncoder, wireForm } from "../../src/protocol/wire-form.js";
import { cutsOf, octets, text } from "../support/cuts.js";

/** Canonical form by another way than the encoder's: on the whole text, by regular expression. */
function canonical(message: string): string {
  if (message === "") return "";
  const lines = message.replaceAll(/(?<!\r)\n/g, "\r\n");
  return lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
}

function encode(pieces: readonly Uint8Array[]): { wire: string; encoder: WireEncoder } {
  const encoder = new WireEncoder();
  const out = pieces.map((piece) => text(encoder.push(piece)));
  out.push(text(encoder.finish()));
  return { wire: out.join(""), encoder };
}

function decode(pieces: readonly Uint8Array[]): { body: string; rest: string | null } {
  const decoder = new DotDecoder();
  let body = "";
  for (const [index, piece] of pieces.entries()) {
    const { pieces: found, end } = decoder.push(piece);
    body += text(found);
    if (end !== -1) return { body, rest: text([piece.subarray(end), ...pieces.slice(index + 1)]) };
  }
  return { body, rest: null };
}

const MESSAGES = [
  ["empty", "", ""],
  ["one octet", "x", "x\r\n"],
  ["lone LF", "A: b\n\nbody\n", "A: b\r\n\r\nbody\r\n"],
  ["CRLF stays", "A: b\r\n\r\nbody\r\n", "A: b\r\n\r\nbody\r\n"],
  ["mixed line ends", "a\nb\r\nc\n", "a\r\nb\r\nc\r\n"],
  ["lone CR stays", "a\rb\r\n", "a\rb\r\n"],
  ["CR at the end gets a line end", "a\r", "a\r\r\n"],
  ["CR CR LF keeps both", "a\r\r\n", "a\r\r\n"],
  ["only a CR", "\r", "\r\r\n"],
  ["no final newline", "A: b\r\n\r\nend", "A: b\r\n\r\nend\r\n"],
  ["dots", ".\n..\n.a\nb.\n", "..\r\n...\r\n..a\r\nb.\r\n"],
  ["a dot alone without newline", ".", "..\r\n"],
  ["a dot behind a lone CR is inside a line", "a\r.b\n", "a\r.b\r\n"],
  ["NUL and 8-bit", "\0\xff\x80\n", "\0\xff\x80\r\n"],
  ["blank lines at the end", "a\n\n\n\n", "a\r\n\r\n\r\n\r\n"],
  ["begins with the empty line", "\nbody\n", "\r\nbody\r\n"],
] as const;

test.each(MESSAGES)("%s, at every cut", (_, message, wire) => {
  for (const cut of cutsOf(octets(message))) {
    const encoded = encode(cut);
    expect(encoded.wire).toBe(wire);
    expect(encoded.encoder.facts.octets).toBe(canonical(message).length);
    expect(encoded.encoder.facts.wireOctets).toBe(wire.length);
  }
  for (const cut of cutsOf(octets(`${wire}.\r\n+OK`)))
    expect(decode(cut)).toEqual({ body: canonical(message), rest: "+OK" });
});

test.each([
  ["header and body", "A: b\nC: d\n\nbody\n", "A: b\r\nC: d\r\n\r\n".length, false],
  ["stuffed header counts as sent", ".A: b\n\nbody", "..A: b\r\n\r\n".length, false],
  ["no empty line: all header", "A: b\n", "A: b\r\n".length, false],
  ["begins with the empty line", "\nbody", 2, false],
  ["8-bit in the header", "A: \xc3\xa9\n\nbody", "A: \xc3\xa9\r\n\r\n".length, true],
  ["8-bit in the body only", "A: b\n\n\xc3\xa9", "A: b\r\n\r\n".length, false],
])("facts: %s", (_, message, headerOctets, needsUtf8) => {
  for (const cut of cutsOf(octets(message)))
    expect(encode(cut).encoder.facts).toMatchObject({ headerOctets, needsUtf8 });
});

test("a message that is in wire form already is not copied", () => {
  const message = octets("A: b\r\n\r\nbody\r\n");
  expect(wireForm(message).wire).toBe(message);
});

test("property: decoding what was encoded gives the canonical form, cut anywhere, and the counts agree", () => {
  const message = fc.string({ unit: fc.constantFrom("\r", "\n", ".", "a", "\0", "\xff", "\r\n"), maxLength: 60 });
  fc.assert(
    fc.property(message, fc.nat(80), fc.nat(80), (input, at, back) => {
      const whole = octets(input);
      const { wire, encoder } = encode([whole.subarray(0, at), whole.subarray(at)]);
      const sent = octets(`${wire}.\r\nnext`);
      expect(decode([sent.subarray(0, back), sent.subarray(back)])).toEqual({ body: canonical(input), rest: "next" });
      expect(encoder.facts.octets).toBe(canonical(input).length);
      expect(wire).toBe(text(wireForm(whole).wire));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["no terminator in a line that ends in a dot", "a.\r\n.\r\n", "a.\r\n", ""],
  [". CR X is content", ".\rX\r\n.\r\n", "\rX\r\n", ""],
  ["a dot and a lone LF do not end it", ".\n.\r\n.\r\n", "\n.\r\n", ""],
  ["CR CR LF before the terminator", "a\r\r\n.\r\n", "a\r\r\n", ""],
])("the terminator is CRLF . CRLF alone: %s", (_, wire, body, rest) => {
  for (const cut of cutsOf(octets(wire))) expect(decode(cut)).toEqual({ body, rest });
});
