// Registration templates: rendered, read back, and read as other documents write them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { standard } from "../../src/capabilities/index.js";
import { STATES, capabilityTemplate, responseCodeTemplate, templateText } from "../../src/registry/template.js";
import type { CapabilityTemplate, ResponseCodeTemplate } from "../../src/registry/template.js";
import { readTemplate } from "../../src/registry/template-reader.js";

const tagged = standard.filter(({ tag }) => tag !== null);

test("the template of a declared capability, in the layout of RFC 2449 §9", () => {
  const delay = tagged.find(({ name }) => name === "login-delay")!;
  expect(templateText(capabilityTemplate({ ...delay, discussion: "In our own words." }))).toBe(`CAPA tag:
    LOGIN-DELAY

Arguments:
    minimum seconds between logins; optionally followed by USER in
    AUTHORIZATION state

Added commands:
    none

Standard commands affected:
    USER, PASS, APOP, AUTH

Announced states / possible differences:
    both / yes

Commands valid in states:
    n/a

Specification reference:
    RFC 2449

Discussion:
    In our own words.
`);
});

test("there is no template for a part of the base protocol", () => {
  expect(() => capabilityTemplate(standard.find(({ tag }) => tag === null)!)).toThrow(TypeError);
});

describe("every declaration's template reads back as it was", () => {
  test.each(tagged.map((capability) => [capability.tag, capabilityTemplate(capability)] as const))(
    "%s",
    (_, template) => {
      const same = { kind: "capability", template, problems: [], warnings: [] };
      expect(readTemplate(templateText(template))).toEqual(same);
      expect(readTemplate(JSON.stringify(template))).toEqual(same);
    },
  );

  const codes = standard.flatMap(({ responseCodes = [] }) => responseCodes).map(responseCodeTemplate);
  test.each(codes.map((template) => [template.code, template] as const))("%s", (_, template) => {
    const same = { kind: "response-code", template, problems: [], warnings: [] };
    expect(readTemplate(templateText(template))).toEqual(same);
    expect(readTemplate(JSON.stringify(template))).toEqual(same);
  });
});

describe("any template reads back as it was, at any width and indentation", () => {
  const tag = fc.stringMatching(/^[A-Z][!-+/-~]{0,20}$/).filter((text) => !text.includes(":"));
  const keyword = fc.stringMatching(/^[A-Z][A-Z0-9]{2,3}$/).filter((text) => !["NONE", "ALL", "ANY"].includes(text));
  const keywords = fc.uniqueArray(keyword, { minLength: 1, maxLength: 6 });
  // Words that make lines look like the names of fields, and a page break, among others.
  const word = fc.oneof(
    fc.stringMatching(/^[!-~]{1,15}$/),
    fc.constantFrom("Arguments:", "CAPA", "tag:", "Discussion:", "Meaning:", "RFC", "2449", "[Page", "7]"),
  );
  const paragraph = fc.array(word, { minLength: 1, maxLength: 40 }).map((words) => words.join(" "));
  const prose = fc.array(paragraph, { minLength: 1, maxLength: 3 }).map((paragraphs) => paragraphs.join("\n\n"));
  const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
  const reference = fc.array(
    fc.constantFrom("RFC 1939", "RFC 9999 (Experimental, IESG approved)", "RFC 9, section 5"),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const state = fc.constantFrom(...STATES);
  const capability: fc.Arbitrary<CapabilityTemplate> = fc.record(
    {
      tag,
      arguments: line,
      addedCommands: fc.oneof(keywords, fc.constant([])),
      affects: fc.oneof(keywords, fc.constant("none" as const), fc.constant("all" as const)),
      announced: fc.record(
        { in: fc.oneof(state, fc.constant("both" as const)), optionally: state, differs: fc.boolean() },
        { requiredKeys: ["in", "differs"] },
      ),
      validIn: fc.subarray([...STATES]),
      reference,
      discussion: prose,
      limits: fc.record({ commandOctets: fc.nat({ max: 999_999 }) }),
    },
    {
      requiredKeys: ["tag", "arguments", "addedCommands", "affects", "announced", "validIn", "reference", "discussion"],
    },
  );
  const responseCode: fc.Arbitrary<ResponseCodeTemplate> = fc.record({
    code: fc.stringMatching(/^[A-Z][A-Z-]{0,8}(\/[A-Z-]{1,8}){0,2}$/),
    validFor: fc.subarray(["+OK", "-ERR"] as const, { minLength: 1 }),
    commands: fc.oneof(keywords, fc.constant("all" as const)),
    meaning: prose,
    clientBehavior: prose,
    reference,
  });
  const indentation = fc.constantFrom("", "   ", "\t");

  function indent(text: string, space: string, lineEnd: string): string {
    return text.replaceAll(/^(?=.)/gm, space).replaceAll("\n", lineEnd);
  }

  test("of a capability", () => {
    fc.assert(
      fc.property(capability, fc.integer({ min: 20, max: 90 }), indentation, (template, columns, space) => {
        const text = indent(templateText(template, columns), space, "\r\n");
        expect(readTemplate(text)).toEqual({ kind: "capability", template, problems: [], warnings: [] });
      }),
    );
  });

  test("of a response code", () => {
    fc.assert(
      fc.property(responseCode, fc.integer({ min: 20, max: 90 }), indentation, (template, columns, space) => {
        const text = indent(templateText(template, columns), space, "\n");
        expect(readTemplate(text)).toEqual({ kind: "response-code", template, problems: [], warnings: [] });
      }),
    );
  });
});

describe("templates as documents write them", () => {
  test("copied across the pages of an RFC, with a section's heading before it", () => {
    const reading = readTemplate(`
7.3.  PING capability

   CAPA TAG:
       PING
   Arguments with CAPA tag: none

   Added Commands:
       PING PONG



Somebody & Else             Standards Track                     [Page 8]
\f
RFC 9999                     POP3 Pinging                   January 2026


   Standard commands affected:
       All (save QUIT)

   Announced states /
   possible differences:
       both (optionally TRANSACTION only) / no.

   Commands valid in states:
       AUTHENTICATION

   Specification reference:
       [RFC9999, section 5]; RFC 1939

   Discussion:
   Pings come
   and go.

   They say: Arguments follow.
`);
    expect(reading).toEqual({
      kind: "capability",
      problems: [],
      warnings: [],
      template: {
        tag: "PING",
        arguments: "none",
        addedCommands: ["PING", "PONG"],
        affects: "all",
        announced: { in: "both", optionally: "TRANSACTION", differs: false },
        validIn: ["AUTHORIZATION"],
        reference: ["[RFC9999, section 5]", "RFC 1939"],
        discussion: "Pings come and go.\n\nThey say: Arguments follow.",
      },
    });
  });

  test("names without spaces around the slash, names parted over two lines, an empty line below a name", () => {
    const reading = readTemplate(`CAPA tag: PING
Announced states/possible differences: both/yes
Standard commands
affected: RETR
Discussion:

   Pings.

`);
    expect(reading).toMatchObject({
      template: { announced: { in: "both", differs: true }, affects: ["RETR"], discussion: "Pings." },
    });
  });

  test("one field for the states, as RFC 2595 §8 has it", () => {
    const reading = readTemplate("CAPA tag: PING\nAnnounced states/Valid states: AUTHORIZATION state only.");
    expect(reading).toMatchObject({
      template: { announced: { in: "AUTHORIZATION", differs: false }, validIn: ["AUTHORIZATION"] },
      problems: expect.arrayContaining([
        expect.objectContaining({ problem: expect.stringContaining("may differ after authentication") }),
      ]),
    });
  });

  test("one field for meaning and behaviour, as RFC 6856 §5 has it", () => {
    const head =
      "Complete response code: [LATE]\nResponse code meaning and expected client behavior:\n   It is late.\n";
    expect(readTemplate(`${head}\n   The client waits.`)).toMatchObject({
      template: { code: "LATE", meaning: "It is late.", clientBehavior: "The client waits." },
      warnings: [],
    });
    expect(readTemplate(head)).toMatchObject({
      template: { meaning: "It is late.", clientBehavior: "It is late." },
      warnings: [expect.objectContaining({ problem: expect.stringContaining("one paragraph") })],
    });
  });

  test("a list of commands as a sentence", () => {
    expect(
      readTemplate("Complete response code: LATE\nValid for commands: USER (see below), PASS and the APOP command"),
    ).toMatchObject({
      template: { commands: ["USER", "PASS", "APOP"] },
    });
  });

  test("JSON with the field names of the template", () => {
    expect(readTemplate(`{"CAPA tag": "PING", "Added commands": ["ping"], "validIn": []}`)).toMatchObject({
      kind: "capability",
      template: { tag: "PING", addedCommands: ["PING"], validIn: [] },
    });
  });
});

describe("what cannot be read is said", () => {
  test.each([
    ["nothing", "", "holds no field"],
    ["prose", "Dear registry,\nplease add my tag.", "holds no field"],
    ["broken JSON", `{"tag":`, "begins like JSON but is none"],
    ["a list of proposals", `[{"tag":"A"}]`, "no JSON object"],
    ["two templates", "CAPA tag: A\nDiscussion: a\nCAPA tag: B", "appears twice"],
    ["a number for a tag", `{"tag": 7}`, "a string or a list of strings"],
    ["no state", "CAPA tag: A\nCommands valid in states: now and then", "names no state"],
    ["no octets", "CAPA tag: A\nNew length limits: long", "names no number of octets"],
    ["no response", "Complete response code: A\nValid for responses: perhaps", "neither +OK nor -ERR"],
    ["no commands", "Complete response code: A\nValid for commands: none", "names no command"],
    ["all commands added", "CAPA tag: A\nAdded commands: all", "lists the keywords that are new"],
  ])("%s", (_, text, problem) => {
    expect(readTemplate(text).problems).toEqual(
      expect.arrayContaining([expect.objectContaining({ problem: expect.stringContaining(problem) })]),
    );
  });

  test("an unknown field of JSON is passed over with a warning", () => {
    const reading = readTemplate(`{"tag": "A", "colour": "red"}`);
    expect(reading).toMatchObject({ warnings: [expect.objectContaining({ field: '"colour"' })] });
  });
});
