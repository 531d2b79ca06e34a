// Authenticators: who may open which maildrop. Knows nothing of the wire; a mechanism or the PASS command asks it.
// A new promise here is a new case in `testing/authenticator-suite.ts`, which every implementation has to pass.

/** The contract of a source of accounts. */
export interface Authenticator {
  /**
   * The user whose maildrop this name and password open, or null where they are wrong; in about the same time whether
   * the name exists or not. Throws where it cannot tell: a session then answers that the system failed, not the user.
   */
  verifyPassword(name: string, password: string): Promise<string | null>;
}
