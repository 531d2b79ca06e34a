// The badge: three verdicts, as wide as its words, and well-formed.
import { expect, test } from "vitest";
import { badgeSvg } from "../../src/reports/badge.js";
import { faulty, flawless, hostile, silent } from "./example-reports.js";
import { elementsOf } from "./well-formed.js";

test.each([
  ["POP3: 1 failure", faulty],
  ["POP3: 2 failures", hostile],
  ["POP3: conformant", flawless],
  ["POP3: not tested", silent],
])("%s", (label, report) => {
  const [svg, ...inside] = elementsOf(badgeSvg(report));
  expect(svg?.attributes["aria-label"]).toBe(label);
  const texts = inside.filter(({ name }) => name === "text");
  expect(texts.map(({ text }) => text).join(": ")).toBe(label);
  const last = texts.at(-1)!.attributes;
  expect(Number(last["x"]) + Number(last["textLength"])).toBeLessThan(Number(svg?.attributes["width"]));
});

test("the title holds the totals", () => {
  expect(badgeSvg(faulty)).toContain(
    "<title>POP3: 1 failure. 11 checks: 5 passed, 2 failed (1 MUST, 1 SHOULD), 1 undecided, 3 not tested.</title>",
  );
});
