// A check as the examination runs it: facts, and a proof that talks to the server. Those that declarations carry as dialogs become such
// checks in `declared-checks.ts`; the others are written in `checks/`. Knows no connection: `proof.ts` has them.
import type { CheckFacts } from "../contracts/check.js";
import type { State } from "../contracts/session.js";
import type { Proof } from "./proof.js";

/** One requirement and what shows whether it is kept. */
export interface ConformanceCheck extends CheckFacts {
  /** The capability that it speaks of, by its tag; null for the base protocol and what belongs to no single one. */
  readonly tag: string | null;
  /** TRANSACTION needs a login; AUTHORIZATION does without. */
  readonly given: State;
  /** The dialog that is its proof, where it is one. */
  readonly dialog?: string;
  /**
   * Resolves where the server keeps the requirement. Throws `CheckFailed`, `NotTested` or `Undecided`, each with a sentence; a server
   * that says nothing or goes away makes it undecided, unless the check says otherwise.
   */
  prove(proof: Proof): Promise<void>;
}
