// What the listings say of messages: numbers, exact octets, and the totals of STAT (RFC 1939 §4, §5 and §11).
// The messages themselves are compared in `messages.ts`. Changes with the grammar of drop and scan listings.
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { type Listed, NotRetrieved, type Sample } from "../samples.js";
import { SAMPLES } from "../subject.js";
import { repeated, shown } from "./lines.js";

export const sizeChecks: readonly ConformanceCheck[] = [
  {
    id: "message-scan-listing",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "A scan listing is a message number, a single space and the octets of the message, in decimal.",
    remedy: "Begin each line of LIST with the number, one space and the octets, both in decimal digits.",
    given: "TRANSACTION",
    async prove(proof) {
      const { answer, body } = await (await proof.session()).multi("LIST");
      if (body === null) throw new CheckFailed(`LIST was refused: ${answer.line}`);
      const bad = body.lines.find((line) => !/^\d+ \d+(?:\D|$)/.test(line));
      if (bad !== undefined) throw new CheckFailed(`LIST has the line ${shown(bad)}`);
    },
  },
  {
    id: "message-numbers",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §4",
    title: "The messages are numbered from 1 up, without a gap, and each is listed once.",
    remedy: "Number the messages 1, 2, 3 and so on when the maildrop is opened, and list each of them once.",
    given: "TRANSACTION",
    async prove(proof) {
      const numbers = (await proof.messages(await proof.session())).map(({ number }) => number);
      const seen = new Set(numbers);
      const twice = repeated(numbers);
      if (twice !== undefined) throw new CheckFailed(`message ${twice} is listed twice`);
      const missing = Array.from(numbers, (_, at) => at + 1).find((number) => !seen.has(number));
      if (missing === undefined) return;
      throw new CheckFailed(`${numbers.length} messages are listed, and message ${missing} is not among them`);
    },
  },
  {
    id: "message-stat",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "STAT counts as many messages as LIST lists.",
    remedy: "Answer STAT with the number of messages that are not marked as deleted.",
    given: "TRANSACTION",
    async prove(proof) {
      const { listed, count } = await totals(await proof.session(), proof);
      if (count !== listed.length)
        throw new CheckFailed(`STAT counts ${count} messages, and LIST lists ${listed.length}`);
    },
  },
  {
    id: "message-stat-octets",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "The octets of STAT are the sum of those that LIST gives.",
    remedy: "Answer STAT with the sum of the octets of all messages that are not marked as deleted.",
    given: "TRANSACTION",
    async prove(proof) {
      const { listed, octets } = await totals(await proof.session(), proof);
      const sum = listed.reduce((all, one) => all + one.octets, 0);
      if (octets !== sum) throw new CheckFailed(`STAT says ${octets} octets, and the messages listed have ${sum}`);
    },
  },
  {
    id: "message-list-one",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "LIST with a number says the same of a message as its line in the whole listing.",
    remedy: "Answer LIST with a number by that message's own line of the listing.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const listed = await proof.messages(session);
      if (listed.length === 0) throw new NotTested("the maildrop is empty");
      for (const { number, octets } of listed.slice(0, SAMPLES)) {
        const { line } = await session.ask(`LIST ${number}`);
        const [, own, ownOctets] = /^\+OK (\d+) (\d+)(?:\D|$)/.exec(line) ?? [];
        if (Number(own) !== number || Number(ownOctets) !== octets)
          throw new CheckFailed(`LIST ${number} is answered ${shown(line)}, and LIST has ${number} ${octets}`);
      }
    },
  },
  {
    id: "message-octets",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5, §11",
    title:
      "LIST gives the exact octets of a message as RETR sends it, line ends as two octets and stuffing not counted.",
    remedy:
      "Count each line end as CRLF and no stuffed dot, and send what was counted: nothing added, nothing left out.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const all = await proof.samples(await proof.session()).catch((error: unknown) => {
        throw error instanceof NotRetrieved && error.isRefused ? new CheckFailed(error.message) : error;
      });
      requireExact(all);
    },
  },
];

/** Throws unless each message has the octets that LIST gives. */
export function requireExact(all: readonly Sample[]): void {
  // What is wrong with these is said by the checks of line ends and stuffing, and their octets are anybody's guess.
  const samples = all.filter(({ body }) => body.loneLineFeeds === 0 && body.unstuffed.length === 0);
  if (samples.length === 0) throw new Undecided("no message that was fetched came with CRLF and stuffing as it should");
  const others = samples.filter(({ listedOctets, body }) => listedOctets !== body.octets);
  const wrong = others.find((sample) => !isLineEndOnly(sample));
  if (wrong !== undefined) throw new CheckFailed(sizesOf(wrong));
  const [first] = others;
  if (first !== undefined)
    throw new Undecided(`${sizesOf(first)}: so it is where a stored message lacks its last line end`);
}

function sizesOf({ number, listedOctets, body }: Sample): string {
  return `message ${number} is listed with ${listedOctets} octets, and RETR sends ${body.octets}`;
}

/** The line end that every line needs on the wire is all that was added. An empty last line shows that there was one already, but in an empty message. */
function isLineEndOnly({ listedOctets, body }: Sample): boolean {
  return listedOctets === body.octets - 2 && (body.lines.length === 1 || body.lines.at(-1) !== "");
}

interface AllTotals {
  readonly listed: readonly Listed[];
  readonly count: number;
  readonly octets: number;
}

/** STAT before and after LIST: nothing is said of a maildrop that changes meanwhile. */
async function totals(session: Conversation, proof: Proof): Promise<AllTotals> {
  const before = await dropListing(session);
  const listed = await proof.messages(session);
  const after = await dropListing(session);
  if (before.count !== after.count || before.octets !== after.octets)
    throw new Undecided("STAT changed within the session, so messages came or went");
  return { listed, ...after };
}

/** What STAT says. Throws `CheckFailed` for what is no drop listing. */
export async function dropListing(session: Conversation): Promise<Omit<AllTotals, "listed">> {
  const { line } = await session.ask("STAT");
  const [, count, octets] = /^\+OK (\d{1,10}) (\d{1,16})(?:\D|$)/.exec(line) ?? [];
  if (count === undefined) throw new CheckFailed(`STAT is answered ${shown(line)}`);
  return { count: Number(count), octets: Number(octets) };
}
