// A reply's first line as the client uses it: status, text for people, and the declared response code (RFC 2449 §8).
// Reads with `protocol/reply.ts`; which codes are known comes with the registry. Secrets in a server's text are masked here.
import type { Refusal } from "../contracts/errors.js";
import { octetsOf, octetString, utf8Octets } from "../protocol/octets.js";
import { parseReplyLine } from "../protocol/reply.js";
import type { Registry } from "../registry/registry.js";

/** A first line taken apart; `+` is the challenge of a SASL exchange, with its Base64 as text. */
export interface ReceivedReply extends Refusal {
  readonly status: "+OK" | "-ERR" | "+";
}

/** Null where the line is no reply. `challenge`: a SASL exchange is on, and `+` may come (RFC 5034 §4). */
export function receivedReply(
  line: string,
  registry: Registry,
  secrets: Secrets,
  challenge: boolean,
): ReceivedReply | null {
  if (challenge && (line === "+" || line.startsWith("+ "))) {
    return { status: "+", responseCode: null, receivedCode: null, text: line.slice(2), line };
  }
  // A plus before ERR is a slip of a server that says no.
  const parsed = parseReplyLine(line.replace(/^\+(?=ERR\b)/, "-"));
  if ("problem" in parsed) return null;
  const { status, code, text } = parsed.value;
  return {
    status,
    receivedCode: code === null ? null : secrets.masked(code),
    responseCode: code === null ? null : (registry.responseCode(code) ?? null),
    text: secrets.masked(forPeople(text)),
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

/** Shorter ones are in every text by chance. */
const LEAST_SECRET = 4;

/** What must not come back in an error or a log, should a server send it. */
export class Secrets {
  readonly #secrets = new Set<string>();

  /** After a login, and before another one: what was learned is forgotten. */
  clear(): void {
    this.#secrets.clear();
  }

  add(secret: string): void {
    if (secret.length < LEAST_SECRET) return;
    this.#secrets.add(secret);
    // As it is in a line of one character an octet.
    this.#secrets.add(octetString(utf8Octets(secret)));
  }

  masked(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, "****");
    return masked;
  }
}
