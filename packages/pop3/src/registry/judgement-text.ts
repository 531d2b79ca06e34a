// A judgement as text for a person: each finding with its field and the rule that it rests on. Knows no rule itself.
// What is found, and how grave it is, is decided in `proposal.ts`; wrapping is `layout.ts`'s. Where the text goes is the caller's.
import type { RuleBroken } from "../contracts/errors.js";
import { wrapped } from "./layout.js";
import type { Judgement } from "./proposal.js";

/** The findings about a proposal, wrapped to a width; the name says where it came from. */
export function judgementText(name: string, judgement: Judgement, columns = 80): string {
  const { kind, subject, problems, warnings } = judgement;
  const what = kind === null ? "no proposal" : `${KINDS[kind]}${subject === null ? "" : ` ${subject}`}`;
  const verdict =
    problems.length === 0
      ? "Nothing in the rules of RFC 2449 stands in the way of this registration."
      : "This cannot be registered as it is (RFC 2449 §9).";
  return [
    `${name}: ${what}, ${count(problems.length, "problem")}, ${count(warnings.length, "warning")}`,
    ...problems.map((finding) => findingText("problem", finding, columns)),
    ...warnings.map((finding) => findingText("warning", finding, columns)),
    verdict,
    "",
  ].join("\n");
}

const KINDS = { capability: "capability", "response-code": "response code" } as const;

function findingText(severity: string, { field, problem, rule }: RuleBroken, columns: number): string {
  const indent = " ".repeat(severity.length + 4);
  return `  ${severity}  ${wrapped(`${field}: ${problem} (${rule})`, columns, indent).trimStart()}`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
