// Who is at home where, over processes on one data directory and over restarts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SharedKnownLogins } from "../../src/authenticator/known-logins.js";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";

let directory = "";
const opened: PosternDatabase[] = [];
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "postern-known-"))));
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(directory, { recursive: true });
});

function open(): PosternDatabase {
  const database = openDatabase(directory);
  opened.push(database);
  return database;
}

test("what one remembers another knows, until its time is over", () => {
  let nowMs = 1000;
  const here = new SharedKnownLogins(open(), () => nowMs);
  const there = new SharedKnownLogins(open(), () => nowMs);
  expect(there.knows("pair")).toBe(false);
  here.remember("pair", 5000);
  here.remember("pair", 3000);
  expect(there.knows("pair")).toBe(true);
  expect(there.knows("other")).toBe(false);
  nowMs = 5000;
  expect(there.knows("pair")).toBe(false);
});

test("it outlives its process, and pairs whose time is over do not stay", () => {
  let nowMs = 0;
  const database = open();
  const known = new SharedKnownLogins(database, () => nowMs);
  for (let at = 0; at < 63; at += 1) known.remember(`old ${at}`, 10);
  nowMs = 20;
  known.remember("new", 100);
  expect(database.leases.prepare("SELECT count(*) AS rows FROM known_login").get()).toEqual({ rows: 1 });
  database.close();
  expect(new SharedKnownLogins(open(), () => nowMs).knows("new")).toBe(true);
});

test("a database that fails costs nobody a login", () => {
  const database = open();
  const known = new SharedKnownLogins(database);
  database.leases.exec("DROP TABLE known_login");
  expect(known.knows("pair")).toBe(false);
  expect(() => known.remember("pair", Date.now() + 1000)).not.toThrow();
});
