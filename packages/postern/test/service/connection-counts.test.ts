// Counts that workers share: the same answers as a plain model gives, whoever asks, and exact when threads ask at once.
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeCountTable, SharedConnectionCounts } from "../../src/service/connection-counts.js";

const seed = Buffer.from("seed");
const limits = { connections: 14, connectionsPerAddress: 2 };
const workers = 3;

/** `at` is which place a connection comes from, or which of the open connections ends. 0 stands for a place that does not count. */
const step = fc.record({
  worker: fc.nat(workers - 1),
  at: fc.nat(40),
  act: fc.oneof(
    { weight: 24, arbitrary: fc.constant("enter" as const) },
    { weight: 12, arbitrary: fc.constant("leave" as const) },
    { weight: 1, arbitrary: fc.constant("die" as const) },
  ),
});

test("they answer as a list of connections would", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), (steps) => {
      // So few entries that places meet in them.
      const table = { ...makeCountTable(workers, limits.connections, seed), entries: 16 };
      const counts = Array.from({ length: workers }, (_, worker) => new SharedConnectionCounts(table, worker, limits));
      let open: { worker: number; place: string | null }[] = [];
      for (const { worker, at, act } of steps) {
        if (act === "enter") {
          const place = at === 0 ? null : `2001:db8:0:${at}`;
          const expected =
            open.length >= limits.connections
              ? "too-many"
              : place !== null && open.filter((one) => one.place === place).length >= limits.connectionsPerAddress
                ? "too-many-from-address"
                : "ok";
          expect(counts[worker]!.enter(place)).toBe(expected);
          if (expected === "ok") open.push({ worker, place });
        } else if (act === "leave") {
          const [gone] = open.splice(at % Math.max(1, open.length), 1);
          if (gone !== undefined) counts[gone.worker]!.leave(gone.place);
        } else {
          counts[(worker + 1) % workers]!.forget(worker);
          open = open.filter((one) => one.worker !== worker);
        }
      }
    }),
  );
});

test("a table that addresses fill and leave again and again does not fill up", () => {
  const table = makeCountTable(1, 100, seed);
  const counts = new SharedConnectionCounts(table, 0, { connections: 100, connectionsPerAddress: 1 });
  for (let round = 0; round < 100; round += 1) {
    const places = Array.from({ length: 100 }, (_, at) => `192.0.${round}.${at}`);
    for (const place of places) expect(counts.enter(place)).toBe("ok");
    expect(counts.enter("198.51.100.1")).toBe("too-many");
    for (const place of places) expect(counts.leave(place)).toBeUndefined();
  }
});

test("a lock that its holder died with is taken from it", () => {
  const table = makeCountTable(2, 10, seed);
  const [living, dead] = [0, 1].map((worker) => new SharedConnectionCounts(table, worker, limits));
  expect(dead!.enter("192.0.2.1")).toBe("ok");
  // What a thread that ends in the midst of it leaves behind.
  Atomics.store(new Int32Array(table.words), 0, 2);
  living!.forget(1);
  for (let at = 0; at < limits.connectionsPerAddress; at += 1) expect(living!.enter("192.0.2.1")).toBe("ok");
  expect(living!.enter("192.0.2.1")).toBe("too-many-from-address");
});

test("threads that enter and leave at once never hold more than the limit, and leave nothing behind", async () => {
  const table = makeCountTable(3, 1000, seed);
  const limit = 5;
  const most = new Int32Array(new SharedArrayBuffer(8));
  const threads = [0, 1].map(
    (worker) =>
      new Worker(new URL("counting-child.ts", import.meta.url), {
        workerData: { table, worker, limit, most },
        execArgv: ["--import", new URL("../cli/from-source.mjs", import.meta.url).href],
      }),
  );
  await Promise.all(threads.map(async (thread) => new Promise((resolve) => thread.once("exit", resolve))));
  expect(Atomics.load(most, 1)).toBeGreaterThan(limit - 2);
  expect(Atomics.load(most, 1)).toBeLessThanOrEqual(limit);
  const counts = new SharedConnectionCounts(table, 2, { connections: 1000, connectionsPerAddress: 1000 });
  for (let at = 0; at < 1000; at += 1) expect(counts.enter("192.0.2.1")).toBe("ok");
});
