// A thread of the test of shared counts: enters and leaves from one address as fast as it can, beside another that does the same.
// `most` holds how many are in now, and the most that ever were.
import { workerData } from "node:worker_threads";
import { SharedConnectionCounts } from "../../src/service/connection-counts.js";
import type { CountTable } from "../../src/service/connection-counts.js";

const { table, worker, limit, most } = workerData as {
  table: CountTable;
  worker: number;
  limit: number;
  most: Int32Array;
};
const counts = new SharedConnectionCounts(table, worker, { connections: 1000, connectionsPerAddress: limit });
const place = "192.0.2.1";

let held = 0;
for (let turn = 0; turn < 20_000; turn += 1) {
  if (held < limit && turn % 3 !== 2) {
    if (counts.enter(place) !== "ok") continue;
    held += 1;
    const now = Atomics.add(most, 0, 1) + 1;
    if (now > Atomics.load(most, 1)) Atomics.store(most, 1, now);
  } else if (held > 0) {
    Atomics.sub(most, 0, 1);
    counts.leave(place);
    held -= 1;
  }
}
for (; held > 0; held -= 1) {
  Atomics.sub(most, 0, 1);
  counts.leave(place);
}
