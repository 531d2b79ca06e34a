// Faults of the very beginning: a greeting that is too long, or none. Other greetings are for `reply` with `on: "greeting"`.
// Knows nothing of what follows; a session that was greeted so goes on where it can.
import { GREETING } from "../engine/exchange.js";
import { count, faultKind, type FaultKind, type FaultOf } from "./kind.js";

/**
 * A greeting of `octets` octets with CRLF (100000), or one that never ends where that is `"endless"`. A client has a bound on a line, and
 * gives up at it.
 */
export interface LongGreetingFault extends FaultOf<"long-greeting"> {
  readonly octets?: number | "endless";
}

/** The connection is taken, and nothing is ever said. A client gives up at its deadline. */
export type SilentFault = FaultOf<"silent">;

const START = "+OK ";

export const greeting: Readonly<Record<"long-greeting" | "silent", FaultKind>> = {
  "long-greeting": faultKind<LongGreetingFault>(
    GREETING,
    {
      octets: {
        ...count,
        text: `${count.text}, or "endless"`,
        accepts: (value) => value === "endless" || count.accepts(value),
      },
    },
    ({ octets = 100_000 }) => ({
      play: () =>
        octets === "endless"
          ? [START, { repeats: "x".repeat(16 * 1024) }]
          : `${START}${"x".repeat(Math.max(0, octets - START.length - 2))}\r\n`,
    }),
  ),
  silent: faultKind<SilentFault>(GREETING, {}, () => ({ play: () => [{ ends: "stall" }] })),
};
