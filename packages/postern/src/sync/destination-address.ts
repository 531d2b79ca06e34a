// Reads what people write behind `--to`: which kind of destination it is, and where. Opens nothing.
// A new kind is a form here, a line in `open-destination.ts`, and a file.
import { resolve } from "node:path";
import { DestinationFailure } from "./destination.js";

export interface LmtpAddress {
  readonly host: string;
  readonly port: number;
  readonly recipient: string;
}

export type DestinationAddress =
  { readonly kind: "maildir" | "mbox" | "eml"; readonly path: string } | ({ readonly kind: "lmtp" } & LmtpAddress);

const forms = "write maildir:DIR, mbox:FILE, eml:DIR or lmtp://HOST:PORT/RECIPIENT";

/** The port that is registered for no protocol and that LMTP servers listen on where they listen at all. */
const LMTP_PORT = 24;

/**
 * Reads a destination. `recipient` counts where an LMTP address names none. Throws `DestinationFailure` (refused) with what to write
 * instead.
 */
export function parseDestination(text: string, recipient?: string): DestinationAddress {
  const [, kind, path] = /^(maildir|mbox|eml):(.+)$/s.exec(text) ?? [];
  if (kind !== undefined && path !== undefined) {
    if (path.includes("\0")) throw refused(text, "a path has no NUL in it");
    return { kind: kind as "maildir" | "mbox" | "eml", path: resolve(path) };
  }
  if (text.startsWith("lmtp:")) return { kind: "lmtp", ...lmtpAddress(text, recipient) };
  throw refused(text, `this is no destination; ${forms}`);
}

function lmtpAddress(text: string, recipient: string | undefined): LmtpAddress {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") throw refused(text, "write lmtp://HOST:PORT/RECIPIENT");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw refused(text, "LMTP has no login and no options; write lmtp://HOST:PORT/RECIPIENT");
  const named = decoded(text, url.pathname.slice(1)) || recipient || "";
  if (named === "") throw refused(text, `say for whom the mail is: ${url.protocol}//${url.host}/RECIPIENT`);
  if (/[\p{Cc}<>\s]/u.test(named)) throw refused(text, "a recipient has no spaces, brackets or control characters");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? LMTP_PORT : Number(url.port),
    recipient: named,
  };
}

function decoded(text: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw refused(text, "the recipient is not encoded as addresses of this kind are: write %25 for a %", error);
  }
}

function refused(text: string, sentence: string, cause?: unknown): DestinationFailure {
  return new DestinationFailure("refused", `${text.replaceAll(/\p{Cc}/gu, "?")}: ${sentence}`, { cause });
}
