// The rules about declarations: each one is broken once.
import { describe, expect, test } from "vitest";
import { standard } from "../../src/capabilities/index.js";
import type { AnyCapability, Capability } from "../../src/contracts/capability.js";
import type { CommandSpec } from "../../src/contracts/command.js";
import type { ResponseCode } from "../../src/contracts/response-code.js";
import { noArgument } from "../../src/protocol/argument.js";
import { none } from "../../src/protocol/params.js";
import { declarationRules, setRules, tagAdvice } from "../../src/registry/rules.js";

const command: CommandSpec<null> = {
  keyword: "PING",
  params: none,
  validIn: ["TRANSACTION"],
  reply: "single",
  serve: () => ({ status: "+OK", text: "pong" }),
};

const ping: Capability = {
  tag: "PING",
  name: "ping",
  registration: { date: "2026-01" },
  argument: noArgument,
  commands: [command],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["RFC 9999"],
  discussion: "The server answers PING.",
  checks: [],
  available: () => true,
  value: () => undefined,
};

const code: ResponseCode = {
  code: "PING/LATE",
  validFor: ["-ERR"],
  commands: ["PING"],
  meaning: "The answer took too long.",
  clientBehavior: "Ask again.",
  reference: ["RFC 9999"],
  registered: "2026-01",
  cause: "late",
};

/** Which fields are broken, and by which rule. */
function brokenIn(capability: AnyCapability): string[] {
  return declarationRules(capability).map(({ field, rule }) => `${field}: ${rule}`);
}

test("the standard's declarations break no rule, alone or together", () => {
  expect(standard.flatMap((capability) => declarationRules(capability))).toEqual([]);
  expect(setRules(standard)).toEqual([]);
});

test("a complete declaration breaks no rule, with a response code and a longer command line", () => {
  expect(brokenIn({ ...ping, responseCodes: [code], limits: { commandOctets: 255 } })).toEqual([]);
});

describe("one broken rule at a time", () => {
  const grammar = "CAPA tag: RFC 2449 §3";
  const cases: readonly [string, Partial<Capability>, string][] = [
    ["an empty tag", { tag: "", name: "" }, grammar],
    ["a tag with a dot", { tag: "PI.NG", name: "pi.ng" }, grammar],
    ["a tag with a space", { tag: "PI NG", name: "pi ng" }, grammar],
    ["a tag that is not ASCII", { tag: "PÍNG", name: "píng" }, grammar],
    ["a tag longer than a line", { tag: "P".repeat(511), name: "p".repeat(511) }, grammar],
    ["a registered tag beginning with X", { tag: "X-PING", name: "x-ping" }, "CAPA tag: RFC 2449 §9"],
    ["a registered tag beginning with x", { tag: "xping", name: "xping" }, "CAPA tag: RFC 2449 §9"],
    ["no arguments text", { argument: { ...noArgument, text: " " } }, "Arguments: RFC 2449 §9"],
    ["no word on affected commands", { affects: [] }, "Standard commands affected: RFC 2449 §9"],
    ["an affected command in lower case", { affects: ["retr"] }, "Standard commands affected: RFC 1939 §3"],
    ["an affected command of six letters", { affects: ["DELETE"] }, "Standard commands affected: RFC 2449 §3"],
    ["no reference", { reference: [] }, "Specification reference: RFC 2449 §9"],
    ["a blank reference", { reference: ["RFC 9999", ""] }, "Specification reference: RFC 2449 §9"],
    ["no discussion", { discussion: "\n" }, "Discussion: RFC 2449 §9"],
    ["a date without month", { registration: { date: "2026" } }, "registration: RFC 2449 §9"],
    ["a thirteenth month", { registration: { date: "2026-13" } }, "registration: RFC 2449 §9"],
    [
      "announced after login, valid before",
      { announced: { in: "TRANSACTION", differs: false }, commands: [{ ...command, validIn: ["AUTHORIZATION"] }] },
      "Announced states / possible differences: RFC 2449 §5",
    ],
    [
      "perhaps announced after login only, valid before",
      {
        announced: { in: "both", optionally: "TRANSACTION", differs: false },
        commands: [{ ...command, validIn: ["AUTHORIZATION", "TRANSACTION"] }],
      },
      "Announced states / possible differences: RFC 2449 §5",
    ],
    [
      "announced before login only, valid after",
      { announced: { in: "AUTHORIZATION", differs: false } },
      "Announced states / possible differences: RFC 2449 §5",
    ],
    [
      "announced once, and different",
      { announced: { in: "TRANSACTION", differs: true } },
      "Announced states / possible differences: RFC 2449 §5",
    ],
    ["a keyword of two letters", { commands: [{ ...command, keyword: "PI" }] }, "Added commands: RFC 2449 §3"],
    ["a keyword of five letters", { commands: [{ ...command, keyword: "PINGS" }] }, "Added commands: RFC 2449 §3"],
    ["a keyword in lower case", { commands: [{ ...command, keyword: "ping" }] }, "Added commands: RFC 1939 §3"],
    ["a command valid nowhere", { commands: [{ ...command, validIn: [] }] }, "Commands valid in states: RFC 2449 §5"],
    ["a limit below the least", { limits: { commandOctets: 254 } }, "New length limits: RFC 2449 §4"],
    ["half an octet", { limits: { commandOctets: 300.5 } }, "New length limits: RFC 2449 §4"],
    ["a name that is not the tag's", { name: "pong" }, "name: rule of this registry"],
  ];
  test.each(cases)("%s", (_, change, expected) => {
    expect(brokenIn({ ...ping, ...change })).toEqual([expected]);
  });

  test("available without serve", () => {
    const { serve: _, ...unserved } = command;
    expect(brokenIn({ ...ping, commands: [unserved] })).toEqual(["available: RFC 2449 §5"]);
    const { available: __, ...unavailable } = ping;
    expect(brokenIn({ ...unavailable, commands: [unserved] })).toEqual([]);
  });

  test("a check that does not bear the declaration's name", () => {
    const check = standard.flatMap(({ checks }) => checks)[0]!;
    expect(brokenIn({ ...ping, checks: [{ ...check, id: "pinging" }] })).toEqual(["checks: rule of this registry"]);
    expect(brokenIn({ ...ping, checks: [{ ...check, id: "ping-late" }] })).toEqual([]);
  });
});

describe("response codes", () => {
  const cases: readonly [string, Partial<ResponseCode>, string][] = [
    ["no code", { code: "" }, "Complete response code: RFC 2449 §3"],
    ["an empty level", { code: "PING//LATE" }, "Complete response code: RFC 2449 §3"],
    ["a bracket in it", { code: "PING]" }, "Complete response code: RFC 2449 §3"],
    ["no response", { validFor: [] }, "Valid for responses: RFC 2449 §9"],
    ["no commands", { commands: [] }, "Valid for commands: RFC 2449 §9"],
    ["a bad command", { commands: ["PI"] }, "Valid for commands: RFC 2449 §3"],
    ["no meaning", { meaning: "" }, "Meaning: RFC 2449 §9"],
    ["no client behaviour", { clientBehavior: " " }, "Expected client behavior: RFC 2449 §9"],
    ["no reference", { reference: [] }, "Specification reference: RFC 2449 §9"],
    ["a bad date", { registered: "soon" }, "registered: RFC 2449 §9"],
    ["no cause", { cause: "" }, "cause: RFC 2449 §9"],
  ];
  test.each(cases)("%s", (_, change, expected) => {
    expect(brokenIn({ ...ping, responseCodes: [{ ...code, ...change }] })).toEqual([expected]);
  });

  test("a private code has no date", () => {
    expect(brokenIn({ ...ping, responseCodes: [{ ...code, registered: null }] })).toEqual([]);
  });
});

test("a private capability may begin with X, and owes the template all the same", () => {
  const mine = { ...ping, tag: "X-PING", name: "x-ping", registration: null };
  expect(brokenIn(mine)).toEqual([]);
  expect(brokenIn({ ...mine, discussion: "" })).toEqual(["Discussion: RFC 2449 §9"]);
});

test("a declaration without a tag owes no template, but its commands keep the grammar", () => {
  const part = { ...ping, tag: null, name: "part", registration: null, reference: [], discussion: "" };
  expect(brokenIn(part)).toEqual([]);
  expect(brokenIn({ ...part, commands: [{ ...command, keyword: "P" }] })).toEqual(["Added commands: RFC 2449 §3"]);
});

describe("a set", () => {
  const other: Capability = { ...ping, tag: "PONG", name: "pong", commands: [] };

  test("of different declarations is accepted", () => {
    expect(setRules([ping, other])).toEqual([]);
  });

  test.each<[string, Partial<Capability>, string, string]>([
    ["a tag, in another case", { tag: "Ping" }, "CAPA tag", "the tag Ping is declared by ping and by pong; keep one"],
    ["a name", { name: "ping" }, "name", "the name ping is declared twice by ping; keep one"],
    [
      "a keyword",
      { commands: [command] },
      "Added commands",
      "the command PING is declared by ping and by pong; keep one",
    ],
  ])("declares %s twice", (_, change, field, problem) => {
    expect(setRules([ping, { ...other, ...change }])).toMatchObject([{ field, problem }]);
  });

  test("declares a response code twice, in another case", () => {
    const first = { ...ping, responseCodes: [code] };
    const again = { ...other, responseCodes: [{ ...code, code: "ping/late", cause: "another" }] };
    expect(setRules([first, again])).toMatchObject([{ problem: expect.stringContaining("response code ping/late") }]);
  });

  test("has two codes for one cause", () => {
    const two = { ...ping, responseCodes: [code, { ...code, code: "PING/NEVER" }] };
    expect(setRules([two])).toMatchObject([{ problem: "the cause late is declared twice by ping; keep one" }]);
  });

  test("has two checks of one id", () => {
    const check = { ...standard.flatMap(({ checks }) => checks)[0]!, id: "ping-late" };
    expect(setRules([{ ...ping, checks: [check, check] }])).toMatchObject([{ field: "checks" }]);
  });
});

test("a tag that is not the keyword of its command gets advice, not a refusal", () => {
  expect(tagAdvice("PINGING", ["PING"])).toHaveLength(1);
  expect(tagAdvice("ping", ["PONG", "PING"])).toEqual([]);
  expect(tagAdvice("QUIET", [])).toEqual([]);
  expect(brokenIn({ ...ping, tag: "PINGING", name: "pinging" })).toEqual([]);
});
