// `postern deliver` against a data directory of its own: exit statuses and what is stored.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRooms } from "../../src/service/rooms.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome, CliSurroundings } from "./run-cli.js";

let cwd = "";
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "postern-deliver-"));
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: true });
  await rooms.accounts.add("mia@example.net", "correct horse battery");
  rooms.close();
});
afterEach(() => rmSync(cwd, { recursive: true }));

const message = "Subject: hello\r\n\r\nFrom here\r\n";

function deliver(args: readonly string[], more: Partial<CliSurroundings> = {}): Promise<CliOutcome> {
  return runCli(["deliver", ...args], { cwd, stdin: message, ...more });
}

/** Octets of each message of an account. */
function held(name = "mia@example.net"): number[] {
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: false });
  try {
    return Array.from(rooms.maildrops.facts(name).messages, ({ octets }) => octets);
  } finally {
    rooms.close();
  }
}

describe("delivered: exit status 0", () => {
  test("nothing is printed, the message is there", async () => {
    expect(await deliver(["mia@example.net"])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(held()).toEqual([message.length]);
  });

  test("--json tells the unique-id and the octets", async () => {
    const { status, stdout } = await deliver(["--json", "mia@example.net"], { stdin: message.replaceAll("\r", "") });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      user: "mia@example.net",
      uniqueId: expect.stringMatching(/^[!-~]{1,70}$/) as string,
      octets: message.length,
    });
  });

  test("an envelope line in front is not of the message", async () => {
    await deliver(["mia@example.net"], { stdin: `From joe@example.org Thu Jan  1 00:00:00 2026\n${message}` });
    expect(held()).toEqual([message.length]);
  });

  test("--data names the directory", async () => {
    expect((await deliver(["--data", join(cwd, "postern-data"), "mia@example.net"], { cwd: "/" })).status).toBe(0);
  });
});

describe("not delivered", () => {
  afterEach(() => expect(held()).toEqual([]));

  test("64: wrong usage", async () => {
    expect((await deliver([])).status).toBe(64);
    expect((await deliver(["mia@example.net", "joe"])).status).toBe(64);
    expect((await deliver(["--wrong", "mia@example.net"])).status).toBe(64);
  });

  test("65: no message", async () => {
    const { status, stderr } = await deliver(["mia@example.net"], { stdin: "" });
    expect([status, stderr]).toEqual([
      65,
      "postern: There is no message on standard input; write `postern deliver NAME < message`.\n",
    ]);
  });

  test("67: no such account; the domain is part of the name and case counts", async () => {
    for (const name of ["joe", "example.net", "Mia@example.net", "mia@example.net "]) {
      expect(await deliver([name])).toEqual({
        status: 67,
        stdout: "",
        stderr: `postern: There is no account ${name}.\n`,
      });
    }
  });

  test("67: what a peer chose as a name cannot write to the terminal", async () => {
    expect((await deliver(["joe\u001b[2J\n"])).stderr).toBe("postern: There is no account joe?[2J; .\n");
  });

  test("74: standard input fails", async () => {
    const stdin = new PassThrough();
    stdin.write("Subject: half");
    setImmediate(() => stdin.destroy(new Error("EIO: i/o error, read")));
    const { status, stderr } = await deliver(["mia@example.net"], { stdin });
    expect([status, stderr]).toEqual([
      74,
      "postern: Standard input cannot be read: EIO: i/o error, read. Nothing was delivered.\n",
    ]);
  });

  test("75: told to stop while the message comes in", async () => {
    const stdin = new PassThrough();
    stdin.write("Subject: half");
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 20);
    expect((await deliver(["mia@example.net"], { stdin, signal: stopping.signal })).status).toBe(75);
  });

  test("75: the data directory is not there, which may be a disk that is not mounted", async () => {
    const { status, stderr } = await deliver(["--data", "elsewhere", "mia@example.net"]);
    expect(status).toBe(75);
    expect(stderr).toContain(join(cwd, "elsewhere"));
  });

  test("78: the configuration is wrong", async () => {
    writeFileSync(join(cwd, "postern.toml"), "dta = 1\nlisten = 1\n");
    const { status, stderr } = await deliver(["mia@example.net"]);
    expect(status).toBe(78);
    expect(stderr).toMatch(/^postern: [^\n]*dta[^\n]*listen[^\n]*\n$/);
    rmSync(join(cwd, "postern.toml"));
  });
});
