// What the crash tests kill: a fetch of so many messages into a destination, from whatever is not recorded yet.
// `fetching-child.ts STATE DESTINATION COUNT DEATH`, where DEATH is `-` or `intend:before:2` (kills itself before the second call).
// Says `ready` when it begins, and `intended` whenever messages are about to appear.
import { writeSync } from "node:fs";
import process from "node:process";
import type { Ledger } from "../../src/sync/destination.js";
import { openDestination } from "../../src/sync/open-destination.js";
import { openAccountState } from "../../src/sync/state.js";
import { crashAccount, wireMessageOf } from "./crash-messages.js";

const [, , statePath = "", destinationText = "", count = "", death = "-"] = process.argv;
const state = openAccountState(statePath, crashAccount);
const calls: Record<string, number> = {};

function mayDie(call: string, when: "before" | "after"): void {
  if (when === "before") calls[call] = (calls[call] ?? 0) + 1;
  if (death === `${call}:${when}:${calls[call]}`) process.kill(process.pid, "SIGKILL");
}

const ledger: Ledger = {
  account: crashAccount,
  intents: (name) => state.intents(name),
  intend: (name, intents) => {
    mayDie("intend", "before");
    state.intend(name, intents);
    writeSync(1, "intended\n");
    mayDie("intend", "after");
  },
  settle: (name, uniqueIds) => {
    if (uniqueIds.length > 0) mayDie("settle", "before");
    state.settle(name, uniqueIds);
    if (uniqueIds.length > 0) mayDie("settle", "after");
  },
};

async function* inPieces(message: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < message.length; at += 10_000) yield message.subarray(at, at + 10_000);
}

writeSync(1, "ready\n");
try {
  const destination = await openDestination(destinationText, {
    ledger,
    statePath,
    batch: { messages: 5, octets: 1_000_000, ms: 1_000 },
  });
  for (let number = 0; number < Number(count); number++) {
    const uniqueId = `unique-${number}`;
    if (state.isFetched(uniqueId)) continue;
    const message = wireMessageOf(number);
    await destination.deliver(inPieces(message), { uniqueId, octets: message.length, receivedMs: Date.now() });
  }
  await destination.close();
  state.close();
} catch (error) {
  writeSync(2, `${String(error)}\n`);
  process.exit(1);
}
