// Messages for the maildrop suite, and what must become of their octets. Written without the encoder of `protocol/`,
// so that a mistake there cannot hide here.
import assert from "node:assert/strict";
import type { WireBody } from "../contracts/maildrop.js";
import { DotDecoder } from "../protocol/dot-stuffing.js";
import { CR, CRLF, LF, TERMINATOR } from "../protocol/octets.js";

const latin1 = (content: string): Uint8Array => Buffer.from(content, "latin1");

/** Messages as they may arrive, by what is special about them. */
export const FORM_CASES: Readonly<Record<string, Uint8Array>> = {
  empty: latin1(""),
  ordinary: latin1("Subject: hello\r\n\r\nHello.\r\n"),
  "lone LF": latin1("Subject: hello\n\nHello.\n"),
  "lone CR": latin1("a\rb\r\n\rc\r\n"),
  "CR CR LF": latin1("a\r\r\nb\r\n"),
  "CR at the end": latin1("a\r"),
  "CR alone": latin1("\r"),
  "LF alone": latin1("\n"),
  "CRLF alone": latin1("\r\n"),
  "LF CR": latin1("a\n\rb\n\r"),
  "no final line end": latin1("Subject: x\r\n\r\nno line end"),
  "header only": latin1("Subject: header only\r\n"),
  "empty lines": latin1("\n\n\r\n\n"),
  dots: latin1(".\r\n..\r\n...\r\n.a\r\n\r\n.\r\na.\r\n.\r\n"),
  "dots behind lone line ends": latin1(".\n..\n.\r.\r\n.\n"),
  "one dot, no line end": latin1("."),
  "a dot behind CR": latin1("a\r.b\r\n.\r."),
  NUL: latin1("a\0b\r\n\0\r\n\0"),
  "8-bit": latin1("Subject: \xe4\xf6\xfc\r\n\r\n\xff\xfe\x80\r\n"),
  "UTF-8": new TextEncoder().encode("Subject: größer\r\n\r\n☃ 📧\r\n"),
  "every octet": Uint8Array.from({ length: 512 }, (_, at) => at & 0xff),
  "a line of 100,000 octets": latin1(`${"x".repeat(100_000)}\r\ny\r\n`),
  "100,000 dots": latin1(".".repeat(100_000)),
  "20,000 lines of one dot": latin1(".\n".repeat(20_000)),
};

/** Octets that look random and hold many line ends and dots; the same for the same length. */
export function oddOctets(length: number): Uint8Array {
  const octets = new Uint8Array(length);
  let seed = 0x9e3779b9 ^ length;
  for (let at = 0; at < length; at++) {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + at;
    const drawn = (seed >>> 16) & 0xff;
    octets[at] = drawn < 12 ? LF : drawn < 20 ? CR : drawn < 40 ? 0x2e : drawn;
  }
  return octets;
}

/** The canonical form of a message, octet by octet : line ends are CRLF, a lone CR is content. */
export function canonicalOctets(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length * 2 + 2);
  let written = 0;
  for (let at = 0; at < message.length; at++) {
    if (message[at] === LF && message[at - 1] !== CR) out[written++] = CR;
    out[written++] = message[at]!;
  }
  if (message.length > 0 && message.at(-1) !== LF) {
    out.set(CRLF, written);
    written += CRLF.length;
  }
  return out.subarray(0, written);
}

/** The message in two pieces. */
export function cutInTwo(message: Uint8Array, cut: number): readonly Uint8Array[] {
  return [message.subarray(0, cut), message.subarray(cut)];
}

/** The message in pieces of that many octets, each in a later turn of the event loop. */
export async function* inPieces(message: Uint8Array, pieceOctets: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < message.length; at += pieceOctets) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    yield message.subarray(at, at + pieceOctets);
  }
}

/** What a client holds after it has received and un-stuffed a body. */
export async function receivedOctets(reading: WireBody | Promise<WireBody>): Promise<Uint8Array> {
  const body = await reading;
  const decoder = new DotDecoder();
  const pieces: Uint8Array[] = [];
  const take = (chunk: Uint8Array): void => {
    const { pieces: taken, end } = decoder.push(chunk);
    assert.equal(end, -1, "the body ends before its end: a line of a single dot is not stuffed");
    for (const piece of taken) pieces.push(Uint8Array.from(piece));
  };
  if (body instanceof Uint8Array) take(body);
  else for await (const chunk of body) take(chunk);
  const { pieces: rest, end } = decoder.push(TERMINATOR);
  assert.equal(end, TERMINATOR.length, "the terminator is not seen: the body does not end in CRLF");
  return Buffer.concat([...pieces, ...rest]);
}
