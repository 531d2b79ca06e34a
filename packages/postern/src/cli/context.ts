// What a subcommand may touch of the process that runs it: streams, environment, working directory, exit status.
// Commands take it as a parameter and never reach for `process`, so that tests run them in-process.
import type { Readable, Writable } from "node:stream";

/** Standard input; a terminal where `isTTY` says so. */
export type InputStream = Readable & {
  readonly isTTY?: boolean;
  /** Present on terminals: false shows what is typed, true leaves that to the reader. */
  setRawMode?(raw: boolean): unknown;
};

/** Standard output or standard error; a terminal where `isTTY` says so, `columns` wide; `fd` where it is one of the system's. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly fd?: number };

/** The surroundings of one run of `postern`. */
export interface CliContext {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory against which relative paths on the command line are resolved. */
  readonly cwd: string;
  /** Aborted when the user wants the command to stop: the first SIGINT or SIGTERM. Absent where nothing can ask for it. */
  readonly signal?: AbortSignal;
  /** Calls `act` whenever the user wants files to be read anew (SIGHUP). Absent where nothing can ask for it. */
  readonly onReload?: (act: () => void) => void;
  /** Calls `act`, which must not wait, when the process ends, however suddenly it does. */
  readonly onExit?: (act: () => void) => void;
  /** Notes the exit status: 0 done, 1 found a problem, 2 could not run (or a status of sysexits). Does not end the process. */
  exit(status: number): void;
}

/** A failure that was expected: its sentence is printed as `postern: sentence`, without a stack, and the status noted. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly status: number;

  /** `status`: 1 found a problem, 2 could not run. */
  constructor(message: string, status: 1 | 2 = 2, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
