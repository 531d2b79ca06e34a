// Opening a data directory: alone, at the same instant as others, and where it cannot be used.
import { chmodSync, mkdtempSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CHECKPOINT_OCTETS } from "../../src/database/checkpointer.js";
import { openDatabase } from "../../src/database/database.js";
import { inTransaction } from "../../src/database/migrate.js";
import { DatabaseUnusable } from "../../src/database/problem.js";
import { MIGRATIONS } from "../../src/database/schema.js";

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "postern-database-"));
  directory = join(parent, "deep", "data");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;

describe("openDatabase", () => {
  test("makes directory and files for the owner alone, whatever the umask", () => {
    const umask = process.umask(0o022);
    const database = openDatabase(directory);
    process.umask(umask);
    expect(mode(directory)).toBe(0o700);
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(["leases.db", "postern.db", "postern.db-wal"]));
    for (const file of readdirSync(directory)) expect([file, mode(join(directory, file))]).toEqual([file, 0o600]);
    database.close();
  });

  test("opens what it made, with what was written", () => {
    const first = openDatabase(directory);
    first.main.exec("INSERT INTO maildrop (user) VALUES ('alice')");
    first.close();
    const second = openDatabase(directory);
    expect(second.main.prepare("SELECT user FROM maildrop").all()).toMatchObject([{ user: "alice" }]);
    second.close();
  });

  test("may be open several times in one process", () => {
    const first = openDatabase(directory);
    const second = openDatabase(directory);
    first.main.exec("INSERT INTO maildrop (user) VALUES ('alice')");
    expect(second.main.prepare("SELECT user FROM maildrop").all()).toHaveLength(1);
    first.close();
    second.main.exec("INSERT INTO maildrop (user) VALUES ('bob')");
    second.close();
  });

  test("close may be repeated", () => {
    const database = openDatabase(directory);
    database.close();
    expect(() => database.close()).not.toThrow();
  });

  test("many processes make one directory at the same instant", async () => {
    const hooks = new URL("../maildrop/from-source.mjs", import.meta.url).href;
    const code = `
      const { openDatabase } = await import(${JSON.stringify(new URL("../../src/database/database.ts", import.meta.url).href)});
      while (Date.now() < Number(process.argv[2]));
      const database = openDatabase(process.argv[1]);
      await database.write(() => database.main.prepare("INSERT INTO maildrop (user) VALUES (?)").run(String(process.pid)));
      await database.durable();
      database.close();`;
    for (let round = 0; round < 3; round++) {
      const target = join(parent, `race${round}`);
      const startMs = Date.now() + 700;
      const children = Array.from({ length: 6 }, () =>
        spawn(process.execPath, ["--import", hooks, "--input-type=module", "-e", code, target, String(startMs)], {
          stdio: ["ignore", "ignore", "pipe"],
        }),
      );
      const outcomes = await Promise.all(
        children.map(async (child) => {
          let errors = "";
          child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
          const [status] = await once(child, "close");
          return { status: status as number, errors };
        }),
      );
      expect(outcomes).toEqual(Array.from({ length: 6 }, () => ({ status: 0, errors: "" })));
      const database = openDatabase(target);
      expect(database.main.prepare("SELECT count(*) AS users FROM maildrop").get()).toMatchObject({ users: 6 });
      expect(readdirSync(target).filter((file) => file.endsWith(".new"))).toEqual([]);
      database.close();
    }
  });
});

describe("openDatabase says what is wrong with", () => {
  const refusal = (pattern: RegExp): void => {
    expect(() => openDatabase(directory)).toThrow(DatabaseUnusable);
    expect(() => openDatabase(directory)).toThrow(pattern);
  };

  test("a file that is no database", () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "postern.db"), "Dear diary, ".repeat(1000));
    refusal(/postern\.db: the file is not a database/);
  });

  test("the database of another program", () => {
    mkdirSync(directory, { recursive: true });
    const other = new DatabaseSync(join(directory, "postern.db"));
    other.exec("CREATE TABLE recipe (name TEXT)");
    other.close();
    refusal(/database of another program; choose another data directory/);
  });

  test("a database of a newer version, which it leaves alone", () => {
    const database = openDatabase(directory);
    database.main.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    refusal(/newer version of Postern/);
    const raw = new DatabaseSync(join(directory, "postern.db"));
    expect(raw.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: MIGRATIONS.length + 1 });
    raw.close();
  });

  test("a path that is a file", () => {
    mkdirSync(join(parent, "deep"));
    writeFileSync(directory, "");
    refusal(/a file of this name is in the way/);
  });

  test("a place where no directory can be made", () => {
    expect(() => openDatabase("/proc/postern/data")).toThrow(/^\/proc\/postern: the directory cannot be made/);
  });

  test("a directory that cannot be written to", () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o555);
    chmodSync(parent, 0o755);
    // The mode of a directory means nothing to root, so root becomes nobody for a moment.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      refusal(/data directory cannot be written to; check its owner and mode/);
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(directory, 0o700);
    }
  });

  test("a file that cannot be opened", () => {
    mkdirSync(join(directory, "leases.db"), { recursive: true });
    refusal(/leases\.db: a file of the database cannot be opened/);
  });
});

describe("transactions", () => {
  test("a failure inside takes everything back", async () => {
    const database = openDatabase(directory);
    await expect(
      database.write(() => {
        database.main.exec("INSERT INTO maildrop (user) VALUES ('alice')");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(database.main.prepare("SELECT 1 FROM maildrop").all()).toEqual([]);
    database.close();
  });

  test("a write waits for one that is under way elsewhere, without blocking", async () => {
    const first = openDatabase(directory);
    const second = openDatabase(directory);
    first.main.exec("BEGIN IMMEDIATE; INSERT INTO maildrop (user) VALUES ('alice')");
    let written = false;
    const writing = second
      .write(() => second.main.exec("INSERT INTO maildrop (user) VALUES ('bob')"))
      .then(() => (written = true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(written).toBe(false);
    first.main.exec("COMMIT");
    await writing;
    await second.durable();
    expect(inTransaction(first.main, () => first.main.prepare("SELECT user FROM maildrop").all())).toHaveLength(2);
    first.close();
    second.close();
  });

  test("a long log is carried over beside the commits, and begins anew", async () => {
    const database = openDatabase(directory);
    const logOctets = (): number => statSync(join(directory, "postern.db-wal")).size;
    const insert = database.main.prepare("INSERT INTO body_chunk (octets) VALUES (zeroblob(?))");
    for (let row = 0; row < 60; row++) await database.write(() => insert.run(200_000));
    expect(logOctets()).toBeGreaterThan(CHECKPOINT_OCTETS);
    await vi.waitFor(
      async () => {
        await database.write(() => insert.run(1));
        expect(logOctets()).toBeLessThan(CHECKPOINT_OCTETS);
      },
      { timeout: 20_000, interval: 50 },
    );
    database.close();
  });
});
