// One requirement in both states: a check before login and another after it, so that each has its verdict.
// What is required, and how it is proved, is for the topics.
import type { State } from "../../contracts/session.js";
import type { ConformanceCheck } from "../check.js";
import type { Proof } from "../proof.js";

/** What is said of both checks. */
export type BothStates = Omit<ConformanceCheck, "given" | "prove" | "dialog">;

/** Two checks; the second one's id ends in `-after-login`. The title is a sentence without its full stop. */
export function inBothStates(
  facts: BothStates,
  prove: (proof: Proof, given: State) => Promise<void>,
): readonly ConformanceCheck[] {
  return (["AUTHORIZATION", "TRANSACTION"] as const).map((given) => ({
    ...facts,
    id: given === "AUTHORIZATION" ? facts.id : `${facts.id}-after-login`,
    title: `${facts.title}, ${given === "AUTHORIZATION" ? "before" : "after"} login.`,
    given,
    prove: (proof) => prove(proof, given),
  }));
}
