// The registry's page against the facts: IANA's page (last updated 2013-03-13) and the templates of the RFCs. Where the three do not
// agree with the declarations, the table of deviations says so, and it says nothing else.
import { describe, expect, test } from "vitest";
import { standard } from "../../src/capabilities/index.js";
import { DEVIATIONS } from "../../src/registry/deviations.js";
import { RFC_DOCUMENTS, rfcDocument } from "../../src/registry/documents.js";
import { pageText, registryPage } from "../../src/registry/page.js";
import { announcedText, capabilityTemplate, keywordsText, statesText } from "../../src/registry/template.js";

/** Tag, whether it has arguments, added commands, commands affected, announced in, differs, valid in, references. */
type Facts = readonly [string, boolean, string, string, string, boolean, string, string];

const IANA_PAGE: readonly Facts[] = [
  ["TOP", false, "TOP", "none", "both", false, "TRANSACTION", "RFC 2449, RFC 1939"],
  ["USER", false, "USER, PASS", "none", "both", false, "AUTHENTICATION", "RFC 2449, RFC 1939"],
  ["SASL", true, "AUTH", "none", "both", false, "AUTHENTICATION", "RFC 2449, RFC 5034"],
  ["RESP-CODES", false, "none", "none", "both", false, "n/a", "RFC 2449"],
  ["LOGIN-DELAY", true, "none", "USER, PASS, APOP, AUTH", "both", true, "n/a", "RFC 2449"],
  ["PIPELINING", false, "none", "all", "both", false, "n/a", "RFC 2449"],
  ["EXPIRE", true, "none", "none", "both", true, "n/a", "RFC 2449"],
  ["UIDL", false, "UIDL", "none", "both", false, "TRANSACTION", "RFC 2449, RFC 1939"],
  ["IMPLEMENTATION", true, "none", "none", "TRANS, both", false, "n/a", "RFC 2449, RFC 1939"],
  ["STLS", false, "STLS", "USER, PASS, CAPA", "both", false, "AUTHENTICATION", "RFC 2595"],
  ["AUTH-RESP-CODE", false, "none", "none", "both", false, "n/a", "RFC 3206"],
  ["UTF8", true, "UTF8", "USER, PASS, APOP, LIST, TOP, RETR", "both", false, "AUTHORIZATION", "RFC 6856"],
  ["LANG", false, "LANG", "all", "both", false, "AUTHORIZATION, TRANSACTION", "RFC 6856"],
];

/** What the defining RFC says; STLS's commands affected are a sentence there, which names these three. */
const RFC_TEMPLATES: readonly Facts[] = [
  ["TOP", false, "TOP", "none", "both", false, "TRANSACTION", "RFC 1939"],
  ["USER", false, "USER, PASS", "none", "both", false, "AUTHENTICATION", "RFC 1939"],
  ["SASL", true, "AUTH", "none", "both", false, "AUTHORIZATION", "RFC 5034, RFC 4422"],
  ["RESP-CODES", false, "none", "none", "both", false, "n/a", "RFC 2449"],
  ["LOGIN-DELAY", true, "none", "USER, PASS, APOP, AUTH", "both", true, "n/a", "RFC 2449"],
  ["PIPELINING", false, "none", "all", "both", false, "n/a", "RFC 2449"],
  ["EXPIRE", true, "none", "none", "both", true, "n/a", "RFC 2449"],
  ["UIDL", false, "UIDL", "none", "both", false, "TRANSACTION", "RFC 1939"],
  ["IMPLEMENTATION", true, "none", "none", "both (optionally TRANSACTION only)", false, "n/a", "RFC 2449"],
  ["STLS", false, "STLS", "USER, PASS, CAPA", "AUTHORIZATION", false, "AUTHORIZATION", "RFC 2595"],
  ["AUTH-RESP-CODE", false, "none", "none", "both", false, "n/a", "RFC 3206"],
  ["UTF8", true, "UTF8", "USER, PASS, APOP, LIST, TOP, RETR", "both", false, "AUTHORIZATION", "RFC 6856"],
  ["LANG", false, "LANG", "all", "both", false, "AUTHORIZATION, TRANSACTION", "RFC 6856"],
];

const IANA_CODES = [
  ["LOGIN-DELAY", ["USER", "PASS", "APOP", "AUTH"], "RFC 2449"],
  ["IN-USE", ["PASS", "APOP", "AUTH"], "RFC 2449"],
  ["SYS/PERM", "all", "RFC 3206"],
  ["SYS/TEMP", "all", "RFC 3206"],
  ["AUTH", ["AUTH", "USER", "PASS", "APOP"], "RFC 3206"],
  ["UTF8", ["LIST", "TOP", "RETR"], "RFC 6856"],
] as const;

const FIELDS = ["tag", "arguments", "addedCommands", "affects", "announced", "differs", "validIn", "reference"];

const declared: readonly Facts[] = standard
  .filter(({ tag }) => tag !== null)
  .map(capabilityTemplate)
  .map((template) => [
    template.tag,
    template.arguments !== "none",
    keywordsText(template.addedCommands),
    keywordsText(template.affects),
    announcedText(template.announced),
    template.announced.differs,
    statesText(template.validIn),
    template.reference.join(", "),
  ]);

test("the declarations, IANA's page and the RFCs agree but for the deviations listed", () => {
  const found = declared.flatMap((facts) => {
    const page = IANA_PAGE.find(([tag]) => tag === facts[0])!;
    const rfc = RFC_TEMPLATES.find(([tag]) => tag === facts[0])!;
    return FIELDS.flatMap((field, at) => {
      if (rfc[at] === facts[at] && page[at] === facts[at]) return [];
      return [{ capability: facts[0].toLowerCase(), field, rfc: rfc[at], page: page[at], declared: facts[at] }];
    });
  });
  const listed = DEVIATIONS.map(({ reason, ...deviation }) => {
    expect(reason).toMatch(/RFC|page/);
    return deviation;
  });
  expect(listed).toHaveLength(found.length);
  expect(listed).toEqual(expect.arrayContaining(found));
});

test("the declarations are the page's entries, in its order", () => {
  expect(declared.map(([tag]) => tag)).toEqual(IANA_PAGE.map(([tag]) => tag));
});

test("the response codes are the page's, each with its commands and for -ERR", () => {
  const codes = registryPage(standard).responseCodes.map(({ code, commands, reference }) => [
    code,
    commands,
    reference.join(", "),
  ]);
  expect(codes).toHaveLength(IANA_CODES.length);
  expect(codes).toEqual(expect.arrayContaining(IANA_CODES.map((code) => [...code])));
  expect(registryPage(standard).responseCodes.every(({ validFor }) => validFor.join() === "-ERR")).toBe(true);
});

describe("views", () => {
  test("today's has thirteen capabilities and six response codes", () => {
    const page = registryPage(standard);
    expect([page.view, page.date, page.capabilities.length, page.responseCodes.length]).toEqual([
      "today",
      "2013-03",
      13,
      6,
    ]);
  });

  test("the initial set has nine capabilities and two response codes, with the references of then", () => {
    const page = registryPage(standard, "initial");
    expect([page.view, page.date]).toEqual(["initial", "1998-11"]);
    expect(page.capabilities.map(({ tag }) => tag)).toEqual([
      "TOP",
      "USER",
      "SASL",
      "RESP-CODES",
      "LOGIN-DELAY",
      "PIPELINING",
      "EXPIRE",
      "UIDL",
      "IMPLEMENTATION",
    ]);
    expect(page.responseCodes.map(({ code }) => code).toSorted()).toEqual(["IN-USE", "LOGIN-DELAY"]);
    const references = page.capabilities.map(({ tag, reference }) => [tag, reference]);
    expect(references).toContainEqual(["SASL", ["RFC 1734", "RFC 2222"]]);
    expect(page.deviations).toEqual([]);
  });

  test("a private declaration is on no page", () => {
    const mine = { ...standard.find(({ name }) => name === "top")!, tag: "X-TOP", name: "x-top", registration: null };
    expect(registryPage([mine]).capabilities).toEqual([]);
  });

  test("dates in the future would show in today's view alone", () => {
    const top = standard.find(({ name }) => name === "top")!;
    const later = { ...top, tag: "LATER", name: "later", registration: { date: "2031-02" } };
    expect(registryPage([...standard, later])).toMatchObject({ date: "2031-02", capabilities: { length: 14 } });
    expect(registryPage([...standard, later], "initial").capabilities).toHaveLength(9);
  });
});

describe("as text", () => {
  test("every entry has its line, with the rules for new ones", () => {
    const text = pageText(registryPage(standard), 120);
    for (const [tag] of IANA_PAGE) expect(text).toMatch(new RegExp(`^${tag} `, "m"));
    for (const [code] of IANA_CODES) expect(text).toMatch(new RegExp(`^${code} `, "m"));
    expect(text).toMatch(/^Capabilities \(13\)$/m);
    expect(text).toMatch(/^Response codes \(6\)$/m);
    expect(text).toContain(`No registered tag begins with the letter "X". (RFC 2449 §9)`);
    expect(text).toContain("Where RFCs, IANA's page and these declarations differ");
  });

  test("the initial view says so and lists no deviations", () => {
    const text = pageText(registryPage(standard, "initial"), 120);
    expect(text).toMatch(/^POP3 extension registry \(the initial set, 1998-11\)$/m);
    expect(text).not.toMatch(/^STLS/m);
    expect(text).not.toContain("differ\n---");
  });

  test.each([60, 80, 120, 200])("no line is wider than %i columns", (columns) => {
    for (const view of ["today", "initial"] as const) {
      const lines = pageText(registryPage(standard, view), columns).split("\n");
      expect(lines.filter(({ length }) => length > columns)).toEqual([]);
    }
  });
});

describe("documents", () => {
  test("every reference of a declaration is in the table", () => {
    const references = standard.flatMap(({ reference, registration, responseCodes = [] }) => [
      ...reference,
      ...(registration?.initialReference ?? []),
      ...responseCodes.flatMap((code) => code.reference),
    ]);
    const numbers = references.map((text) => Number(/^RFC (\d+)$/.exec(text)?.[1]));
    expect(numbers.filter((number) => rfcDocument(number) === undefined)).toEqual([]);
  });

  test("the table is in order, and what replaces a document is in it", () => {
    const numbers = RFC_DOCUMENTS.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
    for (const { replacedBy } of RFC_DOCUMENTS) {
      if (replacedBy !== undefined) expect(numbers).toContain(replacedBy);
    }
    expect(rfcDocument(1939)?.standing).toBe("Internet Standard");
    expect(rfcDocument(5721)).toMatchObject({ standing: "Experimental", iesgApproved: true, replacedBy: 6856 });
    expect(rfcDocument(9999)).toBeUndefined();
  });
});
