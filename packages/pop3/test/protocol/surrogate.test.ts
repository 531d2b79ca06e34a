// Surrogates of whole messages: which messages need one, what stays as it is, where headers are, and the figures.
// What becomes of a single field is in `surrogate-fields.test.ts`.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIELD_OCTETS } from "../../src/protocol/surrogate.js";
import { WireEncoder, wireForm } from "../../src/protocol/wire-form.js";
import { cutsOf, octets, text } from "../support/cuts.js";
import { decoded, surrogate, surrogateOfMessage, unfolded, unstuffed } from "../support/surrogates.js";

/** A string in UTF-8, one character an octet. */
const utf8 = (content: string): string => text(Buffer.from(content));
const crlf = (content: string): string => content.replaceAll("\n", "\r\n");

const PARTS = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_1"

X-Preamble: é
--=_1
Content-Type: text/plain; charset=utf-8; name=é
Content-Transfer-Encoding: 8bit

Subject: é
--=_11
x--=_1
X: é
--=_1--no
--=_1 \t
content-type: MULTIPART/alternative;
 boundary=two; x=é

--two
X-Any: é

--two--
X-Epilogue: é
--=_1
Content-Type: message/global

Subject: é
Content-Type: multipart/digest; boundary=three

--three

From: é@x

--three
Content-Type: text/plain

From: é@x
--=_1

X-Body: é
--=_1--
--=_1
X-Epilogue: é
`;

const PARTS_IN_ASCII = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_1"

X-Preamble: é
--=_1
Content-Type: text/plain; charset=utf-8; name*=UTF-8''%C3%A9
Content-Transfer-Encoding: 8bit

Subject: é
--=_11
x--=_1
X: é
--=_1--no
--=_1 \t
content-type: MULTIPART/alternative; boundary=two; x*=UTF-8''%C3%A9

--two

--two--
X-Epilogue: é
--=_1
Content-Type: message/rfc822

Subject: =?UTF-8?B?w6k=?=
Content-Type: multipart/digest; boundary=three

--three

From: =?UTF-8?Q?=C3=A9=40x?= <invalid@internationalized-address.invalid>

--three
Content-Type: text/plain

From: é@x
--=_1

X-Body: é
--=_1--
--=_1
X-Epilogue: é
`.replace("=?UTF-8?Q?=C3=A9=40x?=", "=?UTF-8?B?w6lAeA==?=");

/** Messages in wire form, and their surrogates. */
const SURROGATES: readonly (readonly [string, string, string])[] = [
  ["a header of ASCII", "A: b\n c\n\nbödy\n.\n", "A: b\n c\n\nbödy\n.\n"],
  ["the empty message", "", ""],
  ["nothing but the empty line", "\n", "\n"],
  ["a body without a header", "\nSubject: é\n", "\nSubject: é\n"],
  ["a field with UTF-8", "A: b\nSubject: é\nC: d\n\nbödy\n", "A: b\nSubject: =?UTF-8?B?w6k=?=\nC: d\n\nbödy\n"],
  ["UTF-8 in a later line of a field", "Subject: a\n b\n é\n\n", "Subject: a b =?UTF-8?B?w6k=?=\n\n"],
  ["a field that is left out", "A: b\nX: é\n\té\nC: d\n\n", "A: b\nC: d\n\n"],
  ["a stuffed field that is left out", "A: b\n..X: é\nC: d\n\n", "A: b\nC: d\n\n"],
  ["a stuffed field that stays", "..A: b\nX: é\n..C\n\n...\n", "..A: b\n..C\n\n...\n"],
  ["a header that does not end", "A: b\nSubject: é\n", "A: b\nSubject: =?UTF-8?B?w6k=?=\n"],
  ["a message of one line that is left out", "é\n", ""],
  ["all fields left out", "X: é\nY: é\n\nbody\n", "\nbody\n"],
  ["white space at the beginning of the header", " é\nA: b\n\n", "A: b\n\n"],
  ["a line of white space in a field", "Subject: é\n  \n x\n\n", "Subject: =?UTF-8?B?w6k=?=   x\n\n"],
  ["lone CRs", "A: b\rc\nSubject: a\ré\n\n\ré\n", "A: b\rc\nSubject: =?UTF-8?B?YQ3DqQ==?=\n\n\ré\n"],
  ["a line that begins with a lone CR", "A: b\n\rX: é\n\n", "A: b\n\n"],
  ["parts, and messages in them", PARTS, PARTS_IN_ASCII],
  [
    "a multipart without a boundary",
    "Content-Type: multipart/mixed\n\n--\nX: é\n\n----\n",
    "Content-Type: multipart/mixed\n\n--\nX: é\n\n----\n",
  ],
  [
    "a type that is said twice",
    "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: é\n\n",
    "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: é\n\n",
  ],
  [
    "a type that is left out, and another",
    "Content-Type: é\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: é\n\n",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n",
  ],
  [
    "a part whose header does not end",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: é\n--b\nY: é\n\né\n--b--\n",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\né\n--b--\n",
  ],
  [
    "a boundary in other quotes, behind other parameters",
    'Content-Type: multipart/mixed; x="; boundary=a"; Boundary="\\b c"\n\n--a\nX: é\n\n--b c\nX: é\n\n',
    'Content-Type: multipart/mixed; x="; boundary=a"; Boundary="\\b c"\n\n--a\nX: é\n\n--b c\n\n',
  ],
  [
    "a message that is a message",
    "Content-Type: message/rfc822\n\nSubject: é\n\né\n",
    "Content-Type: message/rfc822\n\nSubject: =?UTF-8?B?w6k=?=\n\né\n",
  ],
  [
    "message/global without UTF-8",
    "content-type : \n Message/Global; x=y\n\nSubject: e\n\né\n",
    "content-type : \n message/rfc822; x=y\n\nSubject: e\n\né\n",
  ],
];

describe("surrogates", () => {
  test.each(SURROGATES)("%s, at every cut", (_, message, expected) => {
    const wire = utf8(crlf(message));
    const changed = message !== expected;
    for (const cut of cutsOf(octets(wire))) {
      expect(surrogate(cut)).toEqual({
        wire: utf8(crlf(expected)),
        facts: {
          needsUtf8: changed,
          addedOctets: unstuffed(utf8(crlf(expected))).length - unstuffed(wire).length,
        },
      });
    }
  });

  test("are counted while the message comes in, at every cut and with any line ends", () => {
    for (const [, message, expected] of SURROGATES) {
      const canonical = utf8(message).replaceAll(/(^|\n)\./g, "$1");
      for (const cut of [...cutsOf(octets(canonical)), ...cutsOf(octets(canonical.replaceAll("\n", "\r\n")))]) {
        const encoder = new WireEncoder();
        for (const piece of cut) encoder.push(piece);
        encoder.finish();
        expect(encoder.facts).toMatchObject({
          needsUtf8: message !== expected,
          surrogateOctets: message === expected ? null : unstuffed(utf8(crlf(expected))).length,
        });
      }
    }
  });

  test("a piece that stays as it is is not copied", () => {
    const piece = octets("A: b\r\n\r\nbody\r\n");
    const encoder = surrogate([piece]);
    expect(encoder.facts).toEqual({ needsUtf8: false, addedOctets: 0 });
    expect(wireForm(piece).wire).toBe(piece);
  });
});

describe("octets over 0x7F that are not UTF-8", () => {
  test.each([
    ["Latin-1", "Subject: \xe9\r\n\r\n"],
    ["UTF-8 cut short", "Subject: \xc3\r\n\r\n"],
    ["UTF-8 cut short, in a last line", "Subject: \xc3\r\n"],
    ["a sequence over two lines", "Subject: \xc3\r\n \xa9\r\n\r\n"],
    ["too long a form", "Subject: \xc0\xaf\r\n\r\n"],
    ["half of a pair", "Subject: \xed\xa0\x80\r\n\r\n"],
    ["over U+10FFFF", "Subject: \xf4\x90\x80\x80\r\n\r\n"],
    ["a lone continuation", "Subject: \x80\r\n\r\n"],
    ["UTF-8 beside it", "Subject: \xc3\xa9\r\nX-Any: \xe9\r\n\r\n"],
    ["a long field", `Subject: ${"x".repeat(FIELD_OCTETS)}\xe9\r\n\r\n`],
    ["a long field with UTF-8 before", `Subject: \xc3\xa9${"x".repeat(FIELD_OCTETS)}\xe9\r\n\r\n`],
    ["a long field that ends within a character", `Subject: ${"x".repeat(FIELD_OCTETS)}\xc3\r\n\r\n`],
  ])("in the header, the message needs no UTF-8: %s", (_, message) => {
    for (const cut of [[octets(message)], Array.from(octets(message), (octet) => Uint8Array.of(octet))]) {
      const encoder = new WireEncoder();
      for (const piece of cut) encoder.push(piece);
      encoder.finish();
      expect(encoder.facts).toMatchObject({ needsUtf8: false, surrogateOctets: null });
    }
  });

  test("in a part's header, they stay and what is UTF-8 beside them does not", () => {
    const parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Description: \xe9\r\n";
    for (const cut of cutsOf(octets(`${parts}X: \xc3\xa9\r\n\r\n--b--\r\n`)))
      expect(surrogate(cut)).toMatchObject({ wire: `${parts}\r\n--b--\r\n`, facts: { needsUtf8: true } });
    for (const cut of cutsOf(octets(`${parts}\r\n--b--\r\n`)))
      expect(surrogate(cut)).toMatchObject({ wire: `${parts}\r\n--b--\r\n`, facts: { needsUtf8: false } });
  });

  test("in a boundary, they part all the same", () => {
    const wire =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
      "Content-Type: multipart/mixed; x=\xe9; boundary=\xc3\xa9\r\n\r\n--\xc3\xa9\r\nA: b\r\n--\xc3\xa9\r\n";
    for (const cut of cutsOf(octets(`${wire}X: \xc3\xa9\r\n\r\n`))) expect(surrogate(cut).wire).toBe(`${wire}\r\n`);
  });

  test("in a body, they mean nothing", () => {
    expect(surrogateOfMessage("Subject: é\n\nbody").wireFacts.needsUtf8).toBe(true);
    expect(wireForm(octets("Subject: \xc3\xa9\n\n\xe9\n")).facts.needsUtf8).toBe(true);
  });
});

describe("long fields", () => {
  const long = (before: string, behind: string): string =>
    `A: b\r\nSubject: ${utf8(before)}${"x".repeat(FIELD_OCTETS)}${utf8(behind)}\r\n x\r\nC: d\r\n\r\nbody\r\n`;
  const inPieces = (wire: string): Uint8Array[] =>
    Array.from({ length: Math.ceil(wire.length / 1009) }, (_, n) => octets(wire.slice(n * 1009, n * 1009 + 1009)));

  test.each([
    ["of ASCII stay", long("", ""), long("", "")],
    ["with UTF-8 are left out", long("é", "é"), "A: b\r\nC: d\r\n\r\nbody\r\n"],
    ["with UTF-8 far behind lose it", long("", "éx"), long("", "??x")],
  ])("%s", (_, wire, expected) => {
    for (const cut of [[octets(wire)], inPieces(wire)])
      expect(surrogate(cut)).toEqual({
        wire: expected,
        facts: { needsUtf8: wire !== expected, addedOctets: expected.length - wire.length },
      });
  });

  test.each([-1, 0, 1])("are long from the limit on, wherever they are cut: %i octets beyond it", (beyond) => {
    const field = `Subject: ${utf8("é")}`.padEnd(FIELD_OCTETS - 2 + beyond, "x");
    const wire = `${field}\r\n\r\n`;
    const whole = surrogate([octets(wire)]);
    expect(whole.wire === "\r\n").toBe(beyond >= 0);
    for (const at of [-4, -3, -2, -1, 0, 1, 2, 3]) {
      const cut = FIELD_OCTETS + at;
      expect(surrogate([octets(wire.slice(0, cut)), octets(wire.slice(cut))])).toEqual(whole);
    }
  });

  test("10 MB of header are not held", () => {
    const piece = new Uint8Array(64 * 1024).fill(0x78);
    const encoder = new WireEncoder();
    encoder.push(octets("Subject: "));
    for (let n = 0; n < 160; n++) encoder.push(piece);
    encoder.push(octets("\xc3\xa9"));
    encoder.finish();
    const { octets: counted, surrogateOctets, needsUtf8 } = encoder.facts;
    expect({ counted, surrogateOctets, needsUtf8 }).toEqual({
      counted: 9 + 160 * 65_536 + 4,
      surrogateOctets: 9 + 160 * 65_536 + 4,
      needsUtf8: true,
    });
  });
});

describe("multiparts", () => {
  test("very deep inside each other are followed for a while, and passed on from there", () => {
    let message = "";
    for (let depth = 0; depth < 500; depth++)
      message += `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
    const outer = surrogateOfMessage(`${message}X: é\n\n--b0\nX: é\n\n`);
    expect(outer.wire).toBe(utf8(crlf(`${message}X: é\n\n--b0\n\n`)));
  });

  test("are not parted by a line that goes on behind white space", () => {
    const message = `Content-Type: multipart/mixed; boundary=b\n\n--b${" ".repeat(300)}x\nX: é\n\n`;
    expect(surrogateOfMessage(message).wire).toBe(utf8(crlf(message)));
  });

  test("10,000 messages inside each other are followed", () => {
    const messages = "Content-Type: message/rfc822\n\n".repeat(10_000);
    expect(surrogateOfMessage(`${messages}X: é\n\né\n`).wire).toBe(utf8(crlf(`${messages}\né\n`)));
  });

  test("lines of hyphens, however long, cost little", () => {
    const message = `Content-Type: multipart/mixed; boundary=b\n\n${"-".repeat(5_000_000)}\n${"-x\n".repeat(500_000)}--b\nX: é\n\n`;
    const startMs = performance.now();
    expect(surrogateOfMessage(message).wire.endsWith("--b\r\n\r\n")).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(3000);
  });
});

test("a message as people send it can be read without UTF-8", () => {
  const { wire, facts, wireFacts } = surrogateOfMessage(`Return-Path: <jøran@example.com>
Received: from mx.example.com by mail.example.org with UTF8SMTPS; Mon, 23 Nov 2026 12:52:38 +0000
DKIM-Signature: v=1; d=example.com; h=from:to:subject; b=abc
From: Jøran Øygårdvær <jøran@example.com>
To: "Müller, Käte" <kaete@example.org>, arne@example.org
Subject: Møteinnkalling: årsmøte på onsdag, med en ganske lang emnelinje som ikke får plass
Date: Mon, 23 Nov 2026 13:52:38 +0100
Message-ID: <1@example.com>
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hei på deg!
--x
Content-Type: application/pdf; name="årsmøte.pdf"
Content-Disposition: attachment; filename="årsmøte.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--x--
`);
  const [header = ""] = wire.split("\r\n\r\n");
  expect(header).toMatch(/^[\r\n\t -~]*$/);
  const lines = decoded(unfolded(header)).split("\r\n");
  expect(lines).toEqual([
    "Received: from mx.example.com by mail.example.org with UTF8SMTPS; Mon, 23 Nov 2026 12:52:38 +0000",
    "DKIM-Signature: v=1; d=example.com; h=from:to:subject; b=abc",
    "From: Jøran Øygårdvær <jøran@example.com> <invalid@internationalized-address.invalid>",
    "To: Müller, Käte <kaete@example.org>, arne@example.org",
    "Subject: Møteinnkalling: årsmøte på onsdag, med en ganske lang emnelinje som ikke får plass",
    "Date: Mon, 23 Nov 2026 13:52:38 +0100",
    "Message-ID: <1@example.com>",
    "Content-Type: multipart/mixed; boundary=x",
  ]);
  expect(wire).toContain(utf8("Hei på deg!\r\n"));
  expect(wire).toContain("Content-Disposition: attachment; filename*=UTF-8''%C3%A5rsm%C3%B8te.pdf\r\n");
  expect(wireFacts.surrogateOctets).toBe(wire.length);
  expect(facts.needsUtf8).toBe(true);
});

describe("property:", () => {
  const unit = fc.constantFrom(
    ...Array.from('ab :;,<>@"()=?-. \t\n\n\r\0'),
    "\xc3\xa9",
    "\xe6\x97\xa5",
    "\r\n",
    "\n\n",
    "\n ",
    "\nSubject: ",
    "\nFrom: ",
    "\nTo: x@y, ",
    "\nX: ",
    "\nContent-Type: multipart/mixed; boundary=b",
    "\nContent-Type: multipart/digest; boundary=-",
    "\nContent-Type: message/rfc822",
    "\nContent-Type: application/x; name=",
    "\n--b\n",
    "\n--b--\n",
    "\n---\n",
  );
  const wellFormed = fc.string({ unit, maxLength: 60 });
  const any = fc.string({
    unit: fc.oneof({ weight: 20, arbitrary: unit }, fc.constantFrom("\xe9", "\xc3", "\xa9")),
    maxLength: 60,
  });
  /** The header in wire form, up to the empty line. */
  const headerOf = (wire: string): string => (wire.startsWith("\r\n") ? "" : wire.split("\r\n\r\n")[0]!);
  const isAscii = (content: string): boolean => !/[\x80-\xff]/.test(content);
  const isUtf8 = (content: string): boolean =>
    text(Buffer.from(Buffer.from(content, "latin1").toString("utf8"))) === content;

  test("the figures found at delivery are those of the surrogate, at any cut", () => {
    fc.assert(
      fc.property(any, fc.nat(80), fc.nat(80), (message, at, wireAt) => {
        const whole = octets(message);
        const { wire, facts } = wireForm(whole);
        const encoder = new WireEncoder();
        encoder.push(whole.subarray(0, at));
        encoder.push(whole.subarray(at));
        encoder.finish();
        expect(encoder.facts).toEqual(facts);
        const made = surrogate([wire]);
        expect(surrogate([wire.subarray(0, wireAt), wire.subarray(wireAt)])).toEqual(made);
        expect(made.facts.needsUtf8).toBe(facts.needsUtf8);
        if (facts.needsUtf8) expect(facts.surrogateOctets).toBe(unstuffed(made.wire).length);
        else expect(facts.surrogateOctets).toBeNull();
      }),
      { numRuns: 4000 },
    );
  });

  test("the header is ASCII if and only if it was UTF-8, and needs UTF-8 only where it was", () => {
    fc.assert(
      fc.property(any, (message) => {
        const { wire, facts } = wireForm(octets(message));
        const header = headerOf(text(wire));
        expect(isAscii(headerOf(surrogate([wire]).wire))).toBe(isUtf8(header));
        if (!isUtf8(header)) expect(facts.needsUtf8).toBe(false);
        else if (!isAscii(header)) expect(facts.needsUtf8).toBe(true);
      }),
      { numRuns: 4000 },
    );
  });

  test("a message of ASCII is its own surrogate, and so is a surrogate", () => {
    fc.assert(
      fc.property(wellFormed, (message) => {
        const { wire } = wireForm(octets(message));
        const made = surrogate([wire]);
        if (isAscii(message)) expect(made.wire).toBe(text(wire));
        expect(surrogate([octets(made.wire)])).toEqual({
          wire: made.wire,
          facts: { needsUtf8: false, addedOctets: 0 },
        });
      }),
      { numRuns: 4000 },
    );
  });

  test("the result is wire form, with lines that fit where they were made", () => {
    fc.assert(
      fc.property(wellFormed, (message) => {
        const { wire } = wireForm(octets(message));
        const made = surrogate([wire]).wire;
        expect(text(wireForm(octets(unstuffed(made))).wire)).toBe(made);
        const kept = new Set(text(wire).split("\r\n"));
        for (const line of made.split("\r\n")) if (!kept.has(line)) expect(line.length).toBeLessThanOrEqual(998);
      }),
      { numRuns: 2000 },
    );
  });
});
