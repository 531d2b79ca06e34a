// The messages of a maildrop as checks compare them: the scan listing, and up to twenty of them as RETR sent them, fetched once a session.
// Knows the framing alone; what a listing or a message has to be is for the checks.
import { list, retr } from "../capabilities/base.js";
import { utf8 } from "../capabilities/utf8.js";
import type { ReceivedBody } from "../wire/wire.js";
import type { Answer, Conversation } from "./conversation.js";
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
    const { body, refusal } = await asked(session, number);
    // RFC 6856 §2.1: what needs UTF-8 may be refused to a session that is not in that mode.
    if (refusal !== null && needsUtf8(refusal)) continue;
    samples.push({ number, listedOctets: octets, body: body ?? notRetrieved(number, refusal) });
  }
  fetched.set(session, samples);
  return samples;
}

/** Fetches a message. Throws `NotRetrieved` where it does not come. */
export async function retrieved(session: Conversation, number: number): Promise<ReceivedBody> {
  const { body, refusal } = await asked(session, number);
  return body ?? notRetrieved(number, refusal);
}

/** The message, or what the server says instead. */
type Asked =
  { readonly body: ReceivedBody; readonly refusal: null } | { readonly body: null; readonly refusal: Answer };

async function asked(session: Conversation, number: number): Promise<Asked> {
  const { answer, body } = await session.multi(`${retr.keyword} ${number}`, "message");
  return body === null ? { body, refusal: answer } : { body, refusal: null };
}

function needsUtf8({ status, code }: Answer): boolean {
  return status === "-ERR" && utf8.responseCodes?.some((one) => one.code === code?.toUpperCase()) === true;
}

function notRetrieved(number: number, refusal: Answer | null): never {
  const command = `${retr.keyword} ${number}`;
  const line = refusal?.line ?? "";
  if (refusal?.status === "-ERR") throw new NotRetrieved(`${command} was refused: ${line}`, true);
  throw new NotRetrieved(`${JSON.stringify(line.slice(0, 200))} came where the answer to ${command} was due`, false);
}
