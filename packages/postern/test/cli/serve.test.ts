// `postern serve`: a start on nothing, what it prints, mail read through it, the stop; in-process and as a real process.
import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "./run-cli.js";
import type { CliOutcome } from "./run-cli.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-serve-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const anyPort = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"];

interface Serving {
  readonly banner: string;
  port(scheme: "POP3" | "POP3S"): number;
  stop(): Promise<CliOutcome>;
}

/** Starts the server in this process and waits for what it prints. */
async function serving(args: readonly string[] = [], listeners: readonly string[] = anyPort): Promise<Serving> {
  const stopping = new AbortController();
  const { promise: printed, resolve } = Promise.withResolvers<string>();
  const outcome = runCli(["serve", ...listeners, ...args], {
    cwd,
    env: { POSTERN_LOG_FORMAT: "text" },
    signal: stopping.signal,
    onStdout: resolve,
  });
  const banner = await Promise.race([
    printed,
    outcome.then(({ stderr }) => {
      throw new Error(`it ended: ${stderr}`);
    }),
  ]);
  return {
    banner,
    port: (scheme) => Number(new RegExp(String.raw`^  ${scheme} +127\.0\.0\.1:(\d+) `, "m").exec(banner)?.[1]),
    stop: () => {
      stopping.abort();
      return outcome;
    },
  };
}

/** Sends these lines at once and returns all that comes back until the server closes. */
async function dialog(port: number, lines: readonly string[], tls = false): Promise<string> {
  const socket = tls ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }) : connect(port, "127.0.0.1");
  await once(socket, tls ? "secureConnect" : "connect");
  socket.write(lines.map((line) => `${line}\r\n`).join(""));
  return text(socket);
}

test("starts on an empty directory, takes a user who is added while it runs, and stops when it is told to", async () => {
  const server = await serving();
  expect(server.banner).toContain(join(cwd, "postern-data"));
  expect(server.banner).toContain("postern user add alice\n");
  expect(server.banner).toContain(`curl -k --user alice pop3s://127.0.0.1:${server.port("POP3S")}/\n`);

  await runCli(["user", "add", "alice", "--password-stdin"], { cwd, stdin: "secret\n" });
  const login = ["USER alice", "PASS secret", "STAT", "QUIT"];
  expect(await dialog(server.port("POP3S"), login, true)).toMatch(
    /^\+OK .*\r\n\+OK.*\r\n\+OK.*\r\n\+OK 0 0\r\n\+OK.*\r\n$/,
  );
  expect(await dialog(server.port("POP3"), login)).toMatch(/^\+OK .*\r\n-ERR .*\r\n-ERR /);

  const { status, stderr } = await server.stop();
  expect(status).toBe(0);
  expect(stderr).toMatch(/^\S+Z 127\.0\.0\.1 "alice" logged in by PASS: 0 messages, 0 octets$/m);
  expect(stderr).not.toContain("secret");
  await expect(dialog(server.port("POP3"), ["QUIT"])).rejects.toThrow("ECONNREFUSED");
});

test("the commands that it suggests name the same data directory, fit for a shell", async () => {
  const server = await serving(["--data", "my mail's"]);
  expect(server.banner).toContain(String.raw`postern user add alice --data 'my mail'\''s'` + "\n");
  await server.stop();
});

test("the certificate stays the same from start to start", async () => {
  const fingerprints: string[] = [];
  for (let start = 0; start < 2; start += 1) {
    const server = await serving();
    const socket = connectTls({ port: server.port("POP3S"), host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "data");
    fingerprints.push(socket.getPeerCertificate().fingerprint256);
    socket.destroy();
    await server.stop();
  }
  expect(fingerprints[1]).toBe(fingerprints[0]);
});

test("--allow-plaintext-login lets this machine in without TLS", async () => {
  await runCli(["user", "add", "alice", "--password-stdin"], { cwd, stdin: "secret\n" });
  const server = await serving(["--allow-plaintext-login"]);
  expect(await dialog(server.port("POP3"), ["USER alice", "PASS secret", "QUIT"])).toMatch(/^(\+OK.*\r\n){4}$/);
  await server.stop();
});

test("the configuration reaches the server", async () => {
  writeFileSync(
    join(cwd, "postern.toml"),
    'implementation = "Gatehouse"\ncapabilities = ["TOP", "USER", "IMPLEMENTATION"]',
  );
  const server = await serving([], ["--listen", "none", "--listen-tls", "127.0.0.1:0"]);
  const answer = await dialog(server.port("POP3S"), ["CAPA", "UIDL", "QUIT"], true);
  expect(answer.split("\r\n").slice(1).join(" ")).toMatch(/^\+OK .*TOP USER IMPLEMENTATION Gatehouse \. -ERR/);
  expect(server.banner).not.toContain("  POP3  ");
  await server.stop();
});

describe("--demo", () => {
  test("shows its first message by the line that it prints, start after start", async () => {
    for (let start = 0; start < 2; start += 1) {
      const server = await serving(["--demo"]);
      expect(server.banner).toContain(`  curl pop3://demo:demo@127.0.0.1:${server.port("POP3")}/1\n`);
      const answer = await dialog(server.port("POP3"), ["USER demo", "PASS demo", "STAT", "RETR 1", "QUIT"]);
      expect(answer).toMatch(/\r\n\+OK 5 \d+\r\n/);
      expect(answer).toContain("Subject: Welcome to the side door\r\n");
      await server.stop();
    }
  });

  test("keeps away from real accounts and from the world", async () => {
    await runCli(["user", "add", "alice", "--password-stdin"], { cwd, stdin: "secret\n" });
    await expect(serving(["--demo", "--data", "postern-data"])).rejects.toThrow("has accounts of its own");
    await expect(serving(["--demo", "--listen", "0.0.0.0:0"])).rejects.toThrow("listens on 127.0.0.1 and ::1 only");
  });
});

describe("a start that cannot be", () => {
  const refusal = async (...args: string[]): Promise<CliOutcome> => runCli(["serve", ...args], { cwd });

  test("a port in use, and nothing is left listening on the other", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = await refusal("--listen", "127.0.0.1:0", "--listen-tls", `127.0.0.1:${port}`);
    other.close();
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      `postern: 127.0.0.1:${port} is in use by another program: stop that one, or listen elsewhere with --listen-tls or the key listen_tls.\n`,
    );
  });

  test("an address of another machine", async () => {
    expect(await refusal("--listen", "192.0.2.1:1110")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("192.0.2.1:1110 is no address of this machine") as string,
    });
  });

  test("nothing to listen on", async () => {
    expect(await refusal("--listen", "none", "--listen-tls", "none")).toMatchObject({
      status: 2,
      stderr: "postern: There is nothing to listen on: set listen or listen_tls to something but none.\n",
    });
  });

  test("a capability that does not exist", async () => {
    writeFileSync(join(cwd, "postern.toml"), 'capabilities = ["TPO"]');
    const { status, stderr } = await refusal(...anyPort);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^postern: The configuration cannot be served: .*TPO.*\n$/);
  });

  test("a certificate that is none", async () => {
    writeFileSync(join(cwd, "x.pem"), "x");
    expect(await refusal(...anyPort, "--tls-cert", "x.pem", "--tls-key", "x.pem")).toMatchObject({
      status: 2,
      stderr: `postern: The file ${join(cwd, "x.pem")} holds no certificate in PEM form.\n`,
    });
  });

  test("a data directory that is a file", async () => {
    writeFileSync(join(cwd, "postern-data"), "x");
    const { status, stderr } = await refusal(...anyPort);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^postern: .+\n$/);
    expect(stderr).not.toContain("not expected");
  });
});

describe("as a process", () => {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const program = ["--import", path("from-source.mjs"), path("../../src/cli/main.ts")];

  let running: ChildProcess | null = null;
  afterEach(() => running?.kill("SIGKILL"));

  /** Starts the demonstration and opens a session. */
  async function started(): Promise<{ child: ChildProcessByStdio<null, Readable, Readable>; session: Socket }> {
    const args = [...program, "serve", "--demo", ...anyPort];
    const child = spawn(process.execPath, args, { cwd, env: {}, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    const banner = await shows(child.stdout, "Stop with Ctrl-C");
    const session = connect(Number(/POP3 +127\.0\.0\.1:(\d+)/.exec(banner)?.[1]), "127.0.0.1");
    await once(session, "data");
    return { child, session };
  }

  /** Reads until these words have come. */
  async function shows(stream: Readable, words: string): Promise<string> {
    let shown = "";
    while (!shown.includes(words)) shown += String((await once(stream, "data"))[0]);
    return shown;
  }

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends idle sessions and exits with 0", async (signal) => {
    const { child, session } = await started();
    const [ended, exited] = [once(session.resume(), "close"), once(child, "exit")];
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    await ended;
  });

  /** Starts the server with these options and waits until it says where it listens. */
  async function serve(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ child: ChildProcessByStdio<null, Readable, Readable>; banner: string; log: () => string }> {
    const all = [...program, "serve", "--listen", "none", "--listen-tls", "127.0.0.1:0", ...args];
    const child = spawn(process.execPath, all, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    return { child, banner: await shows(child.stdout, "Ctrl-C"), log: () => log };
  }

  const portIn = (text: string): number => Number(/POP3S +127\.0\.0\.1:(\d+)/.exec(text)?.[1]);

  async function greeted(port: number): Promise<TLSSocket> {
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "data");
    return socket;
  }

  test.each(["1", "2"])("SIGHUP reads the configuration anew, and no session notices: %s workers", async (workers) => {
    writeFileSync(join(cwd, "postern.toml"), 'implementation = "Before"');
    const { child, banner, log } = await serve(["--workers", workers]);
    const port = portIn(banner);
    const session = await greeted(port);
    writeFileSync(join(cwd, "postern.toml"), 'implementation = "After"\nlimits = { conections = 5 }');
    child.kill("SIGHUP");
    await expect.poll(log).toContain("did you mean limits.connections?");
    expect(log()).toContain("everything goes on as before");
    expect(await dialog(port, ["CAPA", "QUIT"], true)).toContain("IMPLEMENTATION Before\r\n");

    writeFileSync(join(cwd, "postern.toml"), 'implementation = "After"');
    child.kill("SIGHUP");
    await expect.poll(log).toContain('"event":"service.reloaded","changed":["implementation"]');
    expect(await dialog(port, ["CAPA", "QUIT"], true)).toContain("IMPLEMENTATION After\r\n");
    session.write("CAPA\r\nQUIT\r\n");
    expect(await text(session)).toContain("IMPLEMENTATION Before\r\n");

    const exited = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  test("SIGTERM ends the idle sessions of all workers and of all configurations, and the status is 0", async () => {
    const { child, banner, log } = await serve(["--workers", "2"]);
    const port = portIn(banner);
    const sessions = await Promise.all(Array.from({ length: 6 }, async () => greeted(port)));
    child.kill("SIGHUP");
    await expect.poll(log).toContain("service.reloaded");
    sessions.push(...(await Promise.all(Array.from({ length: 6 }, async () => greeted(port)))));
    const [exited, lastWords] = [once(child, "exit"), sessions.map(async (session) => text(session))];
    child.kill("SIGTERM");
    for (const words of await Promise.all(lastWords)) expect(words).toMatch(/^-ERR .*the server is stopping/);
    expect(await exited).toEqual([0, null]);
    for (const line of log().trimEnd().split("\n")) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
  });

  test("a log that nobody reads any more stops no server", async () => {
    const { child, banner } = await serve(["--workers", "1"]);
    child.stderr.destroy();
    for (let round = 0; round < 5; round += 1) {
      const answer = await dialog(portIn(banner), ["USER a", "PASS b", "QUIT"], true);
      expect(answer).toMatch(/^\+OK.*\r\n\+OK.*\r\n-ERR.*\r\n\+OK.*\r\n$/);
    }
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  test("a service manager that asks for it is told how things are", async () => {
    const told = join(cwd, "told");
    writeFileSync(join(cwd, "systemd-notify"), `#!/bin/sh\necho "$*" >>"${told}"\n`, { mode: 0o755 });
    const env = { NOTIFY_SOCKET: "/run/systemd/notify", PATH: `${cwd}:/usr/bin:/bin` };
    const { child } = await serve(["--workers", "1"], env);
    const lines = (): string[] => (existsSync(told) ? readFileSync(told, "utf8").trimEnd().split("\n") : []);
    await expect.poll(lines).toEqual([expect.stringMatching(/^READY=1 STATUS=/)]);
    child.kill("SIGHUP");
    await expect.poll(lines).toHaveLength(3);
    expect(lines()[1]).toMatch(/^RELOADING=1 MONOTONIC_USEC=\d+ /);
    expect(lines()[2]).toMatch(/^READY=1 /);
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
    expect(lines()[3]).toMatch(/^STOPPING=1 /);
  });

  test("a second signal ends at once what a client that does not read would hold up", async () => {
    const { child, session } = await started();
    session.pause();
    session.write(`USER demo\r\nPASS demo\r\n${"RETR 5\r\n".repeat(1000)}`);
    await shows(child.stderr, "logged in");
    await setTimeout(500); // until the octets on their way fill every buffer between the two
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await shows(child.stderr, "Stopping");
    child.kill("SIGTERM");
    expect(await exited).toEqual([143, null]);
    session.destroy();
  });
});
