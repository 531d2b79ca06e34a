// What the embedded store keeps for sessions without UTF-8: at import too, in the maildrop's row, and for messages of an
// earlier version, which counted nothing.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { wireForm, type Maildrop } from "@postern/pop3/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { APPLICATION_ID, MIGRATIONS } from "../../src/database/schema.js";
import { CHUNK_OCTETS, CHUNKS } from "../../src/maildrop/spool/bodies.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

let directory: string;
let database: PosternDatabase;
let store: SpoolMaildrops;

const open = (): void => {
  database = openDatabase(directory);
  store = new SpoolMaildrops(database);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-surrogates-"));
});
afterEach(() => {
  store.close();
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const GROESSER = Buffer.from("Subject: größer\r\n\r\nbody\r\n");
const GROESSER_OCTETS = "Subject: =?UTF-8?B?Z3LDtsOfZXI=?=\r\n\r\nbody\r\n".length;

function figures({ snapshot }: Maildrop): unknown {
  return {
    octets: snapshot.octets,
    asciiOctets: snapshot.asciiOctets,
    each: Array.from({ length: snapshot.count }, (_, at) => [snapshot.needsUtf8At?.(at), snapshot.asciiOctetsAt?.(at)]),
  };
}

test("an imported message counts as a delivered one does", async () => {
  open();
  await store.create("alice");
  await store.importMessage("alice", GROESSER, { key: "a" });
  await store.deliver("alice", GROESSER);
  const session = await store.open("alice");
  expect(figures(session)).toEqual({
    octets: 2 * GROESSER.length,
    asciiOctets: 2 * GROESSER_OCTETS,
    each: [
      [true, GROESSER_OCTETS],
      [true, GROESSER_OCTETS],
    ],
  });
  expect(() => session.snapshot.asciiOctetsAt?.(2)).toThrow(RangeError);
  expect(() => session.snapshot.needsUtf8At?.(2)).toThrow(RangeError);
  await session.release();
});

test("a poll without UTF-8 reads the row of the maildrop alone", async () => {
  open();
  await store.create("alice");
  await store.deliver("alice", GROESSER);
  database.main.exec("DELETE FROM message");
  const session = store.open("alice");
  expect(session).not.toBeInstanceOf(Promise);
  expect((await session).snapshot).toMatchObject({ count: 1, asciiOctets: GROESSER_OCTETS });
  await (await session).release();
});

/** A data directory as the first version left it: `needs_utf8` was set for any octet over 0x7F in the message's header. */
function firstVersion(users: Readonly<Record<string, readonly Buffer[]>>): void {
  mkdirSync(directory, { recursive: true });
  const old = new DatabaseSync(join(directory, "postern.db"));
  old.exec(MIGRATIONS[0]!);
  old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  const insert = old.prepare("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL)");
  let body = 1;
  for (const [index, [user, messages]] of Object.entries(users).entries()) {
    const octets = messages.reduce((sum, message) => sum + message.length, 0);
    old
      .prepare("INSERT INTO maildrop (user, next_sequence, messages, octets) VALUES (?, ?, ?, ?)")
      .run(user, messages.length + 1, messages.length, octets);
    for (const [at, message] of messages.entries()) {
      const { wire, facts } = wireForm(message);
      const eightBit = message.subarray(0, facts.headerOctets).some((octet) => octet > 0x7f);
      insert.run(index + 1, at + 1, body, facts.octets, facts.wireOctets, facts.headerOctets, Number(eightBit));
      for (let chunk = 0; chunk * CHUNK_OCTETS < wire.length; chunk++) {
        const piece = wire.subarray(chunk * CHUNK_OCTETS, (chunk + 1) * CHUNK_OCTETS);
        old.prepare("INSERT INTO body_chunk VALUES (?, ?)").run(body * CHUNKS + chunk, piece);
      }
      body++;
    }
  }
  old.exec(`UPDATE body_counter SET next = ${body}`);
  old.close();
}

test("messages of the first version are counted when their maildrop is first opened", async () => {
  const ascii = Buffer.from("Subject: x\r\n\r\n");
  const latin1 = Buffer.from("Subject: gr\xf6\xdfer\r\n\r\n", "latin1");
  const large = Buffer.concat([GROESSER, Buffer.from("x\r\n".repeat(CHUNK_OCTETS / 2))]);
  const more = large.length - GROESSER.length;
  firstVersion({ alice: [ascii, GROESSER, latin1, large], bob: [ascii, ascii], carol: [] });
  open();
  // What comes before the maildrop is opened is counted with the others.
  await store.deliver("alice", GROESSER);

  const expected = {
    octets: ascii.length + latin1.length + 3 * GROESSER.length + more,
    asciiOctets: ascii.length + latin1.length + 3 * GROESSER_OCTETS + more,
    each: [
      [false, ascii.length],
      [true, GROESSER_OCTETS],
      [false, latin1.length],
      [true, GROESSER_OCTETS + more],
      [true, GROESSER_OCTETS],
    ],
  };
  const first = await store.open("alice");
  expect(figures(first)).toEqual(expected);
  await first.release();
  const second = store.open("alice");
  expect(second).not.toBeInstanceOf(Promise);
  expect(figures(await second)).toEqual(expected);
  expect(Array.from(store.facts("alice").messages, ({ needsUtf8 }) => needsUtf8)).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
  await (await second).update([1, 3]);
  const third = await store.open("alice");
  expect(third.snapshot.asciiOctets).toBe(ascii.length + latin1.length + GROESSER_OCTETS);
  await third.release();

  const bob = await store.open("bob");
  expect(bob.snapshot.asciiOctets).toBe(2 * ascii.length);
  await bob.release();
  const carol = store.open("carol");
  expect(carol).not.toBeInstanceOf(Promise);
  await (await carol).release();
});

test("the first version did not look for UTF-8 in the headers of parts", async () => {
  const part = Buffer.from(
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Description: größer\r\n\r\nx\r\n--b--\r\n",
  );
  const many = 250;
  firstVersion({ alice: Array.from({ length: many }, () => part) });
  open();
  const session = await store.open("alice");
  const { surrogateOctets } = wireForm(part).facts;
  expect(surrogateOctets).toBeGreaterThan(part.length);
  expect(session.snapshot.asciiOctets).toBe(many * surrogateOctets!);
  expect(session.snapshot.needsUtf8At?.(many - 1)).toBe(true);
  await session.release();
});

test("a maildrop whose messages cannot be counted is not left locked", async () => {
  firstVersion({ alice: [GROESSER] });
  open();
  database.main.exec("CREATE TRIGGER stuck BEFORE UPDATE ON message BEGIN SELECT raise(ABORT, 'stuck'); END");
  await expect(store.open("alice")).rejects.toMatchObject({ name: "MaildropFailure" });
  database.main.exec("DROP TRIGGER stuck");
  const session = await store.open("alice");
  expect(session.snapshot.asciiOctets).toBe(GROESSER_OCTETS);
  await session.release();
});
