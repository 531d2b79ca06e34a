// The report as JUnit XML, which CI systems read: a suite for each capability, a case for each check, named by its id.
// Knows no server and no file.
import type { CheckResult, ConformanceReport } from "@postern/pop3/conformance";
import { linesOf, type Markup, markup } from "./markup.js";
import { bySubject, placeOf } from "./words.js";

/** Which checks make a build fail. */
export interface JunitOptions {
  /** SHOULD and MAY, too; else they are told in `system-out`. */
  readonly strict: boolean;
}

/** The whole document. What was not tested or not decided counts as skipped. */
export function junitXml(report: ConformanceReport, options: JunitOptions): string {
  const { results, startedAt, server, elapsedMs } = report;
  const suites = bySubject(results).map(([subject, cases]) => {
    const timeMs = cases.reduce((sum, one) => sum + one.elapsedMs, 0);
    return markup`  <testsuite name="${subject}" ${counts(cases, options)} time="${seconds(timeMs)}" timestamp="${startedAt}" hostname="${server.host}">
${cases.map((one) => testCase(one, subject, options))}  </testsuite>
`;
  });
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="postern check ${placeOf(server)}" ${counts(results, options)} time="${seconds(elapsedMs)}">
${suites}</testsuites>
`.text;
}

function isFailure({ outcome, level }: CheckResult, { strict }: JunitOptions): boolean {
  return outcome === "failed" && (strict || level === "MUST");
}

function isSkipped({ outcome }: CheckResult): boolean {
  return outcome === "not-tested" || outcome === "undecided";
}

function counts(results: readonly CheckResult[], options: JunitOptions): Markup {
  const failures = results.filter((one) => isFailure(one, options)).length;
  return markup`tests="${results.length}" failures="${failures}" errors="0" skipped="${results.filter(isSkipped).length}"`;
}

function testCase(result: CheckResult, subject: string, options: JunitOptions): Markup {
  return markup`    <testcase classname="POP3.${subject}" name="${result.id}" time="${seconds(result.elapsedMs)}">
${outcomeOf(result, options)}    </testcase>
`;
}

function outcomeOf(result: CheckResult, options: JunitOptions): Markup | null {
  const { outcome, level, finding, transcript } = result;
  if (isFailure(result, options)) {
    return markup`      <failure type="${level}" message="${finding ?? "failed"}">${told(result)}</failure>
`;
  }
  const skipped = isSkipped(result)
    ? markup`      <skipped message="${outcome === "undecided" ? "Could not tell: " : ""}${finding ?? "not tested"}"/>
`
    : null;
  const out =
    outcome === "failed" || transcript.length > 0
      ? markup`      <system-out>${told(result)}</system-out>
`
      : null;
  return markup`${skipped}${out}`;
}

function told({ level, reference, title, finding, remedy, transcript }: CheckResult): Markup {
  return linesOf([
    `${level}, ${reference}: ${title}`,
    ...(finding === null ? [] : [`Seen: ${finding}`]),
    ...(remedy === null ? [] : [`Change: ${remedy}`]),
    ...transcript.map(({ from, text }) => `${from}: ${text}`),
  ]);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
