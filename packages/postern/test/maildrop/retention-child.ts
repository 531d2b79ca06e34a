// A process beside the tests: opens a maildrop and gives it back, over and over, until its standard input ends, and says how that
// went; or sweeps until it is killed.
// `node --import ./from-source.mjs retention-child.ts DIRECTORY USER login|sweep`
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Maildrop } from "@postern/pop3/server";
import { openDatabase } from "../../src/database/database.js";
import { SpoolPolicies } from "../../src/maildrop/spool/policies.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

const [, , directory = "", user = "", task = ""] = process.argv;
const database = openDatabase(directory);
const store = new SpoolMaildrops(database);
const say = (line: string): void => void writeSync(1, `${line}\n`);
say("ready");

if (task === "sweep") {
  const policies = new SpoolPolicies(database, { loginDelaySeconds: 0, retentionDays: 1 });
  const sweeper = store.retention(policies, { tell: ({ deleted }) => say(`deleted ${deleted}`) });
  for (;;) await sweeper.sweepOnce();
}

const { stdin } = process;
stdin.resume();
let logins = 0;
const problems: string[] = [];
while (!stdin.readableEnded) {
  let maildrop: Maildrop | null = null;
  try {
    maildrop = await store.open(user);
    logins += 1;
    // What the session sees stays whole for as long as it lasts.
    const { count, octets } = maildrop.snapshot;
    await sleep(2);
    let sum = 0;
    for (let position = 0; position < count; position++) sum += maildrop.snapshot.octetsAt(position);
    if (sum !== octets) problems.push(`${count} messages of ${octets} octets had ${sum}`);
  } catch (error) {
    problems.push(String(error));
  } finally {
    await maildrop?.release();
  }
  await sleep(1);
}
store.close();
database.close();
say(JSON.stringify({ logins, problems }));
