// `postern import` against a data directory of its own: what is stored, what a second run does, what people and programs read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRooms } from "../../src/service/rooms.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome, CliSurroundings } from "./run-cli.js";

let cwd = "";
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "postern-import-"));
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: true });
  await rooms.accounts.add("mia", "correct horse battery");
  rooms.close();
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(cwd, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text, "latin1");
  }
}

function importInto(args: readonly string[], more: Partial<CliSurroundings> = {}): Promise<CliOutcome> {
  return runCli(["import", "mia", ...args], { cwd, ...more });
}

interface Held {
  readonly uniqueId: string;
  readonly wire: string;
  readonly arrivedMs: number;
}

/** What the maildrop holds, read as a session would. */
async function held(): Promise<Held[]> {
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: false });
  const maildrop = await rooms.maildrops.open("mia");
  try {
    const all: Held[] = [];
    let position = 0;
    for (const { uniqueId, arrivedMs } of rooms.maildrops.facts("mia").messages) {
      const body = await maildrop.read(position++);
      const pieces = body instanceof Uint8Array ? [body] : await Array.fromAsync(body);
      all.push({ uniqueId, arrivedMs, wire: Buffer.concat(pieces).toString("latin1") });
    }
    return all;
  } finally {
    await maildrop.release();
    rooms.close();
  }
}

const maildir = {
  "Maildir/cur/1700000001.a:2,S": "Subject: one\n\n.\n",
  "Maildir/new/1700000002.b": "Subject: two\r\n\r\n\xff\0",
  "Maildir/new/1700000003.c": "",
  "Maildir/dovecot-uidlist": "3 V1795437210 N3 Gx\n1 :1700000001.a:2,S\n2 Pold-two :1700000002.b\n",
};

test("a Maildir of Dovecot: octets, unique-ids, arrivals, order", async () => {
  write(maildir);
  const { status, stdout, stderr } = await importInto(["--from", "maildir:Maildir"]);
  expect([status, stdout]).toEqual([0, "3 imported (39 octets), 0 already there, 0 failed.\n"]);
  expect(stderr).toMatch(/^Unique-ids are those of dovecot-uidlist.*\n$/);
  expect(await held()).toEqual([
    { uniqueId: "000000016b04329a", arrivedMs: 1_700_000_001_000, wire: "Subject: one\r\n\r\n..\r\n" },
    { uniqueId: "old-two", arrivedMs: 1_700_000_002_000, wire: "Subject: two\r\n\r\n\xff\0\r\n" },
    { uniqueId: expect.any(String) as string, arrivedMs: 1_700_000_003_000, wire: "" },
  ]);
});

test("a second run imports what came meanwhile and nothing twice, not even what was deleted", async () => {
  write(maildir);
  await importInto(["--from", "maildir:Maildir"]);
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: false });
  const maildrop = await rooms.maildrops.open("mia");
  await maildrop.update([0]);
  rooms.close();
  write({ "Maildir/new/1700000004.d": "Subject: four\n" });
  const { status, stdout } = await importInto(["--from", "maildir:Maildir"]);
  expect([status, stdout]).toEqual([0, "1 imported (15 octets), 3 already there, 0 failed.\n"]);
  expect((await held()).length).toBe(3);
});

test("an mbox: a unique-id that comes twice gives way, and is told", async () => {
  const from = "From joe@example.org Thu Jan  1 00:00:00 2026\n";
  write({ box: `${from}X-UIDL: a\n\n>From x\n\n${from}X-UIDL: a\n\ny\n\n${from}X-UIDL: not one\n\nz` });
  const { status, stdout } = await importInto(["--from", "mbox:box"]);
  expect(status).toBe(0);
  expect(stdout).toBe(
    "3 imported (59 octets), 0 already there, 0 failed, 2 with a new unique-id, because theirs is malformed or was used before.\n",
  );
  const [first, second, third] = await held();
  expect(first).toEqual({ uniqueId: "a", arrivedMs: 1_767_225_600_000, wire: "X-UIDL: a\r\n\r\nFrom x\r\n" });
  expect(new Set([first?.uniqueId, second?.uniqueId, third?.uniqueId]).size).toBe(3);
});

test("a message that cannot be read is named, the others are imported, the status is 1", async () => {
  write({
    "mail/a.eml": "A: 1\n",
    "mail/b.eml": "\x1f\x8b",
    "Maildir/cur/17.a": "\x1f\x8b",
    "Maildir/cur/18.b": "B: 2\n",
  });
  const { status, stdout, stderr } = await importInto(["--from", "maildir:Maildir", "--json"]);
  expect(status).toBe(1);
  const name = join(cwd, "Maildir/cur/17.a");
  expect(JSON.parse(stdout)).toEqual({
    user: "mia",
    imported: 1,
    octets: 6,
    known: 0,
    newUniqueIds: 0,
    failed: [{ name, problem: expect.stringContaining("compressed") as string }],
    stopped: null,
  });
  expect(stderr).toBe(`postern: ${name}: it is compressed; uncompress it (as with zcat) and import again\n`);
});

test("--dry-run reads everything and changes nothing", async () => {
  write({ "mail/a.eml": "A: 1\n", "mail/sub/b.eml": "B: 2\n" });
  const { status, stdout } = await importInto(["--from", "eml:mail", "--dry-run"]);
  expect([status, stdout]).toEqual([0, "2 can be imported (10 octets), 0 failed.\n"]);
  expect(await held()).toEqual([]);
});

test("interrupted: says so, and the next run goes on", async () => {
  write({ "mail/a.eml": "A: 1\n", "mail/b.eml": "B: 2\n" });
  const stopping = new AbortController();
  stopping.abort();
  const { status, stdout, stderr } = await importInto(["--from", "eml:mail"], { signal: stopping.signal });
  expect(status).toBe(1);
  expect(stdout).toBe("0 imported (0 octets), 0 already there, 0 failed.\n");
  expect(stderr).toBe("postern: The import was interrupted. Run the same command again to go on.\n");
  expect((await importInto(["--from", "eml:mail"])).stdout).toBe(
    "2 imported (12 octets), 0 already there, 0 failed.\n",
  );
});

test.each([
  [["--from", "tar:x"], /names no source/],
  [["--from", "maildir:nowhere"], /nowhere cannot be read: there is no such file/],
  [["--from", "mbox:nowhere"], /cannot be read as mbox/],
  [["--from", "eml:mail", "--unique-ids", "qmail"], /Allowed choices are auto, dovecot/],
  [[], /--from/],
])("%j could not run: exit status 2", async (args, problem) => {
  write({ "mail/a.eml": "A: 1\n" });
  const { status, stdout, stderr } = await importInto(args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(problem);
});

test("no such account", async () => {
  write({ "mail/a.eml": "A: 1\n" });
  const { status, stderr } = await runCli(["import", "joe", "--from", "eml:mail"], { cwd });
  expect(status).toBe(1);
  expect(stderr).toContain("no user joe");
});
