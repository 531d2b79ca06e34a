// Where fetching remembers what it has: the user's state directory, as the XDG Base Directory Specification has it.
// What lies there is `sync/state.ts`'s.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { CliContext } from "./context.js";

/** `$XDG_STATE_HOME/postern/fetch.sqlite`, or the same below `~/.local/state`. */
export function defaultStatePath({ env }: CliContext): string {
  const home = env["XDG_STATE_HOME"];
  const base = home !== undefined && isAbsolute(home) ? home : join(env["HOME"] || homedir(), ".local/state");
  return join(base, "postern", "fetch.sqlite");
}
