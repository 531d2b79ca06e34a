// Command lines as servers have to take them: letters in any case, long ones, too long ones, and lines that are no commands (RFC 1939 §3,
// RFC 2449 §3 and §4). Each is answered once; what the answer looks like is `replies.ts`'s.
import { COMMAND_OCTETS } from "../../protocol/command.js";
import { WireFailed } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { UNKNOWN_KEYWORD } from "./provoked.js";

/** How long the answers to lines are waited for that servers pass over: less than for those that have to come. */
const ANSWER_MS = 3000;

function patienceOf({ subject: { patienceMs = ANSWER_MS } }: Proof): number {
  return Math.min(patienceMs, ANSWER_MS);
}

export const commandLineChecks: readonly ConformanceCheck[] = [
  {
    id: "command-case",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "Keywords are taken in any case of their letters, before login.",
    remedy: "Compare keywords without regard to case.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const [command, answer] = proof.facts.listsAnything
        ? ["cApA", (await (await proof.before()).multi("cApA")).answer]
        : ["qUIt", await (await proof.freshBefore()).ask("qUIt")];
      if (answer.status !== "+OK") throw new CheckFailed(`${command} was answered ${shown(answer.line)}`);
    },
  },
  {
    id: "command-case-after-login",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "Keywords are taken in any case of their letters, after login.",
    remedy: "Compare keywords without regard to case.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      for (const keyword of ["nooP", "sTaT"]) {
        if ((await session.ask(keyword)).status === "+OK") continue;
        const upper = keyword.toUpperCase();
        const { status, line } = await session.ask(upper);
        if (status !== "+OK") throw new Undecided(`${upper} was answered ${shown(line)}`);
        throw new CheckFailed(`${keyword} was refused, and ${upper} was not`);
      }
    },
  },
  {
    id: "command-empty",
    tag: null,
    level: "MAY",
    reference: "RFC 1939 §3",
    title: "An empty line is answered -ERR, and the session goes on.",
    remedy: "Answer an empty line as any command that breaks the syntax: with -ERR.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.before();
      conversation.wire.send("\r\n");
      if (!(await conversation.wire.heard(patienceOf(proof)))) throw new CheckFailed("the empty line was not answered");
      if ((await oneRefusal(proof, conversation, "the empty line")) === "closed")
        throw new CheckFailed("the server closed the connection where an empty line came");
    },
  },
  {
    id: "command-length",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §4",
    title: "Commands of 255 octets are taken.",
    remedy:
      "Take command lines of 255 octets, CRLF included, and answer them once; refuse what is in them, not their length.",
    given: "AUTHORIZATION",
    async prove(proof) {
      await proof.before();
      if (!proof.facts.listsAnything) throw new NotTested("the server does not know CAPA, and may have shorter lines");
      const line = `${UNKNOWN_KEYWORD} `.padEnd(COMMAND_OCTETS - 2, "x");
      if ((await refusedOnce(proof, line, `a command of ${COMMAND_OCTETS} octets`)) === "closed")
        throw new CheckFailed(`the server closed the connection where a command of ${COMMAND_OCTETS} octets came`);
    },
  },
  ...[1000, 10_000].map((octets): ConformanceCheck => ({
    id: `command-overlong-${octets}`,
    tag: null,
    // No client may send such lines (RFC 2449 §4), so nothing is said of them but that a command ends at CRLF and is answered.
    level: "SHOULD",
    reference: "RFC 1939 §3",
    title: `A line of ${octets} octets, which is longer than any command, is refused once by -ERR, and nothing in it is taken for a command.`,
    remedy:
      "Skip a line that is too long up to its end and answer it with one -ERR, or answer and close the connection.",
    given: "AUTHORIZATION",
    async prove(proof) {
      // Where it is cut at the length of some buffer, what follows is a command.
      const line = `${UNKNOWN_KEYWORD} `.padEnd(octets - 2, "x");
      await refusedOnce(proof, line, `a line of ${octets} octets`);
    },
  })),
  {
    id: "command-control-octets",
    tag: null,
    level: "MAY",
    reference: "RFC 1939 §3",
    title: "A command with NUL or another control octet in it is refused once.",
    remedy: "Refuse lines that hold other octets than printable ones and spaces, and answer each of them once.",
    given: "AUTHORIZATION",
    async prove(proof) {
      for (const [octet, name] of [
        ["\0", "NUL"],
        ["\x01", "0x01"],
      ] as const) {
        const conversation = await proof.before();
        conversation.wire.send(`CAPA${octet}CAPA\r\n`);
        const what = `CAPA with ${name} behind it`;
        if (!(await conversation.wire.heard(patienceOf(proof)))) throw new CheckFailed(`${what} was not answered`);
        await oneRefusal(proof, conversation, what);
      }
    },
  },
];

/**
 * Sends a line that is to be refused. Resolves with whether the server closed, with or without having answered. Throws `CheckFailed` where
 * the line was not refused, or answered more than once.
 */
async function refusedOnce(proof: Proof, line: string, what: string): Promise<"refused" | "closed"> {
  const conversation = await proof.before();
  conversation.wire.send(`${line}\r\n`);
  return oneRefusal(proof, conversation, what);
}

async function oneRefusal(proof: Proof, conversation: Conversation, what: string): Promise<"refused" | "closed"> {
  const answer = await conversation.answer(what).catch(whereClosed);
  if (answer === null) return "closed";
  if (!/^-err/i.test(answer.line)) throw new CheckFailed(`${what} was answered ${shown(answer.line)}, and not by -ERR`);
  const next = proof.facts.listsAnything ? "CAPA" : "QUIT";
  const behind = await conversation.ask(next).catch(whereClosed);
  if (behind === null) return "closed";
  if (!/^\+ok/i.test(behind.line)) throw new CheckFailed(`${what} was answered once more: ${shown(behind.line)}`);
  if (next === "CAPA") await conversation.wire.receivedBody("listing");
  else conversation.spent = true;
  return "refused";
}

function whereClosed(error: unknown): null {
  if (error instanceof Undecided || (error instanceof WireFailed && error.reason === "closed")) return null;
  throw error instanceof WireFailed && error.reason === "silent" ? new CheckFailed(error.message) : error;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
