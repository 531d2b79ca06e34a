// What a report comes to, in words and groups that all renderings share: HTML, JUnit, badge and terminal say the same.
// Knows no format. Texts of the server go through as they are.
import type {
  CheckResult,
  ConformanceReport,
  ExaminationMode,
  RequirementLevel,
  Stage,
  TlsReport,
  Totals,
  Verdict,
} from "@postern/pop3/conformance";

/** `untested`: no check passed or failed. */
export type Overall = "conformant" | "failing" | "untested";

/** What the report comes to. */
export function overall({ conformant, totals }: ConformanceReport): Overall {
  if (!conformant) return "failing";
  return totals.passed + totals.failed === 0 ? "untested" : "conformant";
}

/** The same as a sentence or two; what was left open is in the totals. */
export function overallSentence(report: ConformanceReport): string {
  const { failedMust, failedShould, failedMay, passed, failed } = report.totals;
  const advice = failedShould + failedMay;
  const lesser = advice === 0 ? "" : ` ${counted(advice, "recommendation")} (SHOULD, MAY) not followed.`;
  const kind = overall(report);
  if (kind === "untested") return "Not tested: no check could be made.";
  if (kind === "conformant") {
    return `Conformant in what was tested: no MUST of ${counted(passed + failed, "check")} failed.${lesser}`;
  }
  const verb = failedMust === 1 ? "is" : "are";
  return `Not conformant: ${counted(failedMust, "requirement")} (MUST) ${verb} not met.${lesser}`;
}

/** `3 failed (2 MUST, 1 SHOULD)` and the others. */
export function totalsText({ passed, failed, notTested, undecided, ...by }: Totals): string {
  const levels = [
    [by.failedMust, "MUST"],
    [by.failedShould, "SHOULD"],
    [by.failedMay, "MAY"],
  ].filter(([count]) => count !== 0);
  const which = failed === 0 ? "" : ` (${levels.map((level) => level.join(" ")).join(", ")})`;
  const all = passed + failed + notTested + undecided;
  return `${counted(all, "check")}: ${passed} passed, ${failed} failed${which}, ${undecided} undecided, ${notTested} not tested`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  true: "true",
  false: "false",
  undecided: "could not tell",
  "not-announced": "not announced",
};

export const stageWords: Readonly<Record<Stage, string>> = {
  cleartext: "before TLS",
  tls: "under TLS",
  login: "after login",
};

export const tlsWords: Readonly<Record<ConformanceReport["server"]["tls"], string>> = {
  implicit: "TLS from the first octet",
  starttls: "in the clear, then TLS",
  none: "in the clear",
};

export const modeWords: Readonly<Record<ExaminationMode, string>> = {
  anonymous: "anonymous: nobody is logged in",
  safe: "safe: no message is deleted",
  thorough: "thorough: messages may be deleted",
};

/** What was agreed: `TLSv1.3, TLS_AES_256_GCM_SHA384, ALPN pop3`. */
export function tlsText({ version, cipher, alpn }: TlsReport): string {
  return `${version}, ${cipher}, ${alpn === null ? "no protocol agreed by ALPN" : `ALPN ${alpn}`}`;
}

/** Where the server is: `pop.example.net:995`, `[::1]:110`. */
export function placeOf({ host, port }: ConformanceReport["server"]): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whose a check is, for headings. */
export function subjectOf(tag: string | null): string {
  return tag ?? "base protocol";
}

/** How long something took: `240 ms`, `3.2 s`. */
export function shownDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `2026-11-25 10:03:12 UTC`; what is not ISO 8601 stays as it is. */
export function shownTime(iso: string): string {
  // Date.parse finds a date in nearly any text that holds a digit.
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC` : iso;
}

const levels: readonly RequirementLevel[] = ["MUST", "SHOULD", "MAY"];

/** The failures, MUST before SHOULD before MAY, else in the report's order. */
export function failuresOf({ results }: ConformanceReport): CheckResult[] {
  return levels.flatMap((level) => results.filter((one) => one.outcome === "failed" && one.level === level));
}

/** Results that were not tested, by the reason, the most frequent first. */
export function untestedByReason({ results }: ConformanceReport): [reason: string, results: CheckResult[]][] {
  const untested = results.filter(({ outcome }) => outcome === "not-tested");
  const groups = Map.groupBy(untested, ({ finding }) => finding ?? "No reason is given.");
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}

/** Results by capability, in the report's order. */
export function bySubject(results: readonly CheckResult[]): [subject: string, results: CheckResult[]][] {
  return [...Map.groupBy(results, ({ tag }) => subjectOf(tag))];
}

/** What is to be said where CAPA was asked and there was no list; null elsewhere. */
export function unansweredSentence({ listings }: ConformanceReport): string | null {
  const stages = listings.filter(({ answered }) => !answered).map(({ stage }) => stageWords[stage]);
  return stages.length === 0 ? null : `CAPA was refused ${stages.join(" and ")}.`;
}

const verdictOrder: readonly Verdict[] = ["false", "undecided", "true", "not-announced"];

/** The capabilities, what is wrong first. */
export function capabilitiesOf({ capabilities }: ConformanceReport): ConformanceReport["capabilities"] {
  return capabilities.toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict));
}
