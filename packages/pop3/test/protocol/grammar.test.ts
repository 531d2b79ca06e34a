// The grammar of RFC 2449 §3 and §4: commands, replies, response codes, greetings, capability lines, parameters.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCapabilityLine, isCapabilityTag, parseCapabilityLine } from "../../src/protocol/capability-line.js";
import { formatCommand, parseCommand } from "../../src/protocol/command.js";
import { parseGreeting } from "../../src/protocol/greeting.js";
import {
  messageAndLines,
  messageNumber,
  name,
  none,
  optionalMessageNumber,
  password,
} from "../../src/protocol/params.js";
import { formatReplyLine, parseReplyLine, REPLY_OCTETS } from "../../src/protocol/reply.js";
import { isResponseCode, knownResponseCode, parseCodedText } from "../../src/protocol/response-code.js";

describe("commands", () => {
  test.each([
    ["STAT", { keyword: "STAT", rest: null, eightBit: false }],
    ["sTaT", { keyword: "STAT", rest: null, eightBit: false }],
    ["TOP 1 2", { keyword: "TOP", rest: "1 2", eightBit: false }],
    ["PASS  a  b", { keyword: "PASS", rest: " a  b", eightBit: false }],
    ["X-A1 y", { keyword: "X-A1", rest: "y", eightBit: false }],
    ["PASS caf\xe9", { keyword: "PASS", rest: "caf\xe9", eightBit: true }],
  ])("%j", (line, value) => expect(parseCommand(line)).toEqual({ value }));

  test.each([
    "",
    " ",
    "ST",
    "STATS",
    " STAT",
    "STAT ",
    "ST\tT",
    "STAT\r",
    "PASS a\0b",
    "P\xe9SS x",
    "PASS \x7f",
    "GETS! /",
  ])("refused: %j", (line) => expect(parseCommand(line)).toHaveProperty("problem"));

  test("no argument of ours can end the line", () => {
    expect(formatCommand("RETR", "1")).toBe("RETR 1\r\n");
    expect(formatCommand("NOOP", null)).toBe("NOOP\r\n");
    for (const bad of ["1\r\nDELE 2", "1\n", "\0"]) expect(() => formatCommand("RETR", bad)).toThrow(RangeError);
  });
});

describe("parameters", () => {
  test.each([
    [none, null, null],
    [messageNumber, "1", 1],
    [messageNumber, "0099", 99],
    [optionalMessageNumber, null, null],
    [optionalMessageNumber, "4294967296", 4_294_967_296],
    [messageAndLines, "3 0", { number: 3, lines: 0 }],
    [name, "ann@example.org", "ann@example.org"],
    [password, " two  spaces ", " two  spaces "],
  ])("%#: accepted, and written back", (grammar, rest, value) => {
    expect(grammar.parse(rest)).toEqual({ value });
    expect(grammar.parse(grammar.format(value as never))).toEqual({ value });
  });

  test.each([
    [none, ""],
    [none, "1"],
    [messageNumber, null],
    [messageNumber, "0"],
    [messageNumber, "-1"],
    [messageNumber, "+1"],
    [messageNumber, "1.5"],
    [messageNumber, "0x2"],
    [messageNumber, "1 "],
    [messageNumber, "1 2"],
    [messageNumber, "12345678901"],
    [messageNumber, "one"],
    [messageAndLines, null],
    [messageAndLines, "1"],
    [messageAndLines, "1 2 3"],
    [messageAndLines, "1  2"],
    [messageAndLines, "0 1"],
    [messageAndLines, "1 -1"],
    [messageAndLines, "1 "],
    [name, null],
    [name, "two words"],
    [password, null],
  ])("%#: refused", (grammar, rest) => expect(grammar.parse(rest)).toHaveProperty("problem"));
});

describe("replies", () => {
  test.each([
    ["+OK", null, "", "+OK\r\n"],
    ["+OK", null, "2 320", "+OK 2 320\r\n"],
    ["-ERR", "IN-USE", "locked", "-ERR [IN-USE] locked\r\n"],
    ["-ERR", null, "[not a code]", "-ERR (not a code]\r\n"],
    ["+OK", null, "1 $[!]", "+OK 1 $[!]\r\n"],
    ["-ERR", null, "a\r\nb\0c\xff", "-ERR a??b?c?\r\n"],
  ] as const)("%s %s %j", (status, code, text, line) => expect(formatReplyLine(status, code, text)).toBe(line));

  test("a first line never has more than 512 octets", () => {
    expect(formatReplyLine("-ERR", "SYS/TEMP", "x".repeat(600))).toHaveLength(REPLY_OCTETS);
  });

  test("property: whatever the text, it is one line within the limit and reads back with its status", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("+OK" as const, "-ERR" as const),
        fc.string({ unit: "binary", maxLength: 700 }),
        (status, text) => {
          const line = formatReplyLine(status, null, text);
          expect(line).toMatch(/^(\+OK|-ERR)( [ -~]*)?\r\n$/);
          expect(line.length).toBeLessThanOrEqual(REPLY_OCTETS);
          expect(parseReplyLine(line.slice(0, -2))).toMatchObject({ value: { status, code: null } });
        },
      ),
    );
  });

  test("reading: the code, its case and odd peers", () => {
    expect(parseReplyLine("-ERR [sys/temp] later")).toEqual({
      value: { status: "-ERR", code: "sys/temp", text: "later" },
    });
    expect(parseReplyLine("+ok fine")).toEqual({ value: { status: "+OK", code: null, text: "fine" } });
    expect(parseReplyLine("-ERR [] text")).toEqual({ value: { status: "-ERR", code: null, text: "[] text" } });
    expect(parseReplyLine("+OKAY")).toHaveProperty("problem");
    expect(parseReplyLine("* BYE")).toHaveProperty("problem");
  });
});

describe("response codes", () => {
  test.each(["IN-USE", "SYS/TEMP", "A/B/C", "X^Y\\Z"])("%s is one", (code) => expect(isResponseCode(code)).toBe(true));
  test.each(["", "/", "A/", "/A", "A//B", "A B", "A]", "é"])("%j is none", (code) =>
    expect(isResponseCode(code)).toBe(false),
  );
  test("taken off the text", () => {
    expect(parseCodedText("[LOGIN-DELAY/X] wait")).toEqual({ code: "LOGIN-DELAY/X", text: "wait" });
    expect(parseCodedText("[no end")).toEqual({ code: null, text: "[no end" });
  });
  test("unknown detail is ignored, unknown codes are not guessed", () => {
    const known = ["IN-USE", "SYS", "SYS/TEMP"];
    expect(knownResponseCode("sys/temp/disk", known)).toBe("SYS/TEMP");
    expect(knownResponseCode("SYS/OTHER", known)).toBe("SYS");
    expect(knownResponseCode("IN-USE/BY/ME", known)).toBe("IN-USE");
    expect(knownResponseCode("IN", known)).toBeNull();
    expect(knownResponseCode("SYSTEM", known)).toBeNull();
  });
});

describe("greetings", () => {
  test.each([
    ["+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>", "<1896.697170952@dbc.mtview.ca.us>"],
    ["+OK ready", null],
    ["+OK <not a msg-id>", null],
    ["+OK Server <v1.2> ready", null],
  ])("%s", (line, timestamp) => expect(parseGreeting(line)).toMatchObject({ value: { status: "+OK", timestamp } }));
  test("anything else is none", () => expect(parseGreeting("220 smtp ready")).toHaveProperty("problem"));
});

describe("capability lines", () => {
  test("tags hold no dot and no space", () => {
    expect(isCapabilityTag("LOGIN-DELAY")).toBe(true);
    for (const bad of ["", "A.B", "A B", "é", "A\r"]) expect(isCapabilityTag(bad)).toBe(false);
  });
  test("written within the grammar and the limit, or not at all", () => {
    expect(formatCapabilityLine("EXPIRE", ["5", "USER"])).toBe("EXPIRE 5 USER");
    expect(() => formatCapabilityLine("A.B", [])).toThrow(RangeError);
    expect(() => formatCapabilityLine("A", ["b c"])).toThrow(RangeError);
    expect(() => formatCapabilityLine("A", ["\r\n"])).toThrow(RangeError);
    expect(formatCapabilityLine("A", ["b".repeat(508)])).toHaveLength(510);
    expect(() => formatCapabilityLine("A", ["b".repeat(509)])).toThrow(RangeError);
  });
  test("read with the spaces that servers in the wild put in", () => {
    expect(parseCapabilityLine("SASL  PLAIN XOAUTH2 ")).toEqual({
      value: { tag: "SASL", params: ["PLAIN", "XOAUTH2"] },
    });
    expect(parseCapabilityLine("")).toHaveProperty("problem");
  });
});
