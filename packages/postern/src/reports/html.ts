// The report as one HTML file: nothing is loaded and nothing is run, so it can be mailed, kept and printed as it is.
// The order of its sections. Parts are in `html-parts.ts`, looks in `html-style.ts`; both know no order.
import type { CheckResult, ConformanceReport } from "@postern/pop3/conformance";
import { capabilityTable, facts, failureParts, openParts, passedTable, untestedParts } from "./html-parts.js";
import { htmlStyle } from "./html-style.js";
import { type Markup, markup } from "./markup.js";
import { failuresOf, overall, overallSentence, placeOf, shownTime, totalsText, unansweredSentence } from "./words.js";

/** The whole file, beginning with its doctype. Well-formed as XML, too. */
export function reportHtml(report: ConformanceReport): string {
  const place = placeOf(report.server);
  const failures = failuresOf(report);
  const undecided = withOutcome(report, "undecided");
  const passed = withOutcome(report, "passed");
  const notTested = withOutcome(report, "not-tested");
  const unanswered = unansweredSentence(report);
  const capabilities = [
    ...(unanswered === null ? [] : [markup`<p>${unanswered}</p>`]),
    ...(report.capabilities.length === 0 ? [] : [capabilityTable(report)]),
  ];
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<meta name="color-scheme" content="light dark" />
<title>POP3 conformance of ${place}</title>
<style>${htmlStyle}</style>
</head>
<body>
<header>
<p class="kicker">POP3 conformance</p>
<h1>${place}</h1>
<p class="overall ${overall(report)}">${overallSentence(report)}</p>
<p class="totals">${totalsText(report.totals)}.</p>
${facts(report)}
</header>
<main>
${section("capabilities", "Capabilities", null, "No capability is known of this server.", capabilities)}
${section("failures", "Failures", failures.length, "No check failed.", failures.map(failureParts))}
${section("undecided", "Could not tell", undecided.length, null, undecided.map(openParts))}
${section("not-tested", "Not tested", notTested.length, null, untestedParts(report))}
${section("passed", "Passed", passed.length, null, passed.length === 0 ? [] : [passedTable(passed)])}
</main>
<footer><p>Made by <a href="https://www.npmjs.com/package/postern">postern check</a> on ${shownTime(report.startedAt)}.</p></footer>
</body>
</html>
`;
  return page.text;
}

function withOutcome({ results }: ConformanceReport, outcome: CheckResult["outcome"]): CheckResult[] {
  return results.filter((one) => one.outcome === outcome);
}

/** Without parts there is a sentence instead, or no section at all. */
function section(
  id: string,
  heading: string,
  count: number | null,
  without: string | null,
  parts: readonly Markup[],
): Markup | null {
  if (parts.length === 0 && without === null) return null;
  const title = count === null || count === 0 ? heading : `${heading}: ${count}`;
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${parts.length === 0 ? markup`<p>${without}</p>` : parts}
</section>`;
}
