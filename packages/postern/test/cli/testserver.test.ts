// `postern testserver`: scenarios by name and by file, what it prints and records, the beginning again and the ends; in-process, and once as
// a real process with its signals. What a fault or a scenario does on the wire is tested beside them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseDialog, Wire } from "@postern/pop3/testing";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { scenarioJsonSchema } from "../../src/config/scenario-file.js";
import { type CliOutcome, runCli } from "./run-cli.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-testserver-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

interface Ready {
  readonly url: string;
  readonly tlsUrl: string | null;
  readonly port: number;
  readonly tlsPort: number | null;
  readonly accounts: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly caFile: string | null;
  readonly pid: number;
}

interface Running {
  readonly ready: Ready;
  /** All that was printed so far. */
  printed(): string;
  again(): void;
  stop(): Promise<CliOutcome>;
  readonly outcome: Promise<CliOutcome>;
}

/** Starts it in this process with --json, and waits for the line. */
async function running(...args: readonly string[]): Promise<Running> {
  const stopping = new AbortController();
  const { promise: first, resolve } = Promise.withResolvers<string>();
  let printed = "";
  let again: () => void = () => {};
  const outcome = runCli(["testserver", "--json", ...args], {
    cwd,
    signal: stopping.signal,
    onReload: (act) => (again = act),
    onStdout: (text) => {
      printed += text;
      if (printed.includes("\n")) resolve(printed);
    },
  });
  const line = await Promise.race([
    first,
    outcome.then(({ stderr }) => {
      throw new Error(`it ended: ${stderr}`);
    }),
  ]);
  return {
    ready: JSON.parse(line) as Ready,
    printed: () => printed,
    again: () => again(),
    outcome,
    stop: () => {
      stopping.abort();
      return outcome;
    },
  };
}

/** The first lines of the replies to these commands, the greeting before them; then the connection is closed. */
async function said(port: number, ...commands: readonly string[]): Promise<readonly (string | null)[]> {
  const wire = await Wire.connect({ port });
  const lines = [await wire.line()];
  for (const command of commands) {
    wire.send(`${command}\r\n`);
    lines.push(await wire.line());
  }
  wire.close();
  return lines;
}

const LOGIN = ["USER alice", "PASS secret"];

describe("what it prints", () => {
  test("a line of JSON that says where it listens, and the authority in a file", async () => {
    const run = await running("--ca-file", "ca.pem");
    const { ready } = run;
    expect(ready).toMatchObject({
      url: `pop3://127.0.0.1:${ready.port}`,
      tlsUrl: `pop3s://localhost:${ready.tlsPort}`,
      accounts: { alice: "secret" },
      caFile: join(cwd, "ca.pem"),
      pid: process.pid,
    });
    expect(readFileSync(join(cwd, "ca.pem"), "utf8")).toBe(ready.ca);
    expect((await said(ready.port, ...LOGIN, "STAT")).at(-1)).toBe("+OK 3 280");
    expect(await run.stop()).toEqual({ status: 0, stdout: run.printed(), stderr: "" });
    await expect(said(ready.port)).rejects.toThrow("ECONNREFUSED");
  });

  test("the same for people, and what clients send", async () => {
    const stopping = new AbortController();
    const { promise: first, resolve } = Promise.withResolvers<string>();
    const outcome = runCli(["testserver", "--verbose", "--sessions", "1"], {
      cwd,
      signal: stopping.signal,
      onStdout: resolve,
    });
    const [, port = ""] = /^POP3 {6}pop3:\/\/127\.0\.0\.1:(\d+), with STLS$/m.exec(await first) ?? [];
    await said(Number(port), ...LOGIN, "RETR 1");
    const { status, stdout, stderr } = await outcome;
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Accounts {2}alice \(password: secret\)$/m);
    expect(stdout.split("\n").filter((line) => line.startsWith("session"))).toEqual([
      "session 1: USER alice",
      "session 1: PASS ****",
      "session 1: RETR 1",
      "session 1: (ended)",
    ]);
  });

  test("--verbose tells a command whose answer never comes", async () => {
    writeFileSync(join(cwd, "stalls.toml"), '[[faults]]\nfault = "stall"\non = "STAT"\n');
    const stopping = new AbortController();
    let printed = "";
    const outcome = runCli(["testserver", "--verbose", "--scenario", "stalls.toml"], {
      cwd,
      signal: stopping.signal,
      onStdout: (text) => (printed += text),
    });
    await vi.waitFor(() => expect(printed).toContain("POP3S"));
    const wire = await Wire.connect({ port: Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]) });
    wire.send("USER alice\r\nPASS secret\r\nSTAT\r\n");
    await vi.waitFor(() => expect(printed).toContain("session 1: STAT\n"), 10_000);
    wire.close();
    stopping.abort();
    expect((await outcome).status).toBe(0);
  });

  test("--list has every scenario with where it was seen, and the faults", async () => {
    const { status, stdout } = await runCli(["testserver", "--list"], { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^gmail: Gmail \(pop\.gmail\.com\), undated \(jstedfast\/MailKit.*\)$/m);
    expect(stdout).toMatch(/^Faults: .*\bdrop, reset\b/m);
    const json = JSON.parse((await runCli(["testserver", "--list", "--json"], { cwd })).stdout) as {
      readonly scenarios: readonly { readonly name: string }[];
      readonly faults: readonly string[];
    };
    expect(json.scenarios.map(({ name }) => name)).toContain("dovecot-2.3");
    expect(json.faults).toContain("autologout");
  });
});

describe("scenarios", () => {
  test("one by its name, accounts beside it", async () => {
    const run = await running("--scenario", "popa3d-1.0.3", "--account", "bob:a:b", "--account", "carol:c");
    expect(run.ready).toMatchObject({ tlsUrl: null, tlsPort: null, accounts: { bob: "a:b", carol: "c" } });
    expect(await said(run.ready.port, "CAPA", "USER bob", "PASS a:b")).toEqual([
      "+OK",
      "-ERR",
      expect.any(String),
      "+OK",
    ]);
    await run.stop();
  });

  const toml = `
extends = "gmail"
greeting = "+OK mine"
capability_lines = ["USER", "X-MINE"]
certificate = "expired"

[accounts]
alice = "secret"
bob = "b"

[messages]
alice = ["Subject: one\\n\\nbody\\n", { file = "two.eml" }, { file = "more" }]
bob = []

[policy]
login_delay_seconds = 0
expire = "never"

[[faults]]
fault = "split"
on = "NOOP"
at = [1]
pause_ms = 1

[[faults]]
fault = "refused"
on = "RETR"
params = "2"
code = "SYS/TEMP"
`;

  test("a file: what it extends, messages from files, policies, faults", async () => {
    writeFileSync(join(cwd, "two.eml"), "Subject: two\n\n");
    mkdirSync(join(cwd, "more"));
    for (const name of ["b.eml", "a.eml", "notes.txt"]) writeFileSync(join(cwd, "more", name), `Subject: ${name}\n\n`);
    writeFileSync(join(cwd, "mine.toml"), toml);
    const described = new Ajv2020({ strict: false }).compile(scenarioJsonSchema());
    expect(described(parse(toml)), JSON.stringify(described.errors)).toBe(true);
    expect(described(parse(`${toml}\n[policies]`))).toBe(false);
    const run = await running("--scenario", "mine.toml");
    const { port } = run.ready;
    const wire = await Wire.connect({ port });
    expect(await wire.line()).toBe("+OK mine");
    wire.send("CAPA\r\n");
    expect(await wire.line()).toBe("+OK Capability list follows");
    expect(await wire.body()).toEqual(["USER", "X-MINE"]);
    wire.close();
    const [, , , stat, noop, refused] = await said(port, ...LOGIN, "STAT", "NOOP", "RETR 2");
    expect(stat).toMatch(/^\+OK 4 /);
    expect(noop).toMatch(/^\+OK/);
    expect(refused).toMatch(/^-ERR \[SYS\/TEMP\] /);
    const third = await Wire.connect({ port });
    third.send("USER alice\r\nPASS secret\r\nRETR 3\r\n");
    for (let line = 0; line < 4; line++) await third.line();
    expect(await third.body()).toContain("Subject: a.eml");
    third.close();
    expect((await said(port, "USER bob", "PASS b", "STAT")).at(-1)).toBe("+OK 0 0");
    await run.stop();
  });

  test("the same in JSON", async () => {
    writeFileSync(
      join(cwd, "mine.json"),
      JSON.stringify({
        $schema: "scenario.schema.json",
        messages: ["Subject: x\n"],
        faults: [{ fault: "silent", session: 2 }],
      }),
    );
    const run = await running("--scenario", "./mine.json");
    expect((await said(run.ready.port, ...LOGIN, "STAT")).at(-1)).toBe("+OK 1 12");
    const wire = await Wire.connect({ port: run.ready.port, patienceMs: 50 });
    await expect(wire.line()).rejects.toThrow("no line came");
    wire.close();
    await run.stop();
  });

  test.each<[string, string, readonly string[]]>([
    ["no scenario", 'extends = "gmai"', ['extends: there is no scenario "gmai"; did you mean gmail?']],
    ["no key", "acounts = {}", ["there is no key acounts; did you mean accounts?"]],
    ["no key of a table", "[policy]\nexpires = 1", ["policy: there is no key expires; did you mean expire?"]],
    ["no such value", 'certificate = "old"', ['certificate: write "valid", "expired", "wrong-name" or "none"']],
    ["no password", "[accounts]\nalice = 1", ["accounts.alice: write a password"]],
    ["no message", "messages = [1]", ['messages 1: write the text of a message, or { file = "message.eml" }']],
    [
      "no such file",
      'messages = ["x", { file = "y.eml" }]',
      ["messages 2: y.eml cannot be read: there is no such file"],
    ],
    ["nobody's messages", "[messages]\nbob = []", ["messages.bob: there is no such account"]],
    [
      "several things at once",
      '[[faults]]\nfault = "dropp"\n[[faults]]\nfault = "drop"\ncarriedOut = false\n[[faults]]\nfault = "split"\npause_ms = "x"',
      [
        'faults 1: there is no fault "dropp"; did you mean drop?',
        "faults 2: there is no key carriedOut; did you mean carried_out?",
        'faults 3: the fault "split": "pause_ms" must be a whole number of milliseconds from 0 to a day',
      ],
    ],
    [
      "a function",
      '[[faults]]\nfault = "custom"',
      [expect.stringMatching(/^faults 1: there is no fault "custom"; there are /)],
    ],
    ["no TOML", "x = ", [expect.stringMatching(/^line 1, column \d+: /)]],
  ])("a file with a mistake is refused with its place: %s", async (_, text, problems) => {
    writeFileSync(join(cwd, "wrong.toml"), text);
    const { status, stdout, stderr } = await runCli(["testserver", "--scenario", "wrong.toml"], { cwd });
    expect([status, stdout]).toEqual([2, ""]);
    const prefix = `postern: ${join(cwd, "wrong.toml")}: `;
    const said = stderr.trimEnd().split("\n");
    for (const line of said) expect(line.startsWith(prefix), line).toBe(true);
    expect(said.map((line) => line.slice(prefix.length))).toEqual(problems);
  });

  test.each([
    [["--scenario", "gmai"], /there is no scenario "gmai"; did you mean gmail\? A scenario file is named/],
    [["--scenario", "none.json"], /none\.json: cannot be read: there is no such file/],
    [["--account", "alice"], /NAME:PASSWORD/],
    [["--port", "70000"], /a port, from 0 to 65535/],
    [["--sessions", "0"], /a whole number from 1 up/],
  ])("wrong usage: %s", async (args, problem) => {
    const { status, stderr } = await runCli(["testserver", ...args], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(problem);
  });

  test("a port that is taken, and a tag that is none, are said", async () => {
    const run = await running();
    const taken = await runCli(["testserver", "--port", String(run.ready.port)], { cwd });
    expect([taken.status, taken.stderr]).toEqual([2, expect.stringContaining(`Port ${run.ready.port} is in use`)]);
    await run.stop();
    writeFileSync(join(cwd, "tags.toml"), 'capabilities = ["TOPP"]');
    const none = await runCli(["testserver", "--scenario", "tags.toml"], { cwd });
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("TOPP")]);
    expect(none.stderr).not.toContain("not expected");
  });
});

describe("while it runs", () => {
  test("--record has each session as a dialog, secrets masked", async () => {
    const run = await running("--record", "said.txt", "--sessions", "2");
    const recorded = (): string => readFileSync(join(cwd, "said.txt"), "utf8");
    expect(recorded()).toBe("");
    await said(run.ready.port, ...LOGIN, "QUIT");
    await vi.waitFor(() => expect(recorded()).toContain("# session 1, in the clear, alice\n"));
    await said(run.ready.port, "NOOP");
    expect((await run.outcome).status).toBe(0);
    expect(recorded()).toMatch(/^C: PASS \*\*\*\*$/m);
    expect(recorded()).toMatch(/# session 2, in the clear, nobody logged in\nS: .*\nC: NOOP\n/);
    expect(recorded()).not.toContain("secret");
    expect(parseDialog(recorded()).length).toBeGreaterThan(8);
  });

  test("a record that cannot be written ends it with the reason", async () => {
    const outcome = await runCli(["testserver", "--record", "none/said.txt"], { cwd });
    expect([outcome.status, outcome.stderr]).toEqual([2, expect.stringContaining("none/said.txt cannot be written")]);
  });

  test("again: the same ports, all messages, nothing recorded, and what the file says now", async () => {
    writeFileSync(join(cwd, "mine.toml"), 'messages = ["Subject: one\\n"]');
    const run = await running("--scenario", "mine.toml", "--record", "said.txt");
    const { port } = run.ready;
    await said(port, ...LOGIN, "DELE 1", "QUIT");
    const open = await Wire.connect({ port });
    await open.line();
    run.again();
    await vi.waitFor(() => expect(run.printed().trimEnd().split("\n")).toHaveLength(2));
    expect(run.printed().split("\n")[1]).toBe(run.printed().split("\n")[0]);
    expect([await open.line(), await open.line()]).toEqual([expect.stringContaining("stopping"), null]);
    expect(readFileSync(join(cwd, "said.txt"), "utf8")).toBe("");
    expect((await said(port, ...LOGIN, "STAT")).at(-1)).toBe("+OK 1 14");

    writeFileSync(join(cwd, "mine.toml"), 'greeting = "+OK other"\n');
    run.again();
    await vi.waitFor(() => expect(run.printed().trimEnd().split("\n")).toHaveLength(3));
    expect(await said(port)).toEqual(["+OK other"]);
    writeFileSync(join(cwd, "mine.toml"), "greetin = 1");
    run.again();
    const { status, stderr } = await vi.waitFor(async () => {
      expect(await said(port)).toEqual(["+OK other"]);
      return run.stop();
    });
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^postern: not begun again: .*mine\.toml: there is no key greetin; did you mean greeting\?\n$/,
    );
  });

  test("where it cannot begin again, it ends with the reason", async () => {
    writeFileSync(join(cwd, "mine.toml"), "");
    const run = await running("--scenario", "mine.toml");
    writeFileSync(join(cwd, "mine.toml"), 'capabilities = ["TOPP"]');
    run.again();
    const { status, stderr } = await run.outcome;
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^postern: .*TOPP.*\n$/)]);
  });
});

describe("a real process", () => {
  test("SIGHUP begins again, SIGTERM ends with status 0", async () => {
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const from = new URL("from-source.mjs", import.meta.url).href;
    const args = ["--import", from, main, "testserver", "--json", "--record", "said.txt"];
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const ready = JSON.parse((await lines.next()).value as string) as Ready;
      expect(ready.pid).toBe(child.pid);
      await said(ready.port, ...LOGIN, "DELE 1", "QUIT");
      child.kill("SIGHUP");
      expect(JSON.parse((await lines.next()).value as string)).toEqual(ready);
      expect((await said(ready.port, ...LOGIN, "STAT")).at(-1)).toBe("+OK 3 280");
      const over = once(child, "exit");
      child.kill("SIGTERM");
      expect(await over).toEqual([0, null]);
      expect(existsSync(join(cwd, "said.txt"))).toBe(true);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
