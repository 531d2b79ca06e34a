// `postern fetch --accounts`: many accounts of one file, so many at a time; one that fails keeps no other from its mail.
// What may stand in the file is tested in `config/fetch-accounts.test.ts`.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryAccounts, MemoryMaildrops } from "@postern/pop3/server";
import type { MaildropStore } from "@postern/pop3/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { octets } from "../../../pop3/test/support/cuts.js";
import { identity } from "../../../pop3/test/support/identity.mjs";
import { world } from "../../../pop3/test/support/world.js";
import type { World } from "../../../pop3/test/support/world.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome } from "./run-cli.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-accounts-"));
  writeFileSync(join(cwd, "ca.pem"), identity.cert);
  writeFileSync(join(cwd, "secret"), "secret\n");
  writeFileSync(join(cwd, "wrong"), "wrong\n");
});
afterEach(() => rmSync(cwd, { recursive: true }));

function fetch(accounts: string, ...args: readonly string[]): Promise<CliOutcome> {
  writeFileSync(join(cwd, "accounts.toml"), accounts);
  const all = ["fetch", "--accounts", "accounts.toml", "--state", "state/fetch.sqlite", "--timeout", "10", ...args];
  return runCli(all, { cwd });
}

function files(folder: string): string[] {
  return readdirSync(join(cwd, folder));
}

const users = ["ann", "bob", "cid", "dee"];

/** A server of these users, each with one message. */
async function serverOfAll(store?: MaildropStore, maildrops?: MemoryMaildrops): Promise<World> {
  const authenticator = new MemoryAccounts(Object.fromEntries(users.map((user) => [user, "secret"])));
  const server = await world({ authenticator, ...(store !== undefined && { maildrops: store }) }, []);
  for (const user of users) await (maildrops ?? server.maildrops).deliver(user, octets(`Subject: for ${user}\r\n\r\n`));
  return server;
}

function table(server: World, user: string, rest: string = 'password_file = "secret"'): string {
  return `[[account]]\nfrom = "pop3s://${user}@localhost:${server.tlsPort}"\nto = "maildir:${user}"\nca = "ca.pem"\n${rest}\n`;
}

test("one with a wrong password keeps the others from nothing", async () => {
  await using server = await serverOfAll();
  const accounts = table(server, "ann", 'password_file = "wrong"') + table(server, "bob");
  const { status, stdout, stderr } = await fetch(accounts);
  expect(stdout).toMatch(/^bob@localhost:\d+: 1 fetched \(\d+ octets\), 0 known already\.\n$/);
  expect(stderr).toMatch(/^postern: ann@localhost:\d+: The server does not let ann in: \[AUTH\] /);
  expect(status).toBe(1);
  expect(files("bob/new")).toHaveLength(1);
});

test("one whose password is nowhere keeps the others from nothing", async () => {
  await using server = await serverOfAll();
  const accounts = table(server, "ann", 'password_file = "missing"') + table(server, "bob", "delete = true");
  const { status, stdout, stderr } = await fetch(accounts, "--password-file", "secret", "--json");
  expect(stderr).toMatch(/^postern: pop3s:\/\/ann@localhost:\d+: The password in .*missing cannot be read: /);
  expect(status).toBe(2);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toEqual([
    { account: `pop3s://ann@localhost:${server.tlsPort}`, error: expect.stringContaining("missing"), code: null },
    expect.objectContaining({ account: `bob@localhost:${server.tlsPort}`, fetched: 1, deleted: 1 }),
  ]);
  expect(server.maildrops.messages("bob")).toEqual([]);
});

test("what the command line says is for all whose table does not say otherwise", async () => {
  await using server = await serverOfAll();
  const accounts = table(server, "ann", "delete = false") + table(server, "bob", "");
  const { status, stderr } = await fetch(accounts, "--delete", "--password-command", "cat secret");
  expect([status, stderr]).toEqual([0, ""]);
  expect(server.maildrops.messages("ann")).toHaveLength(1);
  expect(server.maildrops.messages("bob")).toHaveLength(0);
});

test.each([1, 3])("--concurrency %d", async (most) => {
  const maildrops = new MemoryMaildrops();
  const lanesFull = Promise.withResolvers<undefined>();
  let [open, highest] = [0, 0];
  // Nobody gets in before so many have come.
  const counting: MaildropStore = {
    async open(user) {
      highest = Math.max(highest, ++open);
      if (open === most) lanesFull.resolve(undefined);
      await lanesFull.promise;
      const maildrop = maildrops.open(user);
      return {
        snapshot: maildrop.snapshot,
        read: (position) => maildrop.read(position),
        update: (deleted) => maildrop.update(deleted),
        release: () => {
          open--;
          return maildrop.release();
        },
      };
    },
  };
  await using server = await serverOfAll(counting, maildrops);
  const accounts = users.map((user) => table(server, user)).join("");
  const { status, stdout } = await fetch(accounts, "--concurrency", String(most));
  expect(status).toBe(0);
  expect(stdout.match(/: 1 fetched /g)).toHaveLength(4);
  expect(highest).toBe(most);
});

test("who is visited again and again keeps nobody's turn in between", { timeout: 20_000 }, async () => {
  await using server = await serverOfAll();
  writeFileSync(join(cwd, "accounts.toml"), users.map((user) => table(server, user)).join(""));
  const stopping = new AbortController();
  let told = "";
  const onStdout = (text: string): void => {
    told += text;
    if (users.every((user) => told.includes(`${user}@localhost`))) stopping.abort();
  };
  setTimeout(() => stopping.abort(), 10_000).unref();
  const args = ["fetch", "--accounts", "accounts.toml", "--state", "s/f", "--every", "3600", "--concurrency", "1"];
  const { status } = await runCli(args, { cwd, signal: stopping.signal, onStdout });
  expect([status, told.match(/: 1 fetched /g)?.length]).toEqual([0, 4]);
});

test("everything that is wrong with the file is named at once, and nothing is fetched", async () => {
  const { status, stdout, stderr } = await fetch(
    '[[account]]\nto = "maildir:x"\n[[account]]\nfrom = 3\ndelet = true\n',
  );
  expect([status, stdout]).toEqual([2, ""]);
  for (const problem of ["account 1: from: ", "account 2: from: ", "account 2: to: ", "there is no key delet"])
    expect(stderr).toContain(problem);
});
