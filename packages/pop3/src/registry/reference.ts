// Whether a reference may define what is proposed (RFC 2449 §9): for a capability a standards track RFC or an experimental one that the
// IESG approved; for a response code an RFC or another document that lasts and that everybody can get.
import type { RuleBroken } from "../contracts/errors.js";
import { definesCapabilities, rfcDocument } from "./documents.js";
import { quoted } from "./layout.js";

const FIELD = "Specification reference";
const RULE = "RFC 2449 §9";

/** The findings about one proposal. */
class Findings {
  readonly problems: RuleBroken[] = [];
  readonly warnings: RuleBroken[] = [];

  problem(problem: string): void {
    this.problems.push({ field: FIELD, problem, rule: RULE });
  }

  warning(problem: string): void {
    this.warnings.push({ field: FIELD, problem, rule: RULE });
  }
}

/** Judges the references of a proposal. Whether one says what the proposal does is for people. */
export function referenceJudgement(
  kind: "capability" | "response-code",
  reference: readonly string[],
): { readonly problems: readonly RuleBroken[]; readonly warnings: readonly RuleBroken[] } {
  const findings = new Findings();
  if (reference.length === 0) findings.problem("names no document");
  const cited = reference.map((text) => ({ text, numbers: rfcNumbers(text) }));
  const numbers = new Set(cited.flatMap((citation) => citation.numbers));
  for (const citation of cited) {
    if (citation.numbers.length === 0) judgeOther(kind, citation.text, numbers.size > 0, findings);
    for (const number of citation.numbers) {
      if (kind === "capability") judgeStanding(number, citation.text, findings);
      const replacedBy = rfcDocument(number)?.replacedBy;
      if (replacedBy !== undefined) findings.warning(`RFC ${number} was replaced by RFC ${replacedBy}; cite that one`);
    }
  }
  if (kind === "capability" && numbers.size > 0 && [...numbers].every((number) => rfcDocument(number) !== undefined)) {
    findings.warning(
      "names only RFCs whose capabilities are registered already; add the one that defines this capability",
    );
  }
  return findings;
}

/** An RFC that is to define a capability. */
function judgeStanding(number: number, text: string, findings: Findings): void {
  const document = rfcDocument(number);
  if (document !== undefined) {
    const { standing, iesgApproved = false } = document;
    if (!definesCapabilities(standing, iesgApproved)) {
      findings.problem(`RFC ${number} is ${standing}, neither standards track nor IESG approved experimental`);
    }
    return;
  }
  if (/\b(informational|historic|best current practice|bcp)\b/i.test(text)) {
    findings.problem(
      `RFC ${number} is neither standards track nor IESG approved experimental, by its standing as stated`,
    );
  } else if (/\bexperimental\b/i.test(text)) {
    if (/\biesg\b/i.test(text) && !/\bnot\b/i.test(text))
      findings.warning(`the standing of RFC ${number} is taken as stated; check it`);
    else
      findings.problem(
        `RFC ${number} is Experimental; say whether the IESG approved it: "RFC ${number} (Experimental, IESG approved)"`,
      );
  } else if (/\bstandards?[ -]track\b|\b(proposed|draft|internet) standard\b/i.test(text)) {
    findings.warning(`the standing of RFC ${number} is taken as stated; check it`);
  } else {
    findings.problem(`RFC ${number} is not known here; state its standing: "RFC ${number} (Proposed Standard)"`);
  }
}

/** A reference that is no RFC. */
function judgeOther(kind: "capability" | "response-code", text: string, besideRfc: boolean, findings: Findings): void {
  const named = quoted(text);
  if (/\bdraft-[a-z0-9]/i.test(text) || /\binternet-draft\b/i.test(text)) {
    findings.problem(`${named} is an Internet-Draft, which expires; wait for the RFC`);
  } else if (kind === "capability") {
    if (besideRfc) findings.warning(`${named} is no RFC, so it does not count as the definition`);
    else
      findings.problem(
        `${named} is no RFC; a capability is defined in a standards track or IESG approved experimental one`,
      );
  } else if (/\b(https?:\/\/|doi:|urn:|isbn\b|iso\b|itu\b|ecma\b|w3c\b|std ?\d|bcp ?\d)/i.test(text)) {
    findings.warning(`see that ${named} is permanent and readily available`);
  } else if (!besideRfc) {
    findings.problem(
      `${named} names no permanent and readily available document; write an RFC's number or a lasting address`,
    );
  }
}

function rfcNumbers(text: string): number[] {
  return [...text.matchAll(/\bRFC[ -]?(\d{1,5})\b/gi)].map(([, number]) => Number(number));
}
