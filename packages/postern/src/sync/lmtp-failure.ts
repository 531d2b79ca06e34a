// What an outcome of LMTP means for the message and for those after it. Knows reply codes (RFC 5321 §4.2) and nodemailer's errors;
// sends nothing.
import { DestinationFailure } from "./destination.js";
import type { FailureKind } from "./destination.js";

/** What nodemailer says about a failure. */
export interface LmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** Octets of a reply that are shown. */
const SHOWN_LENGTH = 300;

/** The failure that an error is. */
export function lmtpFailure(name: string, error: LmtpError): DestinationFailure {
  const kind = kindOf(error);
  return new DestinationFailure(kind, `${name}: ${sentenceOf(kind, error)}`, { cause: error });
}

/** The reply to MAIL FROM where the size announced with it is too large (RFC 1870 §6.1). */
const TOO_LARGE = 552;

/** 4xx will pass. 5xx to the message is its own affair; to the session or the recipient it will be the same for every message. */
function kindOf({ responseCode, command, code }: LmtpError): FailureKind {
  // Without a reply it is nodemailer's own judgement, by the largest SIZE that the server announced.
  if (responseCode === undefined) return code === "EMESSAGE" ? "permanent" : "temporary";
  if (responseCode < 500) return "temporary";
  return command === "DATA" || (command === "MAIL FROM" && responseCode === TOO_LARGE) ? "permanent" : "refused";
}

function sentenceOf(kind: FailureKind, { response, responseCode, command, code, message }: LmtpError): string {
  if (response !== undefined && responseCode !== undefined) {
    const reply = response.replaceAll(/\p{Cc}+/gu, " ").slice(0, SHOWN_LENGTH);
    if (kind === "permanent") return `the message was refused for good: ${reply}`;
    return kind === "refused" ? `${command ?? "the session"} was refused: ${reply}` : `try again later: ${reply}`;
  }
  if (code === "ETIMEDOUT") return "the server did not answer in time; try again later";
  if (code === "EMESSAGE") return `the message is larger than the server takes`;
  return `${message.replaceAll(/\p{Cc}+/gu, " ").slice(0, SHOWN_LENGTH)}; try again later`;
}
