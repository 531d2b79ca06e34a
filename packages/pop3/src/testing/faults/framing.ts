// Faults in how a multi-line reply is framed (RFC 1939 §3): its terminator, its stuffing, its line ends.
// Knows no command; a reply of one line stays as it is, but for its line end.
import { multiLineOf, wireOf } from "./reply-text.js";
import { faultKind, type FaultKind, type FaultOf } from "./kind.js";

/** A multi-line reply without its `.` line; the session goes on behind it. A client gives up at its deadline, or at what follows. */
export type MissingTerminatorFault = FaultOf<"missing-terminator">;

/** Two `.` lines. A client takes the second one for a violation of the protocol, not for the next reply. */
export type DoubledTerminatorFault = FaultOf<"doubled-terminator">;

/** No dot is stuffed: a line of the message that begins with one loses it, and a lone dot ends the reply too early. */
export type UnstuffedDotsFault = FaultOf<"unstuffed-dots">;

/** Every line ends in a lone LF. A client reads it, or refuses it, and does not hang. */
export type LoneLineFeedsFault = FaultOf<"lone-line-feeds">;

export const framing: Readonly<
  Record<"missing-terminator" | "doubled-terminator" | "unstuffed-dots" | "lone-line-feeds", FaultKind>
> = {
  "missing-terminator": faultKind<MissingTerminatorFault>("*", {}, () => ({
    play: ({ text }) => (multiLineOf(text) === null ? null : text.slice(0, -".\r\n".length)),
  })),
  "doubled-terminator": faultKind<DoubledTerminatorFault>("*", {}, () => ({
    play: ({ text }) => (multiLineOf(text) === null ? null : `${text}.\r\n`),
  })),
  "unstuffed-dots": faultKind<UnstuffedDotsFault>("*", {}, () => ({
    play: ({ text }) => {
      const reply = multiLineOf(text);
      return reply && wireOf({ ...reply, body: reply.body.map((line) => line.replace(/^\./, "")) });
    },
  })),
  "lone-line-feeds": faultKind<LoneLineFeedsFault>("*", {}, () => ({
    play: ({ text }) => text.replaceAll("\r\n", "\n"),
  })),
};
