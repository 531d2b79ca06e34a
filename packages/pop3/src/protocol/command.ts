// A command line into keyword and parameters, and back (RFC 2449 §3). Knows no keyword; `registry/` does.
// What stands behind the keyword is read by the grammars in `params.ts`; `lines.ts` has cut the stream into lines before.
import type { Parsed } from "../contracts/command.js";
import { say, type Said } from "../contracts/sentence.js";

/** Octets of a command line with CRLF that every server with CAPA must accept (RFC 2449 §4). */
export const COMMAND_OCTETS = 255;

/** A command line taken apart: keyword in upper case, and all that follows the first SPACE, or null where nothing does. */
export interface CommandLine {
  readonly keyword: string;
  readonly rest: string | null;
  /** `rest` holds octets over 0x7E. */
  readonly eightBit: boolean;
}

/** Reads a line of one character an octet, without its line end. What stands behind the keyword may hold 8-bit octets still. */
export function parseCommand(line: string): Parsed<CommandLine, Said> {
  let eightBit = false;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return { problem: say("a command holds no control characters") };
    eightBit ||= code > 0x7e;
  }
  const space = line.indexOf(" ");
  const keyword = space === -1 ? line : line.slice(0, space);
  if (!isKeyword(keyword)) return { problem: say("a command begins with a keyword of three or four characters") };
  if (space === line.length - 1) return { problem: say("a command does not end in a space") };
  return { value: { keyword: keyword.toUpperCase(), rest: space === -1 ? null : line.slice(space + 1), eightBit } };
}

/** `keyword = 3*4VCHAR` (RFC 2449 §3). */
export function isKeyword(text: string): boolean {
  return /^[!-~]{3,4}$/.test(text);
}

/** The line for a command, with CRLF. Throws a `RangeError` where a character would end the line or forge another. */
export function formatCommand(keyword: string, rest: string | null): string {
  const line = rest === null ? keyword : `${keyword} ${rest}`;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) throw new RangeError("a command holds no control characters");
  }
  return `${line}\r\n`;
}
