// Maildir, mbox and eml as destinations: exact octets, nothing left behind by what failed, and the order of durable, recorded, visible.
// Deaths are the subject of `crash.test.ts`; what an interrupted append leaves in an mbox, of `mbox-repair.test.ts`.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { mboxSource } from "../../src/delivery/mbox-source.js";
import type { Destination, Ledger } from "../../src/sync/destination.js";
import { openDestination } from "../../src/sync/open-destination.js";
import type { OpenOptions } from "../../src/sync/open-destination.js";
import { openAccountState } from "../../src/sync/state.js";
import type { AccountState } from "../../src/sync/state.js";
import { account, facts, pieces, textOf, tortures, workplace } from "./workplace.js";

interface Opened {
  readonly directory: string;
  readonly state: AccountState;
  readonly path: string;
  readonly destination: Destination;
  reopen(options?: Partial<OpenOptions>): Promise<Destination>;
}

async function opened(kind: string, options: Partial<OpenOptions> = {}): Promise<Opened> {
  const directory = workplace();
  const statePath = join(directory, "state", "fetch.sqlite");
  const state = openAccountState(statePath, account);
  onTestFinished(() => state.close());
  const path = join(directory, "mail");
  const reopen = (more: Partial<OpenOptions> = {}): Promise<Destination> =>
    openDestination(`${kind}:${path}`, { ledger: state, statePath, ...options, ...more });
  return { directory, state, path, destination: await reopen(), reopen };
}

/** The messages that are there, one character an octet, in the order of their names or offsets. */
async function messagesAt(kind: string, path: string): Promise<string[]> {
  if (kind === "mbox") return messagesOfMbox(path);
  const folders = kind === "maildir" ? [join(path, "new"), join(path, "cur")] : [path];
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .toSorted()
      .filter((file) => !file.startsWith("."))
      .map((file) => readFileSync(join(folder, file), "latin1")),
  );
}

async function messagesOfMbox(path: string): Promise<string[]> {
  const messages: string[] = [];
  if (statSync(path).size === 0) return messages;
  for await (const message of (await mboxSource(path, "none")).messages()) messages.push(await textOf(message.open()));
  return messages;
}

function stored(kind: string, text: string): string {
  const lines = kind === "eml" ? text : text.replaceAll("\r\n", "\n");
  return kind !== "mbox" || lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`;
}

describe.each(["maildir", "mbox", "eml"])("%s", (kind) => {
  test.each(Object.entries(tortures))("keeps every octet: %s", async (_, text) => {
    const { destination, path, state } = await opened(kind);
    await destination.deliver(pieces(text), facts("1", text.length));
    await destination.deliver(pieces("Subject: next\r\n\r\n"), facts("2"));
    await destination.close();
    const messages = await messagesAt(kind, path);
    expect(messages.toSorted()).toEqual(
      [stored(kind, text), "Subject: next\n\n".replaceAll("\n", kind === "eml" ? "\r\n" : "\n")].toSorted(),
    );
    expect([state.isFetched("1"), state.isFetched("2"), state.count]).toEqual([true, true, 2]);
  });

  test("shows and records nothing before its octets last, and many at a time", async () => {
    const { destination, path, state } = await opened(kind, { batch: { messages: 3, octets: 1e9, ms: 1e9 } });
    const seen: [number, number][] = [];
    for (const uniqueId of ["1", "2", "3", "4"]) {
      await destination.deliver(pieces(`${uniqueId}\r\n`), facts(uniqueId, 3));
      seen.push([(await messagesAt(kind, path)).length, state.count]);
    }
    expect(seen).toEqual([
      [0, 0],
      [0, 0],
      [3, 3],
      [3, 3],
    ]);
    await destination.flush();
    expect(state.count).toBe(4);
    await destination.close();
    expect((await messagesAt(kind, path)).length).toBe(4);
  });

  test("the octets and the time that wait are limited too, and a large message lets nobody wait", async () => {
    const byOctets = await opened(kind, { batch: { messages: 100, octets: 10_000, ms: 1e9 } });
    await byOctets.destination.deliver(pieces("x".repeat(12_000)), facts("1", 10));
    expect(byOctets.state.count).toBe(1);
    const byTime = await opened(kind, { batch: { messages: 100, octets: 1e9, ms: 0 } });
    await byTime.destination.deliver(pieces("x"), facts("1", 10));
    expect(byTime.state.count).toBe(1);
    const large = await opened(kind, { batch: { messages: 100, octets: 1e9, ms: 1e9 } });
    await large.destination.deliver(pieces("x"), facts("1", 1));
    const octets = async function* (): AsyncGenerator<Uint8Array> {
      expect(large.state.isFetched("1")).toBe(true);
      yield Buffer.from("y");
    };
    await large.destination.deliver(octets(), facts("2", 2_000_000));
    for (const { destination } of [byOctets, byTime, large]) await destination.close();
  });

  test("octets and names are synchronized before anything is promised", async () => {
    const { destination, state, reopen } = await opened(kind);
    await destination.close();
    const synchronized: string[] = [];
    const recorded: string[][] = [];
    const ledger: Ledger = {
      account,
      intents: () => [],
      intend: (name, intents) => {
        recorded.push(synchronized.splice(0));
        state.intend(name, intents);
      },
      settle: () => void recorded.push(synchronized.splice(0)),
    };
    const spied = await reopen({ ledger });
    const probe = await open("/", "r");
    const real = probe.sync;
    vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, "sync").mockImplementation(async function (
      this: FileHandle,
    ) {
      await real.call(this);
      synchronized.push((await this.stat()).isDirectory() ? "directory" : "file");
    });
    onTestFinished(async () => {
      vi.restoreAllMocks();
      await probe.close();
    });
    recorded.length = 0;
    await spied.deliver(pieces("1\r\n"), facts("1", 3));
    await spied.deliver(pieces("2\r\n"), facts("2", 3));
    await spied.close();
    const counts = recorded.map((each) =>
      Object.fromEntries(["file", "directory"].map((what) => [what, each.filter((one) => one === what).length])),
    );
    expect(counts).toEqual(
      kind === "mbox"
        ? // The spool with both of them, and the name of the mbox; then the mbox.
          [
            { file: 1, directory: 1 },
            { file: 1, directory: 0 },
          ]
        : // Each of them, and their unfinished names; then their finished names.
          [
            { file: 2, directory: 1 },
            { file: 0, directory: 1 },
          ],
    );
  });

  test("a message that cannot be read to its end leaves nothing, and those before it stay", async () => {
    const { destination, path, state, directory } = await opened(kind);
    await destination.deliver(pieces("1\r\n"), facts("1", 3));
    const lost = Object.assign(new Error("read ECONNRESET"), { syscall: "read", code: "ECONNRESET" });
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces("2".repeat(500_000));
      throw lost;
    };
    await expect(destination.deliver(broken(), facts("2", 9))).rejects.toBe(lost);
    await destination.deliver(pieces("3\r\n"), facts("3", 3));
    await destination.close();
    expect((await messagesAt(kind, path)).toSorted()).toEqual([stored(kind, "1\r\n"), stored(kind, "3\r\n")]);
    expect(["1", "2", "3"].map((uniqueId) => state.isFetched(uniqueId))).toEqual([true, false, true]);
    const left = filesBelow(directory).filter((file) => /^mail\/tmp\/|\.part$|\.spool$|^mail\.lock/.test(file));
    expect(left).toEqual([]);
  });

  test("a delivery is given up at once when the signal says so, though no octet comes", async () => {
    const { destination, path, state } = await opened(kind);
    const controller = new AbortController();
    const stuck = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces("stuck");
      controller.abort(new Error("enough"));
      await new Promise(() => undefined);
    };
    await expect(destination.deliver(stuck(), facts("1", 9), { signal: controller.signal })).rejects.toThrow("enough");
    await expect(destination.deliver(pieces("x"), facts("2", 1), { signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    await destination.close();
    expect([await messagesAt(kind, path), state.count]).toEqual([[], 0]);
  });

  test("equal unique-ids and equal times make no equal names", async () => {
    const { destination, path } = await opened(kind);
    for (let count = 0; count < 20; count++) await destination.deliver(pieces(`${count % 2}\r\n`), facts("same", 3));
    await destination.close();
    expect((await messagesAt(kind, path)).length).toBe(20);
  });

  test("unique-ids of any octets do no harm", async () => {
    const { destination, path, state } = await opened(kind);
    const uniqueIds = [
      "../../etc/passwd",
      "a/b",
      "\0",
      " ",
      "x".repeat(500),
      "ü€",
      "a\nb 1 2 3",
      "'; DROP TABLE fetched; --",
    ];
    for (const uniqueId of uniqueIds) await destination.deliver(pieces("x\r\n"), facts(uniqueId, 3));
    await destination.close();
    expect((await messagesAt(kind, path)).length).toBe(uniqueIds.length);
    expect(uniqueIds.every((uniqueId) => state.isFetched(uniqueId))).toBe(true);
  });

  test("what had been recorded as intended and appeared is recorded, and not again", async () => {
    const { destination, path, state, reopen } = await opened(kind);
    const cutOff: Ledger = {
      account,
      intents: (name) => state.intents(name),
      intend: (name, intents) => state.intend(name, intents),
      settle: (_name, uniqueIds) => {
        if (uniqueIds.length > 0) throw new Error("died");
      },
    };
    await destination.close();
    const dying = await reopen({ ledger: cutOff });
    await dying.deliver(pieces("1\r\n"), facts("1", 3));
    await dying.deliver(pieces("2\r\n"), facts("2", 3));
    await expect(dying.flush()).rejects.toThrow("died");
    await expect(dying.deliver(pieces("3\r\n"), facts("3", 3))).rejects.toThrow("died");
    await dying.close();
    expect(state.count).toBe(0);
    await (await reopen()).close();
    expect([state.isFetched("1"), state.isFetched("2"), state.count]).toEqual([true, true, 2]);
    expect((await messagesAt(kind, path)).length).toBe(2);
    expect(state.intents(destination.name)).toEqual([]);
  });

  test("a disk that refuses is a failure with a reason", async () => {
    const { directory, reopen, destination, path } = await opened(kind);
    await destination.close();
    renameSync(path, join(directory, "elsewhere"));
    if (kind === "mbox") mkdirSync(path);
    else writeFileSync(path, "");
    await expect(reopen()).rejects.toMatchObject({
      name: "DestinationFailure",
      kind: "refused",
      message: expect.stringMatching(new RegExp(`^(${kind}:)?${path}: .*(directory|regular file|in the way)`)),
    });
  });
});

test("a Maildir has its folders, and messages that were moved and flagged after a death are found", async () => {
  const { destination, path, state, reopen } = await opened("maildir");
  expect(["cur", "new", "tmp"].map((name) => existsSync(join(path, name)))).toEqual([true, true, true]);
  await destination.deliver(pieces("1\r\n"), facts("1", 3));
  await destination.deliver(pieces("2\r\n"), facts("2", 3));
  await destination.close();
  const [one = "", two = ""] = readdirSync(join(path, "new")).toSorted();
  expect(one).toMatch(/^1775051101\.P\d+Q\d+R[0-9a-f]{16}_postern-[0-9a-f]{16}\.[^:/]+$/);
  // As if the process had died before it recorded them; one is in `cur` now, one was taken away.
  state.forgetMissing(new Set());
  state.intend(destination.name, [
    { uniqueId: "1", place: one },
    { uniqueId: "2", place: two },
  ]);
  renameSync(join(path, "new", one), join(path, "cur", `${one}:2,FS`));
  renameSync(join(path, "new", two), join(path, "..", "trash"));
  await (await reopen()).close();
  expect([state.isFetched("1"), state.isFetched("2")]).toEqual([true, false]);
});

test("unfinished files of this account are cleared away, others are not", async () => {
  for (const kind of ["maildir", "eml"]) {
    const { destination, path, reopen } = await opened(kind, { batch: { messages: 100, octets: 1e9, ms: 1e9 } });
    await destination.deliver(pieces("1\r\n"), facts("1", 3));
    const folder = kind === "maildir" ? join(path, "tmp") : path;
    const [unfinished = ""] = readdirSync(folder);
    const others = unfinished.replace(/[0-9a-f]{16}(?=\.[^.]*$)/, "0123456789abcdef");
    writeFileSync(join(folder, others), "");
    writeFileSync(join(folder, "1775051101.M1P1.host"), "");
    await reopen();
    expect(readdirSync(folder).toSorted()).toEqual([others, "1775051101.M1P1.host"].toSorted());
  }
});

test("an eml file has a name that sorts by time and can be read", async () => {
  const { destination, path } = await opened("eml");
  await destination.deliver(pieces("1\r\n"), facts("UID/7 of you", 3));
  await destination.close();
  expect(readdirSync(path)).toEqual([expect.stringMatching(/^20260401-134501-UID-7-of-you-[0-9a-f]{16}\.eml$/)]);
});

test("an mbox is appended to behind what others wrote, however that ends", async () => {
  for (const [before, newlines] of [
    ["From a\n\nx\n\n", ""],
    ["From a\n\nx\n", "\n"],
    ["From a\n\nx", "\n\n"],
  ] as const) {
    const { destination, path } = await opened("mbox");
    writeFileSync(path, before);
    await destination.deliver(pieces("y\r\n"), facts("1", 3));
    await destination.close();
    const text = readFileSync(path, "latin1");
    expect(text.replace(/From [0-9a-f]{16}@postern.*\n/, "From us\n")).toBe(`${before}${newlines}From us\ny\n\n`);
    expect(readdirSync(join(path, "..")).toSorted()).toEqual(["mail", "state"]);
  }
});

test("what is no mbox is not appended to", async () => {
  const { destination, path, reopen } = await opened("mbox");
  await destination.close();
  writeFileSync(path, "Dear diary\n");
  await expect(reopen()).rejects.toMatchObject({ kind: "refused", message: expect.stringContaining("no mbox file") });
  expect(readFileSync(path, "latin1")).toBe("Dear diary\n");
});

test("a place is the same however it is written", async () => {
  const { destination, path, reopen, directory, state } = await opened("maildir");
  await destination.close();
  const statePath = join(directory, "state", "fetch.sqlite");
  const other = await openDestination(`maildir:${path}/../state/../mail/`, { ledger: state, statePath });
  expect(other.name).toBe(destination.name);
  expect((await reopen()).name).toBe(destination.name);
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}
