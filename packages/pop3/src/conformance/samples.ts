// The messages of a maildrop as checks compare them: the scan listing, and up to twenty of them as RETR sent them, fetched once a session.
// Knows the framing alone; what a listing or a message has to be is for the checks.
import { list, retr } from "../capabilities/base.js";
import type { ReceivedBody } from "../wire/wire.js";
import type { Conversation } from "./conversation.js";
import { Undecided } from "./outcome.js";
import { SAMPLE_OCTETS, SAMPLES } from "./subject.js";

/** A line of the scan listing. */
export interface Listed {
  readonly number: number;
  readonly octets: number;
}

/** A message of the maildrop as RETR sent it. */
export interface Sample {
  readonly number: number;
  /** By the scan listing. */
  readonly listedOctets: number;
  readonly body: ReceivedBody;
}

/** A listed message did not come, so that nothing can be said of what depends on it. */
export class NotRetrieved extends Undecided {
  /** Else something came that is no answer: the message before it ended where it should not have. */
  readonly isRefused: boolean;

  constructor(message: string, isRefused: boolean) {
    super(message);
    this.isRefused = isRefused;
  }
}

/** By session: numbers and messages stay what they are in one (RFC 1939 §4). */
const fetched = new WeakMap<Conversation, readonly Sample[]>();

/** Throws `Undecided` for what is none: the check of the listing itself says so. */
export async function scanListing(session: Conversation): Promise<readonly Listed[]> {
  const { answer, body } = await session.multi(list.keyword);
  if (body === null) throw new Undecided(`${list.keyword} was refused: ${answer.line}`);
  return body.lines.map((line) => {
    const [, number, octets] = /^(\d{1,10}) (\d{1,15})(?: .*)?$/.exec(line) ?? [];
    if (number === undefined) throw new Undecided(`${JSON.stringify(line)} is no scan listing`);
    return { number: Number(number), octets: Number(octets) };
  });
}

/** The first messages that are small enough. */
export async function samplesOf(session: Conversation): Promise<readonly Sample[]> {
  const known = fetched.get(session);
  if (known !== undefined) return known;
  const small = (await scanListing(session)).filter(({ octets }) => octets <= SAMPLE_OCTETS).slice(0, SAMPLES);
  const samples: Sample[] = [];
  for (const { number, octets } of small) {
    samples.push({ number, listedOctets: octets, body: await retrieved(session, number) });
  }
  fetched.set(session, samples);
  return samples;
}

/** Fetches a message. Throws `NotRetrieved` where it does not come. */
export async function retrieved(session: Conversation, number: number): Promise<ReceivedBody> {
  const command = `${retr.keyword} ${number}`;
  const { answer, body } = await session.multi(command, "message");
  if (body !== null) return body;
  const { line, status } = answer;
  const text =
    status === "-ERR"
      ? `${command} was refused: ${line}`
      : `${JSON.stringify(line.slice(0, 200))} came where the answer to ${command} was due`;
  throw new NotRetrieved(text, status === "-ERR");
}
