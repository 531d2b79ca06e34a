import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { incomingMessage, withoutEnvelopeLine } from "../../src/delivery/incoming-message.js";
import { Refusal } from "../../src/delivery/sysexits.js";
import { inAllCuts, textOf } from "./fixture-folder.js";

async function statusOf(message: AsyncIterable<Uint8Array>): Promise<number> {
  try {
    await textOf(message);
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
  return 0;
}

test.each([
  ["From mia Thu Jan  1 00:00:00 2026\nSubject: x\n\nFrom y\n", "Subject: x\n\nFrom y\n"],
  ["From mia\r\nSubject: x\r\n", "Subject: x\r\n"],
  ["From: mia\n", "From: mia\n"],
  ["Fro", "Fro"],
  ["F\nFrom x\n", "F\nFrom x\n"],
  ["From x", ""],
  ["From \nFrom y\n", "From y\n"],
  [">From x\n", ">From x\n"],
  ["", ""],
])("%j is delivered as %j, wherever it is cut", async (input, message) => {
  await inAllCuts(input, async (pieces) => {
    expect(await textOf(withoutEnvelopeLine(pieces))).toBe(message);
  });
});

test("octets pass as they are, of a size that fills several reads", async () => {
  const octets = Buffer.alloc(300_000, "\0\xff\r\n.\n", "latin1");
  expect(await textOf(incomingMessage(Readable.from([octets.subarray(0, 70_001), octets.subarray(70_001)])))).toBe(
    octets.toString("latin1"),
  );
});

describe("what delivers nothing", () => {
  test("no message: EX_DATAERR", async () => {
    for (const input of ["", "From mia\n"]) {
      expect(await statusOf(incomingMessage(Readable.from([Buffer.from(input)])))).toBe(65);
    }
  });

  test("input that fails: EX_IOERR", async () => {
    const input = new PassThrough();
    input.write("Subject: half");
    setImmediate(() => input.destroy(new Error("EIO")));
    expect(await statusOf(incomingMessage(input))).toBe(74);
  });

  test("being told to stop, before and while reading: EX_TEMPFAIL", async () => {
    const stopping = new AbortController();
    const input = new PassThrough();
    input.write("Subject: half");
    setImmediate(() => stopping.abort());
    expect(await statusOf(incomingMessage(input, { signal: stopping.signal }))).toBe(75);
    expect(await statusOf(incomingMessage(new PassThrough(), { signal: stopping.signal }))).toBe(75);
  });

  test("a writer that is gone at the end: EX_TEMPFAIL", async () => {
    const message = (): Readable => Readable.from([Buffer.from("Subject: x\n")]);
    expect(await statusOf(incomingMessage(message(), { writerAlive: () => Promise.resolve(false) }))).toBe(75);
    expect(await statusOf(incomingMessage(message(), { writerAlive: () => Promise.resolve(true) }))).toBe(0);
  });
});

test("being told to stop after the end changes nothing", async () => {
  const stopping = new AbortController();
  const input = Readable.from([Buffer.from("Subject: x\n")]);
  const text = await textOf(incomingMessage(input, { signal: stopping.signal }));
  stopping.abort();
  expect(text).toBe("Subject: x\n");
});
