// Announced and refused: the commands of what is listed have to work (RFC 2449 §5). Only that they do: how they have to work is for the
// topics and the declarations' own checks, and STLS, SASL and UTF8 have topics of their own.
import type { ConformanceCheck } from "../check.js";
import type { Answer, Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";

/** Nobody has it. */
const NOBODY = "nobody-of-this-name";

export const promiseChecks: readonly ConformanceCheck[] = [
  {
    id: "user-promised",
    tag: "USER",
    level: "MUST",
    reference: "RFC 2449 §6.2",
    title: "Where USER is listed, names are taken.",
    remedy: "Leave USER out of the list where passwords are not taken, such as in the clear where TLS is needed.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const places = await placesThatList(proof, "USER");
      const refusals: string[] = [];
      for (const place of places) {
        const { status, line } = await place.ask(`USER ${NOBODY}`);
        if (status !== "+OK") refusals.push(`${place.secure ? "under TLS" : "in the clear"}: ${line.slice(0, 100)}`);
      }
      const [refusal] = refusals;
      if (refusal === undefined) return;
      // Where another place takes the same name, it is not the name.
      if (refusals.length < places.length) throw new CheckFailed(`USER is listed and refused ${refusal}`);
      throw new Undecided("USER is refused for a name that nobody has, which a server may do");
    },
  },
  {
    id: "lang-promised",
    tag: "LANG",
    level: "SHOULD",
    reference: "RFC 6856 §3.2",
    title: "Where LANG is listed, some language can be had.",
    remedy: "Take LANG at least for the language that the server speaks, or leave it out of the list.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.before();
      requireListed(proof, "LANG");
      if ((await conversation.multi("LANG")).body !== null) return;
      const own = await proof.freshBefore();
      for (const command of ["LANG *", "LANG en"]) if ((await own.ask(command)).status === "+OK") return;
      throw new CheckFailed("LANG is listed, and LANG, LANG * and LANG en are refused");
    },
  },
  {
    id: "uidl-promised",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 2449 §6.8",
    title: "Where UIDL is listed, it is taken.",
    remedy: "Serve UIDL, or leave it out of the list.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      requireListed(proof, "UIDL");
      const { answer } = await session.multi("UIDL");
      requireTaken("UIDL", answer);
    },
  },
  {
    id: "top-promised",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 2449 §6.1",
    title: "Where TOP is listed, it is taken.",
    remedy: "Serve TOP, or leave it out of the list.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      requireListed(proof, "TOP");
      proof.mayRetrieve();
      await proof.requireMessages(session, 1);
      const { answer } = await session.multi("TOP 1 0", "message");
      requireTaken("TOP 1 0", answer);
    },
  },
];

function requireListed({ facts }: Proof, tag: string): void {
  if (!facts.lists(tag)) throw new NotTested(`${tag} is not announced`);
}

function requireTaken(command: string, { status, code, line }: Answer): void {
  if (status === "+OK") return;
  // A system that fails, or a message that needs UTF-8.
  if (code !== null) throw new Undecided(`${command} was answered ${line}`);
  throw new CheckFailed(`${command} was answered ${line.slice(0, 100)}`);
}

/** A shared connection for each stage before login where the tag is listed. */
async function placesThatList(proof: Proof, tag: string): Promise<readonly Conversation[]> {
  const own = await proof.before();
  const { listings } = proof.facts;
  const places: Conversation[] = [];
  if (listings.get(own.secure ? "tls" : "cleartext")?.capabilities.has(tag) === true) places.push(own);
  if (own.secure && listings.get("cleartext")?.capabilities.has(tag) === true) places.push(await proof.clear());
  if (places.length === 0) throw new NotTested(`${tag} is not announced before login`);
  return places;
}
