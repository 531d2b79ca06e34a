// Programs of this machine, run as a person would run them: in a folder of their own, without that person's settings.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

export interface Ended {
  /** The exit status; null where it had to be ended. */
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

const patienceMs = 30_000;
const searchPath = process.env["PATH"] ?? "";

/** Why a program cannot be run here; null where it can. */
export function absence(program: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return null;
    } catch {
      // Not in this folder.
    }
  }
  return `${program} is not installed`;
}

/** Runs a program to its end, `folder` being its home and where it works. */
export async function runProgram(folder: string, program: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: searchPath, HOME: folder, LC_ALL: "C", TERM: "vt100", LINES: "24", COLUMNS: "80" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, output: `${stdout}${stderr}` };
}
