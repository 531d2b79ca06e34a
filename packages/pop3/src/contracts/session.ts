// What a session is, as far as a declaration may know it: its state and the facts that decide what is available in it.
// Knows nothing of sockets, stores or clocks. The server builds the view; every declaration's `available` reads it.

/** The session states in which commands are given (RFC 1939 §3). UPDATE follows QUIT and takes no commands. */
export type State = "AUTHORIZATION" | "TRANSACTION";

/** The facts about one session that a declaration may ask. A new view is made when one of them changes. */
export interface SessionView {
  readonly state: State;
  /** TLS is active on this connection. */
  readonly secure: boolean;
  /** TLS is not active, and the server holds a certificate with which it could be started. */
  readonly canStartTls: boolean;
  /** A password may travel on this connection as it is now (RFC 2595 §2.3). */
  readonly passwordLogin: boolean;
  /** What the server calls itself, or null where the operator wants it kept quiet. */
  readonly implementation: string | null;
}
