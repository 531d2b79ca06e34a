// A temporary folder with files in it, as the sources of an import need them; removed after the test.
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ImportSource, SourceMessage } from "../../src/delivery/import-source.js";

/** Writes the files (by path in the folder; strings are one octet a character) and returns the folder's path. */
export async function fixtureFolder(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postern-delivery-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? Buffer.from(content, "latin1") : content);
    await utimes(path, 1_700_000_000, 1_700_000_000);
  }
  return folder;
}

/** Every message of a source, read to its end. */
export interface ReadMessage {
  readonly message: SourceMessage;
  readonly key: string;
  /** One character an octet. */
  readonly text: string;
}

export async function readAll(source: ImportSource): Promise<ReadMessage[]> {
  const all: ReadMessage[] = [];
  for await (const message of source.messages()) {
    const key = await message.key();
    all.push({ message, key, text: await textOf(message.open()) });
  }
  return all;
}

export async function textOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of octets) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces).toString("latin1");
}

/** Octets in pieces that are cut at the given offsets. */
async function* cut(text: string, ...offsets: readonly number[]): AsyncGenerator<Uint8Array> {
  const octets = Buffer.from(text, "latin1");
  let from = 0;
  for (const to of [...offsets, octets.length]) {
    yield octets.subarray(from, to);
    from = to;
  }
}

/** Calls back with every way to cut the text once, and with single octets. */
export async function inAllCuts(
  text: string,
  callback: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  await callback(cut(text));
  for (let at = 0; at <= text.length; at++) await callback(cut(text, at));
  await callback(cut(text, ...Array.from(text, (_, at) => at)));
}
