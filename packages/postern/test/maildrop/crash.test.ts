// kill -9 at any instant: no accepted message is lost, no deletion is half done, leases are free at once, the database is sound.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";
import { messageOf, randomOf } from "./crash-messages.js";

const ROUNDS = 50;
const CHILDREN = 4;
const LONGEST_LIFE_MS = 150;

let directory: string;
let database: PosternDatabase;
let store: SpoolMaildrops;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-crash-"));
  database = openDatabase(directory);
  store = new SpoolMaildrops(database);
});
afterAll(() => {
  store.close();
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What a user was promised over all the lives of the children. */
interface Ledger {
  readonly user: string;
  /** Message numbers by unique-id, as far as the deliveries were acknowledged. */
  readonly kept: Map<string, number>;
  /** Numbers of deliveries that were under way at a kill: their messages may be there or not. */
  readonly open: Set<number>;
  next: number;
}

test(`${ROUNDS * CHILDREN} kills lose nothing and leave nothing behind`, { timeout: 180_000 }, async () => {
  const random = randomOf(20_260_401);
  const ledgers = Array.from({ length: CHILDREN }, (_, child): Ledger => ({
    user: `user${child}`,
    kept: new Map(),
    open: new Set(),
    next: 0,
  }));
  for (const { user } of ledgers) await store.create(user);
  const seen = { delivering: 0, deleting: 0, undone: 0, done: 0 };

  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      ledgers.map(async (ledger, child) => {
        const lines = await life(ledger, round * CHILDREN + child, random() * LONGEST_LIFE_MS);
        const deleting = account(ledger, lines, seen);
        await inspect(ledger, deleting, seen);
      }),
    );
  }
  // All kinds of death must have happened, or the test says nothing.
  expect(seen.delivering).toBeGreaterThan(ROUNDS / 4);
  expect(seen.deleting).toBeGreaterThan(ROUNDS / 10);

  for (const { user, kept } of ledgers) expect(store.facts(user).count).toBe(kept.size);
  const { main } = database;
  expect(main.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(main.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
  // A store that opens later clears up: nothing is left but the bodies of messages, and no file of a dead holder.
  const later = new SpoolMaildrops(database);
  await (await later.open("user0")).release();
  await vi.waitFor(() => {
    expect(main.prepare("SELECT * FROM loose_body").all()).toEqual([]);
    expect(
      main
        .prepare("SELECT count(*) AS orphans FROM body_chunk WHERE id / 65536 NOT IN (SELECT body FROM message)")
        .get(),
    ).toEqual({ orphans: 0 });
    expect(readdirSync(join(directory, "holders")).filter((file) => file.endsWith(".db"))).toHaveLength(2);
  }, 20_000);
  later.close();
});

test("a lease dies with its holder at once, and no earlier", { timeout: 60_000 }, async () => {
  await store.create("leased");
  await store.deliver("leased", Buffer.from("x\n"));
  for (let round = 0; round < 5; round++) {
    const child = start(["leased", "hold", "0"], "lease-child.ts");
    await said(child, "held");
    await expect((async () => store.open("leased"))()).rejects.toMatchObject({ kind: "in-use" });
    child.kill("SIGKILL");
    await once(child, "exit");
    const maildrop = await store.open("leased");
    expect(maildrop.snapshot.count).toBe(1);
    await maildrop.release();
  }
});

test("a delivery that is under way elsewhere is not cleared up, one that died is", { timeout: 60_000 }, async () => {
  await store.create("slow");
  const child = start(["slow", "deliver", "0"], "lease-child.ts");
  await said(child, "half");
  const loose = (): number =>
    Number(database.main.prepare("SELECT count(*) AS bodies FROM loose_body").get()?.["bodies"]);
  expect(loose()).toBe(1);
  const during = new SpoolMaildrops(database);
  await during.empty("slow");
  await (await during.open("slow")).release();
  during.close();
  expect(loose()).toBe(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  const after = new SpoolMaildrops(database);
  await (await after.open("slow")).release();
  await vi.waitFor(() => expect(loose()).toBe(0), 10_000);
  expect(after.facts("slow").count).toBe(0);
  after.close();
});

test("four processes deliver to and poll one directory", { timeout: 120_000 }, async () => {
  await store.create("shared");
  const children = Array.from({ length: 4 }, (_, child) => start(["shared", "work", String(child)], "lease-child.ts"));
  const outputs = await Promise.all(children.map(async (child) => everything(child)));
  const given = outputs.flatMap((output) =>
    [...output.matchAll(/^delivered (\S+)$/gm)].map(([, uniqueId]) => uniqueId),
  );
  const deleted = outputs.flatMap((output) =>
    [...output.matchAll(/^deleted (\S+)$/gm)].map(([, uniqueId]) => uniqueId),
  );
  expect(outputs.map((output) => /^finished$/m.test(output))).toEqual([true, true, true, true]);
  expect(given).toHaveLength(200);
  expect(new Set(given).size).toBe(200);
  expect(new Set(deleted).size).toBe(deleted.length);
  expect(deleted.length).toBeGreaterThan(0);
  const left = [...store.facts("shared").messages].map(({ uniqueId }) => uniqueId);
  expect(new Set(left)).toEqual(new Set(given).difference(new Set(deleted)));
});

/** Lets a child work for a while, kills it, and gives what it said. */
async function life(ledger: Ledger, seed: number, lifeMs: number): Promise<string[]> {
  const child = start([ledger.user, String(seed), String(ledger.next)], "crash-child.ts");
  const output = everything(child);
  await said(child, "ready");
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  child.kill("SIGKILL");
  // A line is written in one go, but its reader may get it in pieces.
  return (await output).split("\n").slice(0, -1);
}

/** Enters what the child was promised; the unique-ids of a deletion that it did not see the end of. */
function account(ledger: Ledger, lines: readonly string[], seen: Record<string, number>): readonly string[] {
  let deleting: readonly string[] = [];
  let delivering: number | null = null;
  for (const line of lines) {
    const [word, ...rest] = line.split(" ").filter((part) => part !== "");
    if (word === "delivering") {
      delivering = Number(rest[0]);
      ledger.next = delivering + 1;
    } else if (word === "delivered") {
      delivering = null;
      ledger.kept.set(rest[1]!, Number(rest[0]));
    } else if (word === "deleting") {
      deleting = rest;
    } else if (word === "deleted") {
      for (const uniqueId of deleting) ledger.kept.delete(uniqueId);
      deleting = [];
    }
  }
  if (delivering !== null) {
    ledger.open.add(delivering);
    seen["delivering"] = (seen["delivering"] ?? 0) + 1;
  }
  if (deleting.length > 0) seen["deleting"] = (seen["deleting"] ?? 0) + 1;
  return deleting;
}

/** Looks at the maildrop right after the kill. */
async function inspect(ledger: Ledger, deleting: readonly string[], seen: Record<string, number>): Promise<void> {
  const maildrop = await store.open(ledger.user);
  const there = new Map<string, number>();
  for (let position = 0; position < maildrop.snapshot.count; position++) {
    const wire = whole(maildrop.read(position) as Uint8Array | Iterable<Uint8Array>);
    const number = Number(/^Subject: (\d+)\r\n/.exec(wire)?.[1]);
    expect(
      wire.replaceAll(/^\.\./gm, ".") === Buffer.from(messageOf(number)).toString("latin1"),
      `message ${number} is whole`,
    ).toBe(true);
    there.set(maildrop.snapshot.uniqueIdAt(position), number);
  }
  await maildrop.release();

  const left = deleting.filter((uniqueId) => there.has(uniqueId));
  expect([0, deleting.length], "a deletion is done or not done").toContain(left.length);
  if (deleting.length > 0) seen[left.length === 0 ? "done" : "undone"]! += 1;
  if (left.length === 0) for (const uniqueId of deleting) ledger.kept.delete(uniqueId);

  for (const [uniqueId, number] of ledger.kept)
    expect(there.get(uniqueId), `message ${number} was accepted`).toBe(number);
  for (const [uniqueId, number] of there) {
    if (ledger.kept.has(uniqueId)) continue;
    expect(ledger.open.delete(number), `message ${number} came from nowhere, or twice`).toBe(true);
    ledger.kept.set(uniqueId, number);
  }
}

function whole(body: Uint8Array | Iterable<Uint8Array>): string {
  return Buffer.concat(body instanceof Uint8Array ? [body] : [...body]).toString("latin1");
}

type Child = ReturnType<typeof start>;

function start(parameters: readonly string[], file: string) {
  const hooks = new URL("from-source.mjs", import.meta.url).href;
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, ["--import", hooks, path, directory, ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
    // So that not every one of hundreds of children compiles the same files.
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, "compiled") },
  });
}

async function everything(child: Child): Promise<string> {
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
  await once(child, "close");
  return output;
}

/** Resolves once the child has said that word. */
async function said(child: Child, word: string): Promise<void> {
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
      if (output.includes(`${word}\n`)) resolve();
    });
    child.once("close", () => reject(new Error(`the child ended before it said ${word}`)));
  });
}
