// The retention sweeper beside sessions and beside other processes: in nobody's way while it works, and no harm done when it dies.
// What it deletes, and when, is `retention.test.ts`'s.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { SpoolPolicies } from "../../src/maildrop/spool/policies.js";
import type { RetentionSweeper } from "../../src/maildrop/spool/retention.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

let directory: string;
let database: PosternDatabase;
let maildrops: SpoolMaildrops;
let sweeper: RetentionSweeper;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-retention-"));
  database = openDatabase(directory);
  maildrops = new SpoolMaildrops(database);
  const policies = new SpoolPolicies(database, { loginDelaySeconds: 0, retentionDays: 1 });
  sweeper = maildrops.retention(policies);
  await policies.noteDefaults(0);
  await maildrops.create("alice");
});
afterEach(() => {
  sweeper.stop();
  maildrops.close();
  database.close();
  rmSync(directory, { recursive: true });
});

function start(task: "login" | "sweep"): ChildProcessByStdio<Writable, Readable, null> {
  const [sources, child] = ["from-source.mjs", "retention-child.ts"].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  );
  return spawn(process.execPath, ["--import", sources!, child!, directory, "alice", task], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** Puts messages of long ago into alice's maildrop, quicker than they could be delivered: rows without octets. */
async function fill(messages: number): Promise<void> {
  await database.write(() => {
    database.main
      .prepare(
        `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
         INSERT INTO message (maildrop, sequence, body, octets, wire_octets, header_octets, needs_utf8, arrived_ms)
         SELECT id, next_sequence + i, 1000000 + next_sequence + i, 3, 3, 0, 0, 0 FROM n, maildrop WHERE user = 'alice'`,
      )
      .run(messages);
    database.main
      .prepare(
        `UPDATE maildrop SET messages = messages + ?1, octets = octets + 3 * ?1, ascii_octets = ascii_octets + 3 * ?1,
           next_sequence = next_sequence + ?1 WHERE user = 'alice'`,
      )
      .run(messages);
  });
}

describe("beside sessions", () => {
  test("of this process: whoever logs in while it sweeps gets in", async () => {
    await fill(1000);
    const sweep = sweeper.sweepOnce();
    const counts = new Set<number>();
    while (maildrops.facts("alice").count > 0) {
      const session = await maildrops.open("alice");
      counts.add(session.snapshot.count);
      await session.release();
      await nextTurn();
    }
    expect(await sweep).toMatchObject({ deleted: 1000, inUse: 0 });
    // Some came in the midst of it.
    expect(counts.size).toBeGreaterThan(2);
  });

  test("of another process: whoever logs in while it sweeps gets in, and sees a whole maildrop", async () => {
    const child = start("login");
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    let [deleted, inUse] = [0, 0];
    const endMs = Date.now() + 2000;
    while (Date.now() < endMs) {
      await fill(1000);
      const swept = await sweeper.sweepOnce();
      deleted += swept.deleted;
      inUse += swept.inUse;
    }
    child.stdin.end();
    const report = JSON.parse(String((await lines.next()).value)) as { logins: number; problems: string[] };
    await once(child, "exit");
    expect(report.problems).toEqual([]);
    // All of this must have happened, or the test says nothing.
    expect(report.logins).toBeGreaterThan(10);
    expect(deleted).toBeGreaterThan(1000);
    expect(inUse).toBeGreaterThan(0);
  });
});

test("a process that is killed while it sweeps leaves nothing half done, and nobody locked out", async () => {
  for (let round = 0; round < 3; round++) {
    await fill(10_000);
    const child = start("sweep");
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    while (maildrops.facts("alice").count > 9500) await nextTurn();
    child.kill("SIGKILL");
    await once(child, "exit");
    const session = await maildrops.open("alice");
    const { count, octets } = session.snapshot;
    expect(octets).toBe(3 * count);
    expect(count).toBeGreaterThan(0);
    expect(session.snapshot.octetsAt(count - 1)).toBe(3);
    await session.release();
    expect(await sweeper.sweepOnce()).toEqual({ deleted: count, maildrops: 1, inUse: 0 });
  }
  expect(database.main.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
});
