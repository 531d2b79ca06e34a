// Messages as they cross the wire: line ends, stuffing, the terminating line, and that they stay what they are (RFC 1939 §3 to §5).
// What the listings say of them is `sizes.ts`'s; TOP has its own file.
import { WireFailed } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested } from "../outcome.js";
import { NotRetrieved, retrieved } from "../samples.js";
import { SAMPLE_OCTETS } from "../subject.js";
import { difference, shown } from "./lines.js";

/** How many messages are fetched once more. */
const AGAIN = 3;

/** How long anything behind an answer is waited for. */
const BEHIND_MS = 100;

/** Numbers that do not fit 32 and 64 bits: cut short, both name message 1. */
const BEYOND = ["4294967297", "18446744073709551617"];

export const messageChecks: readonly ConformanceCheck[] = [
  {
    id: "message-line-ends",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "Every line of a message ends in CRLF, whatever the server keeps it in.",
    remedy: "Send every line of a message with CRLF at its end, and the terminating line too.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      for (const { number, body } of await proof.samples(await proof.session())) {
        const { loneLineFeeds } = body;
        if (loneLineFeeds > 0) throw new CheckFailed(`${loneLineFeeds} lines of message ${number} ended in LF alone`);
      }
    },
  },
  {
    id: "message-stuffing",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "A line of a message that begins with a dot is sent with another dot before it, the very first line too.",
    remedy: "Put a dot before every line that begins with one, also where it is the first octet of the message.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const samples = await proof.samples(await proof.session()).catch((error: unknown) => {
        // A line of one dot that was not stuffed has ended the message before.
        throw error instanceof NotRetrieved && !error.isRefused ? new CheckFailed(error.message) : error;
      });
      for (const { number, body } of samples) {
        const [bare] = body.unstuffed;
        if (bare !== undefined)
          throw new CheckFailed(
            `message ${number} has the line ${shown(bare)} on the wire, and ${shown(`.${bare}`)} was due`,
          );
      }
      if (!samples.some(({ body }) => body.lines.some((line) => line.startsWith("."))))
        throw new NotTested("no message that was fetched has a line that begins with a dot");
    },
  },
  {
    id: "message-terminator",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "A message ends with one line of a dot, and nothing stands between that and the answer to the next command.",
    remedy: "End a message with exactly one terminating line.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      proof.mayRetrieve();
      const session = await proof.session();
      const small = (await proof.messages(session)).filter(({ octets }) => octets <= SAMPLE_OCTETS);
      if (small.length === 0) throw new NotTested("the maildrop holds no message of up to 256 KiB");
      for (const { number } of small.slice(0, AGAIN)) {
        await ended(session, number);
        const { status, line } = await session.ask("NOOP");
        if (status !== "+OK") throw new CheckFailed(`${shown(line)} came behind message ${number}`);
      }
      const behind = await session.wire.unreadAfter(BEHIND_MS);
      if (behind !== "") throw new CheckFailed(`${shown(behind)} came where nothing was due`);
    },
  },
  {
    id: "message-stable",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §4",
    title: "A message that is fetched twice in a session has the same octets both times.",
    remedy: "Keep messages from being modified while a session is open, and send them as they are.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      for (const { number, body } of (await proof.samples(session)).slice(0, AGAIN)) {
        const again = await retrieved(session, number);
        const problem = difference(body.lines, again.lines);
        if (problem !== null) throw new CheckFailed(`message ${number}, fetched again: ${problem}`);
      }
    },
  },
  {
    id: "message-numbers-refused",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "RETR and LIST refuse what is no number of a message.",
    remedy: "Read a message number as digits alone, without overflow, and refuse what names no message.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      proof.mayRetrieve();
      const session = await proof.session();
      const next = String((await proof.messages(session)).length + 1);
      for (const command of [
        "RETR",
        `RETR ${next}`,
        "RETR -1",
        "RETR abc",
        ...BEYOND.map((number) => `RETR ${number}`),
      ])
        await refused(session, command);
      for (const number of [next, "abc"]) await refused(session, `LIST ${number}`);
    },
  },
];

/** Fetches a message. Silence at its end is a failure where the server goes on to answer. */
async function ended(session: Conversation, number: number): Promise<void> {
  try {
    await retrieved(session, number);
  } catch (error) {
    if (!(error instanceof WireFailed) || error.reason !== "silent") throw error;
    const { status } = await session.ask("NOOP");
    if (status === null) throw error;
    throw new CheckFailed(`no line of a dot ended message ${number}, and the next command was answered`);
  }
}

/** Throws `CheckFailed` unless a command is answered -ERR. */
export async function refused(session: Conversation, command: string): Promise<void> {
  const { status, line } = await session.ask(command);
  if (status !== "-ERR") throw new CheckFailed(`${command} was answered ${shown(line)}`);
}
