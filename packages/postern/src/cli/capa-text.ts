// What `postern capa` found, for people: facts in two columns, and each list with its lines explained and its differences marked.
// All that a server said is made printable here. Finding it is `capa-survey.ts`'s, the words about capabilities `capability-lines.ts`'s.
import { QUIRKS, type TlsFacts } from "@postern/pop3/client";
import { printable } from "../delivery/printable.js";
import type { Attempt } from "../discovery/candidate.js";
import type { Survey, SurveyedList } from "./capa-survey.js";
import type { ExplainedLine, Stage } from "./capability-lines.js";
import { certificateProblem } from "./connection-failure.js";
import { type ChosenServer, type FoundServer, placeOf } from "./server-options.js";
import { filledLines, type Style } from "./text-style.js";

/** How wide, how coloured, and when. */
export interface TextSettings {
  readonly columns: number;
  readonly style: Style;
  readonly nowMs: number;
}

/** Lines of capabilities that are longer have their explanation below them. */
const LONGEST_BESIDE = 24;
const DAY_MS = 86_400_000;
/** Fewer days of a certificate than these are worth a look. */
const FEW_DAYS = 14;

/** A question of the search for a server, in a line. */
export function attemptText({ what, outcome, detail }: Attempt): string {
  return printable(`  ${what}: ${outcome}, ${detail}`);
}

/** What was found for an address. */
export function foundText({ address, candidate, candidates }: FoundServer): string {
  const others = candidates.filter((one) => one !== candidate).map(placeOf);
  const more = others.length === 0 ? "" : `; also found: ${others.join(", ")}`;
  return printable(`${address} is taken to be ${candidate.user} at ${placeOf(candidate)} (${candidate.detail})${more}`);
}

/** The whole survey, with a line end. */
export function surveyText({ connect }: ChosenServer, survey: Survey, settings: TextSettings): string {
  const { style } = settings;
  const sections = [
    [style("bold", `${placeOf(connect)}, ${BEGINNINGS[connect.tls]}`), ...factLines(survey, settings)],
    ...survey.lists.map((list, at) => listLines(list, at === 0, survey, settings)),
    loginLines(survey, settings),
    quirkLines(survey, settings),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const BEGINNINGS: Readonly<Record<ChosenServer["connect"]["tls"], string>> = {
  implicit: "TLS from the first octet",
  required: "in the clear, then TLS",
  opportunistic: "in the clear, then TLS where it is listed",
  none: "in the clear",
};

function factLines({ greeting, tls, startTlsRefused }: Survey, settings: TextSettings): string[] {
  const { style } = settings;
  const facts: (readonly [string, string] | null)[] = [
    ["Greeting", greeting.text],
    greeting.timestamp === null
      ? null
      : ["Timestamp", `${greeting.timestamp}, for a login that does not send the password (RFC 1939 §7)`],
    startTlsRefused === null ? null : ["TLS", `not started, the server says: ${startTlsRefused}`],
    ...(tls === null ? [] : tlsFacts(tls, settings.nowMs)),
  ];
  return facts.flatMap((fact) => {
    if (fact === null) return [];
    const [name, value] = fact;
    const label = name.padEnd(13);
    const [first = "", ...rest] = filledLines(printable(value), settings.columns - label.length);
    return [`${style("dim", label)}${first}`, ...rest.map((line) => " ".repeat(label.length) + line)];
  });
}

function tlsFacts(tls: TlsFacts, nowMs: number): (readonly [string, string])[] {
  const { version, cipher, alpn, authorized, problem, certificate } = tls;
  const agreed = alpn === null ? "no protocol agreed by ALPN" : `ALPN ${alpn}`;
  const about: (readonly [string, string])[] = [["TLS", `${version}, ${cipher}, ${agreed}`]];
  if (certificate !== null) {
    about.push(
      ["Certificate", inOneLine(certificate.subject)],
      ["Issuer", inOneLine(certificate.issuer)],
      ["Names", certificate.names.length === 0 ? "none" : certificate.names.join(", ")],
      ["Valid", validity(certificate.validFromMs, certificate.validToMs, nowMs)],
      ["Fingerprint", `SHA-256 ${certificate.fingerprint}`],
    );
  }
  const because = problem === null ? "nobody knows why" : (certificateProblem(problem) ?? problem);
  about.push(["Verified", authorized ? "yes" : `NO: ${because}`]);
  return about;
}

function inOneLine(distinguishedName: string): string {
  return distinguishedName === "" ? "without a name" : distinguishedName.split("\n").join(", ");
}

/** Whole days that a certificate is still valid for; negative where it has expired, null where its date cannot be read. */
export function daysLeft(validToMs: number, nowMs: number): number | null {
  return Number.isFinite(validToMs) ? Math.floor((validToMs - nowMs) / DAY_MS) : null;
}

function validity(fromMs: number, toMs: number, nowMs: number): string {
  const days = daysLeft(toMs, nowMs);
  const span = `${dateOf(fromMs)} to ${dateOf(toMs)}`;
  if (days === null) return span;
  if (nowMs < fromMs) return `${span}: NOT YET`;
  if (days < 0) return `${span}: EXPIRED`;
  return `${span}, ${days} ${days === 1 ? "day" : "days"} left${days < FEW_DAYS ? ": RENEW IT" : ""}`;
}

function dateOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : "a date that cannot be read";
}

function listLines(list: SurveyedList, isFirst: boolean, survey: Survey, settings: TextSettings): string[] {
  const { style, columns } = settings;
  const count = list.lines.filter(({ difference }) => difference?.kind !== "gone").length;
  const heading = style("bold", `${headings(survey)[list.stage]}: ${list.answered ? count : "no list"}`);
  if (!list.answered)
    return [heading, "  The list was refused; what there is can only be found by trying (RFC 2449 §5)."];
  if (list.lines.length === 0) return [heading, "  Nothing at all is listed."];
  const told = isFirst
    ? list.lines
    : list.lines.filter(({ problem, difference }) => problem !== null || difference !== null);
  const beside = Math.min(LONGEST_BESIDE, Math.max(...told.map(({ line }) => printable(line).length)));
  const same = list.lines.filter((line) => !told.includes(line)).map(({ line }) => printable(line));
  return [
    heading,
    ...told.flatMap((line) => explanation(line, beside, settings)),
    ...(same.length === 0 ? [] : filledLines(`as before: ${same.join(", ")}`, columns - 2).map((line) => `  ${line}`)),
  ];
}

function headings({ login }: Survey): Readonly<Record<Stage, string>> {
  return {
    cleartext: "In the clear, before login",
    tls: "Under TLS, before login",
    login: printable(`After login as ${login?.user ?? "nobody"}, by ${login?.method ?? "nothing"}`),
  };
}

const MARKS = { added: "+", gone: "-", changed: "~" } as const;
const COLOURS = { added: "green", gone: "red", changed: "yellow" } as const;

/** A line of a list: mark, line, explanation; below it what is wrong, and what is to be said of the difference. */
function explanation(explained: ExplainedLine, beside: number, { columns, style }: TextSettings): string[] {
  const { line, meaning, reference, problem, difference } = explained;
  const shown = printable(line);
  const marked =
    difference === null ? `  ${shown}` : style(COLOURS[difference.kind], `${MARKS[difference.kind]} ${shown}`);
  const indent = " ".repeat(beside + 4);
  const width = Math.max(20, columns - indent.length);
  // What is gone was explained where it was.
  const words =
    difference?.kind === "gone" ? [] : filledLines(`${printable(meaning)} ${reference ?? ""}`.trimEnd(), width);
  const notes: string[] = [];
  if (problem !== null) notes.push(...filledLines(printable(`! ${problem}`), width).map((text) => style("red", text)));
  if (difference !== null) {
    const against = difference.allowed === false;
    const lines = filledLines(printable(`${against ? "! " : ""}${difference.reason}`), width);
    notes.push(...lines.map((text) => style(against ? "red" : "dim", text)));
  }
  const [first = "", ...rest] = shown.length > beside ? ["", ...words, ...notes] : [...words, ...notes];
  const gap = " ".repeat(Math.max(0, beside - shown.length) + 2);
  return [first === "" ? marked : `${marked}${gap}${first}`, ...rest.map((text) => indent + text)];
}

function loginLines({ login, startTlsRefused, failure }: Survey, { columns, style }: TextSettings): string[] {
  if (login !== null && login.failure !== null) {
    const [first = "", ...rest] = login.failure.sentence.split("\n");
    return [...filledLines(first, columns), ...rest].map((line) => style("red", line));
  }
  if (login !== null || failure !== null) return [];
  if (startTlsRefused !== null) return filledLines("Without TLS nobody was logged in.", columns);
  return filledLines("Nobody was logged in: with --user NAME, what is listed after login is shown as well.", columns);
}

function quirkLines({ quirks }: Survey, { columns, style }: TextSettings): string[] {
  if (quirks.length === 0) return [];
  const told = quirks.flatMap((quirk) => {
    return filledLines(`${quirk}: ${QUIRKS[quirk].what}`, columns - 2).map((line) => `  ${line}`);
  });
  return [style("bold", "Against the texts, and forgiven"), ...told];
}
