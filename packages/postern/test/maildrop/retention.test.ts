// The retention sweeper: never too early, never what is in use, nothing left behind, and in turns.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import type { UserPolicy } from "@postern/pop3/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { CHUNK_OCTETS } from "../../src/maildrop/spool/bodies.js";
import { SpoolPolicies } from "../../src/maildrop/spool/policies.js";
import type { RetentionEvent, RetentionSweeper } from "../../src/maildrop/spool/retention.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

const DAY_MS = 86_400_000;
/** Long ago, so that all that is delivered in a test counts as later where no time is said. */
const START_MS = 1_700_000_000_000;

/** One process's view of the data directory. */
interface Place {
  readonly database: PosternDatabase;
  readonly maildrops: SpoolMaildrops;
  readonly policies: SpoolPolicies;
  readonly sweeper: RetentionSweeper;
  readonly events: RetentionEvent[];
}

let directory: string;
let nowMs: number;
const places: Place[] = [];

function place(standard: Partial<UserPolicy> = {}): Place {
  const database = openDatabase(directory);
  const maildrops = new SpoolMaildrops(database);
  const now = (): number => nowMs;
  const policies = new SpoolPolicies(database, { loginDelaySeconds: 0, retentionDays: "never", ...standard }, now);
  const events: RetentionEvent[] = [];
  const sweeper = maildrops.retention(policies, { now, tell: (event) => events.push(event) });
  const made = { database, maildrops, policies, sweeper, events };
  places.push(made);
  return made;
}

/** A message that came at that time. */
async function deliver(
  { maildrops, database }: Place,
  user: string,
  arrivedMs: number,
  content = "x\n",
): Promise<string> {
  const { uniqueId } = await maildrops.deliver(user, Buffer.from(content), { arrivedMs });
  // It came here then, and was not brought from elsewhere later.
  await write(
    database,
    "UPDATE message SET added_ms = NULL WHERE (maildrop, sequence) IN (SELECT id, next_sequence - 1 FROM maildrop)",
  );
  return uniqueId;
}

/** As soon as the others who write let it. */
const write = (database: PosternDatabase, statements: string): Promise<void> =>
  database.write(() => database.main.exec(statements));

const uniqueIds = ({ maildrops }: Place, user: string): string[] =>
  Array.from(maildrops.facts(user).messages, ({ uniqueId }) => uniqueId);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-retention-"));
  nowMs = START_MS;
});
afterEach(() => {
  for (const { sweeper, maildrops, database } of places.splice(0)) {
    sweeper.stop();
    maildrops.close();
    database.close();
  }
  rmSync(directory, { recursive: true });
});

describe("a message is deleted", () => {
  let one: Place;
  beforeEach(async () => {
    one = place({ retentionDays: 30 });
    for (const user of ["alice", "bob"]) await one.maildrops.create(user);
    await one.policies.noteDefaults(START_MS - 100 * DAY_MS);
  });

  test("when its days have passed, and not a millisecond before", async () => {
    await deliver(one, "alice", START_MS);
    nowMs = START_MS + 30 * DAY_MS - 1;
    expect(await one.sweeper.sweepOnce()).toEqual({ deleted: 0, maildrops: 0, inUse: 0 });
    expect(await one.sweeper.sweepOnce(nowMs + 1)).toEqual({ deleted: 1, maildrops: 1, inUse: 0 });
    expect(one.maildrops.facts("alice")).toMatchObject({ count: 0, octets: 0 });
    expect(one.events).toEqual([{ user: "alice", deleted: 1 }]);
  });

  test("and those that came later stay, with their unique-ids", async () => {
    const kept: string[] = [];
    for (let number = 0; number < 10; number++) {
      const late = number % 3 === 0;
      const uniqueId = await deliver(one, "alice", late ? START_MS : START_MS - 1, `${"x".repeat(number)}\n`);
      if (late) kept.push(uniqueId);
    }
    await one.sweeper.sweepOnce(START_MS - 1 + 30 * DAY_MS);
    expect(uniqueIds(one, "alice")).toEqual(kept);
    expect(one.maildrops.facts("alice")).toMatchObject({ count: 4, octets: 2 + 5 + 8 + 11 });
  });

  test("no earlier than its days after it came here, whatever it says of its arrival elsewhere", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
    try {
      await one.maildrops.importMessage("alice", Buffer.from("old\n"), { key: "1", arrivedMs: 0 });
      await one.maildrops.deliver("alice", Buffer.from("older\n"), { arrivedMs: 1000 });
    } finally {
      vi.useRealTimers();
    }
    expect(await one.sweeper.sweepOnce(START_MS + 30 * DAY_MS - 1)).toMatchObject({ deleted: 0 });
    expect(await one.sweeper.sweepOnce(START_MS + 30 * DAY_MS)).toMatchObject({ deleted: 2 });
  });

  test("no earlier than its days after a shorter retention was set", async () => {
    await deliver(one, "alice", START_MS - 20 * DAY_MS);
    await one.policies.set("alice", { retentionDays: 5 });
    expect(await one.sweeper.sweepOnce(START_MS + 5 * DAY_MS - 1)).toMatchObject({ deleted: 0 });
    expect(await one.sweeper.sweepOnce(START_MS + 5 * DAY_MS)).toMatchObject({ deleted: 1 });
  });

  test("no earlier than its days after a longer retention was set", async () => {
    await deliver(one, "alice", START_MS - 29 * DAY_MS);
    await one.policies.set("alice", { retentionDays: 60 });
    expect(await one.sweeper.sweepOnce(START_MS + 60 * DAY_MS - 1)).toMatchObject({ deleted: 0 });
    expect(await one.sweeper.sweepOnce(START_MS + 60 * DAY_MS)).toMatchObject({ deleted: 1 });
  });

  test("no earlier than its days after the user had NEVER", async () => {
    await deliver(one, "alice", START_MS - 300 * DAY_MS);
    await one.policies.set("alice", { retentionDays: "never" });
    nowMs = START_MS + 100 * DAY_MS;
    expect(await one.sweeper.sweepOnce()).toMatchObject({ deleted: 0 });
    await one.policies.set("alice", { retentionDays: null });
    expect(await one.sweeper.sweepOnce(nowMs + 30 * DAY_MS - 1)).toMatchObject({ deleted: 0 });
    expect(await one.sweeper.sweepOnce(nowMs + 30 * DAY_MS)).toMatchObject({ deleted: 1 });
  });

  test("no earlier than its days after the default changed", async () => {
    await deliver(one, "alice", START_MS - 20 * DAY_MS);
    const restarted = place({ retentionDays: 7 });
    await restarted.policies.noteDefaults(START_MS);
    expect(await restarted.sweeper.sweepOnce(START_MS + 7 * DAY_MS - 1)).toMatchObject({ deleted: 0 });
    // The process with the configuration of before announces 30 days, and deletes nothing by a default that is not its own.
    expect(await one.sweeper.sweepOnce(START_MS + 100 * DAY_MS)).toMatchObject({ deleted: 0 });
    expect(await restarted.sweeper.sweepOnce(START_MS + 7 * DAY_MS)).toMatchObject({ deleted: 1 });
  });

  test.each(["never", 0] as const)("never by the sweeper where the retention is %s", async (retentionDays) => {
    await deliver(one, "alice", 0);
    await deliver(one, "bob", 0);
    await one.policies.set("alice", { retentionDays });
    expect(await one.sweeper.sweepOnce(START_MS + 10_000 * DAY_MS)).toMatchObject({ deleted: 1 });
    expect(one.maildrops.facts("alice").count).toBe(1);
  });

  test("by a user's own retention, where the default is NEVER", async () => {
    const lenient = place();
    await lenient.policies.noteDefaults(START_MS);
    await lenient.policies.set("bob", { retentionDays: 1 });
    for (const user of ["alice", "bob"]) await deliver(lenient, user, 0);
    expect(await lenient.sweeper.sweepOnce(START_MS + 1000 * DAY_MS)).toEqual({ deleted: 1, maildrops: 1, inUse: 0 });
    expect(lenient.events).toEqual([{ user: "bob", deleted: 1 }]);
  });

  test("by a longer retention that was set while the sweep was under way", async () => {
    for (let number = 0; number < 300; number++) await deliver(one, "alice", 0);
    const elsewhere = place({ retentionDays: 30 });
    const sweep = one.sweeper.sweepOnce(START_MS);
    while (one.maildrops.facts("alice").count === 300) await nextTurn();
    await elsewhere.policies.set("alice", { retentionDays: "never" });
    const left = one.maildrops.facts("alice").count;
    expect(left).toBeGreaterThan(0);
    await sweep;
    expect(one.maildrops.facts("alice").count).toBe(left);
  });

  // RFC 2449 §6.7: the announced value is the smallest number of days that a message may remain under any circumstances.
  test("never before the days that were announced last before it could have been", async () => {
    const step = fc.oneof(
      fc.record({ set: fc.constantFrom<number | "never" | null>(1, 2, 5, "never", 0, null) }),
      fc.record({ deliver: fc.constant(true) }),
      fc.record({ passDays: fc.integer({ min: 1, max: 4 }) }),
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const user = `user${round++}`;
        await one.maildrops.create(user);
        nowMs = START_MS;
        let announced = { days: one.policies.of(user).retentionDays, sinceMs: nowMs };
        const arrivals = new Map<string, number>();
        for (const action of steps) {
          if ("passDays" in action) nowMs += action.passDays * DAY_MS;
          else if ("deliver" in action) arrivals.set(await deliver(one, user, nowMs), nowMs);
          else {
            await one.policies.set(user, { retentionDays: action.set });
            const { retentionDays: days } = one.policies.of(user);
            if (days !== announced.days) announced = { days, sinceMs: nowMs };
          }
          await one.sweeper.sweepOnce(nowMs);
          const left = new Set(uniqueIds(one, user));
          for (const [uniqueId, arrivedMs] of arrivals) {
            if (left.has(uniqueId)) continue;
            arrivals.delete(uniqueId);
            const { days, sinceMs } = announced;
            expect(days).not.toBe("never");
            expect(nowMs).toBeGreaterThanOrEqual(Math.max(arrivedMs, sinceMs) + Number(days) * DAY_MS);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("a maildrop", () => {
  let one: Place;
  beforeEach(async () => {
    one = place({ retentionDays: 1 });
    for (const user of ["alice", "bob"]) await one.maildrops.create(user);
    await one.policies.noteDefaults(0);
  });

  test("that a session has open is passed over, and swept once that has ended", async () => {
    for (const user of ["alice", "bob"]) await deliver(one, user, 0);
    for (const { maildrops } of [one, place()]) {
      const session = await maildrops.open("alice");
      const { count } = session.snapshot;
      expect(await one.sweeper.sweepOnce(START_MS)).toMatchObject({ inUse: 1 });
      expect(Buffer.from((await session.read(0)) as Uint8Array).toString()).toBe("x\r\n");
      expect([count, one.maildrops.facts("alice").count]).toEqual([1, 1]);
      await session.release();
    }
    expect(one.events).toEqual([{ user: "bob", deleted: 1 }]);
    expect(await one.sweeper.sweepOnce(START_MS)).toEqual({ deleted: 1, maildrops: 1, inUse: 0 });
  });

  test("that was left by a dead process is swept", async () => {
    await deliver(one, "alice", 0);
    one.database.leases.exec("INSERT INTO lease VALUES ('alice', '0123456789abcdef', 1)");
    expect(await one.sweeper.sweepOnce(START_MS)).toEqual({ deleted: 1, maildrops: 1, inUse: 0 });
  });

  test("keeps its figures, and leaves no octets of what was deleted", async () => {
    await deliver(one, "alice", 0, "x".repeat(CHUNK_OCTETS * 3));
    for (let number = 0; number < 1100; number++)
      await deliver(one, "alice", number % 5 === 0 ? START_MS : 0, "some\n");
    const { main } = one.database;
    await write(
      one.database,
      `
      UPDATE message SET surrogate_octets = octets + 7 WHERE sequence % 2 = 0;
      UPDATE maildrop SET ascii_octets = (SELECT total(ifnull(surrogate_octets, octets)) FROM message WHERE maildrop = maildrop.id)`,
    );
    expect(await one.sweeper.sweepOnce(START_MS)).toMatchObject({ deleted: 881 });
    expect(main.prepare("SELECT messages, octets, ascii_octets FROM maildrop WHERE user = 'alice'").get()).toEqual(
      main
        .prepare(
          `SELECT count(*) AS messages, total(octets) AS octets, total(ifnull(surrogate_octets, octets)) AS ascii_octets
           FROM message WHERE maildrop = (SELECT id FROM maildrop WHERE user = 'alice')`,
        )
        .get(),
    );
    await vi.waitFor(() => {
      expect(main.prepare("SELECT count(*) AS bodies FROM body_chunk").get()).toEqual({ bodies: 220 });
      expect(main.prepare("SELECT * FROM loose_body").all()).toEqual([]);
    }, 20_000);
    const session = await one.maildrops.open("alice");
    expect(session.snapshot).toMatchObject({ count: 220, octets: 220 * 6 });
    expect(Buffer.from((await session.read(219)) as Uint8Array).toString()).toBe("some\r\n");
    await session.release();
  });

  test("loses a message once where two sweep at the same time", async () => {
    const two = place({ retentionDays: 1 });
    for (let number = 0; number < 500; number++) await deliver(one, "alice", 0);
    const swept = await Promise.all([one.sweeper.sweepOnce(START_MS), two.sweeper.sweepOnce(START_MS)]);
    expect(swept.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(500);
    expect(one.maildrops.facts("alice")).toMatchObject({ count: 0, octets: 0 });
    expect([...one.events, ...two.events].reduce((sum, { deleted }) => sum + deleted, 0)).toBe(500);
  });
});

describe("at intervals", () => {
  test("one of the processes on a directory sweeps, and another one when that is gone", async () => {
    const [one, two] = [place({ retentionDays: 1 }), place({ retentionDays: 1 })];
    await one.policies.noteDefaults(0);
    await one.maildrops.create("alice");
    await deliver(one, "alice", 0);
    one.sweeper.start(20);
    await vi.waitFor(() => expect(one.events).toHaveLength(1), 20_000);
    // Its turn was at `nowMs`, and time stands still.
    two.sweeper.start(20);
    await deliver(one, "alice", 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([one.events.length, two.events.length]).toEqual([1, 0]);
    one.sweeper.stop();
    nowMs += 20;
    await vi.waitFor(() => expect(two.events).toEqual([{ user: "alice", deleted: 1 }]), 20_000);
    expect(one.events).toHaveLength(1);
  });

  test("what was in use is looked at again before the next sweep is due", async () => {
    const one = place({ retentionDays: 1 });
    await one.policies.noteDefaults(0);
    await one.maildrops.create("alice");
    await deliver(one, "alice", 0);
    const session = await one.maildrops.open("alice");
    one.sweeper.start(20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(one.events).toEqual([]);
    await session.release();
    await vi.waitFor(() => expect(one.events).toEqual([{ user: "alice", deleted: 1 }]), 20_000);
  });

  test("a failure is told, and the next sweep comes all the same", async () => {
    const one = place({ retentionDays: 1 });
    await one.policies.noteDefaults(0);
    await one.maildrops.create("alice");
    await deliver(one, "alice", 0);
    const failures: unknown[] = [];
    const events: RetentionEvent[] = [];
    const sweeper = one.maildrops.retention(one.policies, {
      now: () => (nowMs += 1000),
      tell: (event) => events.push(event),
      failed: (error) => failures.push(error),
    });
    await write(
      one.database,
      "CREATE TRIGGER broken BEFORE DELETE ON message BEGIN SELECT raise(ABORT, 'broken'); END",
    );
    sweeper.start(20);
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(0), 20_000);
    expect(one.maildrops.facts("alice")).toMatchObject({ count: 1, octets: 3 });
    await write(one.database, "DROP TRIGGER broken");
    await vi.waitFor(() => expect(events).toEqual([{ user: "alice", deleted: 1 }]), 20_000);
    sweeper.stop();
  });

  test("after stop nothing is deleted any more", async () => {
    const one = place({ retentionDays: 1 });
    await one.policies.noteDefaults(0);
    await one.maildrops.create("alice");
    for (let number = 0; number < 900; number++) await deliver(one, "alice", 0);
    const sweep = one.sweeper.sweepOnce(START_MS);
    while (one.maildrops.facts("alice").count === 900) await nextTurn();
    one.sweeper.stop();
    const left = one.maildrops.facts("alice").count;
    await sweep;
    expect(left).toBeGreaterThan(0);
    expect(one.maildrops.facts("alice").count).toBe(left);
  });
});
