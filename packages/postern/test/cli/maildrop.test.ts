// `postern maildrop`: what is listed, and emptying.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRooms } from "../../src/service/rooms.js";
import type { Rooms } from "../../src/service/rooms.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome } from "./run-cli.js";

let cwd = "";
let rooms: Rooms;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "postern-maildrop-"));
  rooms = openRooms({ data: join(cwd, "postern-data") }, { create: true });
  await rooms.accounts.add("alice", "secret");
});
afterEach(() => {
  rooms.close();
  rmSync(cwd, { recursive: true });
});

const maildrop = (line: string): Promise<CliOutcome> => runCli(["maildrop", ...line.split(" ")], { cwd });

async function fill(): Promise<readonly string[]> {
  const uniqueIds: string[] = [];
  for (const body of ["a", "bb\n.\n"]) {
    const message = Buffer.from(`Subject: x\n\n${body}\n`);
    uniqueIds.push(
      (await rooms.maildrops.deliver("alice", message, { arrivedMs: Date.UTC(2026, 0, 2, 3, 4, 5) })).uniqueId,
    );
  }
  return uniqueIds;
}

test("show lists what the next session will see", async () => {
  const [first, second] = await fill();
  expect(await maildrop("show alice")).toEqual({
    status: 0,
    stdout: [
      "alice: 2 messages, 40 octets",
      "number      octets  arrived               unique-id",
      `     1          17  2026-01-02 03:04:05Z  ${first}`,
      `     2          23  2026-01-02 03:04:05Z  ${second}`,
      "",
    ].join("\n"),
    stderr: "",
  });
});

test("show --json", async () => {
  const [first] = await fill();
  const shown = JSON.parse((await maildrop("show alice --json")).stdout) as { messages: readonly object[] };
  expect(shown).toMatchObject({ user: "alice", count: 2, octets: 40 });
  expect(shown.messages).toHaveLength(2);
  expect(shown.messages[0]).toEqual({
    number: 1,
    octets: 17,
    uniqueId: first,
    headerOctets: 14,
    needsUtf8: false,
    arrived: "2026-01-02T03:04:05.000Z",
  });
});

test("show on an empty maildrop", async () => {
  expect((await maildrop("show alice")).stdout).toBe("alice: 0 messages, 0 octets\n");
});

test("empty deletes everything", async () => {
  await fill();
  expect(await maildrop("empty alice --yes")).toEqual({
    status: 0,
    stdout: "alice: 2 messages deleted.\n",
    stderr: "",
  });
  expect(rooms.maildrops.facts("alice").count).toBe(0);
});

test("empty without --yes deletes nothing", async () => {
  await fill();
  expect(await maildrop("empty alice")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringContaining("Nothing was deleted: confirm with --yes.") as string,
  });
  expect(rooms.maildrops.facts("alice").count).toBe(2);
});

test("empty is refused while a session has the maildrop open; show is not", async () => {
  await fill();
  const session = await rooms.maildrops.open("alice");
  expect(await maildrop("empty alice --yes")).toEqual({
    status: 1,
    stdout: "",
    stderr: "postern: The maildrop of alice is open in a session: try again when that has ended.\n",
  });
  expect((await maildrop("show alice")).stdout).toContain("alice: 2 messages");
  await session.release();
  expect(await maildrop("empty alice --yes")).toMatchObject({ status: 0 });
});

test.each(["show bob", "empty bob --yes"])("%s, who is not there", async (line) => {
  expect(await maildrop(line)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("There is no user bob") as string,
  });
});
