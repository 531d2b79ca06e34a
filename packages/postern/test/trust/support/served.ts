// `postern serve` as a process of its own on a folder of its own: its configuration, its ports, all that it writes, its signals.
// Accounts and mail come from the command line. Knows nothing of what the server is to be tested for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCli } from "../../cli/run-cli.js";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const preload = (name: string): string[] => ["--import", path(name)];
const program = [
  ...preload("../../cli/from-source.mjs"),
  ...preload("shifted-clock.mjs"),
  path("../../../src/cli/main.ts"),
];

/** An entry of the log in its JSON form. */
export type Entry = Readonly<Record<string, unknown>> & { readonly event: string; readonly msg: string };

export interface ServeOptions {
  /** What stands in postern.toml; ports and `workers = 2` stand there already. */
  readonly config?: string;
  readonly workers?: number;
  /** How far the clock of the process is off. */
  readonly clockMs?: number;
}

type Exit = [status: number | null, signal: NodeJS.Signals | null];

/** A folder with a data directory, a configuration and at most one server at a time. */
export class Site implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "postern-trust-"));
  #served: Served | null = null;

  file(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  /** Writes postern.toml; `top` stands before the first table. */
  configure(top: string, workers = 2): void {
    this.write("postern.toml", `workers = ${workers}\nlisten = "127.0.0.1:0"\nlisten_tls = "127.0.0.1:0"\n${top}\n`);
  }

  /** Runs a command to its good end. */
  async cli(args: readonly string[], stdin = ""): Promise<string> {
    const { status, stdout, stderr } = await runCli(args, { cwd: this.folder, stdin });
    if (status !== 0) throw new Error(`postern ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Runs a command to its good end at another time than now; nothing else may go on meanwhile. */
  async cliAt(clockMs: number, args: readonly string[], stdin = ""): Promise<string> {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + clockMs });
    try {
      return await this.cli(args, stdin);
    } finally {
      vi.useRealTimers();
    }
  }

  async addUser(name: string, password: string, ...more: readonly string[]): Promise<void> {
    await this.cli(["user", "add", name, "--password-stdin", ...more], `${password}\n`);
  }

  /** Puts messages into a maildrop that arrived when it says; in that order. */
  async deliver(
    name: string,
    messages: readonly (readonly [octets: string | Uint8Array, arrivedMs?: number])[],
  ): Promise<void> {
    const source = mkdtempSync(join(this.folder, "source-"));
    for (const [at, [octets, arrivedMs]] of messages.entries()) {
      const file = join(source, `${String(at).padStart(4, "0")}.eml`);
      writeFileSync(file, octets);
      if (arrivedMs !== undefined) utimesSync(file, arrivedMs / 1000, arrivedMs / 1000);
    }
    await this.cli(["import", name, "--from", `eml:${source}`]);
  }

  /** Starts the server and waits until it says where it listens. */
  async serve({ config, workers, clockMs = 0 }: ServeOptions = {}): Promise<Served> {
    if (config !== undefined) this.configure(config, workers);
    const served = new Served(this.folder, clockMs);
    this.#served = served;
    await served.ready();
    return served;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#served?.kill();
    rmSync(this.folder, { recursive: true });
  }
}

export class Served {
  readonly #child: ReturnType<typeof spawn>;
  readonly #exited: Promise<Exit>;
  #stdout = "";
  #stderr = "";

  constructor(folder: string, clockMs: number) {
    this.#child = spawn(process.execPath, [...program, "serve"], {
      cwd: folder,
      env: clockMs === 0 ? {} : { TEST_CLOCK_MS: String(clockMs) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout!.on("data", (text: Buffer) => (this.#stdout += text.toString()));
    this.#child.stderr!.on("data", (text: Buffer) => (this.#stderr += text.toString()));
    this.#exited = once(this.#child, "close") as Promise<Exit>;
  }

  async ready(): Promise<void> {
    await this.until(() => this.#stdout.includes("Stop "), "it says where it listens");
  }

  /** All that the process has written, wherever to. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** The lines of the log that are whole. */
  get lines(): readonly string[] {
    return this.#stderr.split("\n").slice(0, -1);
  }

  /** The same, each as the object that it must be. */
  get log(): readonly Entry[] {
    return this.lines.map((line) => JSON.parse(line) as Entry);
  }

  entries(event: string, fields: Readonly<Record<string, unknown>> = {}): readonly Entry[] {
    return this.log.filter(
      (entry) => entry.event === event && Object.entries(fields).every(([name, value]) => entry[name] === value),
    );
  }

  /** Waits for so many entries of the log. */
  async told(event: string, fields: Readonly<Record<string, unknown>> = {}, count = 1): Promise<readonly Entry[]> {
    await this.until(
      () => this.entries(event, fields).length >= count,
      `${count} × ${event} ${JSON.stringify(fields)}`,
    );
    return this.entries(event, fields);
  }

  get port(): number {
    return this.#portOf("POP3");
  }

  get tlsPort(): number {
    return this.#portOf("POP3S");
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async ended(): Promise<Exit> {
    return this.#exited;
  }

  /** Ends it without giving it any chance to put things in order. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#exited;
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    for (const endMs = Date.now() + 20_000; !holds(); await sleep(10)) {
      if (this.#child.exitCode !== null)
        throw new Error(`the server ended before ${what}:\n${this.output.slice(-2000)}`);
      if (Date.now() > endMs) throw new Error(`waited in vain until ${what}:\n${this.output.slice(-2000)}`);
    }
  }

  #portOf(scheme: string): number {
    return Number(new RegExp(String.raw`${scheme} +127\.0\.0\.1:(\d+)`).exec(this.#stdout)?.[1]);
  }
}
