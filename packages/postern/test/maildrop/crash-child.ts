// What the crash tests kill: works on a maildrop of its own and says on standard output what was promised to it.
// `node --import ./from-source.mjs crash-child.ts DIRECTORY USER SEED FIRST`
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/database/database.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";
import { messageOf, randomOf } from "./crash-messages.js";

const [, , directory = "", user = "", seed = "", first = ""] = process.argv;
const store = new SpoolMaildrops(openDatabase(directory));
const random = randomOf(Number(seed));
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function* slowly(message: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < message.length; at += 100_000) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    yield message.subarray(at, at + 100_000);
  }
}

say("ready");
for (let number = Number(first); ;) {
  for (let delivered = 0; delivered < 4; delivered++, number++) {
    say(`delivering ${number}`);
    const message = messageOf(number);
    const { uniqueId } = await store.deliver(user, random() < 0.5 ? message : slowly(message));
    say(`delivered ${number} ${uniqueId}`);
  }
  const maildrop = await store.open(user);
  const positions = Array.from({ length: maildrop.snapshot.count }, (_, position) => position).filter(
    () => random() < 0.6,
  );
  say(`deleting ${positions.map((position) => maildrop.snapshot.uniqueIdAt(position)).join(" ")}`);
  await maildrop.update(positions);
  say("deleted");
}
