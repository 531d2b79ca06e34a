// Policies for the examination, with a clock that a test moves. They share no code with what is examined.
import type { OverallPolicy, Policies, RetentionDays, UserPolicy } from "@postern/pop3";

const days = (retention: RetentionDays): number => (retention === "never" ? Number.POSITIVE_INFINITY : retention);

export class Rules implements Policies {
  /** Milliseconds. */
  now = 1_000_000;
  readonly standard: UserPolicy;
  readonly users: Readonly<Record<string, UserPolicy>>;
  readonly #last = new Map<string, number>();

  constructor(standard: UserPolicy, users: Readonly<Record<string, UserPolicy>> = {}) {
    this.standard = standard;
    this.users = users;
  }

  overall(): OverallPolicy {
    const all = [this.standard, ...Object.values(this.users)];
    const delays = all.map((policy) => policy.loginDelaySeconds);
    const retentions = all.map((policy) => days(policy.retentionDays));
    const least = Math.min(...retentions);
    return {
      loginDelaySeconds: Math.max(...delays),
      loginDelayPerUser: new Set(delays).size > 1,
      retentionDays: least === Number.POSITIVE_INFINITY ? "never" : least,
      retentionPerUser: new Set(retentions).size > 1,
    };
  }

  of(user: string): UserPolicy {
    return this.users[user] ?? this.standard;
  }

  admit(user: string): number {
    const left = (this.#last.get(user) ?? -1e15) + this.of(user).loginDelaySeconds * 1000 - this.now;
    if (left > 0) return left;
    this.#last.set(user, this.now);
    return 0;
  }
}
