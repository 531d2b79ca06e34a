// Policies of users: how often they may log in and how long their mail stays. The server announces and keeps what it finds here.
// Knows no capability and no store; where values come from, and where logins are remembered, is the implementation's business.

/** Whole days; 0 means that what was retrieved goes at the end of the session. */
export type RetentionDays = number | "never";

export interface UserPolicy {
  /** From one login to the next; 0 for no delay. */
  readonly loginDelaySeconds: number;
  readonly retentionDays: RetentionDays;
}

/**
 * What is true of all users together (RFC 2449 §6.5 and §6.7). After login a session has the user's own values in it; that users
 * differ stays true then, so that who was told of a delay before login is told after it that there is none: `{ ...overall, ...own }`.
 */
export interface OverallPolicy {
  /** The largest that any user has. */
  readonly loginDelaySeconds: number;
  /** Some user's value is another one than the default. */
  readonly loginDelayPerUser: boolean;
  /** The smallest that any user has. */
  readonly retentionDays: RetentionDays;
  readonly retentionPerUser: boolean;
}

/** The policies of all who have a maildrop. */
export interface Policies {
  /** Over the default and all users' own values. Asked whenever CAPA is: cheap. */
  overall(): OverallPolicy;
  /** The policy of a user; the default where none was set for him. */
  of(user: string): UserPolicy;
  /**
   * Notes a login and gives 0, or gives the milliseconds that are left of the user's delay and notes nothing. Called under the
   * maildrop's lease. What was noted survives a restart and is seen by all who serve the maildrop, where the implementation lasts.
   * A clock that was set back keeps nobody waiting for longer than the delay. Throws `MaildropFailure`.
   */
  admit(user: string): number | Promise<number>;
}
