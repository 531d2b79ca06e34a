// What is listed of one session's maildrop: both listings asked for and put together, and the sizes that were listed last.
// The lines are read by `listings.ts`. Knows no message: who asks for one is `client.ts`.
import { list } from "../capabilities/base.js";
import { uidlClient as uidl, uidlCommand } from "../capabilities/uidl.js";
import type { AnyClientCapability } from "../contracts/capability.js";
import { CommandRefused } from "../contracts/errors.js";
import {
  parseScanListing,
  parseUniqueIdLine,
  type ScanListing,
  type UniqueIdListing,
} from "../protocol/listing-lines.js";
import type { Quirk } from "../protocol/quirks.js";
import type { Answer } from "./answer.js";
import { listingsOf } from "./listings.js";
import { listedMessages } from "./messages.js";
import type { CommandOptions } from "./options.js";
import type { ListedMessage } from "./retrieval.js";
import { quiet } from "./rejection.js";
import type { Session } from "./session.js";
import { abortOf } from "./transport.js";

interface Asked {
  readonly scan: Promise<ScanListing[]>;
  readonly uniqueIds: Promise<UniqueIdListing[]>;
}

export class MaildropListings {
  readonly #session: Session;
  /** Those that were asked for along with the login. */
  #prefetched: Asked | null = null;
  #octets: ReadonlyMap<number, number | null> = new Map();

  constructor(session: Session) {
    this.#session = session;
  }

  /** As the last listing said; null where it did not. */
  octetsOf(number: number): number | null {
    return this.#octets.get(number) ?? null;
  }

  /** Asks for both, for `all` to find them there. What is refused is asked for again. */
  prefetch(): void {
    const asked = this.#ask({});
    this.#prefetched = asked;
    asked.scan.catch(() => {
      if (this.#prefetched === asked) this.#prefetched = null;
    });
  }

  /** Both as one. Unique-ids that the server does not have are null, or where they are needed a `CommandRefused`. */
  async #all(options: CommandOptions, needsUniqueIds: boolean): Promise<ListedMessage[]> {
    // What was marked since is in the listing of the login still.
    const { scan, uniqueIds } =
      (this.#session.uncommitted().length === 0 ? this.#prefetched : null) ?? this.#ask(options);
    const ids = await uniqueIds.catch((error: unknown) => {
      if (needsUniqueIds || !(error instanceof CommandRefused)) throw error;
      return [];
    });
    return listedMessages(await scan, ids);
  }

  /** The same, no longer than the signal lets it: what was asked for along with the login knew none. */
  async all(options: CommandOptions, needsUniqueIds: boolean): Promise<ListedMessage[]> {
    const { signal } = options;
    if (signal === undefined) return this.#all(options, needsUniqueIds);
    const { promise: aborted, settle } = abortOf(signal);
    try {
      return await Promise.race([aborted, this.#all(options, needsUniqueIds)]);
    } finally {
      settle();
    }
  }

  scanOf(answer: Answer): ScanListing[] {
    const scan = listingsOf(answer, parseScanListing, this.#session.limits.listingMessages, this.#session.note);
    this.#octets = new Map(scan.map(({ number, octets }) => [number, octets]));
    return scan;
  }

  uniqueIdsOf(answer: Answer): UniqueIdListing[] {
    this.noteUnlisted(uidl, "unlisted-uidl");
    return listingsOf(answer, parseUniqueIdLine, this.#session.limits.listingMessages, this.#session.note);
  }

  /** It works, and CAPA does not say so. */
  noteUnlisted(capability: AnyClientCapability, quirk: Quirk): void {
    const { capabilities, note } = this.#session;
    if (capabilities.answered && !capabilities.has(capability)) note(quirk);
  }

  #ask(options: CommandOptions): Asked {
    const session = this.#session;
    return {
      scan: quiet(session.ask(list, null, (answer) => this.scanOf(answer), options)),
      uniqueIds: quiet(session.ask(uidlCommand, null, (answer) => this.uniqueIdsOf(answer), options)),
    };
  }
}
