// What is remembered of an account: over restarts, for many unique-ids, by one process at a time.
// Destinations use it as a ledger; that is tested with them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { AccountInUse } from "../../src/sync/account-lock.js";
import { openAccountState } from "../../src/sync/state.js";
import type { AccountState } from "../../src/sync/state.js";
import { account, workplace } from "./workplace.js";

function opened(path: string, name: string = account): AccountState {
  const state = openAccountState(path, name);
  onTestFinished(() => state.close());
  return state;
}

test("what was recorded is there when it is opened again, for its account alone", () => {
  const path = join(workplace(), "deep", "er", "fetch.sqlite");
  const before = opened(path);
  expect([before.count, before.lastLoginMs, before.capabilities]).toEqual([0, null, null]);
  before.settle("maildir:/mail", ["a", "b"]);
  before.settle("mbox:/file", ["c", "a"]);
  before.recordLogin(1_234);
  before.rememberCapabilities(["UIDL", "LOGIN-DELAY 60"]);
  before.doom(["b", "never fetched"]);
  before.close();

  const after = opened(path);
  expect(["a", "b", "c", "d"].filter((uniqueId) => after.isFetched(uniqueId))).toEqual(["a", "b", "c"]);
  expect(after.count).toBe(3);
  expect(after.lastLoginMs).toBe(1_234);
  expect(after.capabilities).toEqual(["UIDL", "LOGIN-DELAY 60"]);
  expect(after.doomed()).toEqual(["b"]);
  after.deleted(["b"]);
  expect(after.doomed()).toEqual([]);
  expect(after.isFetched("b")).toBe(true);
  after.rememberCapabilities(null);
  expect(after.capabilities).toBeNull();

  const other = opened(path, "mia@other.example:110");
  expect([other.count, other.isFetched("a"), other.doomed()]).toEqual([0, false, []]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
});

test("what a complete listing lacks is forgotten, its deletion too", () => {
  const state = opened(join(workplace(), "fetch.sqlite"));
  state.settle("maildir:/mail", ["a", "b", "c"]);
  state.doom(["a", "c"]);
  expect(state.forgetMissing(new Set(["b", "c", "new"]))).toBe(1);
  expect(state.isFetched("a")).toBe(false);
  expect(state.doomed()).toEqual(["c"]);
  expect(state.forgetMissing(new Set())).toBe(2);
  expect(state.count).toBe(0);
});

test("intents are kept until something is settled at their destination, whatever is", () => {
  const path = join(workplace(), "fetch.sqlite");
  const state = opened(path);
  state.intend("maildir:/a", [
    { uniqueId: "1", place: "x" },
    { uniqueId: "2", place: "y" },
  ]);
  state.close();
  const again = opened(path);
  expect(again.intents("maildir:/a")).toEqual([
    { uniqueId: "1", place: "x" },
    { uniqueId: "2", place: "y" },
  ]);
  expect(again.intents("maildir:/b")).toEqual([]);
  again.settle("maildir:/b", ["3"]);
  expect(again.intents("maildir:/a")).toHaveLength(2);
  again.settle("maildir:/a", ["1"]);
  expect(again.intents("maildir:/a")).toEqual([]);
  expect([again.isFetched("1", "maildir:/a"), again.isFetched("1", "maildir:/b")]).toEqual([true, false]);
  expect([again.isFetched("1"), again.isFetched("2")]).toEqual([true, false]);
});

test("a hundred thousand unique-ids are cheap", () => {
  const state = opened(join(workplace(), "fetch.sqlite"));
  const uniqueIds = Array.from({ length: 100_000 }, (_, number) => `${number}`.padStart(70, "u"));
  for (let at = 0; at < uniqueIds.length; at += 500) state.settle("maildir:/mail", uniqueIds.slice(at, at + 500));
  expect(uniqueIds.every((uniqueId) => state.isFetched(uniqueId))).toBe(true);
  expect(state.forgetMissing(new Set(uniqueIds.slice(1)))).toBe(1);
  expect(state.count).toBe(99_999);
});

test("an account is open once, and whoever has it is named; other accounts are free", () => {
  const path = join(workplace(), "fetch.sqlite");
  const first = opened(path);
  expect(() => openAccountState(path, account)).toThrow(
    expect.objectContaining({
      name: "AccountInUse",
      message: expect.stringMatching(
        new RegExp(
          `^${account} is being fetched by process ${process.pid} on \\S+ since 2\\S+; wait for it, or stop it$`,
        ),
      ),
    }),
  );
  expect(() => openAccountState(path, account)).toThrow(AccountInUse);
  opened(path, "tom@pop.example.net:995").settle("maildir:/mail", ["a"]);
  first.close();
  first.close();
  expect(opened(path).count).toBe(0);
});

test("the lock of a killed process is free at once", async () => {
  const directory = workplace();
  const path = join(directory, "fetch.sqlite");
  const hooks = new URL("../maildrop/from-source.mjs", import.meta.url).href;
  const file = fileURLToPath(new URL("holding-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", hooks, file, path, account], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  expect(() => openAccountState(path, account)).toThrow(`process ${child.pid} on`);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(opened(path).isFetched("held")).toBe(true);
});

test("a file that is no state is refused and left alone", () => {
  const path = join(workplace(), "notes.txt");
  writeFileSync(path, "not a database, and long enough to be taken for one if nobody looked".repeat(100));
  expect(() => openAccountState(path, account)).toThrow(
    expect.objectContaining({ name: "DatabaseUnusable", message: expect.stringContaining("not a database") }),
  );
});
