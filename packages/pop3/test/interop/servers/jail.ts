// A jail: a copy of one server's folder of `scripts/interop-servers.sh` that programs see as their whole file system. So the paths
// that are compiled into a server are all its own, as are its users, and any number of them run at once beside an installed one.
// Knows no server. The copy is of hard links: what is written into it replaces files and never changes them.
import { execFile, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { idOf, userFiles } from "./account.js";
import type { UserName } from "./account.js";

const exec = promisify(execFile);

const farm = process.env["POSTERN_INTEROP_SERVERS"] ?? "/opt/postern-interop";

/** How much of what programs said is kept, in characters. */
const logLimit = 65_536;

const devices = { null: "3", zero: "5", random: "8", urandom: "9" } as const;

/** What a file or folder is made with. */
interface Ownership {
  readonly owner?: UserName;
  readonly mode?: number;
}

interface Start {
  readonly env?: NodeJS.ProcessEnv;
  readonly as?: UserName;
  /** Its standard input and output. */
  readonly stdio?: "ignore" | "pipe" | Socket;
}

interface Run {
  /** All of its standard input. */
  readonly input?: string;
  readonly as?: UserName;
}

let obstacle: string | null | undefined;

/** Why this server cannot be jailed here; null where it can. */
export function jailObstacle(server: string): string | null {
  if (!existsSync(join(farm, server, "packages"))) return `${server} is not in ${farm}: run scripts/interop-servers.sh`;
  obstacle ??= rightsMissing();
  return obstacle;
}

/** A server gets a root folder, devices and users of its own, and may do so only where root has not been locked out of that. */
function rightsMissing(): string | null {
  if (process.getuid?.() !== 0) return "only root may start it, in a jail";
  const device = join(farm, `.device-${process.pid}`);
  const { status } = spawnSync("sh", ["-c", 'mknod "$0" c 1 3 && : <"$0"', device], { stdio: "ignore" });
  rmSync(device, { force: true });
  return status === 0 ? null : `there may be no devices in ${farm}, which a jail needs`;
}

export class Jail implements AsyncDisposable {
  readonly root: string;
  #log = "";
  readonly #deferred: (() => void)[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static async open(server: string): Promise<Jail> {
    const runs = join(farm, ".runs");
    await mkdir(runs, { recursive: true });
    await Jail.#sweep(runs);
    const jail = new Jail(await mkdtemp(join(runs, `${process.pid}-${server}-`)));
    await exec("cp", ["--archive", "--link", `${join(farm, server)}/.`, jail.root]);
    await chmod(jail.root, 0o755);
    await jail.empty("/tmp", { mode: 0o1777 });
    await jail.empty("/run");
    await jail.empty("/dev");
    for (const [name, minor] of Object.entries(devices)) {
      await exec("mknod", ["--mode=666", jail.path(`/dev/${name}`), "c", "1", minor]);
    }
    for (const [name, content] of Object.entries(userFiles())) await jail.write(name, content);
    return jail;
  }

  /** Ends what is left of tests that were killed: a jail is named by the process that opened it. */
  static async #sweep(runs: string): Promise<void> {
    for (const name of await readdir(runs)) {
      const [pid] = /^\d+(?=-)/.exec(name) ?? [];
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) await new Jail(join(runs, name))[Symbol.asyncDispose]();
    }
  }

  /** Where a path of the jail is outside of it. */
  path(inside: string): string {
    return join(this.root, inside);
  }

  /** The version of a Debian package that the jail was made from, without epoch. */
  async version(debian: string): Promise<string> {
    const packages = await readFile(this.path("/packages"), "utf8");
    const line = packages.split("\n").find((line) => line.startsWith(`${debian}=`));
    if (line === undefined) throw new Error(`${debian} is no part of ${this.root}`);
    return line.slice(debian.length + 1).replace(/^\d+:/, "");
  }

  async write(
    inside: string,
    content: string | Uint8Array,
    { owner = "root", mode = 0o644 }: Ownership = {},
  ): Promise<void> {
    const path = this.path(inside);
    await rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: "wx" });
    await chown(path, idOf(owner), idOf(owner));
    await chmod(path, mode);
  }

  /** Makes a folder, or removes all that is in it. */
  async empty(inside: string, { owner = "root", mode = 0o755 }: Ownership = {}): Promise<void> {
    const path = this.path(inside);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    await chown(path, idOf(owner), idOf(owner));
    await chmod(path, mode);
  }

  /** Starts a program of the jail; what it says on its standard error joins the log. */
  spawn(command: readonly string[], { env = {}, as = "root", stdio = "ignore" }: Start = {}): ChildProcess {
    const user = `--userspec=${idOf(as)}:${idOf(as)}`;
    const child = spawn("chroot", [user, this.root, ...command], {
      env: { PATH: "/usr/sbin:/usr/bin", ...env },
      stdio: [stdio, stdio, "pipe"],
    });
    const note = (text: string): void => {
      this.#log = `${this.#log}${text}`.slice(-logLimit);
    };
    child.stderr?.setEncoding("utf8").on("data", note);
    child.once("error", (error) => note(`${error.message}\n`));
    child.once("exit", (status, signal) => {
      if (status !== 0) note(`${command[0]} ended with ${status ?? signal}\n`);
    });
    return child;
  }

  /** Runs a program of the jail to its end. Resolves to its standard output; rejects where it ends badly. */
  async run(command: readonly string[], { input = "", as = "root" }: Run = {}): Promise<string> {
    const child = this.spawn(command, { as, stdio: "pipe" });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.stdin?.on("error", () => {}).end(input);
    const [output, status] = await Promise.all([child.stdout === null ? "" : text(child.stdout), ended]);
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}: ${output}${this.#log}`);
    return output;
  }

  log(): string {
    return this.#log;
  }

  /** Has something done before the jail is removed. */
  defer(work: () => void): void {
    this.#deferred.push(work);
  }

  /** Ends whatever runs inside, and removes the jail. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const work of this.#deferred.splice(0)) work();
    for (let inmates = await this.#inmates(); inmates.length > 0; inmates = await this.#inmates()) {
      for (const pid of inmates) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended meanwhile.
        }
      }
      await pause(10);
    }
    await rm(this.root, { recursive: true, force: true });
  }

  /** The processes whose root folder is the jail or a folder of it. */
  async #inmates(): Promise<number[]> {
    const inmates: number[] = [];
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const root = await readlink(`/proc/${pid}/root`).catch(() => "");
      if (root === this.root || root.startsWith(`${this.root}/`)) inmates.push(Number(pid));
    }
    return inmates;
  }
}
