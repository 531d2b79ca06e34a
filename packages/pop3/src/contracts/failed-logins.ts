// The memory of failed logins, for the penalties. Shared by all who serve the same accounts, where the implementation can.
// Knows no address and no account: keys are made, and delays computed, in `server/penalties.ts`.

/** Failures by key. Both methods are quick; what they throw costs no login. */
export interface FailedLogins {
  /** How many count against the key now: old ones are forgotten one by one as time passes. */
  count(key: string): number;
  /** Adds a failure, unless one with the same digest is remembered for this key; a null digest is like no other. */
  add(key: string, digest: string | null): void;
}
