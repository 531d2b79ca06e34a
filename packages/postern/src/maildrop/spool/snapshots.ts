// Snapshots by maildrop, shared by the sessions that see the same version of it: a client that polls makes nobody read the list again.
// Knows when two rows mean the same messages, and how many may be kept; what a snapshot says is `spool-snapshot.ts`.
import type { MaildropRow, MessageTable } from "./message-table.js";
import { SpoolSnapshot } from "./spool-snapshot.js";

/** Messages in all kept snapshots together: some ten MiB with their listings. */
const MOST_MESSAGES = 200_000;

/** Kept snapshots, the empty ones too. */
const MOST_MAILDROPS = 10_000;

export class Snapshots {
  readonly #table: MessageTable;
  /** The one used last stands last. */
  readonly #kept = new Map<number, { readonly row: MaildropRow; readonly snapshot: SpoolSnapshot }>();
  #messages = 0;

  constructor(table: MessageTable) {
    this.#table = table;
  }

  /** The snapshot of a maildrop as its row says it is now. */
  of(row: MaildropRow): SpoolSnapshot {
    const kept = this.#kept.get(row.id);
    this.#forget(row.id);
    const snapshot =
      kept !== undefined && sameMessages(kept.row, row) ? kept.snapshot : new SpoolSnapshot(row, this.#table);
    if (row.count > MOST_MESSAGES) return snapshot;
    this.#kept.set(row.id, { row, snapshot });
    this.#messages += row.count;
    for (const id of this.#kept.keys()) {
      if (this.#messages <= MOST_MESSAGES && this.#kept.size <= MOST_MAILDROPS) break;
      this.#forget(id);
    }
    return snapshot;
  }

  #forget(id: number): void {
    this.#messages -= this.#kept.get(id)?.row.count ?? 0;
    this.#kept.delete(id);
  }
}

/** Messages come only at the end, with a new sequence number, and go for good: so neither can have happened unseen. */
function sameMessages(one: MaildropRow, other: MaildropRow): boolean {
  return one.nextSequence === other.nextSequence && one.count === other.count;
}
