// Faults with pipelined commands (RFC 2449 §6.6): two replies come the wrong way round, or commands are lost.
// Knows no command. Which command comes next is the interference's to see.
import { faultKind, ms, type FaultKind, type FaultOf } from "./kind.js";

/**
 * The reply comes behind that to the next command, where the client sent one ahead or sends one within `withinMs` (100). A client cannot
 * see this in replies of one kind; it must not hang, and must not take one message for another where sizes or unique-ids tell.
 */
export interface ReorderedFault extends FaultOf<"reordered"> {
  readonly withinMs?: number;
}

/**
 * What was sent behind the command before its reply is never answered, as by servers that empty their buffer for each command. A client
 * pipelines only where PIPELINING is listed, and gives up at its deadline.
 */
export type LostPipelinedFault = FaultOf<"lost-pipelined">;

export const pipelining: Readonly<Record<"reordered" | "lost-pipelined", FaultKind>> = {
  "lost-pipelined": faultKind<LostPipelinedFault>("*", {}, () => ({ losesPipelined: true, play: () => null })),
  reordered: faultKind<ReorderedFault>("*", { withinMs: ms }, ({ withinMs = 100 }) => ({
    play: ({ reply }) => [{ behindNextMs: withinMs }, reply],
  })),
};
