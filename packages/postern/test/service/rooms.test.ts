// Accounts from elsewhere in the rooms of a data directory: who decides, whose maildrop is made when, what a reload keeps.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authenticationTable } from "../../src/config/authentication.js";
import type { OAuthConfig } from "../../src/config/oauth.js";
import { ServiceProblem } from "../../src/service/problem.js";
import { openRooms } from "../../src/service/rooms.js";
import type { Rooms } from "../../src/service/rooms.js";
import { configFrom } from "../authenticator/oauth-config.js";
import { runCli } from "../cli/run-cli.js";

let cwd = "";
let users = "";
const opened: Rooms[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-rooms-"));
  users = join(cwd, "users");
  writeFileSync(users, "zoe:{PLAIN}secret\nshut:{PLAIN}secret::::::nologin\n");
});
afterEach(() => {
  for (const rooms of opened.splice(0)) rooms.close();
  rmSync(cwd, { recursive: true });
});

function open(authentication: Readonly<Record<string, unknown>>, oauth?: OAuthConfig): Rooms {
  const rooms = openRooms(
    { data: join(cwd, "postern-data"), authentication: authenticationTable.parse(authentication), oauth },
    { create: true },
  );
  opened.push(rooms);
  return rooms;
}

test("without other sources there are the accounts, and a maildrop is made with an account alone", async () => {
  const rooms = open({});
  await rooms.accounts.add("alice", "secret");
  expect(await rooms.authenticator.verifyPassword("alice", "secret")).toBe("alice");
  expect(await rooms.authenticator.verifyPassword("zoe", "secret")).toBeNull();
  expect(rooms.store).toBe(rooms.maildrops);
  expect([await rooms.ensureMaildrop("alice"), await rooms.ensureMaildrop("zoe")]).toEqual([true, false]);
});

describe("with a passwd-file", () => {
  test("both kinds of users log in, and an account comes first", async () => {
    const rooms = open({ passwd_file: users });
    await rooms.accounts.add("alice", "secret");
    for (const name of ["alice", "zoe"]) expect(await rooms.authenticator.verifyPassword(name, "secret")).toBe(name);
    await rooms.accounts.add("zoe", "other");
    expect(await rooms.authenticator.verifyPassword("zoe", "secret")).toBeNull();
  });

  test("a user of the file gets a maildrop at the first login, and keeps it", async () => {
    const rooms = open({ passwd_file: users });
    expect(rooms.maildrops.has("zoe")).toBe(false);
    const first = await rooms.store.open("zoe");
    await first.release();
    await rooms.maildrops.deliver("zoe", Buffer.from("x\n"));
    const second = await rooms.store.open("zoe");
    expect(second.snapshot.count).toBe(1);
    await second.release();
  });

  test("mail is taken for its users and for nobody else, before they ever logged in", async () => {
    const rooms = open({ passwd_file: users });
    for (const name of ["zoe", "shut"]) expect(await rooms.ensureMaildrop(name)).toBe(true);
    expect(await rooms.ensureMaildrop("nobody")).toBe(false);
    expect(["zoe", "shut", "nobody"].map((name) => rooms.maildrops.has(name))).toEqual([true, true, false]);
  });

  test("a reload takes a new file, and keeps the old users where it cannot", async () => {
    const rooms = open({ passwd_file: users });
    expect(rooms.accountProblems).toEqual([]);
    writeFileSync(users, "zoe:{PLAIN}new\nbad:x\n");
    rooms.reloadAccounts();
    expect(await rooms.authenticator.verifyPassword("zoe", "new")).toBe("zoe");
    expect(rooms.accountProblems).toEqual([expect.stringMatching(/line 2 \(bad\)/)]);
    rmSync(users);
    expect(() => rooms.reloadAccounts()).toThrow(ServiceProblem);
    expect(await rooms.authenticator.verifyPassword("zoe", "new")).toBe("zoe");
  });

  test("a file that is not there is a problem when it is first needed, and not before", async () => {
    rmSync(users);
    const rooms = open({ passwd_file: users });
    await rooms.accounts.add("alice", "secret");
    expect(await rooms.ensureMaildrop("alice")).toBe(true);
    expect(() => rooms.authenticator).toThrow(/passwd-file cannot be used: .*there is no such file/);
    await expect(rooms.ensureMaildrop("zoe")).rejects.toThrow(ServiceProblem);
  });

  test("its passwords in the clear have the iterations that are configured, and those of accounts too", async () => {
    const rooms = open({ passwd_file: users, scram_iterations: 5000, scram_sha_1: true });
    await rooms.accounts.add("alice", "secret");
    for (const name of ["alice", "zoe"]) {
      for (const hash of ["SHA-256", "SHA-1"] as const) {
        expect(await rooms.authenticator.scramVerifier(name, hash)).toMatchObject({ user: name, iterations: 5000 });
      }
    }
    const none = open({ passwd_file: users, scram_iterations: 0 });
    expect(none.authenticator.offers("scram-sha-256")).toBe(false);
  });
});

test("masters and the anonymous user come from the configuration, as names are compared", async () => {
  const rooms = open({ master_users: ["u\u0308"], anonymous_user: "\u00aa" });
  await rooms.accounts.add("ü", "secret");
  await rooms.accounts.add("a", "secret");
  expect(await rooms.authenticator.authorize?.("ü", "a")).toBe("a");
  expect(await rooms.authenticator.anonymousUser?.()).toBe("a");
  expect(() => open({ master_users: ["\ufffd"] }).authenticator).toThrow(/names a user who cannot be/);
});

test("a source of tokens is asked where it is named, and users of tokens keep their maildrops", async () => {
  const oauth = configFrom({ issuer: "https://issuer.example.net/", audience: "postern" });
  const rooms = open({}, oauth);
  expect(rooms.authenticator.offers("token")).toBe(true);
  expect(await rooms.ensureMaildrop("tess")).toBe(false);
  await (await rooms.store.open("tess")).release();
  expect(await rooms.ensureMaildrop("tess")).toBe(true);
  expect(() => open({ sources: ["oauth"] }).authenticator).toThrow(
    /sources: oauth is named and not configured: write a table \[oauth\]/,
  );
});

describe("commands for users of a passwd-file", () => {
  beforeEach(() => writeFileSync(join(cwd, "postern.toml"), '[authentication]\npasswd_file = "users"\n'));
  const message = "Subject: x\n\nx\n";

  test("deliver makes the maildrop, maildrop shows it", async () => {
    open({});
    expect((await runCli(["deliver", "zoe"], { cwd, stdin: message })).status).toBe(0);
    expect((await runCli(["maildrop", "show", "zoe"], { cwd })).stdout).toContain("zoe: 1 message,");
    expect((await runCli(["maildrop", "show", "shut"], { cwd })).stdout).toContain("shut: 0 messages,");
    expect((await runCli(["deliver", "nobody"], { cwd, stdin: message })).status).toBe(67);
  });

  test("a file that cannot be read makes the transfer agent try again", async () => {
    open({});
    rmSync(users);
    expect((await runCli(["deliver", "zoe"], { cwd, stdin: message })).status).toBe(75);
  });

  test("import takes mail before the first login", async () => {
    open({});
    const mbox = join(cwd, "mbox");
    writeFileSync(mbox, `From joe@example.org Thu Jan  1 00:00:00 2026\n${message}`);
    expect((await runCli(["import", "zoe", "--from", `mbox:${mbox}`], { cwd })).status).toBe(0);
    expect(open({}).maildrops.facts("zoe").count).toBe(1);
  });

  test("what is left of a user can be removed once the line is gone, and not before", async () => {
    const rooms = open({});
    await runCli(["deliver", "zoe"], { cwd, stdin: message });
    const refused = await runCli(["user", "remove", "zoe", "--yes"], { cwd });
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("take the line out of it first") as string,
    });
    expect((await runCli(["user", "passwd", "zoe", "--password-stdin"], { cwd, stdin: "x\n" })).status).toBe(1);
    writeFileSync(users, "# nobody\n");
    expect((await runCli(["deliver", "zoe"], { cwd, stdin: message })).status).toBe(67);
    expect((await runCli(["user", "remove", "zoe", "--yes"], { cwd })).status).toBe(0);
    expect(rooms.maildrops.has("zoe")).toBe(false);
  });
});
