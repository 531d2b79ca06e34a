// Deletes what has outlived its retention (RFC 2449 §6.7): maildrop by maildrop, in small transactions, between other work.
// Which retention is in force is `policies.ts`'s to say, who has a maildrop open `leases.ts`'s. Knows no session.
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { isBusy } from "../../database/problem.js";
import type { MaildropName, SpoolPolicies } from "./policies.js";
import { SweepTurns } from "./sweep-turns.js";
import type { SpoolRooms } from "./spool-maildrop.js";

const DAY_MS = 86_400_000;

/** Maildrops looked at in one turn of the event loop; most of them have nothing to delete. */
const MAILDROPS_AT_A_TIME = 200;

/** Messages looked at in one turn, a millisecond's work. */
const MESSAGES_AT_A_TIME = 1000;

/** Messages deleted in one transaction: logins of other processes wait for it, a few milliseconds. */
const DELETED_AT_A_TIME = 200;

/** After a transaction nine times as long as it took is left to the others: who waits for a lock asks for it only now and then. */
const REST = 9;

/** How often it is looked whether a sweep is due, and whether the maildrops that were in use are free now. */
const BEAT_MS = 60_000;

/** How often a transaction is tried that finds the database busy, before the maildrop is left to the next time. */
const ATTEMPTS = 50;

/** What is told of a maildrop that something was deleted from. */
export interface RetentionEvent {
  readonly user: string;
  readonly deleted: number;
}

export interface RetentionOptions {
  readonly tell?: (event: RetentionEvent) => void;
  /** Told what kept a sweep from its end; the next one comes all the same. */
  readonly failed?: (error: unknown) => void;
  readonly now?: () => number;
}

/** What one sweep did. */
export interface Swept {
  readonly deleted: number;
  /** Maildrops that something was deleted from. */
  readonly maildrops: number;
  /** Maildrops passed over because somebody had them open, or the database was busy for long; their turn comes soon. */
  readonly inUse: number;
}

export class RetentionSweeper {
  readonly #rooms: SpoolRooms;
  readonly #policies: SpoolPolicies;
  readonly #options: RetentionOptions;
  readonly #turns: SweepTurns;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #running = false;
  /** What is owed to the others since the last transaction. */
  #restMs = 0;
  /** In use at the last sweep. */
  #passedOver: readonly MaildropName[] = [];

  constructor(rooms: SpoolRooms, policies: SpoolPolicies, options: RetentionOptions) {
    this.#rooms = rooms;
    this.#policies = policies;
    this.#options = options;
    this.#turns = new SweepTurns(rooms.database);
  }

  /** Sweeps once in that time from now on, or leaves it to another process on the same data directory. */
  start(intervalMs: number): void {
    if (this.#timer !== null || this.#stopped) return;
    const failed = (error: unknown): void => {
      if (!this.#stopped) this.#options.failed?.(error);
    };
    const beat = (): void => void this.#beat(intervalMs).catch(failed);
    this.#timer = setInterval(beat, Math.min(intervalMs, BEAT_MS));
    this.#timer.unref();
    beat();
  }

  /** Nothing is touched any more once this returns. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Deletes in all maildrops what may be deleted at that time. Two of these at once, in one process or two, do no harm. */
  async sweepOnce(nowMs: number = this.#now()): Promise<Swept> {
    const tally = new Tally();
    let behind: number | null = 0;
    while (behind !== null && !this.#stopped) {
      const { maildrops, last } = this.#policies.ending(behind, MAILDROPS_AT_A_TIME);
      await this.#sweep(maildrops, nowMs, tally);
      behind = last;
      await nextTurn();
    }
    this.#passedOver = tally.inUse;
    return { deleted: tally.deleted, maildrops: tally.maildrops, inUse: tally.inUse.length };
  }

  async #beat(intervalMs: number): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      if (await this.#turns.take(this.#now(), intervalMs)) await this.sweepOnce();
      else if (this.#passedOver.length > 0) {
        const tally = new Tally();
        await this.#sweep(this.#passedOver, this.#now(), tally);
        this.#passedOver = tally.inUse;
      }
    } finally {
      this.#running = false;
    }
  }

  async #sweep(maildrops: readonly MaildropName[], nowMs: number, tally: Tally): Promise<void> {
    for (const maildrop of maildrops) {
      if (this.#stopped) return;
      const deleted = await this.#sweepMaildrop(maildrop, nowMs, tally);
      if (deleted === 0) continue;
      tally.deleted += deleted;
      tally.maildrops += 1;
      this.#rooms.sweepSoon();
      this.#options.tell?.({ user: maildrop.user, deleted });
    }
  }

  async #sweepMaildrop(maildrop: MaildropName, nowMs: number, tally: Tally): Promise<number> {
    const untilMs = this.#deletableUntilMs(maildrop.id, nowMs);
    if (untilMs === null) return 0;
    let deleted = 0;
    let behind = 0;
    for (;;) {
      const page = this.#rooms.table.ages(maildrop.id, behind, MESSAGES_AT_A_TIME);
      for (const runs of batches(page, untilMs)) {
        const outcome = await this.#delete(maildrop, runs, untilMs, nowMs);
        if (outcome === "in-use") {
          tally.inUse.push(maildrop);
          return deleted;
        }
        deleted += outcome;
      }
      if (page.length < MESSAGES_AT_A_TIME) return deleted;
      behind = page.at(-1)![0];
      await nextTurn();
      if (this.#stopped) return deleted;
    }
  }

  /**
   * A message that lies here since then or before may be deleted; null where none may. Nothing goes before the days have passed since
   * the retention was set: until then somebody may rely on what was announced before.
   */
  #deletableUntilMs(maildrop: number, nowMs: number): number | null {
    const term = this.#policies.term(maildrop);
    if (term === null) return null;
    const untilMs = nowMs - term.days * DAY_MS;
    return term.sinceMs <= untilMs ? untilMs : null;
  }

  /** One transaction's worth. What has gone meanwhile is passed over, and nothing else can have come between. */
  async #delete(
    { id, user }: MaildropName,
    runs: readonly Run[],
    untilMs: number,
    nowMs: number,
  ): Promise<number | "in-use"> {
    const { leases, table } = this.#rooms;
    for (let attempt = 1; ; attempt++) {
      await sleep(this.#restMs);
      if (this.#stopped) return 0;
      const startMs = performance.now();
      try {
        return leases.whileFree(user, () => {
          // Asked again, now that nobody can change it: a longer retention counts at once.
          const stillMs = this.#deletableUntilMs(id, nowMs);
          if (stillMs === null || stillMs < untilMs) return 0;
          return runs.reduce((sum, { first, last }) => sum + table.removeCounted(id, first, last), 0);
        });
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (attempt === ATTEMPTS) return "in-use";
      } finally {
        this.#restMs = Math.random() + REST * (performance.now() - startMs);
      }
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

class Tally {
  deleted = 0;
  maildrops = 0;
  readonly inUse: MaildropName[] = [];
}

/** Messages that lie side by side, by sequence number, both ends included. */
interface Run {
  readonly first: number;
  last: number;
}

/** The messages that may go, in portions of one transaction each. */
function* batches(
  page: readonly (readonly [sequence: number, sinceMs: number])[],
  untilMs: number,
): Generator<readonly Run[]> {
  let runs: Run[] = [];
  let messages = 0;
  let open: Run | null = null;
  for (const [sequence, sinceMs] of page) {
    if (sinceMs > untilMs) {
      open = null;
      continue;
    }
    if (open === null) runs.push((open = { first: sequence, last: sequence }));
    else open.last = sequence;
    if (++messages < DELETED_AT_A_TIME) continue;
    yield runs;
    [runs, messages, open] = [[], 0, null];
  }
  if (messages > 0) yield runs;
}
