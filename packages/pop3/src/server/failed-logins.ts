// Failed logins of the last minutes, in the memory of this process. What a failure costs is for `penalties.ts` to say.
// Forgets by time and by number, so that no flood of names, addresses or passwords takes more room than the constants say.
import type { FailedLogins } from "../contracts/failed-logins.js";

/** The bounds of every memory of failed logins. */
export interface FailedLoginBounds {
  /** How long a failure counts. */
  readonly forgetMs: number;
  /** Failures kept for one key: more than any penalty tells apart. */
  readonly perKey: number;
  /** Keys kept in the memory of a process: some ten MiB with a few failures each. */
  readonly keys: number;
}

/**
 * A quarter of an hour: longer than the pause that a guesser is made to take, and short enough for a person with a wrong
 * password in a second program to be forgotten before he has found it.
 */
export const FAILED_LOGIN_BOUNDS: FailedLoginBounds = { forgetMs: 15 * 60_000, perKey: 64, keys: 100_000 };

export class MemoryFailedLogins implements FailedLogins {
  readonly #now: () => number;
  readonly #bounds: FailedLoginBounds;
  /** Times by digest, by key; in both, what was added last stands last. */
  readonly #keys = new Map<string, Map<string | symbol, number>>();

  constructor(now: () => number = Date.now, bounds: FailedLoginBounds = FAILED_LOGIN_BOUNDS) {
    this.#now = now;
    this.#bounds = bounds;
  }

  count(key: string): number {
    const failures = this.#keys.get(key);
    if (failures === undefined) return 0;
    const oldestMs = this.#now() - this.#bounds.forgetMs;
    for (const [digest, atMs] of failures) {
      if (atMs > oldestMs) break;
      failures.delete(digest);
    }
    if (failures.size === 0) this.#keys.delete(key);
    return failures.size;
  }

  add(key: string, digest: string | null): void {
    const failures = this.#keys.get(key) ?? new Map<string | symbol, number>();
    const own = digest ?? Symbol("like no other");
    failures.delete(own);
    failures.set(own, this.#now());
    trim(failures, this.#bounds.perKey);
    this.#keys.delete(key);
    this.#keys.set(key, failures);
    trim(this.#keys, this.#bounds.keys);
  }
}

function trim(map: Map<unknown, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
