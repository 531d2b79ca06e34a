// What a session is, as far as a declaration may know it: its state and the facts that decide what is available in it.
// Knows nothing of sockets, stores or clocks. The server builds the view; every declaration's `available` reads it.
import type { Language } from "./language.js";
import type { OverallPolicy } from "./policy.js";

/** The session states in which commands are given (RFC 1939 §3). UPDATE follows QUIT and takes no commands. */
export type State = "AUTHORIZATION" | "TRANSACTION";

/** The facts about one session that a declaration may ask. A new view is made when one of them changes. */
export interface SessionView {
  readonly state: State;
  /** TLS is active on this connection. */
  readonly secure: boolean;
  /** TLS is not active, and the server holds a certificate with which it could be started. */
  readonly canStartTls: boolean;
  /** A password may travel on this connection as it is now (RFC 2595 §2.3), and somebody would take it. */
  readonly passwordLogin: boolean;
  /** The SASL mechanisms that an exchange could begin with on this connection as it is now, by name. */
  readonly mechanisms: readonly string[];
  /** The timestamp of this session's greeting (RFC 1939 §7), or null where no account has a secret to go with it. */
  readonly timestamp: string | null;
  /** What the server calls itself, or null where the operator wants it kept quiet in this state. */
  readonly implementation: string | null;
  /** What is announced: of all users before login; after it the user's own values as they were then, see `OverallPolicy`. */
  readonly policy: OverallPolicy;
  /** UTF-8 mode was entered (RFC 6856 §2). */
  readonly utf8: boolean;
  /** Names and passwords may be UTF-8. */
  readonly utf8Names: boolean;
  /** The languages that replies can speak; the first is the operator's choice for `*`. */
  readonly languages: readonly Language[];
}
