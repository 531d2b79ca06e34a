// Asks a command of the user's for a secret: a keyring, a password manager, a script that refreshes a token.
// Takes the first line of what it prints and keeps nothing. What the secret is for is `credentials.ts`'s.
import { spawn } from "node:child_process";
import { printable } from "../delivery/printable.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";

/** Enough for tokens, which are the longest secrets. */
const LONGEST_OCTETS = 64 * 1024;
/** Somebody may have to find a key and touch it. */
const DEADLINE_MS = 120_000;

export interface SecretCommandOptions {
  /** Added to the environment of the command. */
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/**
 * The first line that the command prints, run by the system's shell. What it says on standard error is shown as it comes. Throws a
 * `CliFailure` where it fails, prints nothing or takes too long; none of them holds what it printed.
 */
export async function secretFromCommand(
  { cwd, env, signal, stderr }: CliContext,
  command: string,
  { env: added = {}, deadlineMs = DEADLINE_MS }: SecretCommandOptions = {},
): Promise<string> {
  const named = `The command ${JSON.stringify(printable(command))}`;
  const child = spawn(command, { shell: true, cwd, env: { ...env, ...added }, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const pieces: Buffer[] = [];
  let octets = 0;
  const fail = (why: string): void => reject(new CliFailure(`${named} ${why}.`));
  /** Once it has ended. What it leaves behind may hold its output open, so a whole line is not waited for any further. */
  const settle = (status: number | null, killed: string | null, closed: boolean): void => {
    const [line = "", ...more] = Buffer.concat(pieces).toString("utf8").split("\n", 2);
    if (status !== 0) fail(status === null ? `was ended by ${killed}` : `failed with status ${status}`);
    else if (line.replace(/\r$/, "") !== "" && (closed || more.length > 0)) resolve(line.replace(/\r$/, ""));
    else if (closed) fail("prints nothing: the secret has to be the first line of its output");
  };
  child.stdout.on("data", (piece: Buffer) => {
    octets += piece.length;
    if (octets > LONGEST_OCTETS) fail(`prints more than ${LONGEST_OCTETS} octets`);
    else pieces.push(piece);
    if (child.exitCode !== null) settle(child.exitCode, null, false);
  });
  child.stderr.on("data", (piece: Buffer) => void stderr.write(piece));
  child.once("error", (error) => fail(`cannot be run: ${error.message}`));
  child.once("exit", (status, killed) => settle(status, killed, false));
  child.once("close", (status, killed) => settle(status, killed, true));
  const stop = (): void => reject(new CliFailure("Stopped; nothing was changed."));
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(() => fail(`has not ended within ${deadlineMs / 1000} s`), deadlineMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    child.kill();
    // What it started may hold these open, and would keep this process alive.
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  }
}
