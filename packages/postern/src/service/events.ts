// What the operator reads of a running server: an entry for each event, with a sentence for people and fields for programs.
// Text from peers is cut and cleaned here. Knows nothing of how lines are written.
import type { ServerEvents } from "@postern/pop3/server";
import type { LogLevel } from "../config/log.js";
import type { FieldValue, Log, LogEntry } from "./log.js";

/** A name of an event of the server. */
export type EventName = keyof ServerEvents;

/** What a terminal would act on or nobody could see, the spaces other than SPACE among it. */
const PLAIN = /^[ -~]*$/;
const UNPRINTABLE = /\p{C}|[^\P{Z} ]/gu;

/** At most 80 characters of what a peer sent, printable characters alone, `?` where they were something else. */
function cleaned(text: string): string {
  if (text.length <= 80 && PLAIN.test(text)) return text;
  return (text.length > 80 ? `${text.slice(0, 79)}…` : text).replaceAll(UNPRINTABLE, "?");
}

/** The same in quotation marks, with control characters as JSON writes them. */
function quoted(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return JSON.stringify(short).replaceAll(UNPRINTABLE, "?");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const who = (user: string | null): string => (user === null ? "" : ` (${quoted(user)})`);

const refusals = {
  "too-many": "the server holds as many connections as it may (limits.connections)",
  "too-many-from-address": "that address holds as many connections as it may (limits.connections_per_address)",
  shutdown: "the server is stopping",
  "no-proxy-header": "a trusted proxy (proxy_protocol) did not begin with its header",
} as const;

/** Ends that are nobody's ordinary way to leave. */
const badEnds: ReadonlySet<string> = new Set(["misbehaved", "slow-reader", "failed"]);

type Described = readonly [level: LogLevel, msg: string];

const describers: { readonly [Name in EventName]: (event: ServerEvents[Name][0]) => Described } = {
  "session.opened": ({ remoteAddress }) => ["debug", `${remoteAddress} connected`],
  "session.refused": ({ remoteAddress, reason, problem }) => [
    "warn",
    `${remoteAddress} turned away: ${refusals[reason]}${problem === undefined ? "" : `: ${quoted(problem)}`}`,
  ],
  "session.ended": ({ remoteAddress, user, reason }) => [
    badEnds.has(reason) ? "warn" : "debug",
    `${remoteAddress}${who(user)} session ended: ${reason}`,
  ],
  "tls.started": ({ remoteAddress, version, droppedOctets }) =>
    droppedOctets === 0
      ? ["debug", `${remoteAddress} started ${version ?? "TLS"}`]
      : ["warn", `${remoteAddress} sent ${plural(droppedOctets, "octet")} in the clear behind STLS; they were dropped`],
  "tls.failed": ({ remoteAddress, problem }) => ["info", `${remoteAddress} TLS failed: ${quoted(problem)}`],
  "login.accepted": ({ remoteAddress, user, method, secure, messages, octets }) => [
    "info",
    `${remoteAddress} ${quoted(user ?? "")} logged in by ${method}${secure ? "" : " without TLS"}: ${plural(messages, "message")}, ${plural(octets, "octet")}`,
  ],
  "login.refused": ({ remoteAddress, name, method, cause }) => [
    "info",
    `${remoteAddress} ${quoted(name)} login by ${method} refused: ${cause}`,
  ],
  "command.answered": ({ remoteAddress, keyword, status, code, durationMs }) => [
    "debug",
    `${remoteAddress} ${keyword === "" ? "(no command)" : keyword} answered ${status}${code === null ? "" : ` [${code}]`} in ${durationMs.toFixed(1)} ms`,
  ],
  "message.retrieved": ({ remoteAddress, uniqueId, octets }) => [
    "debug",
    `${remoteAddress} retrieved ${quoted(uniqueId)}: ${plural(octets, "octet")}`,
  ],
  "maildrop.updated": ({ remoteAddress, user, deleted }) => [
    deleted === 0 ? "debug" : "info",
    `${remoteAddress} ${quoted(user ?? "")} deleted ${plural(deleted, "message")}`,
  ],
  "command.refused": ({ remoteAddress, keyword, problem }) => [
    "debug",
    `${remoteAddress} ${keyword === "" ? "a command" : keyword} refused: ${quoted(problem)}`,
  ],
  "listener.failed": ({ error }) => ["error", `a connection could not be taken: ${quoted(reasonOf(error))}`],
  "failure.caught": ({ user, doing, error }) => [
    "error",
    `failure while ${doing}${user === null ? "" : ` for ${quoted(user)}`}: ${quoted(reasonOf(error))}`,
  ],
};

/** The least level at which an event may have an entry worth a line; those that vary stand under their highest one. */
const highest: { readonly [Name in EventName]: LogLevel } = {
  "session.opened": "debug",
  "session.refused": "warn",
  "session.ended": "warn",
  "tls.started": "warn",
  "tls.failed": "info",
  "login.accepted": "info",
  "login.refused": "info",
  "command.answered": "debug",
  "message.retrieved": "debug",
  "maildrop.updated": "info",
  "command.refused": "debug",
  "listener.failed": "error",
  "failure.caught": "error",
};

function fieldOf(value: unknown): FieldValue {
  if (typeof value === "string") return cleaned(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return cleaned(reasonOf(value));
}

function fieldsOf(event: object): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(event)) fields[name] = fieldOf(value);
  return fields;
}

/** The entry for an event. Never holds a secret, because no event does. */
export function entryOf<Name extends EventName>(name: Name, event: ServerEvents[Name][0]): LogEntry {
  const [level, msg] = describers[name](event);
  return { level, event: name, msg, fields: fieldsOf(event) };
}

/** What a listener is added to: a server. */
interface EventSource {
  on(name: EventName, listener: (event: never) => void): unknown;
}

/** Writes the server's events to the log; listens for those alone that its level lets through, because a server tells only who listens. */
export function logEvents(server: EventSource, log: Log): void {
  for (const name of Object.keys(describers) as EventName[]) {
    if (!log.has(highest[name])) continue;
    server.on(name, (event: ServerEvents[EventName][0]) => {
      const entry = entryOf(name, event);
      if (log.has(entry.level)) log.write(entry);
    });
  }
}
