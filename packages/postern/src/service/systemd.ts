// Tells the service manager how things are (sd_notify), by its own program: Node has no datagram sockets of the kind it takes.
// Says nothing where no manager asked to be told, and a failure to tell is nobody's problem.
import { execFile } from "node:child_process";

/** How long the program may take. */
const TELL_MS = 5000;

export class ServiceManager {
  readonly #env: Readonly<Record<string, string | undefined>>;
  #told: Promise<void> = Promise.resolve();

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  /** It serves; `status` is shown beside it. */
  ready(status: string): Promise<void> {
    return this.#tell("READY=1", `STATUS=${status}`);
  }

  reloading(): Promise<void> {
    return this.#tell("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, "STATUS=Reloading");
  }

  stopping(): Promise<void> {
    return this.#tell("STOPPING=1", "STATUS=Finishing what runs");
  }

  /** One after the other, because each overrules the one before. */
  #tell(...assignments: readonly string[]): Promise<void> {
    if (this.#env["NOTIFY_SOCKET"] === undefined) return this.#told;
    this.#told = this.#told.then(
      () =>
        new Promise((resolve) => {
          execFile("systemd-notify", assignments, { env: this.#env, timeout: TELL_MS }, () => resolve());
        }),
    );
    return this.#told;
  }
}
