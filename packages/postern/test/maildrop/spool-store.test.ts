// What the embedded store does beyond the contract: imports, facts, several holders, large maildrops, failures of the database.
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Maildrop } from "@postern/pop3/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { NotDurable } from "../../src/database/problem.js";
import { PAGE_OCTETS } from "../../src/database/schema.js";
import { UserNameRefused } from "../../src/database/user-name.js";
import { CHUNK_OCTETS } from "../../src/maildrop/spool/bodies.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

let directory: string;
let database: PosternDatabase;
let store: SpoolMaildrops;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-spool-"));
  database = openDatabase(directory);
  store = new SpoolMaildrops(database);
  await store.create("alice");
});
afterEach(() => {
  store.close();
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const text = (content: string): Uint8Array => Buffer.from(content, "latin1");
const rows = (table: string): number =>
  Number(database.main.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"]);
async function* inTwo(message: Uint8Array): AsyncGenerator<Uint8Array> {
  yield message.subarray(0, message.length / 2);
  yield message.subarray(message.length / 2);
}

describe("users", () => {
  test("create may be repeated and keeps what is there", async () => {
    await store.deliver("alice", text("x\n"));
    await store.create("alice");
    expect(store.facts("alice").count).toBe(1);
  });

  test.each(["", "a\nb", "\0", "x".repeat(256)])("the name %j is refused", async (name) => {
    await expect(store.create(name)).rejects.toThrow(UserNameRefused);
    expect(store.has(name)).toBe(false);
  });

  test("whoever is unknown has no maildrop, gets no mail and leaves no lease", async () => {
    expect(store.has("nobody")).toBe(false);
    expect(() => store.open("nobody")).toThrow(/no user nobody.*postern user add/);
    await expect(store.deliver("nobody", text("x\n"))).rejects.toMatchObject({ kind: "permanent" });
    await expect(store.importMessage("nobody", text("x\n"), { key: "1" })).rejects.toMatchObject({ kind: "permanent" });
    await expect(store.remove("nobody")).rejects.toMatchObject({ kind: "permanent" });
    await expect(store.empty("nobody")).rejects.toMatchObject({ kind: "permanent" });
    expect(() => store.facts("nobody")).toThrow(/no user nobody/);
    expect(database.leases.prepare("SELECT * FROM lease").all()).toEqual([]);
  });

  test("remove takes everything along, and a new user of that name has other unique-ids", async () => {
    const { uniqueId } = await store.deliver("alice", text("x\n"));
    await store.deliver("alice", Buffer.alloc(CHUNK_OCTETS * 3, "x"), { uniqueId: "kept" });
    await store.importMessage("alice", text("y\n"), { key: "1" });
    await store.remove("alice");
    for (const table of ["maildrop", "message", "body_chunk", "loose_body", "used_unique_id", "imported"]) {
      expect([table, rows(table)]).toEqual([table, 0]);
    }
    await store.create("alice");
    expect((await store.deliver("alice", text("x\n"))).uniqueId).not.toBe(uniqueId);
    expect((await store.deliver("alice", text("x\n"), { uniqueId: "kept" })).uniqueId).toBe("kept");
  });

  test("remove and empty are refused while a session has the maildrop", async () => {
    await store.deliver("alice", text("x\n"));
    const session = await store.open("alice");
    await expect(store.remove("alice")).rejects.toMatchObject({ kind: "in-use" });
    await expect(store.empty("alice")).rejects.toMatchObject({ kind: "in-use" });
    await session.release();
    expect(await store.empty("alice")).toBe(1);
    expect(await store.empty("alice")).toBe(0);
    expect(store.facts("alice")).toMatchObject({ count: 0, octets: 0 });
    expect(rows("body_chunk")).toBe(0);
  });

  test("mail for a user who is removed meanwhile is refused and leaves nothing", async () => {
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(CHUNK_OCTETS * 2, "x");
      await gate.promise;
    }
    const delivery = store.deliver("alice", slow());
    await vi.waitFor(() => expect(rows("loose_body")).toBe(1));
    await store.remove("alice");
    gate.resolve();
    await expect(delivery).rejects.toMatchObject({ kind: "permanent" });
    expect([rows("body_chunk"), rows("loose_body")]).toEqual([0, 0]);
  });
});

describe("facts", () => {
  test("tell of each message what was found when it came", async () => {
    await store.deliver("alice", text("Subject: x\n\n.body\n"), { arrivedMs: 1234.9 });
    await store.deliver("alice", Buffer.from("Subject: größer\n\nbody\n"), { uniqueId: "kept" });
    const { count, octets, messages } = store.facts("alice");
    const [first, second] = [...messages];
    expect({ count, octets }).toEqual({ count: 2, octets: 21 + 27 });
    expect(first).toMatchObject({ octets: 21, headerOctets: 14, needsUtf8: false, arrivedMs: 1234 });
    expect(second).toMatchObject({ uniqueId: "kept", octets: 27, headerOctets: 21, needsUtf8: true });
  });

  test("are complete for large maildrops, and end with what was there when they were asked for", async () => {
    await Promise.all(Array.from({ length: 1100 }, async (_, n) => store.deliver("alice", text(`${n}\n`))));
    const { count, messages } = store.facts("alice");
    await store.deliver("alice", text("late\n"));
    expect(count).toBe(1100);
    expect(new Set([...messages].map(({ uniqueId }) => uniqueId)).size).toBe(1100);
  });
});

describe("importMessage", () => {
  test("takes a message once, also when it was deleted since", async () => {
    const first = await store.importMessage("alice", text("one\n"), { key: "a", uniqueId: "kept-a", arrivedMs: 5 });
    expect(first).toEqual({ uniqueId: "kept-a", octets: 5 });
    expect(store.wasImported("alice", "a")).toBe(true);
    expect(store.wasImported("alice", "b")).toBe(false);
    expect(await store.importMessage("alice", text("one\n"), { key: "a", uniqueId: "kept-a" })).toBe("known");
    await store.empty("alice");
    expect(await store.importMessage("alice", text("one\n"), { key: "a" })).toBe("known");
    expect(await store.importMessage("alice", text("one\n"), { key: "b" })).toMatchObject({ octets: 5 });
    expect(store.facts("alice").count).toBe(1);
  });

  test("a known key leaves its source unread", async () => {
    await store.importMessage("alice", text("one\n"), { key: "a" });
    const unread = {
      [Symbol.iterator](): Iterator<Uint8Array> {
        throw new Error("was read");
      },
    };
    expect(await store.importMessage("alice", unread, { key: "a" })).toBe("known");
  });

  test("of many imports of one message at the same time, one is taken and nothing of the others stays", async () => {
    const message = Buffer.alloc(CHUNK_OCTETS * 2 + 10, "x");
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async () => store.importMessage("alice", inTwo(message), { key: "a" })),
    );
    expect(outcomes.filter((outcome) => outcome !== "known")).toHaveLength(1);
    expect(rows("message")).toBe(1);
    expect([rows("body_chunk"), rows("loose_body")]).toEqual([3, 0]);
  });

  test("a refused unique-id leaves the key unused", async () => {
    await store.deliver("alice", text("x\n"), { uniqueId: "taken" });
    await expect(store.importMessage("alice", text("y\n"), { key: "a", uniqueId: "taken" })).rejects.toMatchObject({
      kind: "permanent",
    });
    expect(store.wasImported("alice", "a")).toBe(false);
    expect(await store.importMessage("alice", text("y\n"), { key: "a" })).toMatchObject({ octets: 3 });
  });

  test("keys of one maildrop mean nothing in another", async () => {
    await store.create("bob");
    await store.importMessage("alice", text("x\n"), { key: "a" });
    expect(await store.importMessage("bob", text("x\n"), { key: "a" })).toMatchObject({ octets: 3 });
  });
});

describe("snapshots", () => {
  test("are shared by sessions that see the same messages, and by no others", async () => {
    await store.deliver("alice", text("one\n"), { uniqueId: "kept" });
    await store.deliver("alice", text("two\n"));
    const open = async (): Promise<Maildrop> => store.open("alice");
    const first = await open();
    await first.release();
    const second = await open();
    expect(second.snapshot).toBe(first.snapshot);
    await second.update([0]);
    const third = await open();
    expect(third.snapshot).not.toBe(first.snapshot);
    await third.release();
    await store.deliver("alice", text("1\n"));
    const fourth = await open();
    expect([fourth.snapshot.count, fourth.snapshot.octets]).toEqual([2, 8]);
    expect(fourth.snapshot.uniqueIdAt(0)).toBe(third.snapshot.uniqueIdAt(0));
    expect(fourth.snapshot.octetsAt(1)).toBe(3);
    await fourth.release();
  });

  test("of a maildrop that was removed and made again are new ones", async () => {
    await store.deliver("alice", text("one\n"));
    const before = await store.open("alice");
    const uniqueId = before.snapshot.uniqueIdAt(0);
    await before.release();
    await store.remove("alice");
    await store.create("alice");
    await store.deliver("alice", text("two\n"));
    const after = await store.open("alice");
    expect(after.snapshot.uniqueIdAt(0)).not.toBe(uniqueId);
    expect(Buffer.from((await after.read(0)) as Uint8Array).toString()).toBe("two\r\n");
    await after.release();
  });
});

describe("octets", () => {
  test("a large message is read piece by piece, as it is wanted", async () => {
    await store.deliver("alice", Buffer.alloc(CHUNK_OCTETS * 10, "x"));
    const session = await store.open("alice");
    const pieces = (await session.read(0)) as Iterable<Uint8Array>;
    const reading = pieces[Symbol.iterator]();
    expect((reading.next().value as Uint8Array).length).toBe(CHUNK_OCTETS);
    // What was not yet asked for is not yet read: it can still be lost, and that is noticed.
    database.main.exec("DELETE FROM body_chunk WHERE id % 65536 = 5");
    // Reads of one turn of the event loop share a snapshot.
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => {
      while (reading.next().done !== true);
    }).toThrow(expect.objectContaining({ name: "MaildropFailure" }));
    await session.release();
  });

  test("a session sees what was delivered in the very turn in which others read", async () => {
    await store.create("bob");
    await store.deliver("alice", text("one\n"));
    const alice = await store.open("alice");
    await new Promise((resolve) => setImmediate(resolve));
    await alice.read(0);
    let turnOver = false;
    setImmediate(() => (turnOver = true));
    const delivered = store.deliver("bob", text("two\n"));
    for (let step = 0; step < 1000 && store.facts("bob").count === 0; step++) await Promise.resolve();
    expect(store.facts("bob").count).toBe(1);
    const bob = await store.open("bob");
    expect(turnOver).toBe(false);
    expect(Buffer.from((await bob.read(0)) as Uint8Array).toString()).toBe("two\r\n");
    await delivered;
    await alice.release();
    await bob.release();
  });

  test("a source that fails late leaves nothing behind", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(CHUNK_OCTETS * 3, "x");
      expect(rows("body_chunk")).toBe(2);
      throw new Error("the source broke");
    }
    await expect(store.deliver("alice", failing())).rejects.toThrow("the source broke");
    expect([rows("body_chunk"), rows("loose_body")]).toEqual([0, 0]);
  });

  test("opening and listing a maildrop reads no body", async () => {
    for (let n = 0; n < 5; n++) await store.deliver("alice", text(`${"x".repeat(n)}\n`));
    database.main.exec("DELETE FROM body_chunk");
    const session = await store.open("alice");
    expect(session.snapshot).toMatchObject({ count: 5, octets: 20 });
    expect(Array.from({ length: 5 }, (_, position) => session.snapshot.octetsAt(position))).toEqual([2, 3, 4, 5, 6]);
    expect(() => session.snapshot.octetsAt(5)).toThrow(RangeError);
    expect(() => session.snapshot.uniqueIdAt(-1)).toThrow(RangeError);
    await session.release();
  });

  test("a poll reads the row of the maildrop alone", async () => {
    for (let n = 0; n < 5; n++) await store.deliver("alice", text("x\n"));
    database.main.exec("DELETE FROM message");
    const session = await store.open("alice");
    expect(session.snapshot).toMatchObject({ count: 5, octets: 15 });
    expect(() => session.snapshot.octetsAt(0)).toThrow(expect.objectContaining({ kind: "temporary" }));
    await session.release();
  });

  test("a body number is never used again, so that nobody reads another's mail", async () => {
    await store.create("bob");
    await store.deliver("alice", text("alice's\n"));
    const lost = await store.open("alice");
    lost.snapshot.octetsAt(0);
    database.leases.exec("DELETE FROM lease");
    await store.empty("alice");
    await store.deliver("bob", text("bob's!!\n"));
    expect(() => lost.read(0)).toThrow(expect.objectContaining({ kind: "temporary" }));
  });
});

describe("holders", () => {
  test("two stores on one directory see each other's leases, and close gives them back", async () => {
    const other = new SpoolMaildrops(openDatabase(directory));
    await other.open("alice");
    expect(() => store.open("alice")).toThrow(expect.objectContaining({ kind: "in-use" }));
    other.close();
    const session = await store.open("alice");
    await session.release();
    expect(readdirSync(join(directory, "holders")).filter((file) => file.endsWith(".db"))).toHaveLength(1);
  });

  test("a lease whose row could not be deleted is given back at the next occasion", async () => {
    const session = await store.open("alice");
    database.leases.exec("CREATE TRIGGER stuck BEFORE DELETE ON lease BEGIN SELECT raise(ABORT, 'stuck'); END");
    await session.release();
    await session.release();
    database.leases.exec("DROP TRIGGER stuck");
    await (await store.open("alice")).release();
    expect(database.leases.prepare("SELECT * FROM lease").all()).toEqual([]);
  });
});

describe("nothing is promised before it is on the disk:", () => {
  const promises: Readonly<Record<string, () => Promise<unknown>>> = {
    "a delivery": async () => store.deliver("alice", text("x\n")),
    "an import": async () => store.importMessage("alice", text("x\n"), { key: "a" }),
    "a deletion": async () => (await store.open("alice")).update([0]),
    "a new maildrop": async () => store.create("bob"),
    "a removal": async () => store.remove("alice"),
  };
  test.each(Object.keys(promises))("%s", async (name) => {
    await store.deliver("alice", text("first\n"));
    const disk = Promise.withResolvers<void>();
    const durable = vi.spyOn(database, "durable").mockReturnValue(disk.promise);
    let promised = false;
    const promise = promises[name]?.().then(() => (promised = true));
    await vi.waitFor(() => expect(durable).toHaveBeenCalledOnce());
    await new Promise((resolve) => setImmediate(resolve));
    expect(promised).toBe(false);
    disk.resolve();
    await promise;
    expect(promised).toBe(true);
  });

  test("a disk that fails is a temporary failure", async () => {
    vi.spyOn(database, "durable").mockRejectedValue(new NotDurable(new Error("EIO")));
    await expect(store.deliver("alice", text("x\n"))).rejects.toMatchObject({
      name: "MaildropFailure",
      kind: "temporary",
    });
    // The message may be there all the same; then it is whole.
    const session = await store.open("alice");
    expect(Buffer.from((await session.read(0)) as Uint8Array).toString()).toBe("x\r\n");
    await session.release();
  });
});

describe("failures of the database", () => {
  test("a full disk is temporary: nothing is accepted, nothing is lost", async () => {
    await store.deliver("alice", text("before\n"));
    const pages = Number(database.main.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.main.exec(`PRAGMA max_page_count = ${pages + 8}`);
    for (const message of [Buffer.alloc(200_000, "x"), Buffer.alloc(CHUNK_OCTETS * 4, "x")]) {
      await expect(store.deliver("alice", message)).rejects.toMatchObject({
        kind: "temporary",
        message: expect.stringMatching(/disk is full/),
      });
    }
    expect(store.facts("alice").count).toBe(1);
    database.main.exec("PRAGMA max_page_count = 1000000");
    await store.deliver("alice", Buffer.alloc(200_000, "x"));
    expect(store.facts("alice").count).toBe(2);
    expect(rows("loose_body")).toBe(0);
  });

  test("a deletion that fails leaves every message and gives the lease back", async () => {
    await store.deliver("alice", text("one\n"));
    await store.deliver("alice", text("two\n"));
    const session = await store.open("alice");
    database.main.exec(
      "CREATE TRIGGER broken BEFORE DELETE ON message WHEN old.sequence = 2 BEGIN SELECT raise(ABORT, 'broken'); END",
    );
    await expect((async () => session.update([0, 1]))()).rejects.toMatchObject({ kind: "temporary" });
    database.main.exec("DROP TRIGGER broken");
    const next = await store.open("alice");
    expect(next.snapshot).toMatchObject({ count: 2, octets: 10 });
    expect(Buffer.from((await next.read(0)) as Uint8Array).toString()).toBe("one\r\n");
    await next.update([0, 1]);
    expect(store.facts("alice").count).toBe(0);
  });

  test("a damaged database is permanent", async () => {
    await store.deliver("alice", text("x\n"));
    const page = Number(
      database.main.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").get()?.["rootpage"],
    );
    store.close();
    database.close();
    const file = openSync(join(directory, "postern.db"), "r+");
    writeSync(file, Buffer.alloc(PAGE_OCTETS, 0xff), 0, PAGE_OCTETS, (page - 1) * PAGE_OCTETS);
    closeSync(file);
    database = openDatabase(directory);
    const broken = new SpoolMaildrops(database);
    const session = await broken.open("alice");
    expect(() => session.snapshot.octetsAt(0)).toThrow(
      expect.objectContaining({ kind: "permanent", message: expect.stringMatching(/damaged/) }),
    );
    broken.close();
  });
});
