// The argument grammar that most declarations share (RFC 2449 §3). What a capability's own argument means stands in its own file.
// The parameters of commands are another matter and have their grammars in `params.ts`. Knows no tag.
import type { ArgumentGrammar } from "../contracts/capability.js";

/** A capability line that is its tag and nothing else. */
export const noArgument: ArgumentGrammar<void> = {
  text: "none",
  parse: (params) => (params.length === 0 ? { value: undefined } : { problem: "no arguments are expected" }),
  format: () => [],
};
