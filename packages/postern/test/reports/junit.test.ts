// JUnit XML: well-formed whatever a server said, its counts right, and advice a failure on request alone.
import { describe, expect, test } from "vitest";
import { junitXml } from "../../src/reports/junit.js";
import { examples, faulty, hostileText } from "./example-reports.js";
import { elementsOf, forbidden, type ReadElement } from "./well-formed.js";

const lenient = { strict: false };

function named(elements: readonly ReadElement[], name: string): ReadElement[] {
  return elements.filter((element) => element.name === name);
}

describe.each(examples)("the report %s", (_, report) => {
  test.each([lenient, { strict: true }])("is well-formed, and its counts are those of its cases (%o)", (options) => {
    const xml = junitXml(report, options);
    expect(forbidden.exec(xml)).toBeNull();
    const elements = elementsOf(xml);
    const [root] = named(elements, "testsuites");
    const counts = (name: string): number =>
      named(elements, "testsuite").reduce((sum, { attributes }) => sum + Number(attributes[name]), 0);
    for (const [attribute, element] of [
      ["tests", "testcase"],
      ["failures", "failure"],
      ["skipped", "skipped"],
    ] as const) {
      expect(root?.attributes[attribute]).toBe(`${named(elements, element).length}`);
      expect(counts(attribute)).toBe(named(elements, element).length);
    }
    const names = named(elements, "testcase").map(({ attributes }) => attributes["name"]);
    expect(new Set(names)).toEqual(new Set(report.results.map(({ id }) => id)));
  });
});

test("a failure has level, finding, remedy and transcript; advice is told beside the case", () => {
  const elements = elementsOf(junitXml(faulty, lenient));
  const [failure, ...others] = named(elements, "failure");
  expect(others).toEqual([]);
  expect(failure?.attributes).toEqual({
    type: "MUST",
    message: "Behind the empty line came 1 more line, where the end of the answer was due.",
  });
  expect(failure?.text).toMatch(/^MUST, RFC 1939 §7: TOP with 0 lines .*\nSeen: .*\nChange: Count .*\n#: connected/);
  expect(failure?.text).toContain("\nC: TOP 1 0\nS: +OK top of message follows\n");
  expect(named(elements, "system-out")[0]?.text).toMatch(/^SHOULD, RFC 1939 §6: QUIT is answered/);
});

test("strict: advice that is not followed fails", () => {
  const failures = named(elementsOf(junitXml(faulty, { strict: true })), "failure");
  expect(failures.map(({ attributes }) => attributes["type"])).toEqual(["SHOULD", "MUST"]);
});

test("what was not tested or not decided is skipped, with the reason", () => {
  const messages = named(elementsOf(junitXml(faulty, lenient)), "skipped").map(
    ({ attributes }) => attributes["message"],
  );
  expect(messages).toContain("It deletes messages, which the mode safe does not allow.");
  expect(messages).toContain("Could not tell: The connection was lost behind 2 of 4 answers.");
});

test("a tag of the server names a suite, visibly", () => {
  const results = faulty.results.map((one) => ({ ...one, tag: hostileText }));
  const [suite] = named(elementsOf(junitXml({ ...faulty, results }, lenient)), "testsuite");
  expect(suite?.attributes["name"]).toContain("<script>alert(1)</script>]]>\"' onload='x' &amp;&#0;\\x00\\x07\\x1b[2J");
});
