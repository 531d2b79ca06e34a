import { MaildropFailure } from "@postern/pop3";
import type { Delivered } from "@postern/pop3/server";
import { describe, expect, test } from "vitest";
import type { ImportSource, SourceMessage } from "../../src/delivery/import-source.js";
import { importMessages } from "../../src/delivery/importer.js";
import type { Imported, ImportTarget } from "../../src/delivery/importer.js";
import { textOf } from "./fixture-folder.js";

/** A store that keeps the two promises an import relies on: one message a key, one message a unique-id. */
class Target implements ImportTarget {
  readonly stored = new Map<string, { text: string; uniqueId: string; arrivedMs: number | undefined }>();
  failing: MaildropFailure | null = null;

  async importMessage(
    user: string,
    message: AsyncIterable<Uint8Array>,
    { key, uniqueId, arrivedMs }: { key: string; uniqueId?: string; arrivedMs?: number },
  ): Promise<Delivered | "known"> {
    if (this.failing !== null) throw this.failing;
    if (this.stored.has(key)) return "known";
    const used = [...this.stored.values()].map((stored) => stored.uniqueId);
    if (uniqueId !== undefined && used.includes(uniqueId))
      throw new MaildropFailure("permanent", "It was used before.");
    let text: string;
    try {
      text = await textOf(message);
    } catch (error) {
      throw new MaildropFailure("temporary", "The message ended early.", { cause: error });
    }
    const stored = { text: `${user}:${text}`, uniqueId: uniqueId ?? `new${this.stored.size}`, arrivedMs };
    this.stored.set(key, stored);
    return { uniqueId: stored.uniqueId, octets: text.length };
  }
}

function message(name: string, more: Partial<SourceMessage> = {}): SourceMessage {
  return {
    name,
    octets: name.length,
    key: () => Promise.resolve(`key of ${name}`),
    open: async function* () {
      yield Buffer.from(name);
    },
    ...more,
  };
}

function sourceOf(...all: readonly SourceMessage[]): ImportSource {
  return {
    count: all.length,
    octets: 0,
    notes: [],
    messages: async function* () {
      yield* all;
    },
  };
}

async function outcomes(target: Target, source: ImportSource, signal?: AbortSignal): Promise<Imported["outcome"][]> {
  return (await Array.fromAsync(importMessages(target, "mia", source, signal))).map(({ outcome }) => outcome);
}

test("unique-ids and arrivals are handed on; a second run imports nothing", async () => {
  const target = new Target();
  const source = sourceOf(message("one", { uniqueId: "U1", arrivedMs: 17 }), message("two"));
  expect(await outcomes(target, source)).toEqual([
    { kind: "imported", delivered: { uniqueId: "U1", octets: 3 }, lostUniqueId: null },
    { kind: "imported", delivered: { uniqueId: "new1", octets: 3 }, lostUniqueId: null },
  ]);
  expect(await outcomes(target, source)).toEqual([{ kind: "known" }, { kind: "known" }]);
  expect([...target.stored.values()]).toEqual([
    { text: "mia:one", uniqueId: "U1", arrivedMs: 17 },
    { text: "mia:two", uniqueId: "new1", arrivedMs: undefined },
  ]);
});

test("a unique-id that clashes or is malformed gives way to a new one", async () => {
  const target = new Target();
  const long = "x".repeat(71);
  const source = sourceOf(
    message("one", { uniqueId: "U" }),
    message("two", { uniqueId: "U" }),
    message("three", { uniqueId: "with blank" }),
    message("four", { uniqueId: long }),
    message("five", { uniqueId: "" }),
    message("six", { uniqueId: long.slice(1) }),
  );
  expect(
    (await outcomes(target, source)).map((outcome) => (outcome.kind === "imported" ? outcome.lostUniqueId : "?")),
  ).toEqual([null, "U", "with blank", long, "", null]);
});

test("a message that cannot be read does not stop the others", async () => {
  const target = new Target();
  const unreadable = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("the disk is ill");
  };
  const source = sourceOf(
    message("one", { open: unreadable, uniqueId: "U1" }),
    message("two", { key: () => Promise.reject(new Error("no permission")) }),
    message("three"),
  );
  expect(await outcomes(target, source)).toEqual([
    { kind: "failed", problem: "the disk is ill" },
    { kind: "failed", problem: "no permission" },
    { kind: "imported", delivered: { uniqueId: "new0", octets: 5 }, lostUniqueId: null },
  ]);
});

describe("a store that fails", () => {
  test("for good: that message failed", async () => {
    const target = new Target();
    target.failing = new MaildropFailure("permanent", "It is too large.");
    expect(await outcomes(target, sourceOf(message("one", { uniqueId: "U" })))).toEqual([
      { kind: "failed", problem: "It is too large." },
    ]);
  });

  test("for now: the import stops", async () => {
    const target = new Target();
    target.failing = new MaildropFailure("temporary", "The disk is full.");
    await expect(outcomes(target, sourceOf(message("one")))).rejects.toBe(target.failing);
  });
});

describe("an import that is told to stop", () => {
  test("between messages", async () => {
    const target = new Target();
    const stopping = new AbortController();
    let asked = false;
    const second = message("two", {
      key: () => {
        asked = true;
        return Promise.resolve("key of one");
      },
    });
    const all = importMessages(target, "mia", sourceOf(message("one"), second), stopping.signal);
    await all.next();
    stopping.abort(new Error("enough"));
    await expect(all.next()).rejects.toThrow("enough");
    expect(asked).toBe(false);
    expect(target.stored.size).toBe(1);
  });

  test("within a message, of which nothing stays", async () => {
    const target = new Target();
    const stopping = new AbortController();
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("first half");
      stopping.abort(new Error("enough"));
      yield Buffer.from("second half");
    };
    await expect(outcomes(target, sourceOf(message("one", { open })), stopping.signal)).rejects.toThrow("enough");
    expect(target.stored.size).toBe(0);
  });
});
