// What a client's decoder costs its sink: a piece for each chunk at most, however many dots a body has.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { ReplyDecoder, type ReplySink } from "../../src/protocol/reply-decoder.js";
import { octets } from "../support/cuts.js";

test("a body of dots comes in one piece for each chunk", () => {
  const pieces: Uint8Array[] = [];
  const sink: ReplySink = {
    line: () => "body",
    body: (piece) => void pieces.push(piece),
    bodyEnd: () => "line",
    overlong: () => expect.fail("no line is too long"),
  };
  const decoder = new ReplyDecoder(512);
  decoder.push(octets(`+OK\r\n${"..\r\n".repeat(1000)}`), sink);
  decoder.push(octets("..\r"), sink);
  decoder.push(octets("\n.\rx\r\n.\r\n"), sink);
  expect(pieces.map(({ length }) => length)).toEqual([3000, 2, 5]);
  expect(Buffer.concat(pieces).toString("latin1")).toBe(`${".\r\n".repeat(1001)}\rx\r\n`);
});
