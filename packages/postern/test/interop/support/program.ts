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
export function runProgram(folder: string, program: string, ...args: readonly string[]): Promise<Ended> {
  return runUntil(AbortSignal.timeout(patienceMs), folder, program, ...args);
}

/** The same, with the time that it has in the caller's hands. What it started is ended with it. */
export async function runUntil(
  signal: AbortSignal,
  folder: string,
  program: string,
  ...args: readonly string[]
): Promise<Ended> {
  if (signal.aborted) return { status: null, output: "" };
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: searchPath, HOME: folder, LC_ALL: "C", TERM: "vt100", LINES: "24", COLUMNS: "80" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const end = (): void => endGroup(child.pid);
  signal.addEventListener("abort", end);
  child.once("close", () => signal.removeEventListener("abort", end));
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, output: `${stdout}${stderr}` };
}

/** The program leads a group of processes, which has its number. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
