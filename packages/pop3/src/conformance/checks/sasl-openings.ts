// How exchanges are begun and given up, for the checks of `sasl.ts`: no credentials are sent here. Mechanisms are known by the client's table.
// Judges nothing.
import { sasl } from "../../capabilities/sasl.js";
import type { ClientMechanism } from "../../contracts/mechanism.js";
import { mechanisms } from "../../mechanisms/index.js";
import type { Answer, Conversation } from "../conversation.js";
import type { ServerFacts } from "../facts.js";
import { NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";

/** A server may list what it likes. */
const MOST_MECHANISMS = 16;

/** How a server answered AUTH with a mechanism's name. */
export interface Opening {
  readonly mechanism: string;
  /** As this project knows it; undefined for others. */
  readonly known: ClientMechanism | undefined;
  readonly answer: Answer;
}

/** What is listed where people log in. Throws `NotTested` where nothing is. */
export async function listedMechanisms(proof: Proof): Promise<readonly string[]> {
  await proof.before();
  const names = proof.facts.before?.capabilities.get(sasl);
  if (names === undefined || names.length === 0) throw new NotTested("SASL is not announced");
  return names.slice(0, MOST_MECHANISMS);
}

function knownMechanism(name: string): ClientMechanism | undefined {
  return mechanisms.find((mechanism) => mechanism.name === name);
}

/** What was seen in an examination: nobody is asked twice, unless something was wrong. */
const seen = new WeakMap<ServerFacts, readonly Opening[]>();

/**
 * Begins each mechanism that is listed, and gives it up again; a server that closes then gets another connection. What another check has
 * seen is taken where it suffices.
 */
export async function openings(
  proof: Proof,
  suffices: (found: readonly Opening[]) => boolean,
): Promise<readonly Opening[]> {
  const before = seen.get(proof.facts);
  if (before !== undefined && suffices(before)) return before;
  const found: Opening[] = [];
  seen.set(proof.facts, found);
  let conversation: Conversation | null = null;
  for (const mechanism of await listedMechanisms(proof)) {
    if (conversation?.usable !== true) conversation = await proof.before();
    const answer = await conversation.ask(`AUTH ${mechanism}`);
    found.push({ mechanism, known: knownMechanism(mechanism), answer });
    // Whether that is answered as it must be is a check of its own.
    if (answer.status === "+") await conversation.ask("*").catch(() => conversation!.wire.close());
  }
  return found;
}

/** A shared connection on which an exchange has begun; of mechanisms that `fits`, the first that begins with a challenge. */
export async function opened(
  proof: Proof,
  fits: (name: string) => boolean = () => true,
): Promise<{ readonly conversation: Conversation; readonly mechanism: string }> {
  const names = (await listedMechanisms(proof)).filter(fits);
  // What everybody has comes first.
  const ordered = [...names.filter((name) => name === "PLAIN"), ...names.filter((name) => name !== "PLAIN")];
  const conversation = await proof.before();
  for (const mechanism of ordered) {
    if ((await conversation.ask(`AUTH ${mechanism}`)).status === "+") return { conversation, mechanism };
  }
  throw new NotTested("no mechanism that would do begins with a challenge");
}

/** What is said to a line of the client that must end the exchange: cancelled where it goes on all the same, so that a session is left. */
export async function verdictOn(conversation: Conversation, line: string): Promise<Answer> {
  const answer = await conversation.ask(line);
  if (answer.status === "+") await conversation.ask("*");
  return answer;
}
