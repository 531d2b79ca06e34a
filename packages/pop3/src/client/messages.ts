// Many messages one after the other, with as many asked for ahead as a window of octets holds: a long round trip then costs nothing.
// Decides which and when; asking is `client.ts`'s. The window counts what the listing says that the messages have (RFC 2449 §6.6).
import type { ScanListing, UniqueIdListing } from "../protocol/listing-lines.js";
import type { CommandOptions } from "./options.js";
import { Queue } from "./queue.js";
import type { ListedMessage, RetrievedMessage } from "./retrieval.js";
import { asError } from "./rejection.js";

export interface MessagesOptions extends CommandOptions {
  /** Only those behind the one with this unique-id; all where it is not there any more. Needs UIDL. */
  readonly after?: string;
  /** Without those whose unique-ids are in it. Needs UIDL. */
  readonly known?: { has(uniqueId: string): boolean };
  /** Only these, as `listing` gave them; no listing is asked for then. */
  readonly among?: readonly ListedMessage[];
  /**
   * Send QUIT behind the last message: the session ends with the loop, a round trip earlier. Not for who deletes, and not where the
   * server lists EXPIRE 0: a message that was not made to last yet could be gone.
   */
  readonly thenQuit?: boolean;
  /** By message number: `ascending`, the default, or `descending`. */
  readonly order?: "ascending" | "descending";
  /** Octets to ask for ahead of the message at hand; 0 asks for one message at a time. 4 MiB where absent. */
  readonly window?: number;
}

/** Whether the choice depends on unique-ids. */
export function needsUniqueIds({ after, known }: MessagesOptions): boolean {
  return after !== undefined || known !== undefined;
}

/** Both listings as one. */
export function listedMessages(scan: readonly ScanListing[], uniqueIds: readonly UniqueIdListing[]): ListedMessage[] {
  const byNumber = new Map(uniqueIds.map(({ number, uniqueId }) => [number, uniqueId]));
  return scan.map(({ number, octets }) => ({ number, octets, uniqueId: byNumber.get(number) ?? null }));
}

/** What a message counts for where the server does not say how long it is. */
const UNKNOWN_OCTETS = 256 * 1024;

/** What a message counts for at least: many small ones are many commands, and many replies to hold. */
const LEAST_OCTETS = 1024;

function countedOctets({ octets }: ListedMessage): number {
  return Math.max(octets ?? UNKNOWN_OCTETS, LEAST_OCTETS);
}

/** What is wanted, in order. */
export function chosenMessages(
  listed: readonly ListedMessage[],
  { after, known, order = "ascending" }: MessagesOptions,
): readonly ListedMessage[] {
  const last = after === undefined ? undefined : listed.find(({ uniqueId }) => uniqueId === after)?.number;
  const chosen = listed
    .filter(({ number, uniqueId }) => {
      return (last === undefined || number > last) && (uniqueId === null || known?.has(uniqueId) !== true);
    })
    .toSorted((a, b) => a.number - b.number);
  return order === "ascending" ? chosen : chosen.toReversed();
}

/**
 * Asks for messages ahead within the window, and yields them in order; tells when the last one was asked for. What was asked for and is not
 * wanted any more is dropped. Listens to the signal once for all of them: Node 20 warns of the eleventh listener.
 */
export async function* prefetched(
  chosen: readonly ListedMessage[],
  windowOctets: number,
  signal: AbortSignal | undefined,
  retrieve: (message: ListedMessage) => RetrievedMessage,
  allAsked: () => void,
): AsyncGenerator<RetrievedMessage, void, void> {
  const asked = new Queue<RetrievedMessage>();
  let askedOctets = 0;
  let next = 0;
  let told = false;
  const abort = (): void => {
    for (const retrieval of asked.drain()) retrieval.abandon(asError(signal?.reason));
  };
  signal?.addEventListener("abort", abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      for (; next < chosen.length; next++) {
        const message = chosen[next]!;
        const octets = countedOctets(message);
        if (asked.length > 0 && askedOctets + octets > windowOctets) break;
        askedOctets += octets;
        asked.push(retrieve(message));
      }
      if (next === chosen.length && !told) {
        told = true;
        allAsked();
      }
      const { first } = asked;
      if (first === undefined) return;
      yield first;
      first.cancel();
      askedOctets -= countedOctets(first);
      asked.shift();
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    for (const retrieval of asked.drain()) retrieval.cancel();
  }
}
