// kill -9 of a fetch at any instant, again and again, until it comes to its end: every message is there once, whole, and recorded.
// The instants are random, and besides each one between two steps of the order that `destination.ts` promises.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ExpectStatic } from "vitest";
import { openAccountState } from "../../src/sync/state.js";
import { crashAccount, wireMessageOf } from "./crash-messages.js";
import { storedMessages } from "./stored-messages.js";

const KILLS = 40;
const MESSAGES = 60;
const LONGEST_LIFE_MS = 120;

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "postern-fetch-crash-"))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.concurrent.each(["maildir", "mbox", "eml"])("%s", (kind) => {
  test(`${KILLS} kills lose nothing and double nothing`, { timeout: 240_000 }, async ({ expect }) => {
    const deaths = { early: 0, intended: 0, settled: 0 };
    let kills = 0;
    for (let run = 0; kills < KILLS; run++) {
      const place = new Place(kind, `random-${kind}-${run}`);
      for (let ended = false; !ended;) {
        // Every other life ends a moment after messages were intended: while they are made to appear, or a little later.
        const aimed = kills % 2 === 1;
        ended = await fetch(place, "-", Math.random() * (aimed ? 4 : LONGEST_LIFE_MS), aimed ? 1 + (kills % 3) : 0);
        if (ended) break;
        kills++;
        const { intended, fetched } = facts(place);
        deaths[intended > 0 ? "intended" : fetched > 0 ? "settled" : "early"]++;
        if (kind === "maildir") readSome(place.path);
        // Enough deaths: the last life may be long.
        if (kills >= KILLS) ended = await fetch(place, "-", null);
      }
      await inspect(place, expect);
    }
    // Deaths of all kinds must have happened, or the test says little.
    expect(deaths.intended).toBeGreaterThan(0);
    expect(deaths.settled).toBeGreaterThan(0);
  });

  const instants = ["intend", "settle"].flatMap((call) =>
    ["before", "after"].flatMap((when) => [1, 3].map((count) => `${call}:${when}:${count}`)),
  );
  test.each(instants)("a death %s", { timeout: 60_000 }, async (death) => {
    const place = new Place(kind, `${kind}-${death.replaceAll(":", "-")}`);
    expect(await fetch(place, death, null)).toBe(false);
    expect(facts(place).intended > 0).toBe(/^(intend:after|settle:before)/.test(death));
    expect(await fetch(place, "-", null)).toBe(true);
    await inspect(place, expect);
  });
});

test(
  "lmtp: kills lose nothing, and double no more than the one message whose answer was under way",
  { timeout: 240_000 },
  async () => {
    const taken = new Map<number, number>();
    const server = new SMTPServer({
      lmtp: true,
      authOptional: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      onData(stream, _session, callback) {
        const pieces: Buffer[] = [];
        stream.on("data", (piece: Buffer) => pieces.push(piece));
        stream.on("end", () => {
          const message = Buffer.concat(pieces);
          const number = Number(/^Subject: (\d+)\r\n/.exec(message.toString("latin1"))?.[1]);
          if (message.equals(wireMessageOf(number))) taken.set(number, (taken.get(number) ?? 0) + 1);
          callback(null, "kept");
        });
      },
    });
    server.on("error", () => undefined);
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = listening.address() as AddressInfo;

    let kills = 0;
    for (let run = 0; kills < KILLS; run++) {
      taken.clear();
      const place = new Place("lmtp", `random-lmtp-${run}`, `//127.0.0.1:${port}/mia@example.net`);
      const before = kills;
      while (!(await fetch(place, "-", kills < KILLS ? 50 + Math.random() * LONGEST_LIFE_MS : null))) kills++;
      expect([...taken.keys()].toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: MESSAGES }, (_, number) => number),
      );
      const doubled = [...taken.values()].reduce((sum, times) => sum + times - 1, 0);
      expect(doubled).toBeLessThanOrEqual(kills - before);
    }
  },
);

/** One destination with its state. */
class Place {
  readonly kind: string;
  readonly path: string;
  readonly statePath: string;

  constructor(kind: string, name: string, path = join(directory, name, "mail")) {
    this.kind = kind;
    this.path = path;
    this.statePath = join(directory, name, "state", "fetch.sqlite");
  }
}

/** Lets a fetch work for a while from its beginning or that many batches on, or to its end; whether it came to it. */
async function fetch(place: Place, death: string, lifeMs: number | null, batches = 0): Promise<boolean> {
  const hooks = new URL("../maildrop/from-source.mjs", import.meta.url).href;
  const file = fileURLToPath(new URL("fetching-child.ts", import.meta.url));
  const parameters = [place.statePath, `${place.kind}:${place.path}`, String(MESSAGES), death];
  const child = spawn(process.execPath, ["--import", hooks, file, ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
    // So that not every one of hundreds of children compiles the same files.
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, "compiled") },
  });
  const exit = once(child, "exit");
  let said = "";
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (lifeMs === null || timer !== undefined || said.split("\n").length - 1 <= batches) return;
    timer = setTimeout(() => child.kill("SIGKILL"), lifeMs);
  });
  const [status, signal] = (await exit) as [number | null, string | null];
  clearTimeout(timer);
  expect(signal ?? status, "it ends well or is killed").toBeOneOf(["SIGKILL", 0]);
  return signal === null;
}

function facts({ kind, path, statePath }: Place): { intended: number; fetched: number } {
  const state = openAccountState(statePath, crashAccount);
  try {
    return { intended: state.intents(`${kind}:${path}`).length, fetched: state.count };
  } finally {
    state.close();
  }
}

/** What a program that reads mail does between a death and the next fetch. */
function readSome(path: string): void {
  if (!existsSync(join(path, "cur")) || !existsSync(join(path, "new"))) return;
  for (const file of readdirSync(join(path, "new"))) {
    if (Math.random() < 0.5) renameSync(join(path, "new", file), join(path, "cur", `${file}:2,S`));
  }
}

async function inspect(place: Place, expect: ExpectStatic): Promise<void> {
  const messages = await storedMessages(place);
  const numbers = messages
    .map((message) => Number(/^Subject: (\d+)\r?\n/.exec(message)?.[1]))
    .toSorted((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, number) => number));
  for (const message of messages) {
    const number = Number(/^Subject: (\d+)/.exec(message)?.[1]);
    const wire = Buffer.from(wireMessageOf(number)).toString("latin1");
    expect(
      message === (place.kind === "eml" ? wire : wire.replaceAll("\r\n", "\n")),
      `message ${number} is whole`,
    ).toBe(true);
  }
  const state = openAccountState(place.statePath, crashAccount);
  expect(state.count).toBe(MESSAGES);
  state.close();
  const left = readdirSync(join(place.path, ".."), { recursive: true }).map(String);
  expect(left.filter((file) => /tmp\/.|\.part$|\.spool$|mail\.lock/.test(file))).toEqual([]);
}
