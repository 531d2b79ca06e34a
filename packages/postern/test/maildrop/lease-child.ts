// A process beside the tests: holds a lease, or a half delivered message, until it is killed; or works among others.
// `node --import ./from-source.mjs lease-child.ts DIRECTORY USER hold|deliver|work SEED`
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { MaildropFailure } from "@postern/pop3/server";
import { openDatabase } from "../../src/database/database.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";
import { messageOf, randomOf } from "./crash-messages.js";

const [, , directory = "", user = "", task = "", seed = ""] = process.argv;
const database = openDatabase(directory);
const store = new SpoolMaildrops(database);
const say = (line: string): void => void writeSync(1, `${line}\n`);

if (task === "hold") {
  await store.open(user);
  say("held");
  await sleep(60_000);
} else if (task === "deliver") {
  await store.deliver(user, halfway());
} else {
  await work();
  store.close();
  database.close();
  say("finished");
}

async function* halfway(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(700_000, "x");
  say("half");
  await sleep(60_000);
}

async function work(): Promise<void> {
  const random = randomOf(Number(seed));
  for (let number = 0; number < 50; number++) {
    say(`delivered ${(await store.deliver(user, messageOf(number))).uniqueId}`);
    try {
      const maildrop = await store.open(user);
      const { count } = maildrop.snapshot;
      const deleted = count > 0 && random() < 0.5 ? [Math.floor(random() * count)] : [];
      const uniqueIds = deleted.map((position) => maildrop.snapshot.uniqueIdAt(position));
      await sleep(random() * 3);
      await maildrop.update(deleted);
      for (const uniqueId of uniqueIds) say(`deleted ${uniqueId}`);
    } catch (error) {
      if (!(error instanceof MaildropFailure && error.kind === "in-use")) throw error;
    }
  }
}
