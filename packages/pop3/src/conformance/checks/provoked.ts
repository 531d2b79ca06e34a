// Replies to look at: those to commands that leave no trace, most of which have to be refused. Asked once in each state.
// What is right or wrong about them is for the topics; each rule is a check before login and one after.
import type { State } from "../../contracts/session.js";
import { WireFailed } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import type { Answer, Conversation } from "../conversation.js";
import type { ServerFacts } from "../facts.js";
import { CheckFailed, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { type BothStates, inBothStates } from "./both-states.js";

/** A reply, and what it is to. */
export interface ProvokedReply {
  /** `the greeting` for what is no reply. */
  readonly to: string;
  /** The keyword; null for the greeting. */
  readonly keyword: string | null;
  readonly answer: Answer;
}

/** No maildrop holds so many messages. */
export const NO_MESSAGE = 999_999_999;

/** What no server knows. */
export const UNKNOWN_KEYWORD = "ZZZZ";

// A command that works stands between two that do not: some servers hang up at the third bad one in a row, some at the first unknown one.
const BEFORE = ["STAT", "CAPA", UNKNOWN_KEYWORD];
const AFTER = ["STAT", `RETR ${NO_MESSAGE}`, "NOOP", "PASS", UNKNOWN_KEYWORD];
const WITH_BODY = new Set(["CAPA", "RETR"]);

/** What was seen in an examination, by state: nobody is asked twice, unless something was wrong. */
const seen = new WeakMap<ServerFacts, Map<State, readonly ProvokedReply[]>>();

async function provoke(conversation: Conversation): Promise<readonly ProvokedReply[]> {
  const { state, greeting } = conversation;
  const before = state === "AUTHORIZATION";
  const replies: ProvokedReply[] = before ? [{ to: "the greeting", keyword: null, answer: greeting }] : [];
  for (const command of before ? BEFORE : AFTER) {
    const keyword = command.split(" ")[0]!;
    const answer = await conversation.ask(command).catch(goneAway);
    if (answer === null) break;
    replies.push({ to: `the answer to ${command}`, keyword, answer });
    if (WITH_BODY.has(keyword) && /^\+ok/i.test(answer.line))
      await conversation.wire.receivedBody(keyword === "RETR" ? "message" : "listing");
  }
  return replies;
}

function goneAway(error: unknown): null {
  if (error instanceof Undecided || (error instanceof WireFailed && error.reason === "closed")) return null;
  throw error;
}

/** A rule for the first lines of replies; null, or what is wrong with one. */
export type ReplyRule = (reply: ProvokedReply, proof: Proof) => string | null;

/** The rule for replies in both states. */
export function ofReplies(facts: BothStates, rule: ReplyRule): readonly ConformanceCheck[] {
  return inBothStates(facts, async (proof, given) => {
    const known = seen.get(proof.facts) ?? new Map<State, readonly ProvokedReply[]>();
    seen.set(proof.facts, known);
    const broken = (replies: readonly ProvokedReply[]): string | undefined =>
      replies.map((reply) => rule(reply, proof)).find((problem) => problem !== null) ?? undefined;
    const earlier = known.get(given);
    if (earlier !== undefined && broken(earlier) === undefined) return;
    const replies = await provoke(await (given === "AUTHORIZATION" ? proof.before() : proof.session()));
    known.set(given, replies);
    const problem = broken(replies);
    if (problem !== undefined) throw new CheckFailed(problem);
  });
}
