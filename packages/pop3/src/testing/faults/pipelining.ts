// Faults in the order of replies: two that belong to pipelined commands come the wrong way round (RFC 2449 §6.6).
// Knows no command. Which command comes next is the interference's to see.
import { faultKind, ms, type FaultKind, type FaultOf } from "./kind.js";

/**
 * The reply comes behind that to the next command, where the client sent one ahead or sends one within `withinMs` (100). A client cannot
 * see this in replies of one kind; it must not hang, and must not take one message for another where sizes or unique-ids tell.
 */
export interface ReorderedFault extends FaultOf<"reordered"> {
  readonly withinMs?: number;
}

export const pipelining: Readonly<Record<"reordered", FaultKind>> = {
  reordered: faultKind<ReorderedFault>("*", { withinMs: ms }, ({ withinMs = 100 }) => ({
    play: ({ reply }) => [{ behindNextMs: withinMs }, reply],
  })),
};
