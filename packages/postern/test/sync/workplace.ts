// What the tests of fetching share: a directory that goes away, messages that are hard on whoever stores them, and octets in pieces.
// Knows no destination.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { MessageFacts } from "../../src/sync/destination.js";

export const account = "mia@pop.example.net:995";

export function workplace(): string {
  const directory = mkdtempSync(join(tmpdir(), "postern-sync-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Messages as they are on the wire, one character an octet, by what is hard about them. */
export const tortures: Readonly<Record<string, string>> = {
  plain: "Subject: x\r\n\r\nbody\r\n",
  empty: "",
  "header only": "Subject: x\r\n",
  "NUL and 8-bit": "Subject: \xff\r\n\r\n\x00\x80\xfe\r\n",
  "a bare CR": "Subject: x\r\n\r\na\rb\r\r\nc\r\n",
  "a bare CR at the end": "Subject: x\r\n\r\na\r",
  "a bare LF": "Subject: x\r\n\r\na\nb\r\n",
  "no final line end": "Subject: x\r\n\r\nlast",
  "From_ lines": "From me\r\nFrom: x\r\n\r\nFrom you\r\n>From her\r\n>>From him\r\nFromage\r\n From far\r\n>From",
  "From_ at the very end": "Subject: x\r\n\r\nFrom ",
  dots: ".\r\n..\r\n\r\n.\r\n.x\r\n...\r\n",
  "empty lines at the end": "Subject: x\r\n\r\nbody\r\n\r\n\r\n\r\n",
  "a line longer than any buffer": `Subject: x\r\n\r\n${"long ".repeat(100_000)}\r\n`,
  "many lines": `Subject: x\r\n\r\n${"From line to line\r\n.\r\n".repeat(20_000)}`,
};

export function facts(uniqueId: string, octets: number | null = null): MessageFacts {
  return { uniqueId, octets, receivedMs: Date.UTC(2026, 3, 1, 13, 45, 1) };
}

/** The text in pieces of that many octets. */
export async function* pieces(text: string, octets: number = 1_000): AsyncGenerator<Uint8Array> {
  const message = Buffer.from(text, "latin1");
  for (let at = 0; at < message.length; at += octets) yield message.subarray(at, at + octets);
}

export async function textOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of octets) all.push(Uint8Array.from(piece));
  return Buffer.concat(all).toString("latin1");
}
