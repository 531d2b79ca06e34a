// What an examination found, for people at a terminal: the server, what each capability is worth, failures with their transcripts, and what
// was not tested. All that a server said is made visible here. The words that all renderings share are in `reports/words.ts`.
import type { CheckResult, ConformanceReport, TranscriptLine } from "@postern/pop3/conformance";
import { shortened, visible } from "../reports/visible.js";
import {
  capabilitiesOf,
  counted,
  failuresOf,
  modeWords,
  overall,
  overallSentence,
  placeOf,
  shownDuration,
  tlsText,
  tlsWords,
  totalsText,
  unansweredSentence,
  untestedByReason,
  verdictWords,
} from "../reports/words.js";
import { filledLines, type Style } from "./text-style.js";

/** How wide, and how coloured. */
export interface CheckTextSettings {
  readonly columns: number;
  readonly style: Style;
}

/** Tags that are longer have their reason below them. */
const LONGEST_TAG = 24;
/** UTF-16 units of a line of a transcript and of any other text; the other renderings show more, JSON all of it. */
const LONGEST_LINE = 300;
const LONGEST_TEXT = 1000;

/** The whole report, with a line end. */
export function checkText(report: ConformanceReport, settings: CheckTextSettings): string {
  const failures = failuresOf(report);
  const sections = [
    serverLines(report, settings),
    capabilityLines(report, settings),
    ...failures.map((failure) => failureLines(failure, settings)),
    undecidedLines(report, settings),
    untestedLines(report, settings),
    closingLines(report, settings),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function serverLines(report: ConformanceReport, settings: CheckTextSettings): string[] {
  const { server, tls, mode, connections, logins, loginMethod, loginProblem, elapsedMs } = report;
  const login = loginMethod === null ? (loginProblem ?? "nobody was to log in") : `let in by ${loginMethod}`;
  const effort = [counted(connections, "connection"), counted(logins, "login"), login, shownDuration(elapsedMs)];
  const facts: (readonly [string, string])[] = [
    ["Greeting", server.greeting ?? "none"],
    ...(server.implementation === null ? [] : [["Software", server.implementation] as const]),
    ...(tls === null
      ? []
      : ([
          ["TLS", tlsText(tls)],
          ["Verified", tls.problem === null ? "yes" : `NO: ${tls.problem}`],
        ] as const)),
    ["Mode", modeWords[mode]],
    ["Effort", effort.join(", ")],
  ];
  return [
    settings.style("bold", visible(`${placeOf(server)}, ${tlsWords[server.tls]}`)),
    ...facts.flatMap(([name, value]) => labelled(name, value, 10, "", settings)),
  ];
}

const COLOURS = { true: "green", false: "red", undecided: "yellow", "not-announced": "dim" } as const;

function capabilityLines(report: ConformanceReport, { columns, style }: CheckTextSettings): string[] {
  const capabilities = capabilitiesOf(report);
  const announced = capabilities.filter(({ verdict }) => verdict !== "not-announced");
  const others = capabilities.filter(({ verdict }) => verdict === "not-announced").map(({ tag }) => visible(tag));
  const unanswered = unansweredSentence(report);
  if (capabilities.length === 0 && unanswered === null) return [];
  const tagWidth = Math.min(LONGEST_TAG, Math.max(0, ...announced.map(({ tag }) => visible(tag).length)));
  const verdictWidth = Math.max(0, ...announced.map(({ verdict }) => verdictWords[verdict].length));
  const indent = " ".repeat(2 + tagWidth + 2 + verdictWidth + 2);
  const rows = announced.flatMap(({ tag, verdict, reason }) => {
    const shown = visible(tag);
    const judged = style(COLOURS[verdict], verdictWords[verdict].padEnd(verdictWidth));
    const [first = "", ...rest] = filledLines(
      visible(shortened(reason, LONGEST_TEXT)),
      Math.max(20, columns - indent.length),
    );
    const beside = `${judged}  ${first}`;
    const row =
      shown.length > tagWidth
        ? [`  ${shown}`, " ".repeat(tagWidth + 4) + beside]
        : [`  ${shown.padEnd(tagWidth)}  ${beside}`];
    return [...row, ...rest.map((line) => indent + line)];
  });
  const absent = others.length === 0 ? [] : filledLines(`Not announced: ${others.join(", ")}`, columns - 2);
  return [
    style("bold", "What the announcements are worth"),
    ...(unanswered === null ? [] : [style("yellow", `  ${unanswered}`)]),
    ...rows,
    ...absent.map((line) => style("dim", `  ${line}`)),
  ];
}

function failureLines(failure: CheckResult, settings: CheckTextSettings): string[] {
  const { level, title, finding, remedy, transcript } = failure;
  return [
    ...headingOf(failure, settings, level === "MUST" ? "red" : "yellow"),
    ...labelled(level === "MUST" ? "Required" : "Advised", title, 10, "  ", settings),
    ...(finding === null ? [] : labelled("Seen", finding, 10, "  ", settings)),
    ...(remedy === null ? [] : labelled("Change", remedy, 10, "  ", settings)),
    ...transcript.map((line) => transcriptLine(line, settings)),
  ];
}

/** `FAILED MUST  top-zero-lines  RFC 1939 §7`. */
function headingOf(
  { id, level, reference }: CheckResult,
  { style }: CheckTextSettings,
  colour: "red" | "yellow",
): string[] {
  return [`${style(colour, `FAILED ${level}`)}  ${style("bold", visible(id))}  ${style("dim", visible(reference))}`];
}

function transcriptLine({ from, text }: TranscriptLine, { style }: CheckTextSettings): string {
  const shown = `${from === "#" ? "# " : `${from}:`} ${visible(shortened(text, LONGEST_LINE))}`.trimEnd();
  return `    ${from === "S" ? shown : style(from === "C" ? "bold" : "dim", shown)}`;
}

function undecidedLines({ results }: ConformanceReport, { columns, style }: CheckTextSettings): string[] {
  const undecided = results.filter(({ outcome }) => outcome === "undecided");
  if (undecided.length === 0) return [];
  return [
    style("bold", `Could not tell: ${undecided.length}`),
    ...undecided.flatMap(({ id, finding }) =>
      hanging(`${id}: ${shortened(finding ?? "no reason is given", LONGEST_TEXT)}`, columns, "  ", "    "),
    ),
  ];
}

function untestedLines(report: ConformanceReport, { columns, style }: CheckTextSettings): string[] {
  const groups = untestedByReason(report);
  if (groups.length === 0) return [];
  return [
    style("bold", `Not tested: ${report.totals.notTested}`),
    ...groups.flatMap(([reason, results]) => [
      ...hanging(`${shortened(reason, LONGEST_TEXT)} (${results.length})`, columns, "  ", "  "),
      ...hanging(results.map(({ id }) => id).join(", "), columns, "    ", "    ").map((line) => style("dim", line)),
    ]),
  ];
}

function closingLines(report: ConformanceReport, { columns, style }: CheckTextSettings): string[] {
  const colour = { conformant: "green", failing: "red", untested: "yellow" } as const;
  const sentence = filledLines(overallSentence(report), columns).map((line) => style(colour[overall(report)], line));
  return [...filledLines(`${totalsText(report.totals)}.`, columns), ...sentence];
}

/** A label and its value beside it, in lines. */
export function labelled(
  name: string,
  value: string,
  width: number,
  margin: string,
  { columns, style }: CheckTextSettings,
): string[] {
  const indent = margin + " ".repeat(width);
  const [first = "", ...rest] = filledLines(
    visible(shortened(value, LONGEST_TEXT)),
    Math.max(20, columns - indent.length),
  );
  return [`${margin}${style("dim", name.padEnd(width))}${first}`, ...rest.map((line) => indent + line)];
}

function hanging(text: string, columns: number, margin: string, indent: string): string[] {
  const [first = "", ...rest] = filledLines(visible(text), Math.max(20, columns - indent.length));
  return [margin + first, ...rest.map((line) => indent + line)];
}
