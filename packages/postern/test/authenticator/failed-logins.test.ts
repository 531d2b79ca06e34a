// The shared memory of failed logins: the contract, what is shared and what the file does not tell, and a database that fails.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAILED_LOGIN_BOUNDS } from "@postern/pop3/server";
import { failedLoginsContract } from "@postern/pop3/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SharedFailedLogins } from "../../src/authenticator/failed-logins.js";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";

const { forgetMs, perKey } = FAILED_LOGIN_BOUNDS;

describe("SharedFailedLogins keeps the contract", () => {
  const cases = failedLoginsContract({
    forgetMs,
    async make(now) {
      const directory = mkdtempSync(join(tmpdir(), "postern-failed-"));
      const database = openDatabase(directory);
      return {
        failedLogins: new SharedFailedLogins(database, now),
        async close() {
          database.close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  });
  for (const { name, run } of cases) test(name, run);
});

let directory: string;
let databases: PosternDatabase[];
let nowMs: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-failed-"));
  databases = [];
  nowMs = 1_700_000_000_000;
});
afterEach(() => {
  for (const database of databases) database.close();
  rmSync(directory, { recursive: true });
});

function opened(): { readonly database: PosternDatabase; readonly logins: SharedFailedLogins } {
  const database = openDatabase(directory);
  databases.push(database);
  return { database, logins: new SharedFailedLogins(database, () => nowMs) };
}
const rows = ({ leases }: PosternDatabase): number =>
  Number(leases.prepare("SELECT count(*) AS failures FROM failed_login").get()?.["failures"]);

test("what failed in one process counts in all, the same password once", () => {
  const [one, two] = [opened(), opened()];
  one.logins.add("alice", "1");
  two.logins.add("alice", "1");
  two.logins.add("alice", "2");
  expect([one.logins.count("alice"), two.logins.count("alice")]).toEqual([2, 2]);
});

test("neither the digest nor the same one for another user can be read in the file", () => {
  const { database, logins } = opened();
  logins.add("alice", "digest-of-a-password");
  logins.add("bob", "digest-of-a-password");
  const stored = database.leases.prepare("SELECT digest FROM failed_login").all();
  expect(new Set(stored.map(({ digest }) => digest)).size).toBe(2);
  expect(readFileSync(join(directory, "leases.db-wal")).includes("digest-of-a-password")).toBe(false);
});

test("a key has few rows, however often it fails", () => {
  const { database, logins } = opened();
  for (let guess = 0; guess < 1000; guess++) {
    logins.add("alice", String(guess));
    nowMs += 1;
  }
  expect(rows(database)).toBeLessThanOrEqual(perKey + 20);
  expect(logins.count("alice")).toBe(perKey);
});

test("what is forgotten leaves the table, while others fail", () => {
  const { database, logins } = opened();
  for (let user = 0; user < 3000; user++) logins.add(`user${user}`, "1");
  expect(rows(database)).toBe(3000);
  nowMs += forgetMs;
  for (let user = 0; user < 3000; user++) logins.add(`other${user}`, "1");
  expect(rows(database)).toBeLessThan(4000);
  expect(logins.count("other2999")).toBe(1);
});

describe("while the database cannot take it", () => {
  test.each([
    ["because others keep it busy", (database: PosternDatabase) => database.leases.exec("BEGIN IMMEDIATE")],
    [
      "because it is broken",
      (database: PosternDatabase) => database.leases.exec("ALTER TABLE failed_login RENAME TO elsewhere"),
    ],
  ])("%s, failures count in this process, and nothing is thrown", (_, hinder) => {
    const [one, two] = [opened(), opened()];
    one.logins.add("alice", "1");
    hinder(two.database);
    for (const digest of ["2", "2", "3"]) one.logins.add("alice", digest);
    expect(one.logins.count("alice")).toBe(2);
    expect(one.logins.count("bob")).toBe(0);
  });

  test("a failure that both know counts once", () => {
    const [one, two] = [opened(), opened()];
    two.database.leases.exec("BEGIN IMMEDIATE");
    one.logins.add("alice", "1");
    two.database.leases.exec("COMMIT");
    one.logins.add("alice", "1");
    expect(one.logins.count("alice")).toBe(1);
  });
});
