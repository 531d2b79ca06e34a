// Response codes: the machine-readable reason in square brackets at the head of a reply's text (RFC 2449 §8).
// A handler names the cause of a failure; the declared code for that cause is what goes on the wire.

/** Why a command failed, in words that do not depend on which codes a server has enabled. */
export type FailureCause =
  "in-use" | "login-delay" | "temporary" | "permanent" | "credentials" | "needs-utf8" | (string & {});

/** A response code's registration: the fields that RFC 2449 §9 asks for, and the cause that makes the server send it. */
export interface ResponseCode {
  /** The complete code, all levels, without the brackets: `SYS/TEMP`. */
  readonly code: string;
  readonly validFor: readonly ("+OK" | "-ERR")[];
  /** Keywords of the commands that may be answered with it, or all of them. */
  readonly commands: "all" | readonly string[];
  readonly meaning: string;
  readonly clientBehavior: string;
  /** The documents that define it, `RFC 2449 §8.1.2`. */
  readonly reference: readonly string[];
  /** The date of registration, `1998-11`; null for a private code. */
  readonly registered: string | null;
  readonly cause: FailureCause;
  /** A dialog that shows it, before login from its first line on (`protocol/dialog.ts`). */
  readonly example?: string;
}
