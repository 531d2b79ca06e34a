// Octets of files, piece by piece, and their digest. Reads regular files only and follows no symbolic link at the end of
// a path: what is imported may belong to somebody who would like to read another person's files.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** Octets of one piece: large enough that the calls cost little, small enough that a message of any size fits in memory. */
const pieceOctets = 128 * 1024;

/** Opens a regular file for reading. Throws what the file system throws, and where it is something else. */
export async function openFile(path: string | Buffer): Promise<FileHandle> {
  // Without O_NONBLOCK the open of a named pipe would wait for a writer for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error("it is not a regular file");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The octets from `start` up to `end`, or up to the end of the file. Throws where the file ends before `end`. */
export async function* fileOctets(path: string | Buffer, start = 0, end: number = Infinity): AsyncGenerator<Buffer> {
  const file = await openFile(path);
  try {
    let at = start;
    while (at < end) {
      const piece = Buffer.allocUnsafe(Math.min(pieceOctets, end - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) {
        if (end === Infinity) return;
        throw new Error("it became shorter while it was read");
      }
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 in hexadecimal. */
export async function digestOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of octets) hash.update(piece);
  return hash.digest("hex");
}

/** Passes the octets on and throws at their end where they are not those of the digest. */
export async function* onlyIf(digest: string, octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const piece of octets) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest("hex") !== digest) throw new Error("it was changed while it was read");
}
