// The first line of a reply, in both directions (RFC 1939 §3, RFC 2449 §3). Knows no command and no code by name.
// The grammar of a code is `response-code.ts`'s; which code a failure gets is decided in `registry/registry.ts`.
import type { Parsed } from "../contracts/command.js";
import { parseCodedText } from "./response-code.js";

/** Octets of a reply's first line and of a capability line, with CRLF (RFC 2449 §4 and §5). */
export const REPLY_OCTETS = 512;

/** The first line of a reply taken apart. */
export interface ReplyLine {
  readonly status: "+OK" | "-ERR";
  /** The complete response code as received, or null. */
  readonly code: string | null;
  readonly text: string;
}

/**
 * The first line of a reply, with CRLF, cut at 512 octets. What may not stand on a line (control octets, 8-bit octets) becomes `?`,
 * and a `[` at the head of a text without code becomes `(`: a client would take it for the beginning of one (RFC 2449 §6.4).
 */
export function formatReplyLine(status: "+OK" | "-ERR", code: string | null, text: string): string {
  let line: string = status;
  if (code !== null) line += ` [${code}]`;
  if (text !== "") line += ` ${clean(text, code !== null)}`;
  return line.length > REPLY_OCTETS - 2 ? `${line.slice(0, REPLY_OCTETS - 2)}\r\n` : `${line}\r\n`;
}

function clean(text: string, coded: boolean): string {
  const printable = /^[ -~]*$/.test(text) ? text : text.replaceAll(/[^ -~]/g, "?");
  return !coded && printable.startsWith("[") ? `(${printable.slice(1)}` : printable;
}

/** Reads a first line without its line end. Status indicators are upper case (RFC 1939 §3); peers that forget it are forgiven. */
export function parseReplyLine(line: string): Parsed<ReplyLine> {
  const [, indicator, text = ""] = /^(\+OK|-ERR)(?: (.*))?$/is.exec(line) ?? [];
  if (indicator === undefined) return { problem: "a reply begins with +OK or -ERR" };
  return { value: { status: indicator[0] === "+" ? "+OK" : "-ERR", ...parseCodedText(text) } };
}
