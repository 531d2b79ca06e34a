// poplib of Python's standard library, with a script beside this file. The interpreter is called by its own path: what
// stands for it in PATH may be a script that takes longer to start.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./poplib-script.py", import.meta.url));

/** @type {[path: string, version: string] | null | undefined} */
let interpreter;

/** @returns {[path: string, version: string] | null} */
function found() {
  if (interpreter !== undefined) return interpreter;
  const tell = "import poplib, platform, sys; print(sys.executable); print(platform.python_version())";
  const { status, stdout } = spawnSync("python3", ["-c", tell], { encoding: "utf8" });
  const [path = "", version = ""] = stdout?.trim().split("\n") ?? [];
  interpreter = status === 0 ? [path, version] : null;
  return interpreter;
}

/** @type {import("../entrant.mjs").Entrant} */
export const poplib = {
  name: "poplib",
  version: () => (found() === null ? null : `poplib of Python ${found()?.[1]}`),
  missing: "no python3 with poplib",
  command: ({ port, user, password }) => ({
    program: found()?.[0] ?? "python3",
    args: [SCRIPT, String(port), user, password],
  }),
};
