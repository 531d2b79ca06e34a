// Faults of the session as a whole: it ends too early where nothing is asked, or has a maildrop that another one has (RFC 1939 §3 and §4).
// The replies are honest. Which commands log in, their declarations say.
import { apopCommand } from "../../capabilities/apop.js";
import { saslCommand } from "../../capabilities/sasl.js";
import { passCommand } from "../../capabilities/user.js";
import { faultKind, ms, needed, type FaultKind, type FaultOf } from "./kind.js";

/**
 * Closes the connection where no command comes within `ms` milliseconds of a reply; RFC 1939 asks for ten minutes at least. A client does
 * not let a session wait, and takes no deletion for done.
 */
export interface AutologoutFault extends FaultOf<"autologout"> {
  readonly ms: number;
}

/**
 * A login opens the maildrop although another session has it; each deletes what it marks. A client that has two sessions at a time must
 * get by with messages that are gone.
 */
export type SharedMaildropFault = FaultOf<"shared-maildrop">;

export const sessions: Readonly<Record<"autologout" | "shared-maildrop", FaultKind>> = {
  autologout: faultKind<AutologoutFault>(["greeting", "*"], { ms: needed(ms) }, (fault) => ({
    play: ({ reply }) => [reply, { idleMs: fault.ms }],
  })),
  "shared-maildrop": faultKind<SharedMaildropFault>(
    [passCommand.keyword, apopCommand.keyword, saslCommand.keyword],
    {},
    () => ({ sharesMaildrop: true, play: () => null }),
  ),
};
