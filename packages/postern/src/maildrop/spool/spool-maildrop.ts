// One session's open maildrop: reading, and deletion at its end.
// Statements are `message-table.ts`'s, octets `bodies.ts`'s, the lease `leases.ts`'s. Knows positions, no message numbers.
import type { Maildrop, WireBody } from "@postern/pop3/server";
import type { PosternDatabase } from "../../database/database.js";
import type { Bodies } from "./bodies.js";
import { guarded, guardedAsync, leaseLost } from "./failure.js";
import type { Lease, Leases } from "./leases.js";
import type { MaildropRow, MessageTable } from "./message-table.js";
import type { Snapshots } from "./snapshots.js";
import type { SpoolSnapshot } from "./spool-snapshot.js";
import { wireBody } from "./wire-body.js";

/** What a session needs of its store. */
export interface SpoolRooms {
  readonly database: PosternDatabase;
  readonly table: MessageTable;
  readonly snapshots: Snapshots;
  readonly bodies: Bodies;
  readonly leases: Leases;
  /** Told when there are bodies to remove. */
  sweepSoon(): void;
}

export class SpoolMaildrop implements Maildrop {
  readonly snapshot: SpoolSnapshot;
  readonly #row: MaildropRow;
  readonly #lease: Lease;
  readonly #rooms: SpoolRooms;

  constructor(row: MaildropRow, lease: Lease, rooms: SpoolRooms) {
    this.snapshot = rooms.snapshots.of(row);
    this.#row = row;
    this.#lease = lease;
    this.#rooms = rooms;
  }

  read(position: number): WireBody {
    const sequence = this.snapshot.sequenceAt(position);
    const place = guarded(() => this.#rooms.table.place(this.#row.id, sequence));
    if (place === null) throw leaseLost();
    return wireBody(this.#rooms.bodies, place);
  }

  update(deleted: readonly number[]): void | Promise<void> {
    if (deleted.length === 0) return this.release();
    return this.#delete(deleted);
  }

  release(): void {
    this.#rooms.leases.release(this.#lease);
  }

  async #delete(deleted: readonly number[]): Promise<void> {
    const { database, table, leases } = this.#rooms;
    try {
      const runs = this.#runs(deleted);
      const octets = runs.reduce((sum, run) => sum + run.octets, 0);
      const asciiOctets = runs.reduce((sum, run) => sum + run.asciiOctets, 0);
      const messages = runs.reduce((sum, run) => sum + run.messages, 0);
      await guardedAsync(async () => {
        await database.write(() => {
          if (!leases.holds(this.#lease)) throw leaseLost();
          for (const { first, last, messages } of runs) {
            if (table.removeRange(this.#row.id, first, last) !== messages) throw leaseLost();
          }
          table.uncount(this.#row.id, messages, octets, asciiOctets);
        });
        await database.durable();
      });
    } finally {
      this.release();
    }
    this.#rooms.sweepSoon();
  }

  /** Neighbouring messages together: nothing else can lie between their sequence numbers while the lease is ours. */
  #runs(deleted: readonly number[]): Run[] {
    const runs: Run[] = [];
    let previous = Number.NaN;
    for (const position of [...new Set(deleted)].toSorted((one, other) => one - other)) {
      const sequence = this.snapshot.sequenceAt(position);
      const octets = this.snapshot.octetsAt(position);
      const asciiOctets = this.snapshot.asciiOctetsAt(position);
      const run = runs.at(-1);
      if (run !== undefined && position === previous + 1) {
        run.last = sequence;
        run.messages++;
        run.octets += octets;
        run.asciiOctets += asciiOctets;
      } else {
        runs.push({ first: sequence, last: sequence, messages: 1, octets, asciiOctets });
      }
      previous = position;
    }
    return runs;
  }
}

/** Messages that lie side by side, by sequence number. */
interface Run {
  readonly first: number;
  last: number;
  messages: number;
  octets: number;
  asciiOctets: number;
}
