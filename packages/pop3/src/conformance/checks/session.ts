// Sessions as a whole: how QUIT ends one, and what becomes of a second one while a maildrop is open (RFC 1939 §4 and §6, RFC 2449 §8.1.2).
// What QUIT deletes is `deletion.ts`'s. A second login here is always one with the right password.
import { WireFailed } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import type { Answer, Conversation } from "../conversation.js";
import type { ServerFacts } from "../facts.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { retrieved } from "../samples.js";
import { contentsOf, named } from "./contents.js";
import { spare } from "./deletion.js";
import { refusedBy, shown } from "./lines.js";

/** Where the last session was left by QUIT and the connection closed, with nothing since. */
const departed = new WeakSet<ServerFacts>();

/** What was said to a second login: who is let in or refused as he should be is not asked again. */
const refusals = new WeakMap<ServerFacts, Answer>();

export const sessionChecks: readonly ConformanceCheck[] = [
  {
    id: "quit-before-login",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §4",
    title: "QUIT before login is answered +OK, and the connection is closed with nothing behind the answer.",
    remedy: "Answer QUIT with one line that begins with +OK before login too, and close the connection.",
    given: "AUTHORIZATION",
    async prove(proof) {
      await left(await proof.freshBefore());
    },
  },
  {
    id: "quit-after-login",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §6",
    title: "QUIT after login is answered +OK, and the connection is closed with nothing behind the answer.",
    remedy:
      "Answer QUIT with one line that begins with +OK where nothing was marked as deleted, and close the connection.",
    given: "TRANSACTION",
    async prove(proof) {
      await left(await proof.session());
      departed.add(proof.facts);
    },
  },
  {
    id: "quit-releases",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §6",
    title: "Once QUIT has closed a session, the same user can log in again.",
    remedy: "Release the lock on the maildrop before the connection is closed.",
    given: "TRANSACTION",
    async prove(proof) {
      // The session that another check has just left is as good as one more.
      if (!departed.delete(proof.facts)) await left(await proof.session());
      const { conversation, answer } = await proof.tryLogin();
      if (answer.status === "+OK") return proof.handOn(conversation);
      withoutDelay(answer);
      throw new CheckFailed(`the login behind QUIT was refused: ${shown(answer.line)}`);
    },
  },
  {
    id: "in-use-refused",
    tag: null,
    // Most servers let several in; the RFC asks for the lock only as far as messages are kept by it, which `in-use-messages-stay` tells.
    level: "MAY",
    reference: "RFC 1939 §4",
    title: "A session has the maildrop to itself: a second login is refused while it is open.",
    remedy: "Take an exclusive lock on the maildrop at login, and refuse another login until the session has ended.",
    given: "TRANSACTION",
    async prove(proof) {
      const { answer, session } = await second(proof);
      refusals.set(proof.facts, answer);
      if (answer.status !== "+OK") return;
      // A server that ends the first session for the second keeps them apart as well.
      await session.ask("NOOP");
      throw new CheckFailed(
        "a second session was let in while one was open; whether one loses what the other deletes, in-use-messages-stay tells (--thorough)",
      );
    },
  },
  {
    id: "in-use-code",
    tag: "RESP-CODES",
    level: "MAY",
    reference: "RFC 2449 §8.1.2",
    title: "A login that is refused because the maildrop is open carries the response code IN-USE.",
    remedy: "Begin the text of that refusal with [IN-USE], so that a client does not ask for another password.",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("RESP-CODES");
      const known = refusals.get(proof.facts);
      if (known?.status === "+OK") throw new NotTested("a second session is let in while one is open");
      if (known !== undefined && refusedBy(known, "IN-USE")) return;
      const { answer } = await second(proof);
      if (answer.status === "+OK") throw new NotTested("a second session is let in while one is open");
      if (!refusedBy(answer, "IN-USE")) throw new CheckFailed(`the second login was refused by ${shown(answer.line)}`);
    },
  },
  {
    id: "in-use-messages-stay",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §4",
    title: "No message is removed from under an open session, whatever another one deletes.",
    remedy: "Refuse a second session, or keep what one deletes until no other session has it open.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.ownSession();
      const [target] = (await spare(proof, session)).toSorted((one, other) => one.octets - other.octets);
      const { conversation, answer } = await proof.tryLogin();
      withoutDelay(answer);
      if (answer.status !== "+OK") return;
      const same = (await contentsOf(proof, conversation)).find(
        ({ number, uniqueId }) => uniqueId === target!.uniqueId && (uniqueId !== null || number === target!.number),
      );
      if (same === undefined) throw new Undecided("the second session lists other messages");
      for (const command of [`DELE ${same.number}`, "QUIT"]) {
        const { status, line } = await conversation.ask(command);
        if (status !== "+OK") throw new Undecided(`${command} in the second session was answered ${shown(line)}`);
      }
      // Some servers answer QUIT first, and delete then.
      await conversation.wire.line().catch(() => null);
      try {
        await retrieved(session, target!.number);
      } catch (error) {
        if (!(error instanceof CheckFailed || error instanceof WireFailed || error instanceof Undecided)) throw error;
        throw new CheckFailed(`${named(target!)} was deleted in a second session, and in the first ${error.message}`);
      }
    },
  },
];

/** Takes leave, and sees that the connection ends there. */
async function left(conversation: Conversation): Promise<void> {
  const { status, line } = await conversation.ask("QUIT");
  if (status !== "+OK") throw new CheckFailed(`QUIT was answered ${shown(line)}`);
  const behind = await conversation.wire.received().catch((error: unknown) => {
    if (!(error instanceof WireFailed) || error.reason !== "silent") throw error;
    throw new CheckFailed("the connection stays open behind QUIT");
  });
  if (behind !== null) throw new CheckFailed(`${shown(behind.text)} came behind the answer to QUIT`);
}

/** What is said to a login while a session is open. */
async function second(proof: Proof): Promise<{ readonly session: Conversation; readonly answer: Answer }> {
  const session = await proof.session();
  const { answer } = await proof.tryLogin();
  withoutDelay(answer);
  return { session, answer };
}

/** A refusal for another reason tells nothing of the lock. */
function withoutDelay(answer: Answer): void {
  if (refusedBy(answer, "LOGIN-DELAY") || refusedBy(answer, "SYS"))
    throw new Undecided(`the login was refused for another reason: ${answer.line}`);
}
