// What QUIT and a lost connection make of marks: messages that go, and messages that stay (RFC 1939 §5 and §6).
// For a maildrop that was made for it. What marks hide within a session is `marks.ts`'s.
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { type Content, contentsOf, lost, named } from "./contents.js";
import { asked, marks } from "./marks.js";

/** Messages that a maildrop has to hold before one of them is deleted. */
const SPARE = 4;

export const deletionChecks: readonly ConformanceCheck[] = [
  {
    id: "quit-after-rset",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "QUIT deletes nothing whose mark RSET has taken away.",
    remedy: "Delete at QUIT what is marked then, and nothing else.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.ownSession();
      const before = await spare(proof, session);
      await marks(session, before[1]!.number);
      await asked(session, "RSET");
      await asked(session, "QUIT");
      await stillThere(proof, session, before, "behind DELE, RSET and QUIT");
    },
  },
  {
    id: "dele-dropped",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §6",
    title: "A session that ends without QUIT deletes nothing.",
    remedy: "Delete at QUIT alone; forget all marks where the connection is lost.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.ownSession();
      const before = await spare(proof, session);
      await marks(session, before[1]!.number);
      await stillThere(proof, session, before, "behind DELE and a connection that was closed without QUIT");
    },
  },
  {
    id: "quit-deletes",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §6",
    title: "QUIT deletes exactly what is marked: the other messages stay, with their octets and unique-ids.",
    remedy: "Delete the marked messages before QUIT is answered, and change nothing about the others.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.ownSession();
      const before = await spare(proof, session);
      const [, second] = before;
      await marks(session, second!.number);
      const { status, line } = await session.ask("QUIT");
      if (status === "-ERR") throw new Undecided(`the server says that it could not delete: ${line}`);
      const due = before.filter((one) => one !== second);
      const after = await stillThere(proof, session, due, "behind DELE of another and QUIT");
      if (lost([second!], lost(after, due)).length === 0)
        throw new CheckFailed(`${named(second!)} is still there behind DELE and QUIT`);
      const octets = new Map(after.map((one) => [one.uniqueId ?? one.octets, one.octets]));
      const changed = due.find((one) => octets.get(one.uniqueId ?? one.octets) !== one.octets);
      if (changed !== undefined) throw new CheckFailed(`${named(changed)} has other octets than before the deletion`);
    },
  },
];

/** What the maildrop holds, where one message can be done without. */
export async function spare(proof: Proof, session: Conversation): Promise<readonly Content[]> {
  const contents = await contentsOf(proof, session);
  if (contents.length < SPARE) throw new NotTested(`the maildrop holds fewer than ${SPARE} messages`);
  return contents;
}

/** Goes away, and looks in another session whether these are there. */
async function stillThere(
  proof: Proof,
  session: Conversation,
  due: readonly Content[],
  behind: string,
): Promise<readonly Content[]> {
  await proof.end(session);
  const after = await contentsOf(proof, await proof.ownSession());
  const [gone] = lost(due, after);
  if (gone !== undefined) throw new CheckFailed(`${named(gone)} is gone ${behind}`);
  return after;
}
