// A check: a dialog that shows one requirement kept. Declarations carry them; tests, the checker and the pages read them.
// Data alone: `protocol/dialog.ts` reads the dialog, `testing/dialog-player.ts` plays it. Knows no server and no connection.
import type { State } from "./session.js";

export interface Check {
  /** Unique, kebab-case, beginning with the declaration's name: `top-zero-lines`. */
  readonly id: string;
  readonly level: "MUST" | "SHOULD" | "MAY";
  /** `RFC 1939 §7`. */
  readonly reference: string;
  /** The requirement in our own words, a sentence. */
  readonly title: string;
  /** The state in which the dialog begins; TRANSACTION means that a login has happened. */
  readonly given: State;
  /** The connection before the dialog begins; any where absent. */
  readonly over?: "tls" | "cleartext";
  /** Lines `C: …` and `S: …`, see `protocol/dialog.ts`. The maildrop holds at least two messages. */
  readonly dialog: string;
}
