// What a server lists, for checks that judge it: every list is asked for once, and once more only where something is wrong with it, so that
// the report can show how it came. Knows no tag.
import { capaCommand } from "../capabilities/capa.js";
import type { State } from "../contracts/session.js";
import type { ReceivedBody } from "../wire/wire.js";
import type { Conversation } from "./conversation.js";
import type { Listing } from "./facts.js";
import { CheckFailed, NotTested, Undecided } from "./outcome.js";
import type { Proof } from "./proof.js";
import type { Stage } from "./report.js";

/** Null, or what is wrong. */
export type ListingRule = (body: ReceivedBody) => string | null;

const STAGES: Readonly<Record<State, readonly Stage[]>> = {
  AUTHORIZATION: ["cleartext", "tls"],
  TRANSACTION: ["login"],
};
const WHERE: Readonly<Record<Stage, string>> = { cleartext: "in the clear", tls: "under TLS", login: "after login" };

/** Holds the rule against the lists of a state. Throws `CheckFailed`, and `NotTested` where CAPA is not answered. */
export async function judgeListings(proof: Proof, state: State, rule: ListingRule): Promise<void> {
  // Whoever has come so far has asked.
  const conversation = await (state === "TRANSACTION" ? proof.session() : proof.before());
  const answered = STAGES[state].filter((stage) => (proof.facts.listings.get(stage)?.body ?? null) !== null);
  if (answered.length === 0) throw new NotTested("CAPA is not answered");
  for (const stage of answered) {
    if (rule(proof.facts.listings.get(stage)!.body!) === null) continue;
    const problem = rule(await listedAgain(await conversationAt(proof, stage, conversation)));
    if (problem !== null) throw new CheckFailed(`${problem}, ${WHERE[stage]}`);
  }
}

/** The same for a rule about the list before login, on the connection over which people log in, and the one after it. */
export async function judgeBoth(proof: Proof, rule: (before: Listing, after: Listing) => string | null): Promise<void> {
  const session = await proof.session();
  const { before, after } = proof.facts;
  if (before === null || after === null || before.body === null || after.body === null)
    throw new NotTested("CAPA is not answered in both states");
  if (rule(before, after) === null) return;
  const again = async (listing: Listing, conversation: Conversation): Promise<Listing> =>
    proof.facts.listing({ ...listing, body: await listedAgain(conversation) });
  const problem = rule(await again(before, await proof.before()), await again(after, session));
  if (problem !== null) throw new CheckFailed(problem);
}

/** The one that is there, or where it is under TLS, one in the clear. */
async function conversationAt(proof: Proof, stage: Stage, there: Conversation): Promise<Conversation> {
  return stage === "cleartext" && there.secure ? proof.clear() : there;
}

async function listedAgain(conversation: Conversation): Promise<ReceivedBody> {
  const { answer, body } = await conversation.multi(capaCommand.keyword);
  if (body === null) throw new Undecided(`${capaCommand.keyword} was answered before, and now ${answer.line}`);
  return body;
}
