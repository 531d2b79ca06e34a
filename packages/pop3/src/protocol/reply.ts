// The first line of a reply, in both directions (RFC 1939 §3, RFC 2449 §3). Knows no command and no code by name.
// The grammar of a code is `response-code.ts`'s; which code a failure gets is decided in `registry/registry.ts`.
import type { Parsed } from "../contracts/command.js";
import { octetString, utf8Octets } from "./octets.js";
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

/** No letters of any language: C0, DEL and C1 controls, and the line ends that only Unicode has. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * The first line of a reply, with CRLF and one character an octet, cut at 512 octets between two characters of its text. What may not
 * stand on a line becomes `?`: control characters, and all that is not ASCII unless `utf8` says that the client takes it (RFC 6856 §3.2).
 * A `[` at the head of a text without code becomes `(`: a client would take it for the beginning of one (RFC 2449 §6.4).
 */
export function formatReplyLine(status: "+OK" | "-ERR", code: string | null, text: string, utf8 = false): string {
  let line: string = status;
  if (code !== null) line += ` [${code}]`;
  if (text !== "") line += ` ${clean(text, code !== null, utf8)}`;
  return line.length > REPLY_OCTETS - 2 ? `${line.slice(0, cutOf(line))}\r\n` : `${line}\r\n`;
}

function clean(text: string, coded: boolean, utf8: boolean): string {
  const printable = /^[ -~]*$/.test(text) ? text : utf8 ? utf8String(text) : text.replaceAll(/[^ -~]/g, "?");
  return !coded && printable.startsWith("[") ? `(${printable.slice(1)}` : printable;
}

function utf8String(text: string): string {
  return octetString(utf8Octets(text.replaceAll(CONTROLS, "?")));
}

/** Where to cut a line that is too long: before the character that would not fit whole. */
function cutOf(line: string): number {
  let end = REPLY_OCTETS - 2;
  while ((line.charCodeAt(end) & 0xc0) === 0x80) end--;
  return end;
}

/** Reads a first line without its line end. Status indicators are upper case (RFC 1939 §3); peers that forget it are forgiven. */
export function parseReplyLine(line: string): Parsed<ReplyLine> {
  const [, indicator, text = ""] = /^(\+OK|-ERR)(?: (.*))?$/is.exec(line) ?? [];
  if (indicator === undefined) return { problem: "a reply begins with +OK or -ERR" };
  return { value: { status: indicator[0] === "+" ? "+OK" : "-ERR", ...parseCodedText(text) } };
}
