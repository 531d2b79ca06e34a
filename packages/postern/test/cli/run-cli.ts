// Runs one command line in this process, with streams and surroundings made for the test.
import { PassThrough, Readable } from "node:stream";
import type { CliContext, InputStream } from "../../src/cli/context.js";
import { run } from "../../src/cli/program.js";

/** What a run left behind. */
export interface CliOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSurroundings {
  readonly cwd: string;
  readonly env?: CliContext["env"];
  /** What standard input holds, or a stream of the test's own. */
  readonly stdin?: string | InputStream;
  readonly signal?: AbortSignal;
  /** Given what a request to read files anew calls, as SIGHUP does. */
  readonly onReload?: (act: () => void) => void;
  /** Standard error is a terminal with so many columns. */
  readonly terminalColumns?: number;
  /** Told of everything that is written to standard output. */
  readonly onStdout?: (text: string) => void;
}

/** Runs `postern` with these arguments. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<CliOutcome> {
  const { cwd, env = {}, stdin = "", signal, onReload, terminalColumns, onStdout } = surroundings;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const written = { stdout: "", stderr: "" };
  stdout.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
    onStdout?.(text);
  });
  stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  let status = 0;
  await run(args, {
    stdin: typeof stdin === "string" ? Readable.from(stdin === "" ? [] : [Buffer.from(stdin)]) : stdin,
    stdout,
    stderr: terminalColumns === undefined ? stderr : Object.assign(stderr, { isTTY: true, columns: terminalColumns }),
    // Threads load built code, and these tests the sources.
    env: { POSTERN_WORKERS: "1", ...env },
    cwd,
    ...(signal !== undefined && { signal }),
    ...(onReload !== undefined && { onReload }),
    exit: (code) => (status = code),
  });
  stdout.end();
  stderr.end();
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.once("close", resolve))));
  return { status, ...written };
}
