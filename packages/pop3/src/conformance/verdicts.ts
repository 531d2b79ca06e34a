// What each announcement is worth, from the checks that speak of it. Pure: reads facts and results, asks nobody.
// How a report says it is for those who show it.
import { implementation } from "../capabilities/implementation.js";
import type { Secrets } from "../client/secrets.js";
import { parseCapabilityLine } from "../protocol/capability-line.js";
import type { ServerFacts } from "./facts.js";
import type { CapabilityVerdict, CheckResult, Stage, Totals, Verdict } from "./report.js";

/** One for every declared tag, in the order of the declarations, and one for every other that the server lists. */
export function capabilityVerdicts(
  facts: ServerFacts,
  results: readonly CheckResult[],
  secrets: Secrets,
): readonly CapabilityVerdict[] {
  const announced = announcedLines(facts, secrets);
  const declared = facts.registry.capabilities.flatMap(({ tag }) => (tag === null ? [] : [tag]));
  const others = [...announced.keys()].filter((tag) => facts.registry.capability(tag) === undefined);
  return [...declared, ...others].map((tag) => {
    const lines = announced.get(tag.toUpperCase()) ?? [];
    const own = results.filter((result) => result.tag?.toUpperCase() === tag.toUpperCase());
    const isDeclared = declared.includes(tag);
    return {
      tag: isDeclared ? tag : (lines[0]?.line.split(" ")[0] ?? tag),
      announced: lines,
      declared: isDeclared,
      ...judged(facts, lines.length > 0, isDeclared, own),
      checks: own.map(({ id }) => id),
    };
  });
}

function judged(
  facts: ServerFacts,
  announced: boolean,
  declared: boolean,
  own: readonly CheckResult[],
): { readonly verdict: Verdict; readonly reason: string } {
  const failed = own.filter(({ outcome }) => outcome === "failed");
  const broken = failed.filter(({ level }) => level === "MUST");
  const [worst] = [...broken, ...failed];
  if (!announced) {
    const reason = facts.listsAnything
      ? "It is not in the list."
      : "The server does not answer CAPA, so it announces nothing.";
    return { verdict: "not-announced", reason: worst === undefined ? reason : `${reason} ${sentence(worst.finding)}` };
  }
  if (broken.length > 0) {
    const more = broken.length === 1 ? "" : ` And ${broken.length - 1} more.`;
    return { verdict: "false", reason: `${sentence(broken[0]!.finding)}${more}` };
  }
  const passed = own.filter(({ outcome }) => outcome === "passed").length;
  if (passed === 0) {
    if (!declared) return { verdict: "undecided", reason: "It is not registered, and no check knows it." };
    const [left] = own.filter(({ outcome }) => outcome !== "passed");
    return {
      verdict: "undecided",
      reason: left === undefined ? "No check could be made of it." : sentence(left.finding),
    };
  }
  const kept =
    passed === 1 ? "The one check that could be made passed." : `All ${passed} checks that could be made passed.`;
  if (worst === undefined) return { verdict: "true", reason: kept };
  return { verdict: "true", reason: `It works, and a ${worst.level} is not kept: ${sentence(worst.finding)}` };
}

function announcedLines(
  facts: ServerFacts,
  secrets: Secrets,
): Map<string, { readonly stage: Stage; readonly line: string }[]> {
  const announced = new Map<string, { stage: Stage; line: string }[]>();
  for (const { stage, capabilities } of facts.listings.values()) {
    for (const line of capabilities.lines) {
      const parsed = parseCapabilityLine(line);
      if ("problem" in parsed) continue;
      const tag = parsed.value.tag.toUpperCase();
      announced.set(tag, [...(announced.get(tag) ?? []), { stage, line: secrets.masked(line) }]);
    }
  }
  return announced;
}

function sentence(finding: string | null): string {
  if (finding === null || finding === "") return "";
  const text = finding[0]!.toUpperCase() + finding.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** How many checks ended how. */
export function totalsOf(results: readonly CheckResult[]): Totals {
  const count = (outcome: CheckResult["outcome"], level?: CheckResult["level"]): number =>
    results.filter((result) => result.outcome === outcome && (level === undefined || result.level === level)).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    failedMust: count("failed", "MUST"),
    failedShould: count("failed", "SHOULD"),
    failedMay: count("failed", "MAY"),
    notTested: count("not-tested"),
    undecided: count("undecided"),
  };
}

/** What IMPLEMENTATION says at the last stage where it is listed. */
export function implementationOf(facts: ServerFacts): string | null {
  return facts.argument(implementation) ?? null;
}
