// What the operator reads of a running server: one line for each event worth one. Names from peers are quoted and cut.
// Knows nothing of how lines are written.
import type { ServerEvents } from "@postern/pop3/server";

/** A name of an event of the server. */
export type EventName = keyof ServerEvents;

/** Printable ASCII in quotation marks, whatever a peer sent; at most 80 characters of it. */
function quoted(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return JSON.stringify(short).replaceAll(/[^\x20-\x7e…]/g, "?");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const refusals = {
  "too-many": "the server holds as many connections as it may (limits.connections)",
  "too-many-from-address": "that address holds as many connections as it may (limits.connections_per_address)",
  shutdown: "the server is stopping",
} as const;

const describers: { readonly [Name in EventName]?: (event: ServerEvents[Name][0]) => string | null } = {
  "session.refused": ({ remoteAddress, reason }) => `${remoteAddress} turned away: ${refusals[reason]}`,
  "session.ended": ({ remoteAddress, user, reason }) => {
    if (reason !== "misbehaved" && reason !== "slow-reader" && reason !== "failed") return null;
    return `${remoteAddress}${user === null ? "" : ` (${quoted(user)})`} session ended: ${reason}`;
  },
  "tls.started": ({ remoteAddress, droppedOctets }) =>
    droppedOctets === 0
      ? null
      : `${remoteAddress} sent ${plural(droppedOctets, "octet")} in the clear behind STLS; they were dropped`,
  "tls.failed": ({ remoteAddress, problem }) => `${remoteAddress} TLS failed: ${quoted(problem)}`,
  "login.accepted": ({ remoteAddress, user, secure, messages, octets }) =>
    `${remoteAddress} ${quoted(user ?? "")} logged in${secure ? "" : " without TLS"}: ${plural(messages, "message")}, ${plural(octets, "octet")}`,
  "login.refused": ({ remoteAddress, name, cause }) => `${remoteAddress} ${quoted(name)} login refused: ${cause}`,
  "maildrop.updated": ({ remoteAddress, user, deleted }) =>
    deleted === 0 ? null : `${remoteAddress} ${quoted(user ?? "")} deleted ${plural(deleted, "message")}`,
  "failure.caught": ({ user, doing, error }) =>
    `failure while ${doing}${user === null ? "" : ` for ${quoted(user)}`}: ${quoted(reasonOf(error))}`,
};

/** Every event that `describeEvent` may have a line for. */
export const describedEvents: readonly EventName[] = Object.keys(describers) as EventName[];

/** The line for an event, without time and line end; null where it is not worth one. Never holds a secret. */
export function describeEvent<Name extends EventName>(name: Name, event: ServerEvents[Name][0]): string | null {
  return describers[name]?.(event) ?? null;
}
