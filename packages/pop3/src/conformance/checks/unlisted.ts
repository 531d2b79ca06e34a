// Works and not announced: whoever serves an optional command lists it, or nobody uses it (RFC 2449 §5).
// Each is tried once, and only where CAPA is answered without its tag.
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";

const FACTS = { level: "SHOULD", reference: "RFC 2449 §5" } as const;

export const unlistedChecks: readonly ConformanceCheck[] = [
  ...["LANG", "UTF8"].map((tag): ConformanceCheck => ({
    ...FACTS,
    id: `${tag.toLowerCase()}-unlisted`,
    tag,
    title: `${tag} is listed where it is taken.`,
    remedy: `List ${tag}, so that clients use it.`,
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.before();
      requireUnlisted(proof, tag);
      if ((await conversation.ask(tag)).status === "+OK") throw unlisted(tag, tag);
    },
  })),
  {
    ...FACTS,
    id: "user-unlisted",
    tag: "USER",
    title: "USER is listed where it lets somebody in.",
    remedy: "List USER where passwords are taken.",
    given: "TRANSACTION",
    async prove(proof) {
      await proof.session();
      requireUnlisted(proof, "USER");
      if (proof.facts.loginMethod === "USER")
        throw new CheckFailed("USER and PASS let the user in, and USER is not in the list");
    },
  },
  {
    ...FACTS,
    id: "uidl-unlisted",
    tag: "UIDL",
    title: "UIDL is listed where it is taken.",
    remedy: "List UIDL, so that clients can leave mail on the server.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      requireUnlisted(proof, "UIDL");
      if ((await session.multi("UIDL")).answer.status === "+OK") throw unlisted("UIDL", "UIDL");
    },
  },
  {
    ...FACTS,
    id: "top-unlisted",
    tag: "TOP",
    title: "TOP is listed where it is taken.",
    remedy: "List TOP, so that clients can show what waits.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      requireUnlisted(proof, "TOP");
      proof.mayRetrieve();
      await proof.requireMessages(session, 1);
      if ((await session.multi("TOP 1 0", "message")).answer.status === "+OK") throw unlisted("TOP", "TOP 1 0");
    },
  },
];

function requireUnlisted({ facts }: Proof, tag: string): void {
  if (!facts.listsAnything) throw new NotTested("CAPA is not answered");
  if (facts.lists(tag)) throw new NotTested(`${tag} is listed`);
}

function unlisted(tag: string, command: string): CheckFailed {
  return new CheckFailed(`${command} was answered +OK, and ${tag} is not in the list`);
}
