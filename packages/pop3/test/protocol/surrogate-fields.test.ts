// One header field for a client without UTF-8: what stands in its place, or that nothing does (RFC 6858).
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodedWords } from "../../src/protocol/encoded-word.js";
import { surrogateField } from "../../src/protocol/surrogate-fields.js";
import { decoded, parameterValue, unfolded } from "../support/surrogates.js";

/** Decoded, on one line, with Unicode in it: what a reader sees. */
const seen = (field: string): string => decoded(unfolded(surrogateField(field)));

const INVALID = "<invalid@internationalized-address.invalid>";

describe("addresses", () => {
  test.each([
    ["an address outside ASCII, which stays readable", "From: jøran@example.com", `From: jøran@example.com ${INVALID}`],
    [
      "an address outside ASCII with a display name",
      "From: Jøran <jøran@example.com>",
      `From: Jøran <jøran@example.com> ${INVALID}`,
    ],
    ["a domain outside ASCII", "Sender: Max <max@bücher.example>", `Sender: Max <max@bücher.example> ${INVALID}`],
    ["only the display name", "Reply-To: Jøran <j@example.com>", "Reply-To: Jøran <j@example.com>"],
    ["a quoted display name", 'To: "Größe, \\"Dr.\\"" <g@example.org>', 'To: Größe, "Dr." <g@example.org>'],
    ["a comment that is the name", "Cc: x@y.example (Frau Müller (Köln))", "Cc: Frau Müller (Köln) <x@y.example>"],
    ["a comment beside a name", "Cc: Käte (ß) <x@y.example>", "Cc: Käte <x@y.example>"],
    ["a quoted local part", 'To: "john doe"@x.example (é)', 'To: é <"john doe"@x.example>'],
    ["a domain literal", "To: Ü <a@[192.0.2.1]>", "To: Ü <a@[192.0.2.1]>"],
    [
      "neighbours in ASCII, to the octet",
      'To: "A,  b" <a@b> (c), d@e, ü@f',
      `To: "A,  b" <a@b> (c), d@e, ü@f ${INVALID}`,
    ],
    ["a group", "To: Team: a@b, ü@b;, c@d", `To: Team: a@b, ü@b ${INVALID};, c@d`],
    ["a group's name", "Cc: Größe: a@b;", "Cc: Größe : a@b;"],
    ["an empty group", "Bcc: Größe:;", "Bcc: Größe :;"],
    ["a group without its end", "Cc: Team: ü@b", `Cc: Team: ü@b ${INVALID};`],
    ["empty places in the list", "To: , ,ü@b,, a@b,", `To: ü@b ${INVALID}, a@b`],
    ["semicolons for commas", "To: ü@b; a@b", `To: ü@b ${INVALID}, a@b`],
    ["a name without an address", "To: Größe", `To: Größe ${INVALID}`],
    ["an empty address", "Resent-From: Größe <>", `Resent-From: Größe ${INVALID}`],
    ["a route", "Resent-To: Ü <@a,@b:c@d>", "Resent-To: Ü <@a,@b:c@d>"],
    ["an encoded-word beside UTF-8", "From: =?UTF-8?Q?Dr=2E?= Müller <m@x>", "From: Dr. Müller <m@x>"],
    ["an unterminated quotation", 'To: a@b, "é <c@d>, e@f', `To: a@b, é <c@d>, e@f ${INVALID}`],
    ["an unterminated comment", "To: a@b (é", "To: é <a@b>"],
    ["an unterminated angle bracket", "To: é <a@b", "To: é <a@b>"],
    ["a stray colon", "To: :é@x", `To: é@x ${INVALID}`],
    ["a stray angle bracket", "To: > é <a@b>>", "To: é <a@b>"],
    ["white space before the colon", "From : é <a@b>", "From: é <a@b>"],
    ["folded lines", "To: é\r\n <a@b>,\r\n\tc@d", "To: é <a@b>, c@d"],
  ])("%s", (_, field, expected) => {
    expect(seen(`${field}\r\n`)).toBe(`${expected}\r\n`);
  });

  test("a display name in ASCII that is next to an address outside ASCII stays a phrase", () => {
    expect(surrogateField("To: A. B <é@x>\r\n")).toMatch(/^To: =\?UTF-8\?Q\?A=2E\?= B =\?UTF-8\?/);
  });
});

describe("unstructured text", () => {
  test.each([
    ["Subject: größer\r\n", "Subject: =?UTF-8?B?Z3LDtsOfZXI=?=\r\n"],
    ["sUBJECT:é\r\n", "sUBJECT: =?UTF-8?B?w6k=?=\r\n"],
    ["Subject: plain é plain\r\n", "Subject: plain =?UTF-8?B?w6k=?= plain\r\n"],
    ["Comments: é è\r\n", "Comments: =?UTF-8?B?w6kgw6g=?=\r\n"],
    ["Content-Description: a\r\n\té\r\n", "Content-Description: a\t=?UTF-8?B?w6k=?=\r\n"],
    ["Subject: =?UTF-8?Q?a?= é b\r\n", "Subject: =?UTF-8?Q?a?= =?UTF-8?B?IMOp?= b\r\n"],
    ["Subject: é =?UTF-8?Q?a?=\r\n", "Subject: =?UTF-8?B?w6kg?= =?UTF-8?Q?a?=\r\n"],
    ["Subject: \ufeffé\r\n", "Subject: =?UTF-8?B?77u/w6k=?=\r\n"],
    ["Subject: \rX\0 é\r\n", "Subject: =?UTF-8?B?DVgAIMOp?=\r\n"],
    ["Subject: Entwürfelungenmontag?=\r\n", "Subject: =?UTF-8?Q?Entw=C3=BCrfelungenmontag=3F=3D?=\r\n"],
  ])("%j", (field, expected) => {
    expect(surrogateField(field)).toBe(expected);
  });

  test("property: it is read as it was written, in lines of ASCII that are short enough", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 30 }).map((all) => all.replaceAll(/[ \t\r\n]/g, "x")),
      fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 120 }).map((all) => all.replaceAll(" ", "x")),
      fc.constantFrom("日本語".repeat(40), "é", "x".repeat(5000), "=?UTF-8?Q?=C3=A9?="),
    );
    const space = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(" ", "  ", "\t") }, fc.constant(" ".repeat(300)));
    fc.assert(
      fc.property(fc.array(fc.tuple(word, space), { maxLength: 12 }), (parts) => {
        const value = `${parts.flat().join("")}é`;
        const field = surrogateField(`Subject: ${value}\r\n`);
        expect(field).toMatch(/^Subject: (?:[\t -~]|\r\n[ \t])*\r\n$/);
        for (const line of field.split("\r\n")) {
          expect(line.length).toBeLessThanOrEqual(998);
          for (const [word] of line.matchAll(/=\?UTF-8\?[BQ]\?[^?\s]*\?=/g))
            expect(word.length).toBeLessThanOrEqual(75);
        }
        // Where a word is longer than a line all of it is encoded, what looked like an encoded-word before too.
        const encodedAsWhole = parts.some(([word, space]) => word.length > 700 || space.length > 100);
        expect(decoded(unfolded(field))).toBe(`Subject: ${encodedAsWhole ? value : decoded(value)}\r\n`);
      }),
      { numRuns: 200 },
    );
  });

  test("property: each encoded-word holds whole characters", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
        fc.integer({ min: -5, max: 90 }),
        (value, room) => {
          const words = encodedWords(value, room);
          expect(words[0]!.length).toBeLessThanOrEqual(Math.max(24, room));
          expect(words.map((word) => decoded(word)).join("")).toBe(value);
          for (const word of words) {
            expect(word.length).toBeLessThanOrEqual(75);
            expect(decoded(word)).not.toContain("\ufffd");
          }
        },
      ),
    );
  });
});

describe("parameters", () => {
  test.each([
    [
      'Content-Type: application/pdf; name="é.pdf"; charset=x\r\n',
      "Content-Type: application/pdf; name*=UTF-8''%C3%A9.pdf; charset=x\r\n",
    ],
    [
      "Content-Disposition: attachment;\r\n filename=né.pdf\r\n",
      "Content-Disposition: attachment; filename*=UTF-8''n%C3%A9.pdf\r\n",
    ],
    ['Content-Type: a/b; x="\\é;="; y="a; b"\r\n', "Content-Type: a/b; x*=UTF-8''%C3%A9%3B%3D; y=\"a; b\"\r\n"],
    ["Content-Type: a/b; é=1; y=2; ü\r\n", "Content-Type: a/b; y=2\r\n"],
    ["Content-Type: MESSAGE/GLOBAL; x=é\r\n", "Content-Type: message/rfc822; x*=UTF-8''%C3%A9\r\n"],
    ["Content-Type: message/global-headers; x=é\r\n", "Content-Type: message/global-headers; x*=UTF-8''%C3%A9\r\n"],
    ['Content-Type: a/b; n*0="a"; n*1="é"; m*0=b\r\n', "Content-Type: a/b; n*0*=UTF-8''a; n*1*=%C3%A9; m*0=b\r\n"],
    ["Content-Type: a/b; n*=utf-8'de'a%20é\r\n", "Content-Type: a/b; n*=utf-8'de'a%20%C3%A9\r\n"],
    ['Content-Type: a/b; n="é\r\n', "Content-Type: a/b; n*=UTF-8''%C3%A9\r\n"],
    ["Content-Type: é/b; n=c\r\n", ""],
    ["Content-Disposition: ; n=é\r\n", ""],
    [`Content-Type: a/b; ${"n".repeat(50)}=é\r\n`, "Content-Type: a/b\r\n"],
  ])("%j", (field, expected) => {
    expect(surrogateField(field)).toBe(expected);
  });

  test("property: a value is read as it was written, however long, in short lines", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        const quoted = `é${name.replaceAll("\r\n", "")}`.replaceAll(/["\\]/g, "\\$&");
        const field = surrogateField(`Content-Disposition: attachment; filename="${quoted}"\r\n`);
        expect(field).toMatch(/^Content-Disposition: attachment;(?:[ -~]|\r\n )*\r\n$/);
        for (const line of field.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
        expect(parameterValue(field, "filename")).toBe(`é${name.replaceAll("\r\n", "")}`.replaceAll(/[ \t]+$/g, ""));
      }),
    );
  });
});

describe("left out", () => {
  test.each([
    "X-Mailer: é\r\n",
    "Keywords: é\r\n",
    "Message-ID: <é@x>\r\n",
    "é: x\r\n",
    "no colon é\r\n",
    " é\r\n",
    ": é\r\n",
  ])("%j", (field) => {
    expect(surrogateField(field)).toBe("");
  });
});

test("property: whatever a field holds, what is made of it is one field of ASCII in lines of 998 octets, or nothing", () => {
  const names = fc.constantFrom("From", "To", "Resent-Cc", "Subject", "Content-Type", "Content-Disposition", "X-Any");
  const unit = fc.constantFrom(
    ...Array.from('é日\u{1f4e7}\0\r\\""()<>[]:;;,,@.=*%\'?  \tab=0'),
    "\r\n ",
    "x".repeat(1000),
    "=?UTF-8?Q?a?=",
  );
  fc.assert(
    fc.property(names, fc.string({ unit, maxLength: 60 }), (name, value) => {
      const field = surrogateField(`${name}: ${value}é\r\n`);
      expect(field).toMatch(/^(?:[A-Za-z-]+:(?:[\t -~]|\r\n[ \t])*\r\n)?$/);
      for (const line of field.split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
      // No line of white space alone: some programs take it for the end of the header.
      expect(field).not.toMatch(/\r\n[ \t]*\r\n/);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["quotes", `To: ${'"'.repeat(60_000)}é`],
  ["open brackets", `To: é${"(".repeat(60_000)}`],
  ["angle brackets", `To: é${"<".repeat(60_000)}`],
  ["commas", `To: é${",".repeat(60_000)}`],
  ["spaces", `To: é${" ".repeat(60_000)}x`],
  ["spaces in a text", `Subject: é${" ".repeat(60_000)}x`],
  ["semicolons", `Content-Type: a/b${";".repeat(60_000)}é`],
  ["continuations", `Content-Type: a/b${Array.from({ length: 5000 }, (_, n) => `; n*${n}=é`).join("")}`],
  ["backslashes", `To: "${"\\".repeat(60_000)}é`],
])("64 KiB of %s take no long time", (_, field) => {
  const startMs = performance.now();
  expect(Buffer.from(surrogateField(`${field}\r\n`)).every((octet) => octet < 0x80)).toBe(true);
  expect(performance.now() - startMs).toBeLessThan(1000);
});
