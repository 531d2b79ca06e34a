// `postern fetch` of one server in this process: what it says, what is where afterwards, and its exit status.
// Files of accounts are in `fetch-accounts.test.ts`, crashes in `fetch-crash.test.ts`, waiting in `sync/fetch-account.test.ts`.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { octets } from "../../../pop3/test/support/cuts.js";
import { identity } from "../../../pop3/test/support/identity.mjs";
import { world } from "../../../pop3/test/support/world.js";
import { storedMessages } from "../sync/stored-messages.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome, CliSurroundings } from "./run-cli.js";
import { capabilityList, scripted } from "./scripted-server.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-fetch-"));
  writeFileSync(join(cwd, "ca.pem"), identity.cert);
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** The state is in the directory of the test, and the password in the environment. */
function fetch(args: readonly string[], surroundings: Partial<CliSurroundings> = {}): Promise<CliOutcome> {
  const env = { XDG_STATE_HOME: join(cwd, "state"), POSTERN_PASSWORD: "secret" };
  return runCli(["fetch", "--ca", "ca.pem", "--timeout", "10", ...args], { cwd, env, ...surroundings });
}

function files(folder: string): string[] {
  return readdirSync(join(cwd, folder));
}

const secure = ({ tlsPort }: { readonly tlsPort: number }): string => `pop3s://ann@localhost:${tlsPort}`;
const clear = ["--tls", "none", "--allow-cleartext"];

describe("a maildrop", () => {
  test("is copied once to each destination, whatever its form", async () => {
    await using server = await world();
    const url = secure(server);
    const first = await fetch([url, "--to", "maildir:Mail"]);
    expect(first).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^3 fetched \(\d+ octets\), 0 known already\.\n$/),
      stderr: "",
    });
    expect(files("Mail/new")).toHaveLength(3);
    expect(files("state/postern")).toContain("fetch.sqlite");

    const again = await fetch([url, "--to", "maildir:./Mail/"]);
    expect(again.stdout).toBe("0 fetched (0 octets), 3 known already.\n");
    expect(files("Mail/new")).toHaveLength(3);

    expect((await fetch([url, "--to", "eml:eml"])).stdout).toMatch(/^3 fetched /);
    const stored = await storedMessages({ kind: "eml", path: join(cwd, "eml") });
    expect(stored).toHaveLength(3);
    expect(stored.some((text) => text.includes("First line\r\n.A dot\r\n"))).toBe(true);

    await server.maildrops.deliver("ann", octets("Subject: four\r\n\r\n\r\n"));
    expect((await fetch([url, "--to", "mbox:ann.mbox", "--new"])).stdout).toMatch(
      /^1 fetched .*, 3 known already\.\n$/,
    );
    expect(readFileSync(join(cwd, "ann.mbox"), "latin1")).toContain("Subject: four\n");
    // What --new passed over there is fetched without it.
    expect((await fetch([url, "--to", "mbox:ann.mbox"])).stdout).toMatch(/^3 fetched .*, 1 known already\.\n$/);
  });

  test("is emptied with --delete, of what was fetched there before, too", async () => {
    await using server = await world();
    await fetch([secure(server), "--to", "maildir:Mail"]);
    expect(server.maildrops.messages("ann")).toHaveLength(3);
    await server.maildrops.deliver("ann", octets("Subject: four\r\n\r\n\r\n"));
    const { status, stdout } = await fetch([secure(server), "--to", "maildir:Mail", "--delete"]);
    expect(stdout).toMatch(/^1 fetched .*, 3 known already, 4 deleted from the server\.\n$/);
    expect(status).toBe(0);
    expect(server.maildrops.messages("ann")).toEqual([]);
    expect(files("Mail/new")).toHaveLength(4);
  });

  test("keeps what --new passed over for a destination that does not have it, with --delete, too", async () => {
    await using server = await world();
    await fetch([secure(server), "--to", "maildir:Mail"]);
    const { stdout } = await fetch([secure(server), "--to", "eml:other", "--new", "--delete"]);
    expect(stdout).toBe("0 fetched (0 octets), 3 known already.\n");
    expect(server.maildrops.messages("ann")).toHaveLength(3);
  });

  test("is told as a line of JSON", async () => {
    await using server = await world();
    const { status, stdout, stderr } = await fetch([secure(server), "--to", "maildir:Mail", "--delete", "--json"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      account: `ann@localhost:${server.tlsPort}`,
      destination: `maildir:${join(cwd, "Mail")}`,
      listed: 3,
      fetched: 3,
      octets: expect.any(Number),
      known: 0,
      failed: [],
      deleted: 3,
    });
  });
});

describe("messages that are out of the ordinary", () => {
  const maildrop = (answers: Record<string, string | readonly string[]>): Parameters<typeof scripted>[0] => ({
    answers: { CAPA: capabilityList("USER", "UIDL", "RESP-CODES"), USER: "+OK", PASS: "+OK", DELE: "+OK", ...answers },
  });

  test("two of one unique-id are fetched both, also one after the other, and known both", async () => {
    await using server = await scripted(
      maildrop({
        LIST: "+OK\n1 16\n2 16\n.",
        UIDL: "+OK\n1 same\n2 same\n.",
        "RETR 1": "+OK\nSubject: one\n\n.",
        "RETR 2": ["-ERR [SYS/TEMP] later", "+OK\nSubject: two\n\n."],
      }),
    );
    const args = [`pop3://ann@127.0.0.1:${server.port}`, ...clear, "--to", "eml:eml"];
    expect((await fetch(args)).stdout).toMatch(/^1 fetched .*, 1 left on the server/);
    expect((await fetch(args)).stdout).toMatch(/^1 fetched .*, 1 known already/);
    expect(files("eml")).toHaveLength(2);
    expect((await fetch(args)).stdout).toBe("0 fetched (0 octets), 2 known already.\n");
  });

  test("one that the server refuses is left and told, and the others come", async () => {
    await using server = await scripted(
      maildrop({
        LIST: "+OK\n1 16\n2 16\n3 16\n.",
        UIDL: "+OK\n1 a\n2 b\n3 c\n.",
        "RETR 1": "+OK\nSubject: one\n\n.",
        "RETR 2": "-ERR \x1b[31mdamaged",
        "RETR 3": "+OK\nSubject: three\n\n.",
      }),
    );
    const args = [`pop3://ann@127.0.0.1:${server.port}`, ...clear, "--to", "eml:eml", "--delete"];
    const { status, stdout, stderr } = await fetch(args);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^2 fetched .*, 0 known already, 1 left on the server, 2 deleted from the server\.\n$/);
    expect(stderr).toMatch(/^message 2 \(b\) was left on the server: RETR was refused: .*damaged\n$/);
    expect(stderr).not.toContain("\x1b");
    expect(server.heard.filter((line) => line.includes("DELE"))).toEqual(["clear DELE 1", "clear DELE 3"]);
    expect(files("eml")).toHaveLength(2);
    const json = await fetch([...args, "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      failed: [{ number: 2, uniqueId: "b", problem: expect.stringContaining("damaged") }],
    });
  });

  test("without unique-ids nothing is fetched", async () => {
    await using server = await scripted(
      maildrop({ CAPA: capabilityList("USER"), LIST: "+OK\n1 16\n.", UIDL: "-ERR unknown command" }),
    );
    const { status, stderr } = await fetch([`pop3://ann@127.0.0.1:${server.port}`, ...clear, "--to", "eml:eml"]);
    expect(status).toBe(2);
    expect(stderr).toContain("postern: the server has no unique-ids (UIDL)");
  });

  test("a listing that is refused is not taken for a login", async () => {
    await using server = await scripted(maildrop({ LIST: "-ERR broken", UIDL: "+OK\n." }));
    const args = [`pop3://ann@127.0.0.1:${server.port}`, ...clear, "--to", "eml:eml"];
    const { status, stderr } = await fetch(args);
    expect(status).toBe(2);
    expect(stderr).toBe(`postern: 127.0.0.1:${server.port} does not do what it has to: LIST was refused: broken\n`);
  });
});

describe("what goes wrong", () => {
  test("a login that is refused", async () => {
    await using server = await world();
    const args = [secure(server), "--to", "maildir:Mail", "--json"];
    const { status, stdout, stderr } = await fetch(args, {
      env: { XDG_STATE_HOME: join(cwd, "state"), POSTERN_PASSWORD: "wr0ng-one" },
    });
    expect(status).toBe(1);
    expect(stderr).toContain("postern: The server does not let ann in: [AUTH] ");
    expect(JSON.parse(stdout)).toMatchObject({ account: `ann@localhost:${server.tlsPort}`, code: "AUTH" });
    expect(stdout + stderr).not.toContain("wr0ng-one");
  });

  test("a server that is not there, after as many tries as are allowed", async () => {
    const server = await scripted({});
    await server[Symbol.asyncDispose]();
    const url = `pop3://ann@127.0.0.1:${server.port}`;
    const { status, stderr } = await fetch([url, ...clear, "--to", "maildir:Mail", "--tries", "1"]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `postern: 127.0.0.1:${server.port} cannot be reached: the connection was refused, so nothing listens there.\n`,
    );
  });

  test("a destination that takes nothing", async () => {
    await using server = await world();
    writeFileSync(join(cwd, "Mail"), "a file");
    const { status, stderr } = await fetch([secure(server), "--to", "maildir:Mail", "--delete"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^postern: maildir:.*\/Mail: /);
    expect(server.maildrops.messages("ann")).toHaveLength(3);
  });

  test.each<readonly [string, readonly string[], string]>([
    ["no server", [], "Say which server: postern fetch pop3s://user@host --to maildir:DIR"],
    ["no destination", ["pop3s://ann@x"], "Say where the mail goes: postern fetch pop3s://ann@x --to maildir:DIR"],
    ["nobody", ["pop3s://127.0.0.1", "--to", "maildir:M"], "Say who logs in: pop3s://user@host, or --user NAME."],
    ["another destination", ["pop3s://ann@x", "--to", "imap:x"], "imap:x"],
    ["a password in the URL", ["pop3s://ann:secret@x", "--to", "maildir:M"], "password"],
    ["no number", ["pop3s://ann@x", "--to", "maildir:M", "--every", "soon"], "Write a whole number from 1 to 86400."],
    ["both", ["pop3s://ann@x", "--to", "maildir:M", "--delete", "--keep"], "cannot be used with option"],
    ["a file of accounts, and a server", ["pop3s://ann@x", "--accounts", "a.toml"], "leave the URL and --to out"],
    ["one password for many", ["--accounts", "a.toml", "--password-stdin"], "Standard input holds one password"],
    ["no terminal", ["pop3s://ann@x", "--to", "maildir:M"], "There is no terminal to ask for the password"],
  ])("a command line with %s", async (_, args, sentence) => {
    const { status, stdout, stderr } = await fetch(args, { env: { XDG_STATE_HOME: join(cwd, "state") } });
    expect(stderr).toContain(sentence);
    expect([status, stdout]).toEqual([2, ""]);
  });

  test("a stop is told where it was to be fetched once, and is no failure where it goes on for ever", async () => {
    for (const [extra, expected] of [
      [[], { status: 1, stderr: "postern: Stopped.\n" }],
      [["--every", "auto"], { status: 0, stderr: "" }],
    ] as const) {
      const stopping = new AbortController();
      await using server = await scripted({ greeting: "" });
      const args = [`pop3://ann@127.0.0.1:${server.port}`, ...clear, "--to", "eml:eml", ...extra];
      const outcome = fetch(args, { signal: stopping.signal });
      setTimeout(() => stopping.abort(), 100);
      expect(await outcome).toMatchObject(expected);
    }
  });
});

describe("where the password comes from", () => {
  test.each<readonly [string, readonly string[], Partial<CliSurroundings>]>([
    ["a file", ["--password-file", "password"], {}],
    ["a command", ["--password-command", "cat password"], {}],
    ["standard input", ["--password-stdin"], { stdin: "secret\n" }],
    ["the environment", [], { env: { POSTERN_PASSWORD: "secret" } }],
  ])("%s", async (_, args, surroundings) => {
    await using server = await world();
    writeFileSync(join(cwd, "password"), "secret\n");
    const env = { PATH: process.env["PATH"], ...surroundings.env };
    const all = [secure(server), "--to", "maildir:Mail", "--state", "state/x.sqlite", ...args];
    const { status, stderr } = await fetch(all, { ...surroundings, env });
    expect([status, stderr]).toEqual([0, ""]);
    expect(files("state")).toContain("x.sqlite");
  });

  test("there is no option that takes it from the command line", async () => {
    const { status, stderr } = await fetch(["pop3s://ann@x", "--to", "maildir:M", "--password", "secret"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("unknown option '--password'")]);
  });
});

describe("the line of progress", () => {
  const texts = Array.from({ length: 30 }, (_, number) => `Subject: ${number}\r\n\r\n${"text\r\n".repeat(50_000)}`);

  test("is on a terminal, no wider than it, and gone at the end", async () => {
    await using server = await world({}, texts);
    const { status, stderr } = await fetch([secure(server), "--to", "eml:eml"], { terminalColumns: 60 });
    expect(status).toBe(0);
    const shown = stderr.split("\r").filter((line) => line.startsWith("["));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(line.replace("\x1b[K", "").length).toBeLessThan(60);
    expect(shown[0]).toMatch(/^\[#* *\] \d+ of \d+ messages, /);
    expect(stderr.endsWith("\r\x1b[K")).toBe(true);
  });

  test("is nowhere else", async () => {
    await using server = await world({}, texts.slice(0, 3));
    expect((await fetch([secure(server), "--to", "eml:eml"])).stderr).toBe("");
    const json = await fetch([secure(server), "--to", "eml:other", "--json"], { terminalColumns: 80 });
    expect(json.stderr).toBe("");
  });
});

test("the help says what it does, with examples and the exit status", async () => {
  mkdirSync(join(cwd, "state"));
  const { status, stdout } = await fetch(["--help"]);
  expect(status).toBe(0);
  for (const text of ["--to <destination>", "--every <seconds>", "--concurrency <count>", "--password-file <file>"])
    expect(stdout).toContain(text);
  expect(stdout).toContain("postern fetch --accounts accounts.toml");
  expect(stdout).toContain("Exit status: 0 all is fetched;");
});
