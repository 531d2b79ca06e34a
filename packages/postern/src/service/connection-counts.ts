// The connections of all workers together, counted in memory that they share: limits are exact over threads, and a thread that
// dies takes its counts with it. Knows no sockets; the contract is `ConnectionCounts` of @postern/pop3/server.
import { createHash } from "node:crypto";
import type { Admission, ConnectionCounts } from "@postern/pop3/server";

/**
 * The table: a lock, then the totals by worker, then entries in open addressing. An entry is a place (two words of a keyed
 * digest, never both 0) and its connections by worker.
 */
const LOCK = 0;
const TOTALS = 1;
const KEY_WORDS = 2;

/** After so long a worker that holds the lock is taken for dead by the main thread, which must never wait for the dead. */
const FORCE_AFTER_MS = 1000;

/** How long whoever finds the table locked sleeps before the next try; it is locked for microseconds. */
const LOCK_WAIT_MS = 1;

/** Keys kept, so that who comes and goes costs one digest and not two each time. */
const KEPT_KEYS = 10_000;

/** What the workers of one process share. */
export interface CountTable {
  readonly words: SharedArrayBuffer;
  readonly workers: number;
  /** A power of two. */
  readonly entries: number;
  /** Goes into the digests, so that nobody outside can make two addresses meet in the table. */
  readonly seed: Uint8Array;
}

export interface CountLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** How many connections a table is for, at a load that keeps searches short. */
export const connectionsFor = ({ entries }: CountTable): number => entries / 2;

export function makeCountTable(workers: number, connections: number, seed: Uint8Array): CountTable {
  const entries = 2 ** Math.ceil(Math.log2(Math.max(1024, connections * 2)));
  const words = TOTALS + workers + entries * (KEY_WORDS + workers);
  return { words: new SharedArrayBuffer(words * 4), workers, entries, seed };
}

/** One worker's view of the table. */
export class SharedConnectionCounts implements ConnectionCounts {
  readonly #table: CountTable;
  readonly #words: Int32Array;
  readonly #worker: number;
  readonly #limits: CountLimits;
  /** Of places that were seen lately. */
  readonly #keys = new Map<string, readonly [number, number]>();

  /** `worker` counts from 0. */
  constructor(table: CountTable, worker: number, limits: CountLimits) {
    this.#table = table;
    this.#words = new Int32Array(table.words);
    this.#worker = worker;
    this.#limits = limits;
  }

  enter(place: string | null): Admission {
    const key = place === null ? null : this.#keyOf(place);
    return this.#locked(() => {
      if (this.#sum(TOTALS) >= this.#limits.connections) return "too-many";
      if (key !== null) {
        const at = this.#find(key);
        if (at === null) return "too-many";
        if (this.#sum(at + KEY_WORDS) >= this.#limits.connectionsPerAddress) return "too-many-from-address";
        this.#words[at] = key[0];
        this.#words[at + 1] = key[1];
        this.#add(at + KEY_WORDS, 1);
      }
      this.#add(TOTALS, 1);
      return "ok";
    });
  }

  leave(place: string | null): void {
    const key = place === null ? null : this.#keyOf(place);
    this.#locked(() => {
      this.#add(TOTALS, -1);
      const at = key === null ? null : this.#find(key);
      if (at === null) return;
      this.#add(at + KEY_WORDS, -1);
      if (this.#sum(at + KEY_WORDS) === 0) this.#remove((at - this.#first) / this.#width);
    });
  }

  /** Takes the counts of a dead worker out, and the lock from it where it died with it. For the main thread. */
  forget(worker: number): void {
    Atomics.compareExchange(this.#words, LOCK, worker + 1, 0);
    this.#locked(() => {
      this.#words[TOTALS + worker] = 0;
      // Whatever it was in the midst of: the others' entries are put in their places anew.
      const kept: Int32Array[] = [];
      for (let at = this.#first; at < this.#words.length; at += this.#width) {
        this.#words[at + KEY_WORDS + worker] = 0;
        if (this.#sum(at + KEY_WORDS) > 0) kept.push(this.#words.slice(at, at + this.#width));
      }
      this.#words.fill(0, this.#first);
      for (const entry of kept) this.#words.set(entry, this.#find([entry[0]!, entry[1]!])!);
    }, FORCE_AFTER_MS);
  }

  get #first(): number {
    return TOTALS + this.#table.workers;
  }

  get #width(): number {
    return KEY_WORDS + this.#table.workers;
  }

  #keyOf(place: string): readonly [number, number] {
    let key = this.#keys.get(place);
    if (key !== undefined) return key;
    const digest = createHash("sha256").update(this.#table.seed).update(place).digest();
    key = [digest.readInt32LE(0) || 1, digest.readInt32LE(4)];
    if (this.#keys.size >= KEPT_KEYS) this.#keys.clear();
    this.#keys.set(place, key);
    return key;
  }

  /** Where the entry of a place is, or where it belongs; null where the table is full. */
  #find([high, low]: readonly [number, number]): number | null {
    const { entries } = this.#table;
    for (let step = 0; step < entries; step += 1) {
      const at = this.#first + (((high >>> 0) + step) % entries) * this.#width;
      if (this.#words[at] === 0 || (this.#words[at] === high && this.#words[at + 1] === low)) return at;
    }
    return null;
  }

  /** Empties an entry and moves up those behind it that a search would no longer reach. */
  #remove(empty: number): void {
    const { entries } = this.#table;
    const position = (entry: number): number => this.#first + entry * this.#width;
    let hole = empty;
    for (let next = (hole + 1) % entries; this.#words[position(next)] !== 0; next = (next + 1) % entries) {
      const home = (this.#words[position(next)]! >>> 0) % entries;
      if ((next - home + entries) % entries < (next - hole + entries) % entries) continue;
      this.#words.copyWithin(position(hole), position(next), position(next) + this.#width);
      hole = next;
    }
    this.#words.fill(0, position(hole), position(hole) + this.#width);
  }

  #sum(at: number): number {
    let sum = 0;
    for (let worker = 0; worker < this.#table.workers; worker += 1) sum += this.#words[at + worker]!;
    return sum;
  }

  #add(at: number, change: 1 | -1): void {
    this.#words[at + this.#worker] = Math.max(0, this.#words[at + this.#worker]! + change);
  }

  /** The lock says who has it, so that it can be taken from the dead. */
  #locked<T>(work: () => T, forceAfterMs: number = Infinity): T {
    for (let waitedMs = 0; waitedMs < forceAfterMs; waitedMs += LOCK_WAIT_MS) {
      const holder = Atomics.compareExchange(this.#words, LOCK, 0, this.#worker + 1);
      if (holder === 0) break;
      Atomics.wait(this.#words, LOCK, holder, LOCK_WAIT_MS);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#words, LOCK, 0);
      Atomics.notify(this.#words, LOCK, 1);
    }
  }
}
