// Beginning to sweep: not before it is noted since when the retention counts, and not given up because a database was busy then.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { SpoolPolicies } from "../../src/maildrop/spool/policies.js";
import { RetentionSweeper } from "../../src/maildrop/spool/retention.js";
import type { LogEntry } from "../../src/service/log.js";
import { startRetention } from "../../src/service/retention.js";

let cwd = "";
const entries: LogEntry[] = [];
const log = { has: () => true, write: (entry: LogEntry) => void entries.push(entry) };
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-retention-"));
  entries.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(cwd, { recursive: true });
});

const config = () => loadConfig({ cwd, env: {}, flags: { "policy.expire": "30" } });

test("what a busy database did not take is noted a little later, and then sweeping begins", async () => {
  const noted = vi.spyOn(SpoolPolicies.prototype, "noteDefaults").mockRejectedValueOnce(new Error("busy"));
  const started = vi.spyOn(RetentionSweeper.prototype, "start");
  const [task] = startRetention(config(), log, 20);
  await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
  expect(noted).toHaveBeenCalledTimes(2);
  expect(entries).toMatchObject([{ level: "error", event: "retention.failed", msg: "sweeping failed: Error: busy" }]);
  await task!.stop();
});

test("a stop does not wait for the next attempt, and nothing is swept after it", async () => {
  vi.spyOn(SpoolPolicies.prototype, "noteDefaults").mockRejectedValue(new Error("busy"));
  const started = vi.spyOn(RetentionSweeper.prototype, "start");
  const [task] = startRetention(config(), log, 3_600_000);
  await vi.waitFor(() => expect(entries).toHaveLength(1));
  await task!.stop();
  expect(started).not.toHaveBeenCalled();
});
