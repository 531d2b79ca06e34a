// The entry of the `postern` program: hands the process's streams, environment and signals to the command line.
// The only file of the command line that touches `process`.
import { run } from "./program.js";

const stopping = new AbortController();
let listening = false;

/** The first SIGINT or SIGTERM asks the command to stop, the second one ends the process at once. */
function listenForSignals(): void {
  if (listening) return;
  listening = true;
  for (const [name, number] of [["SIGINT", 2] as const, ["SIGTERM", 15] as const]) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(128 + number);
      stopping.abort();
    });
  }
}

// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  // Listening only for who asks: a signal ends every other command at once, as is usual.
  get signal() {
    listenForSignals();
    return stopping.signal;
  },
  // Without anybody to call, SIGHUP ends the process, as is usual.
  onReload: (act) => process.on("SIGHUP", act),
  onExit: (act) => process.on("exit", act),
  exit: (status) => {
    process.exitCode = status;
  },
});
