// The greeting: a positive reply that may carry the timestamp which announces APOP (RFC 1939 §7, RFC 2449 §3).
// For reading only: the server's own greeting is an ordinary reply of `server/session.ts`. Knows nothing of digests.
import type { Parsed } from "../contracts/command.js";
import { parseReplyLine, type ReplyLine } from "./reply.js";

/** A greeting taken apart. */
export interface Greeting extends ReplyLine {
  /** The timestamp with its angle brackets, where there is one of a msg-id's form; then APOP may be tried. */
  readonly timestamp: string | null;
}

/**
 * Reads a greeting without its line end. Angle brackets that hold no msg-id are text: real servers write
 * names and versions in them. The form asked for here is `<` no-space-or-bracket `@` no-space-or-bracket `>`.
 */
export function parseGreeting(line: string): Parsed<Greeting> {
  const reply = parseReplyLine(line);
  if ("problem" in reply) return { problem: "a greeting begins with +OK or -ERR" };
  const timestamp = /<[!-;=?A-~]+@[!-;=?-~]+>/.exec(line)?.[0] ?? null;
  return { value: { ...reply.value, timestamp } };
}
