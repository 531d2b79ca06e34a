// What makes files last: octets written and synchronized, directories made and synchronized. Throws what the file system throws.
// Knows no format.
import { mkdir, open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Octets that are written in one go: pieces from the wire are small, and each write is a journey to another thread. */
const WRITE_OCTETS = 128 * 1024;

/**
 * Writes the octets from `at` on and gives the offset behind them. Reads no faster than it writes. Throws what reading
 * throws and what the file system throws; the file then holds some of it.
 */
export async function writeFrom(file: FileHandle, at: number, octets: AsyncIterable<Uint8Array>): Promise<number> {
  const gathered = Buffer.allocUnsafe(WRITE_OCTETS);
  let length = 0;
  let end = at;
  for await (const piece of octets) {
    for (let from = 0; from < piece.length;) {
      const taken = Math.min(piece.length - from, gathered.length - length);
      gathered.set(piece.subarray(from, from + taken), length);
      from += taken;
      length += taken;
      if (length < gathered.length) continue;
      await writeAll(file, gathered, end);
      end += length;
      length = 0;
    }
  }
  await writeAll(file, gathered.subarray(0, length), end);
  return end + length;
}

/** Writes all of it there: the system may take less at a time. */
export async function writeAll(file: FileHandle, octets: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < octets.length;) {
    written += (await file.write(octets, written, octets.length - written, at + written)).bytesWritten;
  }
}

/** Makes the names in a directory last. */
export async function synchronizeDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Makes a directory, and those above it that are missing, with mode 0700, and makes them last. */
export async function makeDurableDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) await makeDurableDirectory(above);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(await isDirectory(path))) throw error;
  }
  await synchronizeDirectory(above);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
