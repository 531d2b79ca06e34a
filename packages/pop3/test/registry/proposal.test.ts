// The judge of proposals: one that may go forward, and what RFC 2449 has against others, one fault at a time.
import { describe, expect, test } from "vitest";
import { standard } from "../../src/capabilities/index.js";
import { judgementText } from "../../src/registry/judgement-text.js";
import { judgeProposal, PROPOSAL_OCTETS } from "../../src/registry/proposal.js";
import { capabilityTemplate, responseCodeTemplate, templateText } from "../../src/registry/template.js";
import type { CapabilityTemplate, ResponseCodeTemplate } from "../../src/registry/template.js";

const capability: CapabilityTemplate = {
  tag: "ZSTD",
  arguments: "none",
  addedCommands: ["ZSTD"],
  affects: "none",
  announced: { in: "both", differs: false },
  validIn: ["AUTHORIZATION", "TRANSACTION"],
  reference: ["RFC 6856"],
  discussion: "The ZSTD command makes both sides compress what they send.",
};

const responseCode: ResponseCodeTemplate = {
  code: "AUTH/EXPIRED",
  validFor: ["-ERR"],
  commands: ["PASS", "APOP", "AUTH"],
  meaning: "The password has expired.",
  clientBehavior: "Tell the user to set a new one.",
  reference: ["RFC 9999"],
};

function judge(template: object): ReturnType<typeof judgeProposal> {
  return judgeProposal(JSON.stringify(template), standard);
}

/** The fields and rules of what is found. */
function findings(list: readonly { readonly field: string; readonly rule: string }[]): string[] {
  return list.map(({ field, rule }) => `${field}: ${rule}`);
}

const REFERENCE = "Specification reference: RFC 2449 §9";
const ANNOUNCED = "Announced states / possible differences: RFC 2449 §5";

test("a complete capability has no problems, as text and as JSON", () => {
  const good = { kind: "capability", subject: "ZSTD", problems: [] };
  expect(judge(capability)).toMatchObject(good);
  expect(judgeProposal(templateText(capability), standard)).toMatchObject(good);
});

test("a complete response code has no problems and no warnings, as text and as JSON", () => {
  const good = { kind: "response-code", subject: "AUTH/EXPIRED", problems: [], warnings: [] };
  expect(judge(responseCode)).toEqual(good);
  expect(judgeProposal(templateText(responseCode), standard)).toEqual(good);
});

describe("each missing field is a problem of its own", () => {
  const labels: Record<string, string> = {
    tag: "CAPA tag",
    arguments: "Arguments",
    addedCommands: "Added commands",
    affects: "Standard commands affected",
    announced: "Announced states / possible differences",
    validIn: "Commands valid in states",
    reference: "Specification reference",
    discussion: "Discussion",
  };
  test.each(Object.entries(labels))("%s of a capability", (key, label) => {
    const { [key]: _, ...rest } = capability as unknown as Record<string, unknown>;
    const expected = [{ field: label, problem: "is missing", rule: "RFC 2449 §9" }];
    expect(judge(rest).problems).toEqual(expected);
    expect(judge({ ...rest, [key]: "" }).problems).toEqual([{ ...expected[0], problem: "is empty" }]);
  });

  const codeLabels: Record<string, string> = {
    code: "Complete response code",
    validFor: "Valid for responses",
    commands: "Valid for commands",
    meaning: "Meaning",
    clientBehavior: "Expected client behavior",
    reference: "Specification reference",
  };
  test.each(Object.entries(codeLabels))("%s of a response code", (key, label) => {
    const { [key]: _, ...rest } = responseCode as unknown as Record<string, unknown>;
    expect(judge(rest).problems).toEqual([{ field: label, problem: "is missing", rule: "RFC 2449 §9" }]);
  });

  test("all of them at once, in the order of the template", () => {
    const { problems } = judgeProposal("Discussion: Something new.", standard);
    expect(problems.map(({ field }) => field)).toEqual(Object.values(labels).slice(0, -1));
    const { problems: mixed } = judge({ ...capability, tag: "XZSTD", discussion: "" });
    expect(mixed.map(({ field }) => field)).toEqual(["CAPA tag", "Discussion"]);
  });
});

describe("a capability's problems", () => {
  test.each<[string, Partial<CapabilityTemplate>, string[]]>([
    ["a tag beginning with X", { tag: "XZSTD" }, ["CAPA tag: RFC 2449 §9"]],
    ["a tag beginning with x", { tag: "x-zstd" }, ["CAPA tag: RFC 2449 §9"]],
    ["a tag with a dot", { tag: "Z.STD" }, ["CAPA tag: RFC 2449 §3"]],
    ["two words for a tag", { tag: "Z STD" }, ["CAPA tag: RFC 2449 §3"]],
    ["a tag that is taken", { tag: "Login-Delay" }, ["CAPA tag: RFC 2449 §5"]],
    ["a keyword of five letters", { addedCommands: ["ZSTD", "ZSTD2"] }, ["Added commands: RFC 2449 §3"]],
    ["keywords that are a sentence", { addedCommands: ["it", "adds", "nothing"] }, ["Added commands: RFC 2449 §3"]],
    ["a keyword of another capability", { addedCommands: ["ZSTD", "pass"] }, ["Added commands: RFC 2449 §5"]],
    ["a keyword of the base protocol", { addedCommands: ["ZSTD", "NOOP"] }, ["Added commands: RFC 2449 §5"]],
    ["APOP's keyword", { addedCommands: ["ZSTD", "APOP"] }, ["Added commands: RFC 2449 §5"]],
    ["a keyword twice", { addedCommands: ["ZSTD", "zstd"] }, ["Added commands: RFC 2449 §9"]],
    ["an affected command of two letters", { affects: ["UP"] }, ["Standard commands affected: RFC 2449 §3"]],
    ["commands, but no state for them", { validIn: [] }, ["Commands valid in states: RFC 2449 §5"]],
    ["announced after login, valid before", { announced: { in: "TRANSACTION", differs: false } }, [ANNOUNCED]],
    [
      "announced before login only",
      { announced: { in: "AUTHORIZATION", differs: false }, validIn: ["AUTHORIZATION"] },
      [ANNOUNCED],
    ],
    ["a difference without arguments", { announced: { in: "both", differs: true } }, [ANNOUNCED]],
    ["a limit below the least", { limits: { commandOctets: 128 } }, ["New length limits: RFC 2449 §4"]],
    ["no RFC", { reference: ["https://example.net/zstd"] }, [REFERENCE]],
    ["an Internet-Draft", { reference: ["draft-example-pop3-zstd-03"] }, [REFERENCE]],
    ["its own text", { reference: ["this document"] }, [REFERENCE]],
    ["an informational RFC", { reference: ["RFC 1957"] }, [REFERENCE]],
    ["a historic RFC", { reference: ["RFC 2831"] }, [REFERENCE]],
    ["an unknown RFC without standing", { reference: ["RFC 9999"] }, [REFERENCE]],
    ["an RFC that says it is informational", { reference: ["RFC 9999 (Informational)"] }, [REFERENCE]],
    ["an experimental RFC of unknown approval", { reference: ["RFC 9999 (Experimental)"] }, [REFERENCE]],
    [
      "an experimental RFC without approval",
      { reference: ["RFC 9999 (Experimental, not IESG approved)"] },
      [REFERENCE],
    ],
    ["one good RFC and a bad one", { reference: ["RFC 1939", "RFC 1957"] }, [REFERENCE]],
  ])("%s", (_, change, expected) => {
    expect(findings(judge({ ...capability, ...change }).problems)).toEqual(expected);
  });

  test("a registered capability is no proposal: tag and commands are taken", () => {
    const top = capabilityTemplate(standard.find(({ name }) => name === "top")!);
    expect(findings(judge(top).problems)).toEqual(["CAPA tag: RFC 2449 §5", "Added commands: RFC 2449 §5"]);
  });
});

describe("a capability's warnings", () => {
  test.each<[string, Partial<CapabilityTemplate>, string[]]>([
    ["a tag that is not its command's keyword", { tag: "COMPRESS" }, ["CAPA tag: RFC 2449 §5"]],
    ["an affected command that there is not", { affects: ["LAST"] }, ["Standard commands affected: RFC 2449 §9"]],
    ["states without commands", { addedCommands: [] }, ["Commands valid in states: RFC 2449 §6"]],
    [
      "another document beside the RFC",
      { reference: ["RFC 9999 (Proposed Standard)", "our wiki"] },
      [REFERENCE, REFERENCE],
    ],
    ["known RFCs only", { reference: ["RFC 1939"] }, [REFERENCE]],
    ["a replaced RFC", { reference: ["RFC 9999 (Standards Track)", "RFC 1734"] }, [REFERENCE, REFERENCE]],
  ])("%s", (_, change, expected) => {
    const judgement = judge({ ...capability, reference: ["RFC 9999 (Proposed Standard)"], ...change });
    expect(judgement.problems).toEqual([]);
    // The stated standing of RFC 9999 has a warning of its own.
    const stated = change.reference === undefined ? [REFERENCE] : [];
    expect(findings(judgement.warnings)).toEqual([...expected, ...stated]);
  });

  test.each(["RFC 9999 (Proposed Standard)", "RFC 9999, Standards Track", "RFC9999 (Experimental, IESG approved)"])(
    "a standing as stated is taken, and said: %s",
    (reference) => {
      const { problems, warnings } = judgeProposal(templateText({ ...capability, reference: [reference] }), standard);
      expect(problems).toEqual([]);
      expect(warnings.map(({ problem }) => problem)).toContain("the standing of RFC 9999 is taken as stated; check it");
    },
  );
});

describe("a response code's problems", () => {
  test.each<[string, Partial<ResponseCodeTemplate>, string[]]>([
    ["an empty level", { code: "AUTH//EXPIRED" }, ["Complete response code: RFC 2449 §3"]],
    ["a space", { code: "AUTH EXPIRED" }, ["Complete response code: RFC 2449 §3"]],
    ["one that is taken", { code: "sys/temp" }, ["Complete response code: RFC 2449 §9"]],
    ["a command of two letters", { commands: ["UP"] }, ["Valid for commands: RFC 2449 §3"]],
    ["a reference that nobody finds", { reference: ["our wiki"] }, [REFERENCE]],
    ["an Internet-Draft", { reference: ["draft-example-codes-00"] }, [REFERENCE]],
  ])("%s", (_, change, expected) => {
    expect(findings(judge({ ...responseCode, ...change }).problems)).toEqual(expected);
  });

  test("any RFC will do, and so will another lasting document, with a warning", () => {
    expect(judge({ ...responseCode, reference: ["RFC 1957"] })).toMatchObject({ problems: [], warnings: [] });
    expect(judge({ ...responseCode, reference: ["https://www.example.org/codes/1.0"] })).toMatchObject({
      problems: [],
      warnings: [{ field: "Specification reference" }],
    });
  });

  test("a code above a registered one gets a warning", () => {
    expect(judge({ ...responseCode, code: "sys" })).toMatchObject({
      problems: [],
      warnings: [{ rule: "RFC 2449 §8" }, {}],
    });
  });

  test("a registered code is no proposal", () => {
    const code = responseCodeTemplate(standard.flatMap(({ responseCodes = [] }) => responseCodes)[0]!);
    expect(findings(judge(code).problems)).toEqual(["Complete response code: RFC 2449 §9"]);
  });
});

describe("input is bounded, and never trusted", () => {
  test("64 KiB are read, one octet more is not", () => {
    const head = templateText({ ...capability, discussion: "" });
    const filler = "é".repeat((PROPOSAL_OCTETS - head.length) / 2);
    const fits = head + filler;
    expect(judgeProposal(fits, standard).kind).toBe("capability");
    expect(judgeProposal(`${fits}aa`, standard)).toMatchObject({
      kind: null,
      problems: [{ problem: expect.stringContaining("65536 octets") }],
    });
  });

  test.each(["(", ",", "[Page 1] ", "CAPA tag:\n", "A ", "RFC 1 ", '"', "{", " ", "\n", ":", "/", "RFC 9999 (", "\f"])(
    "a proposal made of %j is judged like any other",
    (piece) => {
      const filler = piece.repeat(60_000 / piece.length);
      for (const label of ["", "CAPA tag: A\nAdded commands: ", "CAPA tag: A\nSpecification reference: "]) {
        const { problems } = judgeProposal(label + filler, standard);
        expect(problems.length).toBeGreaterThan(0);
        for (const { problem } of problems) expect(problem.length).toBeLessThan(300);
      }
    },
  );

  test("what is quoted from a proposal has no control characters", () => {
    const evil = "\u001b]0;x\u0007\u009b2J\u007f";
    const template = {
      ...capability,
      tag: evil,
      addedCommands: [evil],
      affects: [evil],
      reference: [evil],
      [evil]: "x",
    };
    const text = judgementText("mine.json", judge(template));
    expect(text).toContain("CAPA tag");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

test("a judgement as text: findings with their rules, wrapped, and a verdict", () => {
  expect(judgementText("mine.txt", judge({ ...capability, tag: "XZST", reference: ["RFC 9999"] }), 60)).toBe(
    `mine.txt: capability XZST, 2 problems, 1 warning
  problem  CAPA tag: XZST begins with "X"; a registered tag
           must not (RFC 2449 §9)
  problem  Specification reference: RFC 9999 is not known
           here; state its standing: "RFC 9999 (Proposed
           Standard)" (RFC 2449 §9)
  warning  CAPA tag: XZST adds ZSTD; a tag should be the
           keyword of the command (RFC 2449 §5)
This cannot be registered as it is (RFC 2449 §9).
`,
  );
  expect(judgementText("mine.txt", judge(responseCode)))
    .toBe(`mine.txt: response code AUTH/EXPIRED, 0 problems, 0 warnings
Nothing in the rules of RFC 2449 stands in the way of this registration.
`);
});
