// What a scenario is, and how what was seen of a server becomes options of the test server: its lines in the place of the honest ones, and
// of what it lists whatever works. Knows no server; each has an entry in a file beside this one.
import { standard } from "../../capabilities/index.js";
import { mechanisms } from "../../mechanisms/index.js";
import type { Exchange, Played } from "../engine/exchange.js";
import { GREETING } from "../engine/exchange.js";
import type { Fault } from "../faults/index.js";
import { multiLine } from "../faults/reply-text.js";
import type { TestServerConditions } from "../test-server-conditions.js";

/** A server to imitate: what was seen of it, and nothing that was not. */
export interface Scenario {
  readonly name: string;
  /** The server and, where it is known, its version. */
  readonly imitates: string;
  /** The year, or year and month, of what was seen; null where the source has none. */
  readonly seen: string | null;
  /** Where it was seen. */
  readonly source: string;
  /** What a client meets, a sentence each. */
  readonly shows: readonly string[];
  /** What was not seen of it, or cannot be done here: the honest server stands in for it. */
  readonly honest: string;
  readonly options: TestServerConditions;
}

/** The lists of one server, a line each; where one was not seen, the one before it stands in for it. */
export interface SeenLists {
  readonly first: string;
  /** Before login in the clear; null where the server lists nothing of its own there. */
  readonly before: string | null;
  readonly secured?: string;
  readonly after?: string;
  readonly afterSecured?: string;
}

/** What the honest server puts where a server would show its timestamp. */
const TIMESTAMP = /<[^<>]+@[^<>]+>/;

const WRONG = "the name or the password is wrong";
const IN_USE = "the maildrop is open in another session";
const TOTALS = /messages: (\d+), octets: (\d+)/;

/** A greeting; `<*>` in it is the timestamp of the session, which is another one each time. */
export function greets(text: string, secure?: boolean): Fault {
  const aim = { on: GREETING, ...(secure !== undefined && { secure }) };
  if (!text.includes("<*>")) return { fault: "reply", ...aim, text };
  return {
    fault: "custom",
    ...aim,
    play: (exchange) => `${text.replace("<*>", TIMESTAMP.exec(exchange.text)?.[0] ?? "")}\r\n`,
  };
}

/** The first line of a reply where the honest server says +OK, too. */
export function affirms(on: string, text: string): Fault {
  return { fault: "reply", on, status: "+OK", text };
}

/** The answers to PASS: a function is given the number of messages and their octets. */
export interface SeenVerdicts {
  readonly right?: string | ((messages: string, octets: string) => string);
  readonly wrong?: string;
  readonly inUse?: string;
}

export function judges({ right, wrong, inUse }: SeenVerdicts): Fault {
  const verdict = ({ text }: Exchange): string | undefined => {
    const [, messages = "", octets = ""] = TOTALS.exec(text) ?? [];
    if (text.startsWith("+OK")) return typeof right === "function" ? right(messages, octets) : right;
    if (text.includes(WRONG)) return wrong;
    return text.includes(IN_USE) ? inUse : undefined;
  };
  return changes("PASS", (exchange) => {
    const line = verdict(exchange);
    return line === undefined ? null : `${line}\r\n`;
  });
}

/** The first line of a listing, made of the number of messages and their octets. */
export function heads(on: string, line: (messages: string, octets: string) => string): Fault {
  return changes(on, ({ text }) =>
    text.replace(/^\+OK messages: (\d+), octets: (\d+)/, (_, n, octets) => line(n, octets)),
  );
}

/** What a function makes of the honest reply. */
export function changes(on: string | readonly string[], play: (exchange: Exchange) => Played): Fault {
  return { fault: "custom", on, play };
}

/** The first dot of a message is not stuffed. */
export function losesFirstDot(): Fault {
  return changes(["RETR", "TOP"], ({ text }) => text.replace(/^(\+OK[^\n]*\n)\.\./, "$1."));
}

/**
 * The lists as faults, and of the extensions in them whatever the test server has: tags, mechanisms, and what those need of the accounts.
 * `unlisted` are tags that are served nevertheless.
 */
export function lists(seen: SeenLists, unlisted: readonly string[] = []): TestServerConditions {
  const { before, secured = before, after = before } = seen;
  const afterSecured = seen.afterSecured ?? seen.after ?? secured;
  const list = (state: "AUTHORIZATION" | "TRANSACTION", secure: boolean, text: string | null): readonly Fault[] => {
    if (text === null) return [];
    return [{ fault: "reply", on: "CAPA", state, secure, whole: multiLine(seen.first, linesOf(text)) }];
  };
  const lines = [before, secured, after, afterSecured].flatMap((text) => (text === null ? [] : linesOf(text)));
  const words = lines.map((line) => line.split(" "));
  const tags = new Set([...words.map(([tag]) => tag), ...unlisted]);
  const named = new Set(words.flatMap(([tag, ...names]) => (tag === "SASL" ? names : [])));
  const served = mechanisms.filter(({ name }) => named.has(name));
  return {
    enabled: standard.flatMap(({ tag }) => (tag !== null && tags.has(tag) ? [tag] : [])),
    mechanisms: served.map(({ name }) => name),
    sharedSecrets: served.some(({ credentials }) => credentials === "secret"),
    tokens: served.some(({ credentials }) => credentials === "token"),
    faults: [
      ...list("AUTHORIZATION", false, before),
      ...list("AUTHORIZATION", true, secured),
      ...list("TRANSACTION", false, after),
      ...list("TRANSACTION", true, afterSecured),
    ],
  };
}

/** A server that knows no CAPA, and so none of what it would list but these. */
export function listsNothing(refusal: string, works: readonly string[]): TestServerConditions {
  return { enabled: works, mechanisms: [], faults: [{ fault: "reply", on: "CAPA", text: refusal }] };
}

function linesOf(text: string): readonly string[] {
  return text.trim().split("\n");
}

/** Conditions with more of their own; the faults of both. */
export function together(conditions: TestServerConditions, more: TestServerConditions): TestServerConditions {
  return { ...conditions, ...more, faults: [...(conditions.faults ?? []), ...(more.faults ?? [])] };
}
