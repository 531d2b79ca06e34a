// What to do after a visit that failed: again, and when, or not at all. By blame, and by the response code where there is one (RFC 2449 §8,
// RFC 3206): the declarations say what a code's cause is. Pure: the time is not asked for, chance is given.
import { CommandRefused, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { DestinationFailure } from "./destination.js";

export type Verdict = { readonly kind: "again"; readonly afterMs: number } | { readonly kind: "stop" };

export interface Circumstances {
  /** Visits that failed one after the other, this one included. */
  readonly failures: number;
  /** What the server asks to wait between logins. */
  readonly loginDelaySeconds: number;
  /** From 0 to 1: keeps many clients from coming back in the same moment. */
  random(): number;
}

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 5 * 60_000;

const STOP: Verdict = { kind: "stop" };

/** Causes of declared response codes after which it pays to come again. */
const PASSING: ReadonlySet<string> = new Set(["in-use", "temporary", "login-delay"]);

export function verdictOn(error: unknown, circumstances: Circumstances): Verdict {
  if (error instanceof TransportLost) {
    return error.reason === "tls" || error.reason === "aborted" ? STOP : again(circumstances);
  }
  if (error instanceof DestinationFailure) return error.kind === "temporary" ? again(circumstances) : STOP;
  if (error instanceof CommandRefused) return onRefusal(error, circumstances);
  // A server that is out of step may be in step the next time: it was restarted, or a proxy was at fault.
  if (error instanceof ProtocolViolation) return circumstances.failures < 3 ? again(circumstances) : STOP;
  return STOP;
}

function onRefusal({ responseCode, keyword }: CommandRefused, circumstances: Circumstances): Verdict {
  // A greeting that turns everybody away says nothing about us.
  if (responseCode === null) return keyword === "" ? again(circumstances) : STOP;
  if (!PASSING.has(responseCode.cause)) return STOP;
  const verdict = again(circumstances);
  if (responseCode.cause !== "login-delay") return verdict;
  return { kind: "again", afterMs: Math.max(verdict.afterMs, circumstances.loginDelaySeconds * 1000) };
}

/** Twice as long each time, a quarter more or less. */
function again({ failures, random }: Circumstances): Extract<Verdict, { kind: "again" }> {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return { kind: "again", afterMs: Math.round(waitMs * (0.75 + random() / 2)) };
}
