// The parts of the HTML report: facts of the server, the table of capabilities, failures with their transcripts, and what is left.
// Pure markup, each part for itself; their order is `html.ts`'s.
import type {
  CapabilityVerdict,
  CheckResult,
  ConformanceReport,
  Stage,
  TlsReport,
  TranscriptLine,
} from "@postern/pop3/conformance";
import { type Markup, markup, type Part } from "./markup.js";
import {
  bySubject,
  capabilitiesOf,
  counted,
  modeWords,
  shownDuration,
  shownTime,
  stageWords,
  subjectOf,
  tlsText,
  tlsWords,
  untestedByReason,
  verdictWords,
} from "./words.js";

/** Server, greeting, TLS, mode and time, as pairs. */
export function facts({ server, tls, mode, startedAt, elapsedMs, ...rest }: ConformanceReport): Markup {
  const { connections, logins, loginMethod, loginProblem } = rest;
  const login = loginMethod === null ? (loginProblem ?? "nobody was to log in") : `let in by ${loginMethod}`;
  const pairs: (readonly [string, Part])[] = [
    ["Greeting", server.greeting === null ? "none" : markup`<code>${server.greeting}</code>`],
    ["Implementation", server.implementation ?? "not announced"],
    ["Connection", tlsWords[server.tls]],
    ...(tls === null ? [] : tlsFacts(tls)),
    ["Mode", modeWords[mode]],
    ["Login", logins === 0 ? login : `${counted(logins, "login")}, ${login}`],
    ["Time", `${shownTime(startedAt)}, ${shownDuration(elapsedMs)}, ${counted(connections, "connection")}`],
  ];
  return markup`<dl class="facts">
${pairs.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function tlsFacts(tls: TlsReport): (readonly [string, Part])[] {
  const { problem, subject, issuer, names, validFrom, validTo, fingerprint } = tls;
  const held: Part = problem === null ? "holds" : markup`<strong class="bad">does not hold: ${problem}</strong>`;
  const about = [
    subject === null ? null : `for ${inOneLine(subject)}`,
    issuer === null ? null : `by ${inOneLine(issuer)}`,
    names.length === 0 ? null : `names ${names.join(", ")}`,
    validFrom === null ? null : `valid from ${dateOf(validFrom)}`,
    validTo === null ? null : `valid to ${dateOf(validTo)}`,
  ].filter((part) => part !== null);
  return [
    ["TLS", tlsText(tls)],
    ["Certificate", [held, about.length === 0 ? null : `; ${about.join("; ")}`]],
    ...(fingerprint === null ? [] : [["Fingerprint", markup`<code>${fingerprint}</code>`] as const]),
  ];
}

/** Node writes each part of a name in a line of its own. */
function inOneLine(distinguishedName: string): string {
  return distinguishedName.split("\n").join(", ");
}

/** The day of a time; what is no time stays as it is. */
function dateOf(iso: string): string {
  return shownTime(iso).replace(/ \d\d:\d\d:\d\d UTC$/, "");
}

const verdictMarks = { true: "✓", false: "✗", undecided: "?", "not-announced": "–" } as const;

/** A row for each capability, with its line at each stage that was listed. */
export function capabilityTable(report: ConformanceReport): Markup {
  const stages = report.listings.map(({ stage }) => stage);
  const troubled = new Set(
    report.results.filter(({ outcome }) => outcome === "failed" || outcome === "undecided").map(({ id }) => id),
  );
  return markup`<div class="wide" tabindex="0" role="region" aria-labelledby="capabilities"><table class="capabilities">
<thead><tr><th scope="col">Capability</th><th scope="col">Verdict</th>${stages.map(
    (stage) => markup`<th scope="col" class="stage">${capitalized(stageWords[stage])}</th>`,
  )}<th scope="col">Reason</th></tr></thead>
<tbody>
${capabilitiesOf(report).map((one) => capabilityRow(one, stages, troubled))}</tbody>
</table></div>`;
}

function capabilityRow(
  { tag, declared, verdict, announced, reason, checks }: CapabilityVerdict,
  stages: readonly Stage[],
  troubled: ReadonlySet<string>,
): Markup {
  const linked = checks.filter((id) => troubled.has(id));
  return markup`<tr class="${verdict}"><th scope="row">${tag}${declared ? null : markup` <span class="note">unknown</span>`}</th>
<td><span class="pill ${verdict}">${verdictMarks[verdict]} ${verdictWords[verdict]}</span></td>${stages.map((stage) => {
    const line = announced.find((one) => one.stage === stage)?.line;
    return markup`<td class="stage">${line === undefined ? markup`<span class="note">not listed</span>` : markup`<code>${line}</code>`}</td>`;
  })}
<td>${reason}${linked.map((id) => markup` <a class="check" href="#check-${id}">${id}</a>`)}</td></tr>
`;
}

/** A failure: requirement, what was seen, what to change, the transcript. */
export function failureParts(result: CheckResult): Markup {
  return checkArticle(result, [
    ["Seen", result.finding],
    ["Change", result.remedy],
  ]);
}

/** A check that was made and did not tell. */
export function openParts(result: CheckResult): Markup {
  return checkArticle(result, [["Seen", result.finding]]);
}

function checkArticle(result: CheckResult, pairs: readonly (readonly [string, string | null])[]): Markup {
  const { id, tag, level, title, reference, transcript, outcome } = result;
  const heading = `check-${id}`;
  return markup`<article class="check ${outcome} ${level}" aria-labelledby="${heading}">
<h3 id="${heading}"><span class="level">${level}</span> ${title}</h3>
<p class="source"><code>${id}</code> · ${subjectOf(tag)} · ${linkedReference(reference)}</p>
<dl>
${pairs.map(([name, text]) => (text === null ? null : markup`<div><dt>${name}</dt><dd>${text}</dd></div>\n`))}</dl>
${transcript.length === 0 ? null : transcriptOf(id, transcript)}
</article>
`;
}

/** Where so many lines are more than a page, a break in between has to be allowed. */
const LONG_TRANSCRIPT = 40;

function transcriptOf(id: string, lines: readonly TranscriptLine[]): Markup {
  const length = lines.length > LONG_TRANSCRIPT ? "long" : "short";
  return markup`<pre class="transcript ${length}" tabindex="0" role="region" aria-label="Transcript of ${id}">${lines.map(
    ({ from, text }) => markup`<span class="${sides[from]}"><b>${from === "#" ? "#" : `${from}:`}</b> ${text}\n</span>`,
  )}</pre>`;
}

const sides: Readonly<Record<TranscriptLine["from"], string>> = { C: "client", S: "server", "#": "event" };

/** What was not tested, by reason. */
export function untestedParts(report: ConformanceReport): Markup[] {
  return untestedByReason(report).map(
    ([
      reason,
      results,
    ]) => markup`<h3 class="reason">${reason} <span class="note">${counted(results.length, "check")}</span></h3>
${checkTable(results)}
`,
  );
}

/** What passed, by capability. */
export function passedTable(results: readonly CheckResult[]): Markup {
  return checkTable(bySubject(results).flatMap(([, group]) => group));
}

function checkTable(results: readonly CheckResult[]): Markup {
  return markup`<table class="checks">
<thead><tr><th scope="col">Of</th><th scope="col">Level</th><th scope="col">Requirement</th><th scope="col">Source</th></tr></thead>
<tbody>
${results.map(
  ({ id, tag, level, title, reference }) =>
    markup`<tr><td>${subjectOf(tag)}</td><td>${level}</td><td>${title} <code class="note">${id}</code></td><td>${linkedReference(reference)}</td></tr>\n`,
)}</tbody>
</table>`;
}

/** The reference with each `RFC n §s` as a link to that section. */
function linkedReference(reference: string): Part {
  const parts: Part[] = [];
  let done = 0;
  for (const match of reference.matchAll(/RFC (\d+)(?: §(\d+(?:\.\d+)*))?/g)) {
    const [text, rfc = "", section] = match;
    const anchor = section === undefined ? "" : `#section-${section}`;
    parts.push(reference.slice(done, match.index));
    parts.push(markup`<a href="https://www.rfc-editor.org/rfc/rfc${rfc}${anchor}">${text}</a>`);
    done = match.index + text.length;
  }
  return [...parts, reference.slice(done)];
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
