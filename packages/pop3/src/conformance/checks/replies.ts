// Replies of every command: status, line end and length of the first line, and one reply for each command (RFC 1939 §3, RFC 2449 §4).
// Bodies are for the topics that have them; commands that are no commands are `command-lines.ts`'s.
import { REPLY_OCTETS } from "../../protocol/reply.js";
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, Undecided } from "../outcome.js";
import { NO_MESSAGE, ofReplies, UNKNOWN_KEYWORD } from "./provoked.js";

/** Enough for what comes unasked to come. */
const UNASKED_MS = 100;

export const replyChecks: readonly ConformanceCheck[] = [
  ...ofReplies(
    {
      id: "reply-status",
      tag: null,
      level: "MUST",
      reference: "RFC 1939 §3",
      title: "Every reply begins with +OK or -ERR, in upper case",
      remedy: "Begin every reply with +OK or -ERR in upper case, and a space where text follows.",
    },
    ({ to, keyword, answer: { status, line } }) =>
      // The greeting has a check of its own.
      keyword !== null && status !== "+OK" && status !== "-ERR"
        ? `${to} begins with ${JSON.stringify(line.slice(0, 20))}`
        : null,
  ),
  ...ofReplies(
    {
      id: "reply-line-end",
      tag: null,
      level: "MUST",
      reference: "RFC 1939 §3",
      title: "The first line of every reply ends in CRLF",
      remedy: "End every line of a reply in CRLF.",
    },
    ({ to, keyword, answer }) => (keyword !== null && answer.end === "LF" ? `${to} ends in LF alone` : null),
  ),
  ...ofReplies(
    {
      id: "reply-length",
      tag: null,
      level: "MUST",
      reference: "RFC 2449 §4",
      title: "The first line of every reply has at most 512 octets",
      remedy: "Keep the first line of every reply within 512 octets, CRLF included.",
    },
    ({ to, keyword, answer }) => {
      const octets = answer.line.length + 2;
      return keyword !== null && octets > REPLY_OCTETS ? `${to} has ${octets} octets` : null;
    },
  ),
  {
    id: "reply-once",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "Every command is answered once, and a refusal is one line.",
    remedy: "Send one reply for each command, and nothing behind -ERR and its text: no body, and no line of one dot.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      for (const command of ["RSET", "NOOP", `RETR ${NO_MESSAGE}`, `LIST ${NO_MESSAGE}`]) {
        const { status } = await session.ask(command);
        if (status === "+OK" && command.includes(" ")) throw new Undecided(`${command} was not refused`);
        await requireInStep(session, command);
      }
      const unasked = await session.wire.unreadAfter(UNASKED_MS);
      if (unasked !== "") throw new CheckFailed(`${JSON.stringify(unasked.slice(0, 100))} came unasked`);
    },
  },
  ...(["AUTHORIZATION", "TRANSACTION"] as const).map((given): ConformanceCheck => ({
    id: given === "AUTHORIZATION" ? "reply-session-goes-on" : "reply-session-goes-on-after-login",
    tag: null,
    level: "MAY",
    reference: "RFC 1939 §3",
    title: `The session goes on behind an unknown command, ${given === "AUTHORIZATION" ? "before" : "after"} login.`,
    remedy:
      "Close no connection because of one unknown command: clients of servers without CAPA have to try which commands there are.",
    given,
    async prove(proof) {
      const conversation = await (given === "AUTHORIZATION" ? proof.freshBefore() : proof.session());
      await conversation.ask(UNKNOWN_KEYWORD);
      const next = given === "AUTHORIZATION" ? "QUIT" : "NOOP";
      conversation.wire.send(`${next}\r\n`);
      const line = await conversation.wire.line();
      if (line === null) throw new CheckFailed("the server closed the connection behind an unknown command");
      if (!/^\+ok/i.test(line)) throw new CheckFailed(`${next} behind an unknown command was answered ${line}`);
    },
  })),
];

/** The next reply is that to the next command. */
async function requireInStep(session: Conversation, behind: string): Promise<void> {
  const { line, status } = await session.ask("STAT");
  if (/^\+OK +\d+ +\d+/i.test(line)) return;
  const unasked = await session.wire.unreadAfter(UNASKED_MS);
  if (status === "-ERR" && unasked === "") throw new Undecided(`STAT was refused: ${line}`);
  throw new CheckFailed(`behind the answer to ${behind} came ${JSON.stringify(line.slice(0, 100))}`);
}
