// A destination of files: takes messages aside one by one and lets them appear many at a time, because making one thing last costs about
// as much as making a hundred last together. Keeps the order that `destination.ts` promises; how files look is for its placement.
import { DestinationFailure } from "./destination.js";
import type { DeliverOptions, Destination, Intent, Ledger, MessageFacts } from "./destination.js";
import { failing } from "./file-failure.js";
import { MessageReading } from "./message-reading.js";

/** How much waits, at most, until it appears and is recorded. After a death it is fetched again, so it is no more than pays. */
export interface BatchLimits {
  readonly messages: number;
  readonly octets: number;
  readonly ms: number;
}

export const batchLimits: BatchLimits = { messages: 100, octets: 16 * 1024 * 1024, ms: 1_000 };

/** Of a message that is larger than this, or of unknown size, nobody knows when it will be there: the others do not wait for it. */
const LARGE_OCTETS = 1024 * 1024;

/** A message that was taken aside. */
export interface StagedMessage {
  readonly uniqueId: string;
  readonly octets: number;
}

/** How one kind of destination keeps its files. Throws errors of the file system as they are, or `DestinationFailure`. */
export interface Placement<Staged extends StagedMessage> {
  /** Writes a message where nobody looks for it. Leaves nothing behind where it throws. */
  stage(message: AsyncIterable<Uint8Array>, facts: MessageFacts): Promise<Staged>;
  /** Makes the messages last, calls `intend` with where each is going to be, lets them appear, and makes that last. */
  publish(staged: readonly Staged[], intend: (intents: readonly Intent[]) => void): Promise<void>;
  /**
   * Begins: finishes or undoes what another process had intended, clears away what else it left unfinished, and gives the unique-ids
   * of the messages that are there, and last.
   */
  recover(intents: readonly Intent[]): Promise<readonly string[]>;
  /** Gives everything back. `settled`: nothing is staged or intended, so nothing need be kept for the next time. */
  close(settled: boolean): Promise<void>;
}

/** Opens a destination of files: settles first what an earlier process left open. Throws `DestinationFailure`. */
export async function openBatched<Staged extends StagedMessage>(
  name: string,
  placement: Placement<Staged>,
  ledger: Ledger,
  limits: BatchLimits,
): Promise<Destination> {
  try {
    ledger.settle(name, await failing(name, () => placement.recover(ledger.intents(name))));
  } catch (error) {
    await placement.close(false).catch(() => undefined);
    throw error;
  }
  return new BatchedDestination(name, placement, ledger, limits);
}

class BatchedDestination<Staged extends StagedMessage> implements Destination {
  readonly name: string;
  readonly #placement: Placement<Staged>;
  readonly #ledger: Ledger;
  readonly #limits: BatchLimits;
  #staged: Staged[] = [];
  #octets = 0;
  #sinceMs = 0;
  /** What ended it: half of a batch may have appeared, and only opening it anew finds out which half. */
  #failure: Error | null = null;

  constructor(name: string, placement: Placement<Staged>, ledger: Ledger, limits: BatchLimits) {
    this.name = name;
    this.#placement = placement;
    this.#ledger = ledger;
    this.#limits = limits;
  }

  async deliver(message: AsyncIterable<Uint8Array>, facts: MessageFacts, options: DeliverOptions = {}): Promise<void> {
    this.#refuseAfterFailure();
    if ((facts.octets ?? Infinity) > LARGE_OCTETS) await this.flush();
    const reading = new MessageReading(message, options.signal);
    const staged = await failing(this.name, () => this.#placement.stage(reading.octets(), facts)).catch(
      (error: unknown) => {
        throw reading.failure === null ? error : reading.failure.error;
      },
    );
    if (this.#staged.length === 0) this.#sinceMs = performance.now();
    this.#staged.push(staged);
    this.#octets += staged.octets;
    const limits = this.#limits;
    const waitedMs = performance.now() - this.#sinceMs;
    if (this.#staged.length >= limits.messages || this.#octets >= limits.octets || waitedMs >= limits.ms)
      await this.flush();
  }

  async flush(): Promise<void> {
    this.#refuseAfterFailure();
    const staged = this.#staged;
    if (staged.length === 0) return;
    this.#staged = [];
    this.#octets = 0;
    try {
      await failing(this.name, () =>
        this.#placement.publish(staged, (intents) => this.#ledger.intend(this.name, intents)),
      );
      this.#ledger.settle(
        this.name,
        staged.map(({ uniqueId }) => uniqueId),
      );
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      if (this.#failure === null) await this.flush();
    } finally {
      const settled = this.#failure === null;
      this.#failure ??= new DestinationFailure("refused", `${this.name}: it is closed`);
      await failing(this.name, () => this.#placement.close(settled));
    }
  }

  #refuseAfterFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
