// The stored policies: the contract, what lasts and is shared, and which retention is in force since when.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserPolicy } from "@postern/pop3/server";
import { policiesContract } from "@postern/pop3/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { SpoolPolicies } from "../../src/maildrop/spool/policies.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

describe("SpoolPolicies keeps the contract", () => {
  const cases = policiesContract({
    async make(standard, users, now) {
      const directory = mkdtempSync(join(tmpdir(), "postern-policies-"));
      const databases = [openDatabase(directory)];
      const store = new SpoolMaildrops(databases[0]!);
      const policies = new SpoolPolicies(databases[0]!, standard, now);
      for (const user of ["alice", "bob", "carol"]) await store.create(user);
      for (const [user, own] of Object.entries(users)) await policies.set(user, own);
      return {
        policies,
        async elsewhere() {
          const database = openDatabase(directory);
          databases.push(database);
          return new SpoolPolicies(database, standard, now);
        },
        async close() {
          store.close();
          for (const database of databases) database.close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  });
  for (const { name, run } of cases) test(name, run);
});

const STANDARD: UserPolicy = { loginDelaySeconds: 60, retentionDays: 30 };
let directory: string;
let database: PosternDatabase;
let other: PosternDatabase;
let maildrops: SpoolMaildrops;
let nowMs: number;
const now = (): number => nowMs;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-policies-"));
  database = openDatabase(directory);
  other = openDatabase(directory);
  maildrops = new SpoolMaildrops(database);
  nowMs = 1_700_000_000_000;
  for (const user of ["alice", "bob"]) await maildrops.create(user);
});
afterEach(() => {
  maildrops.close();
  database.close();
  other.close();
  rmSync(directory, { recursive: true });
});

const policiesOf = (from: PosternDatabase, standard = STANDARD): SpoolPolicies =>
  new SpoolPolicies(from, standard, now);
const idOf = (user: string): number =>
  Number(database.main.prepare("SELECT id FROM maildrop WHERE user = ?").get(user)?.["id"]);

describe("what is announced for all", () => {
  test("changes at once with a user's own policy, here and in another process", async () => {
    const [here, there] = [policiesOf(database), policiesOf(other)];
    const before = { ...STANDARD, loginDelayPerUser: false, retentionPerUser: false };
    expect([here.overall(), there.overall()]).toEqual([before, before]);
    await there.set("alice", { loginDelaySeconds: 600, retentionDays: 7 });
    const after = { loginDelaySeconds: 600, loginDelayPerUser: true, retentionDays: 7, retentionPerUser: true };
    expect([here.overall(), there.overall()]).toEqual([after, after]);
    await here.set("alice", { loginDelaySeconds: null, retentionDays: null });
    expect([here.overall(), there.overall()]).toEqual([before, before]);
  });

  test("changes when the user who differed is removed", async () => {
    const [here, there] = [policiesOf(database), policiesOf(other)];
    await here.set("alice", { retentionDays: 7 });
    expect([here.overall().retentionDays, there.overall().retentionDays]).toEqual([7, 7]);
    await maildrops.remove("alice");
    expect([here.overall().retentionDays, there.overall().retentionDays]).toEqual([30, 30]);
  });

  test("is what it was where the database fails, and a failure where it was never known", () => {
    const policies = policiesOf(database);
    const overall = policies.overall();
    const fresh = policiesOf(database);
    database.main.exec(
      "ALTER TABLE policy RENAME TO elsewhere; UPDATE site SET value = value + 1 WHERE name = 'policy_version'",
    );
    expect(policies.overall()).toBe(overall);
    expect(() => fresh.overall()).toThrow(expect.objectContaining({ name: "MaildropFailure" }));
    database.main.exec("ALTER TABLE elsewhere RENAME TO policy");
  });

  test("is not computed anew for logins", async () => {
    const policies = policiesOf(database);
    const overall = policies.overall();
    await policies.admit("alice");
    await policiesOf(other).admit("bob");
    expect(policies.overall()).toBe(overall);
  });
});

describe("a user's own policy", () => {
  test("is changed value by value", async () => {
    const policies = policiesOf(database);
    await policies.set("alice", { retentionDays: "never" });
    await policies.set("alice", { loginDelaySeconds: 0 });
    expect(policies.own("alice")).toEqual({ loginDelaySeconds: 0, retentionDays: "never" });
    await policies.set("alice", { retentionDays: 0 });
    await policies.set("bob", { loginDelaySeconds: null });
    expect([...policies.allOwn()]).toEqual([["alice", { loginDelaySeconds: 0, retentionDays: 0 }]]);
    expect(policies.of("alice")).toEqual({ loginDelaySeconds: 0, retentionDays: 0 });
  });

  test("of nobody cannot be set, and what runs alongside is all or nothing with it", async () => {
    const policies = policiesOf(database);
    await expect(policies.set("nobody", { retentionDays: 1 })).rejects.toMatchObject({ kind: "permanent" });
    const failing = policies.set("alice", { retentionDays: 1 }, () => {
      throw new Error("alongside");
    });
    await expect(failing).rejects.toThrow("alongside");
    expect(policies.own("alice")).toEqual({ loginDelaySeconds: null, retentionDays: null });
    expect(policies.overall().retentionDays).toBe(30);
  });

  test("goes with the maildrop", async () => {
    await policiesOf(database).set("alice", { retentionDays: 1 });
    await maildrops.remove("alice");
    await maildrops.create("alice");
    expect(policiesOf(database).of("alice")).toEqual(STANDARD);
  });
});

describe("a login", () => {
  test("without a delay writes nothing", async () => {
    const policies = policiesOf(database);
    await policies.set("alice", { loginDelaySeconds: 0 });
    const written = (): unknown => database.main.prepare("SELECT total_changes() AS changes").get()?.["changes"];
    const before = written();
    for (let time = 0; time < 3; time++) expect(policies.admit("alice")).toBe(0);
    expect(written()).toBe(before);
  });

  test("is remembered over a restart", async () => {
    await policiesOf(database).admit("alice");
    maildrops.close();
    database.close();
    database = openDatabase(directory);
    maildrops = new SpoolMaildrops(database);
    nowMs += 59_000;
    expect(await policiesOf(database).admit("alice")).toBe(1000);
  });

  test("of nobody is a failure", async () => {
    await expect(policiesOf(database).admit("nobody")).rejects.toMatchObject({ name: "MaildropFailure" });
  });

  test("does not touch the user's own policy", async () => {
    const policies = policiesOf(database);
    await policies.admit("alice");
    await policies.set("alice", { loginDelaySeconds: 100 });
    expect(await policies.admit("alice")).toBe(100_000);
    expect(policies.own("alice")).toEqual({ loginDelaySeconds: 100, retentionDays: null });
  });
});

describe("the retention in force", () => {
  test("is none before the default was noted, and the default's since it was", async () => {
    const policies = policiesOf(database);
    expect(policies.term(idOf("alice"))).toBeNull();
    await policies.noteDefaults(nowMs);
    expect(policies.term(idOf("alice"))).toEqual({ days: 30, sinceMs: nowMs });
    await policies.noteDefaults(nowMs + 5000);
    await policiesOf(other).noteDefaults(nowMs + 6000);
    expect(policies.term(idOf("alice"))).toEqual({ days: 30, sinceMs: nowMs });
  });

  test("of another default counts from when that was noted, for those whose configuration says it", async () => {
    const [before, after] = [policiesOf(database), policiesOf(other, { ...STANDARD, retentionDays: 7 })];
    await before.noteDefaults(nowMs);
    await after.noteDefaults(nowMs + 1000);
    expect(after.term(idOf("alice"))).toEqual({ days: 7, sinceMs: nowMs + 1000 });
    // Whoever still announces 30 days deletes nothing by either.
    expect(before.term(idOf("alice"))).toBeNull();
    await before.noteDefaults(nowMs + 2000);
    expect(before.term(idOf("alice"))).toEqual({ days: 30, sinceMs: nowMs + 2000 });
  });

  test("of a user's own counts from when it was set, and setting it again is no change", async () => {
    const policies = policiesOf(database);
    await policies.noteDefaults(nowMs - 1000);
    await policies.set("alice", { retentionDays: 10 });
    const setMs = nowMs;
    nowMs += 1000;
    await policies.set("alice", { retentionDays: 10 });
    await policies.set("alice", { loginDelaySeconds: 5 });
    expect(policies.term(idOf("alice"))).toEqual({ days: 10, sinceMs: setMs });
    await policies.set("alice", { retentionDays: 11 });
    expect(policies.term(idOf("alice"))).toEqual({ days: 11, sinceMs: nowMs });
    expect(policies.term(idOf("bob"))).toEqual({ days: 30, sinceMs: setMs - 1000 });
  });

  test("of a user who has the default again counts from then", async () => {
    const policies = policiesOf(database);
    await policies.noteDefaults(nowMs);
    await policies.set("alice", { retentionDays: "never" });
    expect(policies.term(idOf("alice"))).toBeNull();
    nowMs += 86_400_000;
    await policies.set("alice", { retentionDays: null });
    expect(policies.term(idOf("alice"))).toEqual({ days: 30, sinceMs: nowMs });
  });

  test.each(["never", 0] as const)("of %s ends for nobody", async (retentionDays) => {
    const policies = policiesOf(database, { ...STANDARD, retentionDays });
    await policies.noteDefaults(nowMs);
    expect(policies.term(idOf("alice"))).toBeNull();
    await policiesOf(database).set("bob", { retentionDays });
    expect(policies.term(idOf("bob"))).toBeNull();
  });
});
