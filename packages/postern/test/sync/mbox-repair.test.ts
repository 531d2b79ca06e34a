// What an append that was cut off leaves in an mbox, at every octet, and how the next to open it makes it good: alone, after others have
// appended, after the power failed, after the file was rewritten. And the lock that keeps others out.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mboxMessages } from "../../src/delivery/mbox-messages.js";
import type { Ledger } from "../../src/sync/destination.js";
import { lockFile } from "../../src/sync/dot-lock.js";
import { openDestination } from "../../src/sync/open-destination.js";
import { openAccountState } from "../../src/sync/state.js";
import type { AccountState } from "../../src/sync/state.js";
import { account, facts, pieces, workplace } from "./workplace.js";

const messages = ["Subject: one\r\n\r\nFrom x\r\n", "Subject: two\r\n\r\nFor the record\r\n", "Subject: three\r\n\r\n"];
const before = "From earlier Thu Jan  1 00:00:00 1970\nSubject: zero\n\nzero\n";
const others = "From other Thu Jan  1 00:00:00 1970\nSubject: other\n\nother\n\n";

interface Interrupted {
  readonly path: string;
  readonly state: AccountState;
  /** The file with all messages appended. */
  readonly whole: string;
  /** Offsets in it: where the batch begins, and behind each message. */
  readonly start: number;
  readonly ends: readonly number[];
  readonly notices: string[];
  /** Opens the mbox with that content, and gives the content afterwards and which messages are recorded. */
  after(content: string): Promise<{ readonly text: string; readonly recorded: readonly string[] }>;
}

/** An mbox whose fetch died after the append and before it was recorded; earlier deaths are made by shortening it. */
async function interrupted(): Promise<Interrupted> {
  const directory = workplace();
  const path = join(directory, "inbox");
  const statePath = join(directory, "fetch.sqlite");
  const state = openAccountState(statePath, account);
  onTestFinished(() => state.close());
  const notices: string[] = [];
  const open = (ledger: Ledger) =>
    openDestination(`mbox:${path}`, { ledger, statePath, notice: (sentence) => void notices.push(sentence) });

  writeFileSync(path, before);
  const destination = await open({
    account,
    intents: () => [],
    intend: (name, intents) => state.intend(name, intents),
    settle: (_name, uniqueIds) => {
      if (uniqueIds.length > 0) throw new Error("died");
    },
  });
  for (const [at, message] of messages.entries()) await destination.deliver(pieces(message), facts(`${at}`, 30));
  await expect(destination.flush()).rejects.toThrow("died");
  await destination.close();

  const whole = readFileSync(path, "latin1");
  const ends = [...whole.matchAll(/\n\n(?=From [0-9a-f]{16}@|$)/g)].map(({ index }) => index + 2).slice(1);
  expect(ends).toHaveLength(3);
  const intents = state.intents(destination.name);
  const spool = readdirSync(directory).find((file) => file.endsWith(".spool"))!;
  const spooled = readFileSync(join(directory, spool));
  return {
    path,
    state,
    whole,
    start: before.length,
    ends,
    notices,
    after: async (content) => {
      state.forgetMissing(new Set());
      state.intend(destination.name, intents);
      writeFileSync(join(directory, spool), spooled);
      writeFileSync(path, Buffer.from(content, "latin1"));
      await (await open(state)).close();
      expect(state.intents(destination.name)).toEqual([]);
      expect(readdirSync(directory).filter((file) => /spool|inbox\.lock/.test(file))).toEqual([]);
      return {
        text: readFileSync(path, "latin1"),
        recorded: ["0", "1", "2"].filter((uniqueId) => state.isFetched(uniqueId)),
      };
    },
  };
}

test("an append that was cut off at any octet is finished", async () => {
  const { whole, start, after, notices } = await interrupted();
  for (let at = start; at <= whole.length; at++) {
    const { text, recorded } = await after(whole.slice(0, at));
    expect(text === whole, `cut at ${at}`).toBe(true);
    expect(recorded).toEqual(["0", "1", "2"]);
  }
  expect(notices).toEqual([]);
});

test("NULs that a power failure left are written over", async () => {
  const { whole, start, after } = await interrupted();
  for (const at of [start, start + 1, start + 20, start + 100, whole.length - 1]) {
    for (const nuls of [1, whole.length - at, whole.length - at + 4_096]) {
      const { text, recorded } = await after(whole.slice(0, at) + "\0".repeat(nuls));
      expect(text.slice(0, whole.length)).toBe(whole);
      expect(recorded).toEqual(["0", "1", "2"]);
    }
  }
});

test("what others appended behind a whole batch stays, and nothing is doubled", async () => {
  const { whole, after } = await interrupted();
  expect(await after(whole + others)).toEqual({ text: whole + others, recorded: ["0", "1", "2"] });
});

test("where others appended to a part, no octet of theirs changes, their message is seen, and whole ones are recorded", async () => {
  const { path, whole, start, ends, after, notices } = await interrupted();
  let sealed = 0;
  for (let at = start; at < whole.length; at++) {
    for (const theirs of [others, `\n${others}`]) {
      notices.length = 0;
      // A newline of theirs may be the very one that was missing.
      const reached = whole[at] === "\n" && theirs.startsWith("\n") ? at + 1 : at;
      const { text, recorded } = await after(whole.slice(0, at) + theirs);
      expect(recorded, `cut at ${at}`).toEqual(["0", "1", "2"].filter((_, which) => ends[which]! <= reached));
      expect(text.length).toBe(at + theirs.length);
      expect(text.endsWith(theirs), `cut at ${at}`).toBe(true);
      expect(text.startsWith(whole.slice(0, Math.max(start, at - 2)))).toBe(true);
      if (notices.length > 0) {
        sealed++;
        let subject = "";
        for await (const message of mboxMessages(path)) subject = message.fields.get("subject") ?? "";
        expect(subject, `cut at ${at}`).toBe("other");
      }
    }
  }
  expect(sealed).toBeGreaterThan(messages.join("").length);
});

test("another message that begins as ours did is never written to", async () => {
  const { whole, start, after } = await interrupted();
  for (let length = 1; length < 63; length++) {
    const theirs = `${whole.slice(start, start + 1 + length)}${others}`;
    const { text, recorded } = await after(before + theirs);
    expect(text).toBe(before + theirs);
    expect(recorded).toEqual([]);
  }
});

test("a file that was rewritten is left alone, and its messages are fetched again", async () => {
  const { whole, after } = await interrupted();
  for (const content of ["", others.slice(0, 30), others.repeat(10), `${others}${others}${whole}`]) {
    expect(await after(content)).toEqual({ text: content, recorded: [] });
  }
});

test("without its spool a journal says nothing", async () => {
  const { path, state, whole } = await interrupted();
  const statePath = join(path, "..", "fetch.sqlite");
  const spool = readdirSync(join(path, "..")).find((file) => file.endsWith(".spool"))!;
  truncateSync(join(path, "..", spool), 10);
  await (await openDestination(`mbox:${path}`, { ledger: state, statePath })).close();
  expect([readFileSync(path, "latin1"), state.count]).toEqual([whole, 0]);
});

test("a full disk leaves the mbox as it was, and the next fetch appends", async () => {
  const directory = workplace();
  const statePath = join(directory, "fetch.sqlite");
  const path = join(directory, "inbox");
  writeFileSync(path, before);
  // A limit of the shell on the size of files is the full disk: writing behind it fails.
  const hooks = new URL("../maildrop/from-source.mjs", import.meta.url).href;
  const child = new URL("fetching-child.ts", import.meta.url).pathname;
  const fetchWith = (limitKib: string) =>
    spawnSync("bash", [
      "-c",
      `trap '' XFSZ; ulimit -S -f ${limitKib}; exec "$0" "$@"`,
      process.execPath,
      "--import",
      hooks,
      child,
      statePath,
      `mbox:${path}`,
      "8",
      "-",
    ]);
  const subjects = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const message of mboxMessages(path)) found.push(message.fields.get("subject") ?? "");
    return found;
  };
  // The first batch of five fits, the second one does not.
  const failed = fetchWith("500");
  expect(failed.stderr.toString()).toMatch(/inbox: a file cannot become that large there/);
  expect(failed.status).toBe(1);
  expect(await subjects()).toEqual(["zero", "0", "1", "2", "3", "4"]);
  expect(readFileSync(path, "latin1").endsWith(".\n\n")).toBe(true);
  expect(fetchWith("unlimited").status).toBe(0);
  expect(await subjects()).toEqual(["zero", "0", "1", "2", "3", "4", "5", "6", "7"]);
});

test("the mbox is locked for others while it is written, and a lock of others is waited for", async () => {
  const directory = workplace();
  const path = join(directory, "inbox");
  const statePath = join(directory, "fetch.sqlite");
  const state = openAccountState(statePath, account);
  onTestFinished(() => state.close());
  const locked: boolean[] = [];
  const ledger: Ledger = {
    account,
    intents: (name) => state.intents(name),
    intend: (name, intents) => {
      locked.push(existsSync(`${path}.lock`) && /^\d+\n/.test(readFileSync(`${path}.lock`, "latin1")));
      state.intend(name, intents);
    },
    settle: (name, uniqueIds) => {
      if (uniqueIds.length > 0) locked.push(existsSync(`${path}.lock`));
      state.settle(name, uniqueIds);
    },
  };
  const destination = await openDestination(`mbox:${path}`, { ledger, statePath, lockWaitMs: 300 });
  await destination.deliver(pieces("x\r\n"), facts("1", 3));
  await destination.flush();
  expect(locked).toEqual([true, false]);

  writeFileSync(`${path}.lock`, "0");
  await destination.deliver(pieces("x\r\n"), facts("2", 3));
  await expect(destination.close()).rejects.toMatchObject({
    kind: "temporary",
    message: expect.stringMatching(/another program keeps \S+inbox\.lock; wait for it, or remove that file if/),
  });
  expect(state.isFetched("2")).toBe(false);
});

test("a lock that a dead process of ours or anybody long ago left is removed, a living one is not", async () => {
  const directory = workplace();
  const path = join(directory, "inbox");
  const lockPath = `${path}.lock`;
  const dead = spawnSync("true").pid;
  const ours = (pid: number, host: string = hostname()): string => `${pid}\n${host} postern\n`;
  const old = (): void => utimesSync(lockPath, new Date(0), new Date(0));
  const cases: readonly [string, (() => void) | null, boolean][] = [
    [ours(dead), null, true],
    [ours(process.pid), null, true],
    [ours(process.ppid), null, false],
    [ours(dead, "elsewhere"), null, false],
    [`${dead}\n`, null, false],
    ["", null, false],
    ["", old, true],
    [ours(process.ppid), old, true],
  ];
  for (const [content, age, removed] of cases) {
    writeFileSync(lockPath, content);
    age?.();
    if (removed) await (await lockFile(path, "tag", 200)).release();
    else await expect(lockFile(path, "tag", 200), content).rejects.toThrow("another program keeps");
    expect(readdirSync(directory), content).toEqual(removed ? [] : ["inbox.lock"]);
  }
});

test("two who want the lock have it one after the other", async () => {
  const path = join(workplace(), "inbox");
  let inside = 0;
  await Promise.all(
    Array.from({ length: 5 }, async (_, which) => {
      const lock = await lockFile(path, `tag${which}`);
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      await lock.release();
    }),
  );
});
