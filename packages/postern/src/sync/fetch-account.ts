// One account for as long as it is fetched: visits, the waiting between them, and coming again after a failure (RFC 2449 §6.5).
// What happens in a visit is `fetch-pass.ts`'s, what a failure means `fetch-verdict.ts`'s. Time is injected for tests.
import { setTimeout as sleep } from "node:timers/promises";
import { loginDelay, type ConnectOptions } from "@postern/pop3/client";
import type { Destination } from "./destination.js";
import { fetchOnce } from "./fetch-pass.js";
import type { FetchListener, PassOutcome } from "./fetch-pass.js";
import { verdictOn } from "./fetch-verdict.js";
import type { AccountState } from "./state.js";

/** How often the maildrop is visited: once; or for ever, with that many seconds between logins, or as many as the server asks for. */
export type Every = "once" | "auto" | number;

/** Between visits where the server asks for nothing: what mail programs do. */
const AUTO_SECONDS = 5 * 60;

/** No server makes us wait for longer: who has to, is refused then, and waits again. Timers end at 24 days. */
const LONGEST_DELAY_SECONDS = 24 * 60 * 60;

export interface FetchAccountOptions {
  readonly connect: ConnectOptions;
  readonly deletes: boolean;
  readonly onlyNew: boolean;
  readonly every: Every;
  /** Visits that may fail one after the other, where it is to be fetched once; for ever, there is no end of trying. */
  readonly tries: number;
  readonly signal: AbortSignal | undefined;
  readonly listener: AccountListener;
  /** The state, locked for this process; opened for each visit. */
  openState(): AccountState;
  openDestination(state: AccountState): Promise<Destination>;
  /** Makes a visit when its turn comes, where many accounts share the turns; waiting between visits takes none. At once where absent. */
  inTurn?<Result>(visit: () => Promise<Result>): Promise<Result>;
  readonly clock?: Clock;
}

export interface AccountListener extends FetchListener {
  /** A visit has ended well. */
  visited?(outcome: PassOutcome): void;
  /** A visit failed, or is too early: the next is in so many milliseconds. */
  waiting?(ms: number, why: string): void;
}

/** Time and chance. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  random(): number;
}

const CLOCK: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  random: () => Math.random(),
};

/**
 * Visits the maildrop as `every` says. Resolves with the outcome of the last visit, which with `auto` or a number of seconds is once the
 * signal is aborted. Rejects with the failure that ends it; where it is to be fetched once, with the signal's reason, too.
 */
export async function fetchAccount(options: FetchAccountOptions): Promise<PassOutcome | null> {
  const { every, signal, listener, clock = CLOCK } = options;
  let last: PassOutcome | null = null;
  for (let failures = 0; ;) {
    let waitMs: number;
    let why: string;
    try {
      const visit = await (options.inTurn?.(() => visited(options, clock)) ?? visited(options, clock));
      failures = 0;
      if (typeof visit === "number") {
        waitMs = visit;
        why = "the server asks for a delay between logins";
      } else {
        last = visit;
        listener.visited?.(visit);
        if (every === "once") return visit;
        const delaySeconds = Math.min(visit.loginDelaySeconds, LONGEST_DELAY_SECONDS);
        waitMs = 1000 * Math.max(every === "auto" ? AUTO_SECONDS : every, delaySeconds);
        why = "the next visit";
      }
    } catch (error) {
      if (signal?.aborted === true) {
        // Who fetches for ever has no other end.
        if (every === "once") throw signal.reason;
        return last;
      }
      waitMs = waitAfter(error, ++failures, options, clock);
      why = error instanceof Error ? error.message : String(error);
    }
    listener.waiting?.(waitMs, why);
    if (await interrupted(clock.sleep(waitMs, signal), signal)) {
      if (every === "once") throw signal!.reason;
      return last;
    }
  }
}

/** The outcome of a visit; or, where it would be too early for one, the milliseconds to wait. */
async function visited(options: FetchAccountOptions, clock: Clock): Promise<PassOutcome | number> {
  const state = options.openState();
  try {
    const sinceMs = clock.nowMs() - (state.lastLoginMs ?? 0);
    const leftMs = 1000 * loginDelayOf(state.capabilities ?? []) - sinceMs;
    // A login in the future tells that the clock was set back, and nothing of how long ago it was.
    if (sinceMs >= 0 && leftMs > 0) return leftMs;
    const destination = await options.openDestination(state);
    try {
      return await fetchOnce({ ...options, state, destination, nowMs: () => clock.nowMs() });
    } finally {
      await destination.close();
    }
  } finally {
    state.close();
  }
}

/** Milliseconds to the next try; throws the error where there is none. */
function waitAfter(error: unknown, failures: number, options: FetchAccountOptions, clock: Clock): number {
  const { every, tries } = options;
  const state = options.openState();
  const loginDelaySeconds = loginDelayOf(state.capabilities ?? []);
  state.close();
  const verdict = verdictOn(error, { failures, loginDelaySeconds, random: clock.random });
  if (verdict.kind === "stop" || (every === "once" && failures >= tries)) throw error;
  return verdict.afterMs;
}

/** What the lines of CAPA before a login ask for: the largest that any user has to wait (RFC 2449 §6.5). */
function loginDelayOf(lines: readonly string[]): number {
  for (const line of lines) {
    const [tag, ...params] = line.split(" ");
    if (tag?.toUpperCase() !== loginDelay.tag) continue;
    const argument = loginDelay.argument.parse(params);
    if ("value" in argument) return Math.min(argument.value.seconds, LONGEST_DELAY_SECONDS);
  }
  return 0;
}

/** Whether the signal ended the sleep. */
async function interrupted(slept: Promise<void>, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await slept;
    return false;
  } catch (error) {
    if (signal?.aborted === true) return true;
    throw error;
  }
}
