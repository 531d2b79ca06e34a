// Penalties for wrong logins: answers held for longer and longer, by address and by account, and a bound on attempts in parallel.
// A right login is never held. Knows no command and no mechanism; what counts as a failure still is the memory's business
// (`contracts/failed-logins.ts`), and every number is in `limits.ts`.
import { createHmac, createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import type { FailedLogins } from "../contracts/failed-logins.js";
import type { KnownLogins } from "../contracts/known-logins.js";
import { addressPlace, isThisMachine } from "./address.js";
import { penaltyLimits, type PenaltyLimits } from "./limits.js";

/** One attempt to log in, which holds a slot until one of these is called; what is called after that does nothing. */
export interface PenaltyTicket {
  /** The login was right: frees the slot at once, and remembers that this name is at home at this address. */
  succeed(name: string): void;
  /**
   * The login was wrong: notes it, and resolves when the answer may go out. The slot is kept until then, whether or not the peer
   * waits. `secret` tells one wrong password from another; null where there is nothing to tell by, as in a challenge's answer.
   */
  fail(name: string, secret: string | null): Promise<void>;
  /** There is no verdict: frees the slot. */
  abandon(): void;
}

/** An attempt was not admitted: too many wait from the same place, its peer has gone, or the server is stopping. */
export class TooManyAttempts extends Error {
  override readonly name = "TooManyAttempts";
}

export interface PenaltyOptions {
  readonly limits?: Partial<PenaltyLimits>;
  /** The key of digests; the same for all processes that share a memory of failures. Random where absent. */
  readonly key?: Uint8Array;
  /** Who is at home where, for all who serve the same accounts; this server's own memory where absent. */
  readonly known?: KnownLogins;
  /** Told what these memories throw; the login goes on. */
  readonly onFailure?: (error: unknown) => void;
}

interface Waiting {
  readonly gone: () => boolean;
  readonly admit: () => void;
  readonly refuse: (reason: string) => void;
}

/** Those who share slots; exists only while a slot is taken. */
interface Lane {
  taken: number;
  readonly waiting: Waiting[];
}

/** Names up to that long stand in keys as they are. */
const PLAIN_CHARACTERS = 64;

const here = (): boolean => false;

export class Penalties {
  readonly #failed: FailedLogins;
  readonly #limits: PenaltyLimits;
  readonly #shared: KnownLogins | null;
  // A key object: given raw octets, each digest would make one, which costs more than the digest.
  readonly #key: KeyObject;
  readonly #onFailure: (error: unknown) => void;
  readonly #lanes = new Map<string, Lane>();
  /** Ends of the holds that are on, oldest first. */
  readonly #held = new Set<() => void>();
  /** When to forget a pair; least recently used first. */
  readonly #known = new Map<string, number>();
  #waitingCount = 0;
  #closed = false;

  constructor(failed: FailedLogins, options: PenaltyOptions = {}) {
    this.#failed = failed;
    this.#limits = penaltyLimits(options.limits);
    this.#shared = options.known ?? null;
    this.#key = createSecretKey(options.key ?? randomBytes(32));
    this.#onFailure = options.onFailure ?? ((): void => {});
  }

  /**
   * Waits for a slot of the address's place. A name that logged in from there lately has slots of its own, so that nobody else's
   * failures keep it waiting. `name` is empty where it is not known yet. `gone` is asked whether the peer still waits. Rejects with
   * `TooManyAttempts`.
   */
  async enter(address: string, name: string, gone: () => boolean = here): Promise<PenaltyTicket> {
    if (this.#closed) throw new TooManyAttempts("the server is stopping");
    // Null on this machine, where webmail and proxies connect for everybody: there each name is a place.
    const place = isThisMachine(address) ? null : addressPlace(address);
    const laneKey = this.#laneKey(place, name);
    const lane = this.#lanes.get(laneKey) ?? { taken: 0, waiting: [] };
    this.#lanes.set(laneKey, lane);
    if (lane.taken < this.#limits.attemptsPerPlace) lane.taken++;
    else await this.#turn(lane, gone);
    return this.#ticket(place, () => this.#leave(laneKey, lane));
  }

  /** Lets everybody go who is held or waits: answers go out, and who was not admitted yet is not admitted any more. */
  close(): void {
    this.#closed = true;
    for (const { waiting } of this.#lanes.values()) {
      for (const each of waiting.splice(0)) each.refuse("the server is stopping");
    }
    this.#waitingCount = 0;
    for (const release of this.#held) release();
  }

  #ticket(place: string | null, leave: () => void): PenaltyTicket {
    let settled = false;
    const settle = (): boolean => {
      const first = !settled;
      settled = true;
      return first;
    };
    return {
      succeed: (name) => {
        if (!settle()) return;
        if (name !== "" && place !== null) this.#remember(this.#pair(place, name));
        leave();
      },
      fail: async (name, secret) => {
        if (!settle()) return;
        await this.#hold(this.#delayMs(this.#note(place, name, secret)));
        leave();
      },
      abandon: () => {
        if (settle()) leave();
      },
    };
  }

  #laneKey(place: string | null, name: string): string {
    if (name === "") return place ?? "";
    const pair = this.#pair(place, name);
    return place === null || this.#isKnown(pair) || this.#isKnownElsewhere(place, pair) ? pair : place;
  }

  #turn(lane: Lane, gone: () => boolean): Promise<void> {
    const { waiting } = lane;
    const { waitingPerPlace, waitingInAll } = this.#limits;
    if (waiting.length >= waitingPerPlace) this.#dropGone(lane);
    if (waiting.length >= waitingPerPlace) {
      return Promise.reject(new TooManyAttempts(`${waitingPerPlace} logins from this place wait already`));
    }
    if (this.#waitingCount >= waitingInAll) {
      // The place that fills the house makes room, and not the one that comes last.
      const longest = [...this.#lanes.values()].reduce((a, b) => (b.waiting.length > a.waiting.length ? b : a), lane);
      if (longest === lane) return Promise.reject(new TooManyAttempts(`${waitingInAll} logins wait already`));
      this.#waitingCount--;
      longest.waiting.pop()!.refuse(`${waitingInAll} logins wait already`);
    }
    this.#waitingCount++;
    return new Promise((resolve, reject) => {
      const refuse = (reason: string): void => reject(new TooManyAttempts(reason));
      waiting.push({ gone, admit: resolve, refuse });
    });
  }

  #dropGone(lane: Lane): void {
    for (const each of lane.waiting.splice(0)) {
      if (!each.gone()) {
        lane.waiting.push(each);
        continue;
      }
      this.#waitingCount--;
      each.refuse("the peer has gone");
    }
  }

  /** Frees a slot, or hands it on to whoever has waited longest. */
  #leave(laneKey: string, lane: Lane): void {
    for (let next = lane.waiting.shift(); next !== undefined; next = lane.waiting.shift()) {
      this.#waitingCount--;
      if (!next.gone()) {
        next.admit();
        return;
      }
      next.refuse("the peer has gone");
    }
    lane.taken--;
    if (lane.taken === 0) this.#lanes.delete(laneKey);
  }

  /** Notes a failure and says how many count now, of the address or of the account, whichever has more. */
  #note(place: string | null, name: string, secret: string | null): number {
    const digest = secret === null ? null : this.#digest("login", name, secret);
    const keys: string[] = [];
    if (place !== null) keys.push(`address ${place}`);
    if (name !== "") keys.push(`account ${this.#digest("account", name)}`);
    // What could not be counted is held like a first failure.
    let failures = 1;
    for (const key of keys) {
      this.#tried(() => {
        this.#failed.add(key, digest);
        failures = Math.max(failures, this.#failed.count(key));
      });
    }
    return failures;
  }

  #delayMs(failures: number): number {
    const { firstDelayMs, longestDelayMs } = this.#limits;
    return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 30));
  }

  #hold(ms: number): Promise<void> {
    if (this.#closed || ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        this.#held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, ms);
      this.#held.add(release);
      // Memory is bounded by letting the oldest go early, because to admit nobody would punish those who did nothing.
      if (this.#held.size > this.#limits.heldInAll) this.#held.values().next().value!();
    });
  }

  #pair(place: string | null, name: string): string {
    // A digest is for memory's sake alone, and costs as much as the rest of a poll.
    const account = name.length > PLAIN_CHARACTERS ? this.#digest("account", name) : name;
    return `${place ?? "this machine"} ${account}`;
  }

  #remember(pair: string): void {
    const { knownMs, knownPairs } = this.#limits;
    const nowMs = Date.now();
    const wasUntilMs = this.#known.get(pair) ?? 0;
    // The time begins anew once half of it is over: a write at each login would be shared for nothing.
    const renewed = wasUntilMs < nowMs + knownMs / 2;
    const untilMs = renewed ? nowMs + knownMs : wasUntilMs;
    this.#known.delete(pair);
    this.#known.set(pair, untilMs);
    if (this.#known.size > knownPairs) this.#known.delete(this.#known.keys().next().value!);
    if (renewed) this.#tried(() => this.#shared?.remember(this.#digest("known", pair), untilMs));
  }

  #isKnown(pair: string): boolean {
    return (this.#known.get(pair) ?? 0) > Date.now();
  }

  /** Asked only where it makes a difference: while all slots of the place are taken. */
  #isKnownElsewhere(place: string, pair: string): boolean {
    const lane = this.#lanes.get(place);
    if (this.#shared === null || lane === undefined || lane.taken < this.#limits.attemptsPerPlace) return false;
    return this.#tried(() => this.#shared?.knows(this.#digest("known", pair))) === true;
  }

  /** Null where a memory that is shared failed. */
  #tried<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#onFailure(error);
      return null;
    }
  }

  /** Of one length, whatever a peer sends; without the key nobody can try passwords on it. */
  #digest(...parts: readonly string[]): string {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest("base64url").slice(0, 32);
  }
}
