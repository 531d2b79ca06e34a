// `postern user` on a data directory, beside a session that is open on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRooms } from "../../src/service/rooms.js";
import type { Rooms } from "../../src/service/rooms.js";
import { runCli } from "./run-cli.js";
import type { CliOutcome } from "./run-cli.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-user-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const user = (line: string, stdin = ""): Promise<CliOutcome> => runCli(["user", ...line.split(" ")], { cwd, stdin });
const addAlice = (): Promise<CliOutcome> => user("add alice --password-stdin", "first\n");

/** What another process on the same directory sees. */
async function seen<T>(look: (rooms: Rooms) => T | Promise<T>): Promise<T> {
  const rooms = openRooms({ data: join(cwd, "postern-data") }, { create: false });
  try {
    return await look(rooms);
  } finally {
    rooms.close();
  }
}
const opens = (password: string): Promise<string | null> =>
  seen(({ accounts }) => accounts.verifyPassword("alice", password));

test("add makes the data directory, the account and its maildrop", async () => {
  expect(await addAlice()).toEqual({ status: 0, stdout: "Added alice.\n", stderr: "" });
  expect(await opens("first")).toBe("alice");
  expect(await opens("First")).toBeNull();
  expect(await seen(({ maildrops }) => maildrops.facts("alice").count)).toBe(0);
});

describe("add refuses", () => {
  test("a name that is taken, and leaves its password alone", async () => {
    await addAlice();
    const { status, stderr } = await user("add alice --password-stdin", "second\n");
    expect(status).toBe(1);
    expect(stderr).toBe("postern: There is a user alice already: `postern user passwd alice` sets a new password.\n");
    expect(await opens("first")).toBe("alice");
  });

  test("a name that cannot be one", async () => {
    const { status, stderr } = await runCli(["user", "add", "a\r\nb", "--password-stdin"], { cwd, stdin: "x\n" });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "postern: Nobody could log in with this name: a command holds no control characters.\n",
    });
  });

  test.each([
    ["a b", "x", "name: a name holds no spaces"],
    ["ünï", "x", "name: a command holds printable ASCII characters only"],
    ["n".repeat(249), "x", "name: it has more than the 248 octets that fit on a command line"],
    ["alice", "päss", "password: a command holds printable ASCII characters only"],
    ["alice", "p".repeat(249), "password: it has more than the 248 octets"],
  ])("%j with %j, which no client could log in with", async (name, password, problem) => {
    const { status, stderr } = await runCli(["user", "add", name, "--password-stdin"], { cwd, stdin: `${password}\n` });
    expect(status).toBe(2);
    expect(stderr).toContain(`Nobody could log in with this ${problem}`);
    expect((await user("list --json")).stdout).toBe("[]\n");
  });

  test("nothing that would do: the longest name and a password with spaces", async () => {
    const name = "n".repeat(248);
    expect(await runCli(["user", "add", name, "--password-stdin"], { cwd, stdin: " two  words \n" })).toMatchObject({
      status: 0,
    });
    const [account] = JSON.parse((await user("list --json")).stdout) as { name: string; created: string }[];
    expect(account).toMatchObject({ name, created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string });
  });

  test("to make an account without a password", async () => {
    expect(await user("add alice --password-stdin")).toMatchObject({ status: 2, stdout: "" });
    expect((await user("add alice")).stderr).toContain("There is no terminal to ask for the password");
    expect((await user("list")).stderr).toContain("There are no users yet");
  });
});

test("list shows who there is, for people and as JSON", async () => {
  await addAlice();
  await user("add bob@example.net --password-stdin", "x\n");
  await user("set bob@example.net enabled=no");
  expect((await user("list")).stdout).toBe("alice\nbob@example.net  (disabled)\n");
  expect(JSON.parse((await user("list --json")).stdout)).toMatchObject([
    { name: "alice", enabled: true },
    { name: "bob@example.net", enabled: false },
  ]);
});

test("list never shows a hash", async () => {
  await addAlice();
  expect((await user("list --json")).stdout).not.toMatch(/argon2|hash/i);
});

test("passwd sets a new password", async () => {
  await addAlice();
  expect(await user("passwd alice --password-stdin", "second\n")).toMatchObject({ status: 0, stderr: "" });
  expect(await opens("first")).toBeNull();
  expect(await opens("second")).toBe("alice");
});

test("set enabled=no keeps an account out, and enabled=yes lets it in again", async () => {
  await addAlice();
  expect(await user("set alice enabled=no")).toEqual({ status: 0, stdout: "alice: enabled=no\n", stderr: "" });
  expect(await opens("first")).toBeNull();
  await user("set alice enabled=yes");
  expect(await opens("first")).toBe("alice");
});

test("set refuses what is no setting, and changes nothing then", async () => {
  await addAlice();
  const { status, stderr } = await user("set alice enabled=no colour=red");
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: "postern: colour=red is no setting: write enabled=yes or enabled=no.\n",
  });
  expect(await opens("first")).toBe("alice");
});

describe("remove", () => {
  test("takes the account and its mail away", async () => {
    await addAlice();
    await seen(({ maildrops }) => maildrops.deliver("alice", Buffer.from("Subject: x\r\n\r\nx\r\n")));
    expect(await user("remove alice --yes")).toEqual({ status: 0, stdout: "Removed alice.\n", stderr: "" });
    expect(await seen(({ maildrops }) => maildrops.has("alice"))).toBe(false);
    expect(await opens("first")).toBeNull();
  });

  test("is asked for twice", async () => {
    await addAlice();
    expect(await user("remove alice")).toMatchObject({
      status: 2,
      stderr: "postern: Nothing was removed: confirm with --yes.\n",
    });
    expect(await opens("first")).toBe("alice");
  });

  test("is refused while a session has the maildrop open", async () => {
    await addAlice();
    await seen(async ({ maildrops }) => {
      const session = await maildrops.open("alice");
      expect(await user("remove alice --yes")).toEqual({
        status: 1,
        stdout: "",
        stderr: "postern: The maildrop of alice is open in a session: try again when that has ended.\n",
      });
      await session.release();
    });
    expect(await opens("first")).toBe("alice");
  });
});

test.each(["passwd bob --password-stdin", "set bob enabled=no", "remove bob --yes"])(
  "%s, who is not there",
  async (line) => {
    await addAlice();
    expect(await user(line, "x\n")).toEqual({
      status: 1,
      stdout: "",
      stderr: "postern: There is no user bob: `postern user list` shows who there is.\n",
    });
  },
);
