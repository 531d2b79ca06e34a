// A maildrop's messages as they were when a session began: three figures at once, the list when it is first asked for.
// The lease keeps everybody else from deleting, and later arrivals have higher sequence numbers, so it can wait.
import { MaildropFailure, type Snapshot } from "@postern/pop3/server";
import { guarded } from "./failure.js";
import type { MaildropRow, MessageList, MessageTable } from "./message-table.js";
import { ownUniqueId } from "./unique-ids.js";

export class SpoolSnapshot implements Snapshot {
  readonly count: number;
  readonly octets: number;
  readonly asciiOctets: number;
  readonly #row: MaildropRow;
  readonly #table: MessageTable;
  #list: MessageList | null = null;

  constructor(row: MaildropRow, table: MessageTable) {
    this.count = row.count;
    this.octets = row.octets;
    this.asciiOctets = row.asciiOctets ?? row.octets;
    this.#row = row;
    this.#table = table;
  }

  /** Throws `MaildropFailure` where the list cannot be read, as all that ask for a position do; `RangeError` for no position. */
  octetsAt(position: number): number {
    return this.#at(this.#messages().octets, position);
  }

  asciiOctetsAt(position: number): number {
    const octets = this.octetsAt(position);
    const surrogateOctets = this.#messages().surrogateOctets?.[position] ?? -1;
    return surrogateOctets === -1 ? octets : surrogateOctets;
  }

  needsUtf8At(position: number): boolean {
    const { sequences, surrogateOctets } = this.#messages();
    this.#at(sequences, position);
    return surrogateOctets !== null && surrogateOctets[position] !== -1;
  }

  uniqueIdAt(position: number): string {
    const { sequences, uniqueIds } = this.#messages();
    const sequence = this.#at(sequences, position);
    return uniqueIds?.[position] ?? ownUniqueId(this.#row.prefix, sequence);
  }

  sequenceAt(position: number): number {
    return this.#at(this.#messages().sequences, position);
  }

  #messages(): MessageList {
    this.#list ??= guarded(() => this.#table.list(this.#row.id, this.#row.nextSequence, this.count));
    if (this.#list === null) {
      throw new MaildropFailure(
        "temporary",
        "the maildrop changed under this session, which has lost it; log in again",
      );
    }
    return this.#list;
  }

  #at(values: Float64Array, position: number): number {
    const value = values[position];
    if (value === undefined)
      throw new RangeError(`no message at position ${position}: the maildrop holds ${this.count}`);
    return value;
  }
}
