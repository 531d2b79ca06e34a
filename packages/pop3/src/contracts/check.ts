// A check: one requirement, and what shows whether a server keeps it. Declarations carry checks whose proof is a dialog; tests, the
// checker and the pages read them. Data alone: `protocol/dialog.ts` reads the dialog, `wire/dialog-player.ts` plays it.
import type { State } from "./session.js";

/** RFC 2119's words, as the requirement's document uses them; where that is older and has none, MUST is what it states without a choice. */
export type RequirementLevel = "MUST" | "SHOULD" | "MAY";

/**
 * What a check does beyond asking. `retrieves`: it transfers messages, which a server with `EXPIRE 0` deletes at QUIT. `marks`: it marks
 * messages as deleted, takes the marks away and leaves without QUIT. `wrong-login`: it makes a login that has to fail. `deletes`: it
 * deletes messages.
 */
export type CheckEffect = "retrieves" | "marks" | "wrong-login" | "deletes";

/** What is said of a check, whatever its proof is. */
export interface CheckFacts {
  /** Unique, kebab-case, beginning with the declaration's name: `top-zero-lines`. */
  readonly id: string;
  readonly level: RequirementLevel;
  /** `RFC 1939 §7`. */
  readonly reference: string;
  /** The requirement in our own words, a sentence. */
  readonly title: string;
  /** What the author of a server that fails has to change, a sentence. */
  readonly remedy: string;
  /** Absent where it only asks. */
  readonly effect?: CheckEffect;
}

/** A check whose proof is a dialog. It is played where the capability is announced, and always where that has no tag. */
export interface Check extends CheckFacts {
  /** The state in which the dialog begins; TRANSACTION means that a login has happened. */
  readonly given: State;
  /** The connection before the dialog begins; any where absent. */
  readonly over?: "tls" | "cleartext";
  /** Tags of other capabilities that the dialog makes use of: it is played where these are listed, too. */
  readonly needs?: readonly string[];
  /** Lines `C: …` and `S: …`, see `protocol/dialog.ts`. The maildrop holds at least two messages. */
  readonly dialog: string;
}
