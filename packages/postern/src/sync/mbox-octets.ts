// Questions about octets at offsets of files, as appending to an mbox and making good an interrupted append ask them.
// Reads and copies in pieces; knows no journal.
import type { FileHandle } from "node:fs/promises";
import { writeAll } from "./durable-files.js";

const PIECE_OCTETS = 128 * 1024;
const LF = 0x0a;

/** How many newlines have to stand between what there is and the next `From ` line. */
export async function separatorBehind(mbox: FileHandle, end: number): Promise<number> {
  if (end === 0) return 0;
  const last = await octetsAt(mbox, Math.max(0, end - 2), end);
  if (last.at(-1) !== LF) return 2;
  return last.at(-2) === LF ? 0 : 1;
}

/** Copies the octets from `start` up to `end`. Throws where there are fewer. */
export async function copy(
  source: FileHandle,
  start: number,
  end: number,
  target: FileHandle,
  at: number,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE_OCTETS);
  for (let from = start; from < end;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - from), from);
    if (bytesRead === 0) throw new Error("the spool became shorter while it was read");
    await writeAll(target, buffer.subarray(0, bytesRead), at + (from - start));
    from += bytesRead;
  }
}

/** How many octets of the spool, which ends at `spoolEnd`, stand in the mbox from that offset on. */
export async function commonLength(
  spool: FileHandle,
  spoolEnd: number,
  mbox: FileHandle,
  offset: number,
): Promise<number> {
  for (let at = 0; at < spoolEnd;) {
    const to = Math.min(spoolEnd, at + PIECE_OCTETS);
    const [ours, theirs] = [await octetsAt(spool, at, to), await octetsAt(mbox, offset + at, offset + to)];
    if (!ours.equals(theirs)) {
      let equal = 0;
      while (equal < theirs.length && ours[equal] === theirs[equal]) equal++;
      return at + equal;
    }
    at = to;
  }
  return spoolEnd;
}

/** Whether there is nothing but NULs up to that offset. */
export async function onlyNuls(mbox: FileHandle, start: number, end: number): Promise<boolean> {
  for (let at = start; at < end; at += PIECE_OCTETS) {
    const octets = await octetsAt(mbox, at, Math.min(end, at + PIECE_OCTETS));
    if (octets.some((octet) => octet !== 0)) return false;
  }
  return true;
}

/**
 * Where a part of a message ends that others have appended to, or null where that cannot be told. What stands there looks like the
 * message up to `commonEnd`; but the last of that may be the beginning of what follows, which begins with `From `.
 */
export async function partEnd(mbox: FileHandle, commonEnd: number): Promise<number | null> {
  const from = Math.max(0, commonEnd - 5);
  const around = (await octetsAt(mbox, from, commonEnd + 7)).toString("latin1");
  const found = around.lastIndexOf("From ");
  if (found === -1) return null;
  const end = from + found;
  return /^\n*$/.test(around.slice(commonEnd - from, found)) ? end : null;
}

/** The octets there; fewer where the file ends. */
export async function octetsAt(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(end - start);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
