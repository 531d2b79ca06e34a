// Unique-ids: their grammar, that each message has one of its own, and that they outlast a session (RFC 1939 §7).
// What UIDL with a number makes of marks, the declaration's own check tells.
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { retrieved } from "../samples.js";
import { SAMPLE_OCTETS, SAMPLES } from "../subject.js";
import { type Content, contentsOf, lost, named, type UniqueId, uniqueIdListing } from "./contents.js";
import { difference, repeated, shown } from "./lines.js";
import { marked } from "./marks.js";
import { refused } from "./messages.js";

/** How many pairs with one unique-id are compared octet by octet. */
const COPIES = 5;

export const uidlChecks: readonly ConformanceCheck[] = [
  {
    id: "uidl-grammar",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title:
      "A unique-id listing is a number, one space and 1 to 70 characters of 0x21 to 0x7E, with nothing behind them.",
    remedy: "Give unique-ids of 1 to 70 printable ASCII characters without a space, and end the line behind them.",
    given: "TRANSACTION",
    async prove(proof) {
      const { answer, body } = await (await announced(proof)).multi("UIDL");
      if (body === null) throw new CheckFailed(`UIDL was refused: ${answer.line}`);
      const bad = body.lines.find((line) => !/^\d+ [!-~]{1,70}$/.test(line));
      if (bad === undefined) return;
      const length = bad.length - bad.indexOf(" ") - 1;
      throw new CheckFailed(
        `UIDL has the line ${shown(bad)}${length > 70 ? `: ${length} characters behind the space` : ""}`,
      );
    },
  },
  {
    id: "uidl-every-message",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "UIDL lists every message that LIST lists, each once, under the same number.",
    remedy: "Make the unique-id listing of the same messages and numbers as the scan listing.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      const listed = (await proof.messages(session)).map(({ number }) => number);
      const numbers = (await uniqueIdListing(session)).map(({ number }) => number);
      const twice = repeated(numbers);
      if (twice !== undefined) throw new CheckFailed(`UIDL lists message ${twice} twice`);
      const [inList, inUidl] = [new Set(listed), new Set(numbers)];
      const missing = listed.find((number) => !inUidl.has(number));
      if (missing !== undefined) throw new CheckFailed(`UIDL does not list message ${missing}, and LIST does`);
      const more = numbers.find((number) => !inList.has(number));
      if (more !== undefined) throw new CheckFailed(`UIDL lists message ${more}, and LIST does not`);
    },
  },
  {
    id: "uidl-number",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "UIDL with a number gives the same unique-id as the whole listing.",
    remedy: "Answer UIDL with a number by +OK, the number and the unique-id that the listing has for it.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      for (const { number, uniqueId } of (await uniqueIdListing(session)).slice(0, SAMPLES)) {
        const { line } = await session.ask(`UIDL ${number}`);
        if (line !== `+OK ${number} ${uniqueId}`)
          throw new CheckFailed(`UIDL ${number} is answered ${shown(line)}, and UIDL has ${shown(uniqueId)}`);
      }
    },
  },
  {
    id: "uidl-unknown",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "UIDL refuses numbers that name no message.",
    remedy: "Answer UIDL with -ERR where the number names no message.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      const count = (await proof.messages(session)).length;
      for (const number of [0, count + 1]) await refused(session, `UIDL ${number}`);
    },
  },
  {
    id: "uidl-unique",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "No two messages of a maildrop have the same unique-id, but for identical copies of one.",
    remedy: "Give every message of a maildrop a unique-id of its own.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      const contents = await contentsOf(proof, session);
      const first = new Map<string | null, Content>();
      const copies: (readonly [Content, Content])[] = [];
      for (const content of contents) {
        const other = first.get(content.uniqueId);
        if (other === undefined) first.set(content.uniqueId, content);
        else copies.push([other, content]);
      }
      for (const [one, other] of copies) {
        if (one.octets !== other.octets) throw new CheckFailed(`${sharing(one, other)}, and not the same octets`);
      }
      for (const [one, other] of copies.slice(0, COPIES)) await identical(proof, session, one, other);
    },
  },
  {
    id: "uidl-deleted-not-listed",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "The unique-id listing leaves out a message that is marked as deleted, and the others keep their numbers.",
    remedy: "List the messages that are not marked as deleted, each under the number that it has had since login.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      const before = await uniqueIdListing(session);
      await marked(proof, session, async ({ number }) => {
        const due = before.filter((one) => one.number !== number);
        const problem = difference(shownOf(due), shownOf(await uniqueIdListing(session)));
        if (problem !== null) throw new CheckFailed(`UIDL with message ${number} marked: ${problem}`);
      });
    },
  },
  {
    id: "uidl-stable",
    tag: "UIDL",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "Unique-ids outlast a session: another session has the same for the same messages.",
    remedy: "Keep the unique-id of a message for as long as the message is there.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await announced(proof);
      const earlier = await contentsOf(proof, session);
      if (earlier.length === 0) throw new NotTested("the maildrop is empty");
      await proof.end(session);
      const later = await contentsOf(proof, await proof.session());
      const gone = lost(earlier, later);
      const [one] = gone;
      if (one === undefined) return;
      if (later.length < earlier.length) throw new Undecided("there are fewer messages than a moment before");
      throw new CheckFailed(`another session does not have ${named(one)} nor ${gone.length - 1} other unique-ids`);
    },
  },
];

async function announced(proof: Proof): Promise<Conversation> {
  proof.requireAnnounced("UIDL");
  return proof.session();
}

function shownOf(listed: readonly UniqueId[]): readonly string[] {
  return listed.map(({ number, uniqueId }) => `${number} ${uniqueId}`);
}

/** Throws unless two messages that share a unique-id are copies of one, which may (RFC 1939 §7). */
async function identical(proof: Proof, session: Conversation, one: Content, other: Content): Promise<void> {
  if (one.octets > SAMPLE_OCTETS) throw new Undecided(`${sharing(one, other)}, and were not compared`);
  proof.mayRetrieve();
  const [first, second] = [await retrieved(session, one.number), await retrieved(session, other.number)];
  if (difference(first.lines, second.lines) !== null)
    throw new CheckFailed(`${sharing(one, other)}, and are no copies of one`);
}

function sharing(one: Content, other: Content): string {
  return `messages ${one.number} and ${other.number} have the same unique-id`;
}
