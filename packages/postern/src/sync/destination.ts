// The contract of a destination of fetched mail, and of the ledger that it keeps its promises with. Knows no protocol and no file:
// `open-destination.ts` lists the kinds there are, `state.ts` is the ledger.
//
// The order that keeps a message from being lost or doubled, whatever ends the process and when:
//   1. its octets are on the disk, where nobody looks for mail;
//   2. the ledger knows, durably, that it is about to appear, and where (`intend`);
//   3. it appears, durably;
//   4. the ledger knows, durably, that it is fetched (`settle`).
// After a death before 2 it is fetched again. After one between 2 and 4 the destination looks, when it is opened, what became of what
// was intended: finishes it, finds it finished, or, in doubt, lets it be fetched again. LMTP has no 2; `lmtp.ts` says what follows.

/** What is known of a message besides its octets. */
export interface MessageFacts {
  readonly uniqueId: string;
  /** As the server listed them; null where it did not. Never trusted to be right. */
  readonly octets: number | null;
  readonly receivedMs: number;
}

/** How one message is delivered. */
export interface DeliverOptions {
  /** Gives up the delivery: it rejects with the signal's reason, and the message is not there. */
  readonly signal?: AbortSignal | undefined;
}

/** A place for fetched mail. One delivery at a time; a process of its own account has it open alone. */
export interface Destination {
  /** What people read and the ledger goes by: `maildir:/home/mia/Mail`. */
  readonly name: string;
  /**
   * Takes one message, as it came, read no faster than it is stored. Once this resolves the message may still be on its way: it is
   * durable and recorded in the ledger at once (LMTP), soon (files: many at a time), or at the latest after `flush`. Whoever deletes
   * it from the server asks the ledger first.
   *
   * Rejects, and leaves nothing behind of this message, with `DestinationFailure`, with what reading the message threw, or with the
   * signal's reason. Messages taken before are not touched by that.
   */
  deliver(message: AsyncIterable<Uint8Array>, facts: MessageFacts, options?: DeliverOptions): Promise<void>;
  /** Resolves once all that was taken is durable and recorded. Rejects with `DestinationFailure`. */
  flush(): Promise<void>;
  /** Flushes and gives everything back; to be called however the fetch ended. Rejects as `flush` does, unless that was said before. */
  close(): Promise<void>;
}

/** What a message waits for between 2 and 4 above. */
export interface Intent {
  readonly uniqueId: string;
  /** Where it is going to be, in the words of the destination. */
  readonly place: string;
}

/** What a destination tells to last. Each call returns once that survives the death of the machine. */
export interface Ledger {
  /** Whose mail it is: `user@host:port`. */
  readonly account: string;
  /** What an earlier process was about to place at the destination of that name. */
  intents(destination: string): readonly Intent[];
  /** Takes note of what is about to appear there. */
  intend(destination: string, intents: readonly Intent[]): void;
  /** These are fetched to the destination of that name; nothing is intended there any more. */
  settle(destination: string, uniqueIds: readonly string[]): void;
}

/**
 * What is to be done about a failure. `temporary`: try again later, the rest will hardly do better now. `permanent`: this message will
 * never be taken, others may be. `refused`: the destination takes nothing until somebody changes something.
 */
export type FailureKind = "temporary" | "permanent" | "refused";

/** A destination did not take a message, or cannot be used. The message is one sentence for people, with the name of the destination. */
export class DestinationFailure extends Error {
  override readonly name = "DestinationFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
