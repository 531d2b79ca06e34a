// `postern serve` as a process of its own on a new data directory, with accounts and mail from the command line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../../cli/run-cli.js";

export const password = "correct horse";

/** A login as the server's log tells of it. */
export interface LoggedLogin {
  readonly accepted: boolean;
  /** The name that the client gave, or the user it stands for. */
  readonly user: string;
  readonly method: string;
  readonly secure: boolean;
}

export interface Server {
  /** A temporary folder, removed when the server stops. */
  readonly folder: string;
  readonly port: number;
  readonly portTls: number;
  /** The server's own certificate, which clients are told to trust. */
  readonly certificateFile: string;
  /** Makes an account whose maildrop holds these messages in this order; `options` are those of `postern user add`. */
  addUser(name: string, messages: Iterable<Buffer>, ...options: readonly string[]): Promise<void>;
  /** Brings messages into the maildrop of a user of any source. */
  bringMail(name: string, messages: Iterable<Buffer>): Promise<void>;
  /** The logins so far, oldest first. */
  logins(): readonly LoggedLogin[];
  /** How many messages the maildrop holds, as `postern maildrop show` says. */
  messageCount(name: string): Promise<number>;
  /** Opens a session and keeps it open: the maildrop is in use until the socket is destroyed. */
  occupy(name: string): Promise<Socket>;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const program = ["--import", path("cli/from-source.mjs"), path("../src/cli/main.ts")];

/** `files` are written into the server's folder first, `postern.toml` among them. */
export async function startServer(files: Readonly<Record<string, string>> = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "postern-interop-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const args = ["serve", "--allow-plaintext-login", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: folder,
    env: {},
    stdio: ["ignore", "pipe", "pipe"],
  });
  let shown = "";
  child.stderr.on("data", (text: Buffer) => (shown += text.toString()));
  child.stdout.on("data", (text: Buffer) => (shown += text.toString()));
  while (!shown.includes("Stop ")) {
    if (child.exitCode !== null) throw new Error(`The server ended: ${shown}`);
    await Promise.race([once(child.stdout, "data"), once(child, "close")]);
  }
  const portOf = (scheme: string): number =>
    Number(new RegExp(String.raw`${scheme} +127\.0\.0\.1:(\d+)`).exec(shown)?.[1]);
  const port = portOf("POP3");

  const cli = async (args: readonly string[], stdin = ""): Promise<string> => {
    const { status, stdout, stderr } = await runCli(args, { cwd: folder, stdin });
    if (status !== 0) throw new Error(`postern ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  };

  const bringMail: Server["bringMail"] = async (name, messages) => {
    const source = mkdtempSync(join(folder, "source-"));
    let number = 0;
    for (const octets of messages) {
      number += 1;
      writeFileSync(join(source, `${String(number).padStart(4, "0")}.eml`), octets);
    }
    if (number > 0) await cli(["import", name, "--from", `eml:${source}`]);
  };

  return {
    folder,
    port,
    portTls: portOf("POP3S"),
    certificateFile: join(folder, "postern-data", "tls", "certificate.pem"),
    addUser: async (name, messages, ...options) => {
      await cli(["user", "add", name, "--password-stdin", ...options], `${password}\n`);
      await bringMail(name, messages);
    },
    bringMail,
    logins: () => loggedLogins(shown),
    messageCount: async (name) => {
      const { count } = JSON.parse(await cli(["maildrop", "show", name, "--json"])) as { count: number };
      return count;
    },
    occupy: async (name) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(`USER ${name}\r\nPASS ${password}\r\nNOOP\r\n`);
      let answers = "";
      while (answers.split("\r\n").length <= 4) answers += String((await once(socket, "data"))[0]);
      return socket;
    },
    stop: async () => {
      // A server that has ended by itself, or that does not end well, fails the run and shows what it said.
      const ended = child.exitCode === null ? once(child, "close") : [child.exitCode];
      child.kill("SIGTERM");
      const [status] = await ended;
      rmSync(folder, { recursive: true });
      if (status !== 0 || !shown.includes("Stopping")) throw new Error(`The server ended with ${status}: ${shown}`);
    },
  };
}

function loggedLogins(shown: string): readonly LoggedLogin[] {
  const lines = shown.split("\n").filter((line) => /^\{.*"event":"login\.(accepted|refused)".*\}$/.test(line));
  return lines.map((line) => {
    const { event, user, name, method, secure } = JSON.parse(line) as Record<string, string> & { secure: boolean };
    return { accepted: event === "login.accepted", user: user ?? name ?? "", method: method ?? "", secure };
  });
}
