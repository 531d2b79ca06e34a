// Synchronizing the log: together for all who wait, and never again once it failed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Durability } from "../../src/database/durability.js";
import { databaseProblem } from "../../src/database/problem.js";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "postern-durability-"))));
afterEach(() => rmSync(directory, { recursive: true }));

test("who asks while nothing is under way waits together, who asks during an attempt waits for the next one", async () => {
  const path = join(directory, "log");
  writeFileSync(path, "x");
  const durability = new Durability(path);
  const first = durability.durable();
  expect(durability.durable()).toBe(first);
  await Promise.resolve();
  await Promise.resolve();
  const second = durability.durable();
  expect(second).not.toBe(first);
  expect(durability.durable()).toBe(second);
  await Promise.all([first, second]);
  durability.close();
});

test("a failure is final, and a passing problem for whoever asked", async () => {
  // A device without a disk behind it cannot be synchronized.
  const durability = new Durability("/dev/null");
  const error: unknown = await durability.durable().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "NotDurable" });
  expect(databaseProblem(error)).toMatchObject({ passing: true });
  await expect(durability.durable()).rejects.toBe(error);
  durability.close();
});

test("there is nothing to synchronize where there is no log", () => {
  expect(() => new Durability(join(directory, "missing"))).toThrow(/ENOENT/);
});
