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
    ["p😀", "x", "name: it holds characters that are newer than SASLprep"],
    ["a\u200eb", "x", "name: it holds characters that may not be used"],
    ["a\u00a0b", "x", "name: a name holds no spaces"],
    ["n".repeat(249), "x", "name: a command line is limited to 255 octets"],
    ["alice", "p\ufffdss", "password: it holds characters that may not be used"],
    ["alice", "ä".repeat(125), "password: a command line is limited to 255 octets"],
    ["alice", "p".repeat(249), "password: a command line is limited to 255 octets"],
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
  await user("passwd alice --secret --password-stdin", "second\n");
  expect((await user("list")).stdout).toBe(
    "alice  password, scram-sha-256, secret\nbob@example.net  password, scram-sha-256  (disabled)\n",
  );
  expect(JSON.parse((await user("list --json")).stdout)).toMatchObject([
    { name: "alice", enabled: true, credentials: ["password", "scram-sha-256", "secret"] },
    { name: "bob@example.net", enabled: false, credentials: ["password", "scram-sha-256"] },
  ]);
});

test("list never shows a hash or a secret", async () => {
  await addAlice();
  await user("passwd alice --secret --password-stdin", "s3cond\n");
  for (const line of ["list", "list --json"]) {
    expect((await user(line)).stdout).not.toMatch(/argon2|hash|s3cond|\$/i);
  }
});

test("passwd sets a new password", async () => {
  await addAlice();
  expect(await user("passwd alice --password-stdin", "second\n")).toMatchObject({ status: 0, stderr: "" });
  expect(await opens("first")).toBeNull();
  expect(await opens("second")).toBe("alice");
});

describe("--secret", () => {
  const secretOf = (): Promise<string | null> =>
    seen(async ({ accounts }) => (await accounts.sharedSecret("alice"))?.secret ?? null);

  test("keeps the password in the clear with a warning, until one is set without it", async () => {
    const { status, stdout, stderr } = await user("add alice --secret --password-stdin", "first\n");
    expect([status, stdout]).toEqual([0, "Added alice.\n"]);
    expect(stderr).toMatch(/^The password of alice is kept in the clear, for APOP and CRAM-MD5: .*\n$/);
    expect(stderr).not.toContain("first");
    expect(await secretOf()).toBe("first");
    expect((await user("passwd alice --password-stdin", "second\n")).stderr).toBe("");
    expect(await secretOf()).toBeNull();
    expect((await user("passwd alice --secret --password-stdin", "third\n")).stderr).toContain("kept in the clear");
    expect(await secretOf()).toBe("third");
  });

  test("is not the default", async () => {
    await addAlice();
    expect(await secretOf()).toBeNull();
  });
});

test("a name and a password beyond ASCII are stored as clients are compared with, and found however they are typed", async () => {
  const add = ["user", "add", "u\u0308n\u00ef", "--password-stdin"];
  expect(await runCli(add, { cwd, stdin: "p\u00aass\u00a0w\n" })).toMatchObject({ status: 0, stderr: "" });
  expect(await seen(({ accounts }) => accounts.verifyPassword("ünï", "pass w"))).toBe("ünï");
  expect((await runCli(["user", "set", "u\u0308ni\u0308", "enabled=no"], { cwd })).status).toBe(0);
  expect((await user("list")).stdout).toBe("ünï  password, scram-sha-256  (disabled)\n");
  expect((await runCli(["deliver", "u\u0308ni\u0308"], { cwd, stdin: "Subject: x\n\nx\n" })).status).toBe(0);
  expect((await runCli(["maildrop", "show", "u\u0308ni\u0308"], { cwd })).stdout).toContain(": 1 message,");
  expect((await runCli(["user", "remove", "u\u0308ni\u0308", "--yes"], { cwd })).status).toBe(0);
  expect(await seen(({ maildrops }) => maildrops.has("ünï"))).toBe(false);
});

test("set enabled=no keeps an account out, and enabled=yes lets it in again", async () => {
  await addAlice();
  expect(await user("set alice enabled=no")).toEqual({ status: 0, stdout: "alice: enabled=no\n", stderr: "" });
  expect(await opens("first")).toBeNull();
  await user("set alice enabled=yes");
  expect(await opens("first")).toBe("alice");
});

test("set changes several settings at once, and list shows what is a user's own", async () => {
  await addAlice();
  await user("add bob --password-stdin", "x\n");
  expect(await user("set alice expire=30 login-delay=300 enabled=no")).toEqual({
    status: 0,
    stdout: "alice: expire=30 login-delay=300 enabled=no\n",
    stderr: "",
  });
  expect((await user("list")).stdout).toBe(
    "alice  password, scram-sha-256  expire=30  login-delay=300  (disabled)\nbob  password, scram-sha-256\n",
  );
  expect(JSON.parse((await user("list --json")).stdout)).toMatchObject([
    { name: "alice", enabled: false, expire: 30, loginDelaySeconds: 300 },
    { name: "bob", enabled: true, expire: null, loginDelaySeconds: null },
  ]);
  expect(await seen(({ policies }) => policies.of("alice"))).toEqual({ loginDelaySeconds: 300, retentionDays: 30 });
});

test.each([
  ["expire=never login-delay=0", "alice  password, scram-sha-256  expire=never  login-delay=0\n"],
  ["expire=0", "alice  password, scram-sha-256  expire=0\n"],
  ["expire=36500 login-delay=86400", "alice  password, scram-sha-256  expire=36500  login-delay=86400\n"],
  ["expire=default login-delay=default", "alice  password, scram-sha-256\n"],
])("set %s", async (settings, listed) => {
  await addAlice();
  await user(`set alice ${settings}`);
  expect((await user("list")).stdout).toBe(listed);
});

test("set default takes away what was set", async () => {
  await addAlice();
  await user("set alice expire=5 login-delay=60");
  await user("set alice expire=default");
  expect((await user("list")).stdout).toBe("alice  password, scram-sha-256  login-delay=60\n");
});

test("set works for whoever has a maildrop, and says that there is no account to enable", async () => {
  await addAlice();
  await seen(({ maildrops }) => maildrops.create("ldap-user"));
  expect(await user("set ldap-user expire=5")).toMatchObject({ status: 0, stderr: "" });
  expect(await user("set ldap-user expire=9 enabled=no")).toEqual({
    status: 2,
    stdout: "",
    stderr: "postern: ldap-user has a maildrop but no account here, so there is nothing to enable\n",
  });
  // All or nothing: the days stayed as they were.
  expect(await seen(({ policies }) => policies.own("ldap-user").retentionDays)).toBe(5);
});

const FORMS = "write expire=DAYS|never|default or login-delay=SECONDS|default or enabled=yes|no";
const EXPIRE = "write expire= with a number of days from 0 to 36500, never or default";
const DELAY = "write login-delay= with a number of seconds from 0 to 86400, or default";
test.each<[setting: string, problem: string]>([
  ["colour=red", `colour=red is no setting: ${FORMS}`],
  ["expire", `expire is no setting: ${FORMS}`],
  ["constructor=1", `constructor=1 is no setting: ${FORMS}`],
  ["enabled=maybe", "enabled=maybe cannot be set: write enabled=yes or enabled=no"],
  ...["", "soon", "-1", "1.5", "36501", "NEVER", "1e3"].map((value): [string, string] => [
    `expire=${value}`,
    `expire=${value} cannot be set: ${EXPIRE}`,
  ]),
  ...["", "never", "-1", "86401", "5m"].map((value): [string, string] => [
    `login-delay=${value}`,
    `login-delay=${value} cannot be set: ${DELAY}`,
  ]),
  ["login-delay=9", "login-delay is given twice: write it once"],
])("set refuses %s, and changes nothing then", async (setting, problem) => {
  await addAlice();
  expect(await user(`set alice enabled=yes login-delay=5 ${setting}`)).toEqual({
    status: 2,
    stdout: "",
    stderr: `postern: ${problem}.\n`,
  });
  expect((await user("list")).stdout).toBe("alice  password, scram-sha-256\n");
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
