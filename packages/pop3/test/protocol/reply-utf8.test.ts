// First lines whose text is UTF-8 (RFC 6856 §3.2): one line, whole characters, 512 octets at most (RFC 2449 §4), whatever the text.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { octetsOf, octetString, utf8Octets } from "../../src/protocol/octets.js";
import { formatReplyLine, REPLY_OCTETS } from "../../src/protocol/reply.js";

/** The line as a client reads it: octets that must be UTF-8. */
function read(line: string): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octetsOf(line));
}

describe("without leave for UTF-8", () => {
  test("what is not ASCII becomes ?", () => {
    expect(formatReplyLine("+OK", null, "Größe: 3")).toBe("+OK Gr??e: 3\r\n");
    expect(formatReplyLine("+OK", null, "邮箱", false)).toBe("+OK ??\r\n");
  });
});

describe("with it", () => {
  test("one character of the line is one octet of the text", () => {
    expect(formatReplyLine("+OK", null, "Größe", true)).toBe("+OK Gr\xc3\xb6\xc3\x9fe\r\n");
    expect(formatReplyLine("+OK", null, "zh-Hans 从", true)).toBe("+OK zh-Hans \xe4\xbb\x8e\r\n");
    expect(formatReplyLine("-ERR", "SYS/TEMP", "😀", true)).toBe("-ERR [SYS/TEMP] \xf0\x9f\x98\x80\r\n");
  });

  test.each(["", "2 320", "plain ASCII, ~ and all"])("%j is the same either way", (text) => {
    expect(formatReplyLine("+OK", null, text, true)).toBe(formatReplyLine("+OK", null, text));
  });

  test.each([
    ["C0", "é\0\t\r\n\x1f", "é?????"],
    ["DEL and C1", "é\x7f\x80\x85\x9f", "é????"],
    ["the line ends of Unicode", "é\u2028\u2029", "é??"],
    ["without any letter", "\r\n", "??"],
  ])("control characters become ?: %s", (_, text, clean) => {
    expect(read(formatReplyLine("+OK", null, text, true))).toBe(`+OK ${clean}\r\n`);
  });

  test.each(["\ud83d", "\ude00", "\ude00\ud83d"])("half a character becomes U+FFFD: %j", (text) => {
    expect(read(formatReplyLine("+OK", null, text, true))).toBe(`+OK ${text.replaceAll(/./g, "\ufffd")}\r\n`);
  });

  test("a bracket at the head is no response code", () => {
    expect(read(formatReplyLine("-ERR", null, "[é]", true))).toBe("-ERR (é]\r\n");
  });

  /** Characters of 1 to 4 octets, and how far each fits into the 506 octets that "+OK " and CRLF leave. */
  test.each(["x", "é", "邮", "😀"])("a text of %j is cut between two of them", (character) => {
    const octets = utf8Octets(character).length;
    for (let shift = 0; shift < octets; shift++) {
      const line = read(formatReplyLine("+OK", null, "-".repeat(shift) + character.repeat(600), true));
      const fitting = Math.floor((REPLY_OCTETS - "+OK \r\n".length - shift) / octets);
      expect(line).toBe(`+OK ${"-".repeat(shift)}${character.repeat(fitting)}\r\n`);
    }
  });

  test("a line of exactly 512 octets is not cut", () => {
    const text = "é".repeat((REPLY_OCTETS - "+OK \r\n".length) / 2);
    expect(read(formatReplyLine("+OK", null, text, true))).toBe(`+OK ${text}\r\n`);
  });
});

test("property: any text, surrogates and all, is one line of valid UTF-8 within the limit, and loses only what must go", () => {
  const anyText = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.constantFrom("+OK" as const, "-ERR" as const),
      fc.constantFrom(null, "SYS/TEMP"),
      anyText,
      (status, code, text) => {
        const line = formatReplyLine(status, code, text, true);
        expect(line.length).toBeLessThanOrEqual(REPLY_OCTETS);
        expect(line.endsWith("\r\n")).toBe(true);
        const content = read(line.slice(0, -2));
        expect(content).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        const head = code === null ? status : `${status} [${code}]`;
        const clean = text.toWellFormed().replaceAll(/[\p{Cc}\u2028\u2029]/gu, "?");
        const whole = text === "" ? head : `${head} ${code === null ? clean.replace(/^\[/, "(") : clean}`;
        expect(whole.startsWith(content)).toBe(true);
        // Cut only where the next character would have been too much: none has more than four octets.
        if (content !== whole) expect(line.length).toBeGreaterThan(REPLY_OCTETS - 4);
      },
    ),
  );
});

test("property: UTF-8 octets are what a decoder takes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(read(octetString(utf8Octets(text)))).toBe(text);
    }),
  );
});
