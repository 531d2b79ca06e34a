// What the maildrop suite needs of a store under test. Knows neither the cases nor any store.
// What the cases come to need is a new member here, and every test that runs the suite has to bring it.
import type { Depository, MaildropStore } from "../contracts/maildrop.js";

/** Makes stores for the suite. */
export interface MaildropHarness {
  /** Whether maildrops outlive their process: then every subject has `reopen`. */
  readonly lasting: boolean;
  /** A new store in which both users have an empty maildrop. */
  make(): Promise<MaildropSubject>;
}

/** One store under test. */
export interface MaildropSubject {
  readonly store: MaildropStore & Depository;
  readonly user: string;
  readonly otherUser: string;
  /** The same maildrops as after a restart of the process. Absent where they do not outlive it. */
  reopen?(): Promise<MaildropStore & Depository>;
  /** Takes the lease from the session that holds it, without that session's knowledge. */
  breakLease(user: string): void | Promise<void>;
  /** When a message arrived, in milliseconds since 1970. */
  arrivedMs(user: string, uniqueId: string): number | Promise<number>;
  close?(): Promise<void>;
}

/** Cases by name; each gets a subject of its own. */
export type MaildropCases = Readonly<Record<string, (subject: MaildropSubject) => Promise<void>>>;
