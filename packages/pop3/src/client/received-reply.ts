// A reply's first line as the client uses it: status, text for people, and the declared response code (RFC 2449 §8).
// Reads with `protocol/reply.ts`; which codes are known comes with the declarations. Secrets are masked where a person will read the reply.
import type { Refusal } from "../contracts/errors.js";
import { octetsOf } from "../protocol/octets.js";
import { parseReplyLine } from "../protocol/reply.js";
import type { Declarations } from "../registry/declarations.js";
import type { Secrets } from "./secrets.js";

/** A first line taken apart; `+` is the challenge of a SASL exchange, with its Base64 as text. A refusal's words are masked. */
export interface ReceivedReply extends Refusal {
  readonly status: "+OK" | "-ERR" | "+";
}

/** Null where the line is no reply. `challenge`: a SASL exchange is on, and `+` may come (RFC 5034 §4). */
export function receivedReply(
  line: string,
  declarations: Declarations,
  secrets: Secrets,
  challenge: boolean,
): ReceivedReply | null {
  if (challenge && (line === "+" || line.startsWith("+ "))) {
    return { status: "+", responseCode: null, receivedCode: null, text: line.slice(2), line: secrets.masked(line) };
  }
  // A plus before ERR is a slip of a server that says no.
  const parsed = parseReplyLine(line.replace(/^\+(?=ERR\b)/, "-"));
  if ("problem" in parsed) return null;
  const { status, code, text } = parsed.value;
  // What a program reads in a positive reply may look like a secret.
  const shown = (said: string): string => (status === "-ERR" ? secrets.masked(said) : said);
  return {
    status,
    receivedCode: code === null ? null : shown(code),
    responseCode: code === null ? null : (declarations.responseCode(code) ?? null),
    text: shown(forPeople(text)),
    line: secrets.masked(line),
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 where it is (RFC 6856 §3.2), else one character an octet. */
export function forPeople(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text;
  try {
    return utf8.decode(octetsOf(text));
  } catch {
    return text;
  }
}
