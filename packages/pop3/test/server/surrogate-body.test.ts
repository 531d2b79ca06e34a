// Surrogates of bodies in each of their forms: the same octets, made while they are asked for, and cut to a top.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import type { WireBody } from "../../src/contracts/maildrop.js";
import { topOf } from "../../src/server/bodies.js";
import { surrogateOf } from "../../src/server/surrogate-body.js";
import { cutsOf, text } from "../support/cuts.js";

const WIRE = Buffer.from("Subject: größer\r\nX: é\r\n\r\n..one\r\ntwo\r\nthree\r\n");
const SURROGATE = "Subject: =?UTF-8?B?Z3LDtsOfZXI=?=\r\n\r\n..one\r\ntwo\r\nthree\r\n";

async function* asynchronous(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

async function read(body: WireBody): Promise<string> {
  if (body instanceof Uint8Array) return text(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(Uint8Array.from(piece));
  return text(pieces);
}

test("a whole body stays whole", async () => {
  const made = surrogateOf(WIRE);
  expect(made).toBeInstanceOf(Uint8Array);
  expect(await read(made)).toBe(SURROGATE);
});

test.each(["Subject: é\r\n", "X: é\r\n", ""])("a body without an empty line: %j", async (wire) => {
  const expected = wire.startsWith("Subject") ? "Subject: =?UTF-8?B?w6k=?=\r\n" : "";
  const octets = Buffer.from(wire);
  for (const body of [octets, [octets], asynchronous([octets])]) expect(await read(surrogateOf(body))).toBe(expected);
});

test("pieces, at every cut", async () => {
  for (const cut of cutsOf(WIRE)) {
    expect(await read(surrogateOf(cut))).toBe(SURROGATE);
    expect(await read(surrogateOf(asynchronous(cut)))).toBe(SURROGATE);
  }
});

test("a body that can be read again can be read again", async () => {
  const made = surrogateOf([WIRE]);
  expect(await read(made)).toBe(SURROGATE);
  expect(await read(made)).toBe(SURROGATE);
});

test.each([0, 1, 2, 3, 9])("its top is that of the surrogate: %i lines", async (lines) => {
  const end = SURROGATE.split("\r\n").slice(0, 2 + Math.min(lines, 3));
  for (const body of [WIRE, [WIRE.subarray(0, 20), WIRE.subarray(20)], asynchronous([WIRE])])
    expect(await read(topOf(surrogateOf(body), lines))).toBe(`${end.join("\r\n")}\r\n`);
});

test("a top reads no further than it must, and lets go of the rest", async () => {
  let piecesRead = 0;
  let ended = false;
  function* endless(): Generator<Uint8Array> {
    try {
      yield WIRE;
      for (;;) {
        piecesRead++;
        yield Buffer.from("more\r\n");
      }
    } finally {
      ended = true;
    }
  }
  expect(await read(topOf(surrogateOf(endless()), 2))).toBe(SURROGATE.replace("three\r\n", ""));
  expect({ piecesRead, ended }).toEqual({ piecesRead: 0, ended: true });
});
