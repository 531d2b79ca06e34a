// Policies in memory, for tests, examples and a server with a handful of users: given once, the logins forgotten at the end.
// Shows the contract of `contracts/policy.ts` in its shortest form; `testing/policies-suite.ts` holds it to that. Knows no maildrop.
import type { OverallPolicy, Policies, RetentionDays, UserPolicy } from "../contracts/policy.js";

/** No delay, and nothing is ever deleted. */
const LENIENT: UserPolicy = { loginDelaySeconds: 0, retentionDays: "never" };

/** Whoever has no value of his own has the default's. */
export class MemoryPolicies implements Policies {
  readonly #standard: UserPolicy;
  readonly #users: ReadonlyMap<string, UserPolicy>;
  readonly #overall: OverallPolicy;
  readonly #now: () => number;
  readonly #lastLoginMs = new Map<string, number>();

  /** Throws `RangeError` for a value that is no whole number from 0 up (or "never"). */
  constructor(
    standard: UserPolicy = LENIENT,
    users: Readonly<Record<string, Partial<UserPolicy>>> = {},
    now: () => number = Date.now,
  ) {
    this.#standard = standard;
    this.#users = new Map(Object.entries(users).map(([user, own]) => [user, { ...standard, ...own }]));
    this.#now = now;
    const all = [standard, ...this.#users.values()];
    for (const { loginDelaySeconds, retentionDays } of all) {
      assertWhole(loginDelaySeconds);
      if (retentionDays !== "never") assertWhole(retentionDays);
    }
    this.#overall = {
      loginDelaySeconds: Math.max(...all.map(({ loginDelaySeconds }) => loginDelaySeconds)),
      loginDelayPerUser: all.some(({ loginDelaySeconds }) => loginDelaySeconds !== standard.loginDelaySeconds),
      retentionDays: all.map(({ retentionDays }) => retentionDays).reduce(shorter),
      retentionPerUser: all.some(({ retentionDays }) => retentionDays !== standard.retentionDays),
    };
  }

  overall(): OverallPolicy {
    return this.#overall;
  }

  of(user: string): UserPolicy {
    return this.#users.get(user) ?? this.#standard;
  }

  admit(user: string): number {
    const delayMs = this.of(user).loginDelaySeconds * 1000;
    if (delayMs === 0) return 0;
    const nowMs = this.#now();
    const lastMs = this.#lastLoginMs.get(user);
    // A login in the future tells that the clock was set back, and nothing of how long ago it was.
    if (lastMs !== undefined && lastMs <= nowMs && lastMs + delayMs > nowMs) return lastMs + delayMs - nowMs;
    this.#lastLoginMs.set(user, nowMs);
    return 0;
  }
}

function shorter(one: RetentionDays, other: RetentionDays): RetentionDays {
  if (one === "never") return other;
  return other === "never" ? one : Math.min(one, other);
}

function assertWhole(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no whole number from 0 up`);
}
