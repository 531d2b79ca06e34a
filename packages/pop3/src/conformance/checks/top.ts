// TOP beside RETR: the header, the empty line and so many lines of the body, octet by octet (RFC 1939 §7, RFC 2449 §6.1).
// A message without an empty line is all header; whether TOP adds the line is left to the server.
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";
import type { Sample } from "../samples.js";
import { difference, shown } from "./lines.js";
import { refused } from "./messages.js";

/** How many messages are asked for their tops. */
const HEADERS = 8;
const BODIES = 4;

/** More than any sample has. */
const EVERYTHING = 999_999;

export const topChecks: readonly ConformanceCheck[] = [
  {
    id: "top-header",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP with 0 lines sends the header as RETR does, and the empty line behind it.",
    remedy: "Send the header of the message unchanged and whole, then the empty line, and end there.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const { session, samples } = await tried(proof);
      for (const sample of samples.slice(0, HEADERS)) await compared(session, sample, 0);
    },
  },
  {
    id: "top-lines",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP sends exactly as many lines of the body as were asked for, and counts none of the header.",
    remedy: "Count the lines behind the empty line alone, and end behind the last one that was asked for.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const { session, samples } = await tried(proof);
      const long = samples.filter((sample) => bodyLines(sample) > 1).slice(0, BODIES);
      if (long.length === 0) throw new NotTested("no message that was fetched has more than one line of a body");
      for (const sample of long) {
        const lines = bodyLines(sample);
        for (const count of new Set([1, Math.ceil(lines / 2), lines - 1])) await compared(session, sample, count);
      }
    },
  },
  {
    id: "top-whole",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP with as many lines as the body has, or more, sends the message as RETR does.",
    remedy: "Send the entire message where the body has no more lines than were asked for.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const { session, samples } = await tried(proof);
      for (const sample of samples.slice(0, BODIES)) {
        const lines = bodyLines(sample);
        for (const count of [lines, lines + 1]) await compared(session, sample, count);
      }
    },
  },
  {
    id: "top-stuffing",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP stuffs a line that begins with a dot, as RETR does.",
    remedy: "Send the lines of TOP through the same stuffing as those of RETR.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const { session, samples } = await tried(proof);
      const dotted = samples.find(({ body }) =>
        [...body.lines, ...body.unstuffed].some((line) => line.startsWith(".")),
      );
      if (dotted === undefined) throw new NotTested("no message that was fetched has a line that begins with a dot");
      await compared(session, dotted, EVERYTHING);
    },
  },
  {
    id: "top-deleted",
    tag: "TOP",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP refuses a message that is marked as deleted, and one that is not there.",
    remedy: "Refuse TOP for messages that are marked as deleted and for numbers that name none.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("TOP");
      const session = await proof.session();
      const last = (await proof.messages(session)).length;
      if (last === 0) throw new NotTested("the maildrop is empty");
      await refused(session, `TOP ${last + 1} 0`);
      const { status, line } = await session.ask(`DELE ${last}`);
      if (status !== "+OK") throw new NotTested(`no message could be marked as deleted: ${line}`);
      try {
        await refused(session, `TOP ${last} 0`);
      } finally {
        await session.ask("RSET");
      }
    },
  },
];

interface Tried {
  readonly session: Conversation;
  readonly samples: readonly Sample[];
}

async function tried(proof: Proof): Promise<Tried> {
  proof.requireAnnounced("TOP");
  const session = await proof.session();
  return { session, samples: await proof.samples(session) };
}

function bodyLines({ body: { lines } }: Sample): number {
  const empty = lines.indexOf("");
  return empty === -1 ? 0 : lines.length - empty - 1;
}

/** Throws `CheckFailed` where TOP is not the beginning of the message. */
async function compared(session: Conversation, sample: Sample, count: number): Promise<void> {
  const command = `TOP ${sample.number} ${count}`;
  const { answer, body } = await session.multi(command, "message");
  if (body === null) throw new CheckFailed(`${command} was answered ${shown(answer.line)}`);
  const [bare] = body.unstuffed;
  if (bare !== undefined && sample.body.unstuffed.length === 0)
    throw new CheckFailed(`${command} has the line ${shown(bare)} on the wire`);
  const { lines } = sample.body;
  const empty = lines.indexOf("");
  const due = empty === -1 ? lines : lines.slice(0, empty + 1 + count);
  const problem = difference(due, body.lines);
  if (problem === null || (empty === -1 && difference([...lines, ""], body.lines) === null)) return;
  const more = body.lines.length - due.length;
  throw new CheckFailed(
    `${command}: ${problem}${more > 0 ? `, and ${more} line${more === 1 ? "" : "s"} too many came` : ""}`,
  );
}
