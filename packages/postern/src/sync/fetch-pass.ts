// One visit to one maildrop: what is there, what is wanted of it, each message to its destination and into the ledger, and only then off
// the server. Whether and when there is another visit is `fetch-account.ts`'s. Shows nothing: it tells a listener how it goes.
import {
  CommandRefused,
  type ConnectOptions,
  type ListedMessage,
  loginDelay,
  Pop3Client,
  TransportLost,
} from "@postern/pop3/client";
import { DestinationFailure } from "./destination.js";
import type { Destination } from "./destination.js";
import type { AccountState } from "./state.js";

/** What is told while it goes on. */
export interface FetchListener {
  /** The listing is read: so much is there, and so much of it is wanted. */
  listed?(there: number, wanted: number, wantedOctets: number): void;
  /** More of a message has come. */
  received?(octets: number): void;
  /** A message is at its destination, or on the way to it that no crash cuts off without repeating it. */
  delivered?(): void;
  failed?(failed: FailedMessage): void;
}

/** A message that was left on the server. */
export interface FailedMessage {
  readonly number: number;
  readonly uniqueId: string;
  /** A sentence. */
  readonly problem: string;
}

export interface PassOptions {
  readonly connect: ConnectOptions;
  readonly state: AccountState;
  readonly destination: Destination;
  /** Whether the server's copies go, once they are safe here. */
  readonly deletes: boolean;
  /** Pass over what was fetched to any destination, not to this one alone. */
  readonly onlyNew: boolean;
  readonly listener: FetchListener;
  readonly signal: AbortSignal | undefined;
  readonly nowMs: () => number;
}

export interface PassOutcome {
  /** Messages in the maildrop. */
  readonly listed: number;
  readonly fetched: number;
  readonly octets: number;
  /** Messages that were there before. */
  readonly known: number;
  readonly failed: readonly FailedMessage[];
  readonly deleted: number;
  /** What the server asks to wait between logins (RFC 2449 §6.5); 0 where it asks for nothing. */
  readonly loginDelaySeconds: number;
}

/** The server has no unique-ids, without which nobody can tell what was fetched. */
class NoUniqueIds extends Error {
  override readonly name = "NoUniqueIds";

  constructor() {
    super("the server has no unique-ids (UIDL), without which fetched messages cannot be told from new ones");
  }
}

/** How a reply begins; cut short where the octets that are there are. */
const STATUS = /^(?:\+OK(?:[ \r]|$)|-ERR(?:[ \r]|$))/;

interface WantedMessage extends ListedMessage {
  /** Its unique-id, and for a second message of the same one its count (RFC 1939 §7 lets copies share one). */
  readonly key: string;
}

/**
 * Visits the maildrop once. Throws what connecting, logging in and listing throw, `NoUniqueIds`, `DestinationFailure` where the destination
 * takes nothing more, `TransportLost` and the signal's reason; what was fetched until then is safe and known.
 */
export async function fetchOnce(options: PassOptions): Promise<PassOutcome> {
  const { connect, state, signal, nowMs } = options;
  await using client = await connected(connect, state, signal);
  state.recordLogin(nowMs());
  state.rememberCapabilities(client.capabilitiesBeforeLogin.lines);
  try {
    return await visited(client, options);
  } catch (error) {
    // Who wants to stop does not wait for the last words of a server.
    if (signal?.aborted === true) client.close();
    throw error;
  }
}

async function visited(client: Pop3Client, options: PassOptions): Promise<PassOutcome> {
  const { state, signal } = options;
  const listed = keyed(await client.listing(signal === undefined ? {} : { signal }));
  state.forgetMissing(new Set(listed.map(({ key }) => key)));
  const wanted = listed.filter(({ key }) => !isKnown(options, key));
  options.listener.listed?.(listed.length, wanted.length, sum(wanted.map(({ octets }) => octets ?? 0)));

  const failed = new Map<string, FailedMessage>();
  const { fetched, octets } = await retrieved(client, wanted, options, failed);
  const deleted = await ended(client, listed, options, failed);
  return {
    listed: listed.length,
    fetched,
    octets,
    known: listed.length - wanted.length,
    failed: [...failed.values()],
    deleted,
    loginDelaySeconds: client.capabilities.get(loginDelay)?.seconds ?? 0,
  };
}

/** What an earlier visit remembered may be wrong today; the next try then begins without it. */
async function connected(
  options: ConnectOptions,
  state: AccountState,
  signal: AbortSignal | undefined,
): Promise<Pop3Client> {
  const remembered = state.capabilities ?? [];
  const { auth, ...rest } = options;
  const anonymous = signal === undefined ? rest : { ...rest, signal };
  try {
    return await Pop3Client.connect({
      ...anonymous,
      ...(auth !== undefined && { auth }),
      remembered,
      prefetchListings: true,
    });
  } catch (error) {
    // A refusal with a code is an answer to us, and says nothing about what the server can do.
    const answered = error instanceof TransportLost || (error instanceof CommandRefused && error.code !== null);
    if (remembered.length > 0 && !answered) state.rememberCapabilities(null);
    const early = error instanceof CommandRefused && error.responseCode?.cause === "login-delay";
    if (remembered.length === 0 && early) state.rememberCapabilities(await announced(anonymous).catch(() => null));
    throw error;
  }
}

/** The lines of CAPA before a login: how long to wait for one is in them. */
async function announced(connect: ConnectOptions): Promise<readonly string[]> {
  await using client = await Pop3Client.connect(connect);
  return client.capabilitiesBeforeLogin.lines;
}

function keyed(listed: readonly ListedMessage[]): WantedMessage[] {
  const seen = new Map<string, number>();
  return listed.map((message) => {
    if (message.uniqueId === null) throw new NoUniqueIds();
    const nth = (seen.get(message.uniqueId) ?? 0) + 1;
    seen.set(message.uniqueId, nth);
    // A unique-id holds no tab, so no other message has this key.
    return { ...message, key: nth === 1 ? message.uniqueId : `${message.uniqueId}\t${nth}` };
  });
}

function isKnown({ state, destination, onlyNew }: PassOptions, key: string): boolean {
  return onlyNew ? state.isFetched(key) : state.isFetched(key, destination.name);
}

async function retrieved(
  client: Pop3Client,
  wanted: readonly WantedMessage[],
  { destination, listener, signal, state, nowMs }: PassOptions,
  failed: Map<string, FailedMessage>,
): Promise<{ fetched: number; octets: number }> {
  let fetched = 0;
  let octets = 0;
  const keys = new Map(wanted.map(({ number, key }) => [number, key]));
  const aborting = signal === undefined ? {} : { signal };
  const doubtful = new Set<string>();
  try {
    for await (const message of client.messages({ among: wanted, ...aborting })) {
      const key = keys.get(message.number)!;
      const facts = { uniqueId: key, octets: message.octets, receivedMs: nowMs() };
      // Behind one that is two, every message may be the next one.
      if (doubtful.size > 0) doubtful.add(key);
      try {
        const pieces = watched(counted(message, listener), message.octets, () => doubtful.add(key));
        await destination.deliver(pieces, facts, aborting);
        fetched++;
        octets += message.receivedOctets;
        listener.delivered?.();
      } catch (error) {
        if (!concernsOneMessage(error)) throw error;
        const failure = { number: message.number, uniqueId: message.uniqueId!, problem: error.message };
        failed.set(key, failure);
        listener.failed?.(failure);
      }
    }
  } catch (error) {
    // The server still has them as they are.
    if (doubtful.size > 0 && !(error instanceof DestinationFailure)) {
      await destination.flush();
      state.forget(doubtful);
    }
    throw error;
  }
  await destination.flush();
  return { fetched, octets };
}

/**
 * Tells where a message goes on behind its listed size with what looks like a reply: the server may have forgotten the terminator, and one
 * reply will be missing in the end. A message can look so by chance or by malice; then none is missing, and nothing comes of it.
 */
async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  listed: number | null,
  runsOn: () => void,
): AsyncGenerator<Uint8Array> {
  let octets = 0;
  for await (const piece of pieces) {
    const at = listed === null ? -1 : listed - octets;
    if (at >= 0 && at < piece.length && STATUS.test(Buffer.from(piece.subarray(at, at + 5)).toString("latin1")))
      runsOn();
    octets += piece.length;
    yield piece;
  }
}

/** Whether the others can go on. */
function concernsOneMessage(error: unknown): error is Error {
  return error instanceof CommandRefused || (error instanceof DestinationFailure && error.kind === "permanent");
}

async function* counted(message: AsyncIterable<Uint8Array>, { received }: FetchListener): AsyncGenerator<Uint8Array> {
  for await (const piece of message) {
    received?.(piece.length);
    yield piece;
  }
}

/** Ends the session; with `deletes`, what the ledger knows to be safe at the destination is deleted, and how many those were. */
async function ended(
  client: Pop3Client,
  listed: readonly WantedMessage[],
  { state, destination, deletes }: PassOptions,
  failed: ReadonlyMap<string, FailedMessage>,
): Promise<number> {
  const safe = deletes ? listed.filter(({ key }) => state.isFetched(key, destination.name) && !failed.has(key)) : [];
  if (safe.length === 0) {
    // Everything is here, and nothing is lost with the server's last word.
    await client.quit().catch(() => undefined);
    return 0;
  }
  state.doom(safe.map(({ key }) => key));
  const marks = await Promise.allSettled(safe.map(({ number }) => client.delete(number)));
  for (const mark of marks)
    if (mark.status === "rejected" && !(mark.reason instanceof CommandRefused)) throw mark.reason;
  const { deleted } = await client.quit();
  const gone = new Set(deleted);
  state.deleted(safe.filter(({ number }) => gone.has(number)).map(({ key }) => key));
  return deleted.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
