// A server's stream into lines and bodies, whole and with every cut, and what may not be read yet.
// What a line says is `reply.ts`'s; the dots of a body have cases of their own in `wire-form.test.ts`.
import { expect, test } from "vitest";
import { type Next, ReplyDecoder, type ReplySink } from "../../src/protocol/reply-decoder.js";
import { cutsOf, octets, text } from "../support/cuts.js";

/** Notes what it is given; `body` and `stop` in a line say what comes behind it. */
class Sink implements ReplySink {
  readonly seen: string[] = [];
  #pieces: Uint8Array[] = [];

  line(line: string): Next {
    this.seen.push(line);
    return line.includes("body") ? "body" : line.includes("stop") ? "nothing" : "line";
  }

  body(piece: Uint8Array): void {
    // A piece shares memory with its chunk.
    this.#pieces.push(piece.slice());
  }

  bodyEnd(): Next {
    this.seen.push(`(${text(this.#pieces)})`);
    this.#pieces = [];
    return "line";
  }

  overlong(): never {
    throw new RangeError("overlong");
  }
}

function decoded(chunks: readonly Uint8Array[], limitOctets = 20): readonly string[] {
  const sink = new Sink();
  const decoder = new ReplyDecoder(limitOctets);
  for (const chunk of chunks) expect(decoder.push(chunk, sink)).toBe(chunk.length);
  return sink.seen;
}

const streams: readonly [what: string, stream: string, seen: readonly string[]][] = [
  ["nothing", "", []],
  ["lines", "+OK\r\n-ERR no\r\n", ["+OK", "-ERR no"]],
  ["empty lines", "\r\n\r\n", ["", ""]],
  ["a line that is not at its end", "+OK\r\n+OK body", ["+OK"]],
  ["line feeds alone", "+OK\n-ERR\n", ["+OK", "-ERR"]],
  ["CR in a line", "+OK a\rb\r\r\n", ["+OK a\rb\r"]],
  ["octets of all kinds", "+OK \0\xff\x80\r\n", ["+OK \0\xff\x80"]],
  ["an empty body", "+OK body\r\n.\r\n+OK\r\n", ["+OK body", "()", "+OK"]],
  ["a body", "+OK body\r\none\r\n..two\r\n.\r\n+OK\r\n", ["+OK body", "(one\r\n.two\r\n)", "+OK"]],
  ["bodies behind each other", "+ body\r\na\r\n.\r\n+ body\r\n.\r\n", ["+ body", "(a\r\n)", "+ body", "()"]],
  ["a body of line feeds", "+OK body\na\n..b\n.\n+OK\n", ["+OK body", "(a\n.b\n)", "+OK"]],
  ["line feeds in a body of CRLF", "+OK body\r\na\n.\nb\r\n.\r\n", ["+OK body", "(a\n.\nb\r\n)"]],
  ["a body longer than any line", `+OK body\r\n${"x".repeat(100)}\r\n.\r\n`, ["+OK body", `(${"x".repeat(100)}\r\n)`]],
  ["a line at the limit", `${"x".repeat(18)}\r\n`, ["x".repeat(18)]],
];

test.each(streams)("%s", (_, stream, seen) => {
  for (const chunks of cutsOf(octets(stream))) expect(decoded(chunks)).toEqual(seen);
});

test.each([
  `${"x".repeat(19)}\r\n`,
  `${"x".repeat(20)}\n`,
  "x".repeat(21),
  `+OK\r\n${"x".repeat(21)}`,
  `+OK body\r\n.\r\n${"x".repeat(25)}\r\n`,
])("a line beyond the limit: %j", (stream) => {
  for (const chunks of cutsOf(octets(stream))) expect(() => decoded(chunks)).toThrow("overlong");
});

test("the limit may change between lines", () => {
  const sink = new Sink();
  const decoder = new ReplyDecoder(5);
  decoder.push(octets("+OK\r\n"), sink);
  decoder.limitOctets = 30;
  decoder.push(octets(`${"x".repeat(28)}\r\n`), sink);
  decoder.limitOctets = 5;
  expect(() => decoder.push(octets("+OK x\r\n"), sink)).toThrow("overlong");
});

test("behind a line that nothing may follow, nothing is read, and what is there is counted as left", () => {
  const stream = octets("+OK\r\n+OK stop\r\n+OK injected\r\n");
  const end = "+OK\r\n+OK stop\r\n".length;
  for (const chunks of cutsOf(stream)) {
    const sink = new Sink();
    const decoder = new ReplyDecoder(100);
    let taken = 0;
    for (const chunk of chunks) taken += decoder.push(chunk, sink);
    expect(taken).toBe(end);
    expect(sink.seen).toEqual(["+OK", "+OK stop"]);
    decoder.resume();
    decoder.push(octets("+OK later\r\n"), sink);
    expect(sink.seen.at(-1)).toBe("+OK later");
  }
});

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
  expect(text(pieces)).toBe(`${".\r\n".repeat(1001)}\rx\r\n`);
});
