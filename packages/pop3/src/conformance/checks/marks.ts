// Marks of deletion: what they hide, and that RSET takes them away (RFC 1939 §5).
// In a maildrop that is somebody's own, every mark is taken away again: a server that deletes early must not lose anything by a check.
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";
import type { Listed } from "../samples.js";
import { difference, shown } from "./lines.js";
import { refused } from "./messages.js";
import { dropListing } from "./sizes.js";

export const markChecks: readonly ConformanceCheck[] = [
  {
    id: "dele-not-counted",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "STAT counts no message that is marked as deleted, neither it nor its octets.",
    remedy: "Leave messages that are marked as deleted out of both numbers of STAT.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const before = await dropListing(session);
      await marked(proof, session, async ({ octets }) => {
        const { count, octets: left } = await dropListing(session);
        if (count !== before.count - 1 || left !== before.octets - octets)
          throw new CheckFailed(
            `STAT says ${count} ${left} with a message of ${octets} octets marked, and said ${before.count} ${before.octets} before`,
          );
      });
    },
  },
  {
    id: "dele-not-listed",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "LIST leaves out a message that is marked as deleted, and the others keep their numbers.",
    remedy: "List the messages that are not marked as deleted, each under the number that it has had since login.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const before = await proof.messages(session);
      await marked(proof, session, async ({ number }) => {
        const due = before.filter((one) => one.number !== number);
        const problem = difference(lines(due), lines(await proof.messages(session)));
        if (problem !== null) throw new CheckFailed(`LIST with message ${number} marked: ${problem}`);
      });
    },
  },
  {
    id: "rset-restores",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "RSET takes every mark away: STAT and LIST say what they said before.",
    remedy: "Take all marks away at RSET, and count and list the messages as before.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const before = await proof.messages(session);
      const totals = await dropListing(session);
      await marked(proof, session, async () => {});
      const after = await dropListing(session);
      if (after.count !== totals.count || after.octets !== totals.octets)
        throw new CheckFailed(
          `STAT says ${after.count} ${after.octets} behind RSET, and said ${totals.count} ${totals.octets} before DELE`,
        );
      const problem = difference(lines(before), lines(await proof.messages(session)));
      if (problem !== null) throw new CheckFailed(`LIST behind RSET: ${problem}`);
    },
  },
  {
    id: "dele-unknown",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "DELE refuses what names no message, and marks none for it.",
    remedy: "Read a message number as digits alone, without overflow, and refuse what names no message.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const next = (await proof.messages(session)).length + 1;
      try {
        for (const command of ["DELE", `DELE ${next}`, "DELE -1", "DELE abc", "DELE 4294967297"])
          await refused(session, command);
      } finally {
        await session.ask("RSET");
      }
    },
  },
];

/** Marks the first message, has something tried, and takes the mark away, whatever came of it. */
export async function marked(
  proof: Proof,
  session: Conversation,
  tried: (message: Listed) => Promise<void>,
): Promise<void> {
  const [first, ...others] = await proof.messages(session);
  if (first === undefined || others.length === 0) throw new NotTested("the maildrop holds fewer than two messages");
  await marks(session, first.number);
  try {
    await tried(first);
  } finally {
    await asked(session, "RSET");
  }
}

/** Whether DELE works at all is another check's. */
export async function marks(session: Conversation, number: number): Promise<void> {
  const { status, line } = await session.ask(`DELE ${number}`);
  if (status !== "+OK") throw new NotTested(`no message could be marked as deleted: ${line}`);
}

/** Throws `CheckFailed` unless a command is answered +OK. */
export async function asked(session: Conversation, command: string): Promise<void> {
  const { status, line } = await session.ask(command);
  if (status !== "+OK") throw new CheckFailed(`${command} was answered ${shown(line)}`);
}

function lines(listed: readonly Listed[]): readonly string[] {
  return listed.map(({ number, octets }) => `${number} ${octets}`);
}
