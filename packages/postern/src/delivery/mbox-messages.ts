// Where the messages of an mbox file begin and end, and what their separators and headers say about them. Reads the file
// once from front to back; keeps one message's facts at a time.
//
// RFC 4155 registers the format and leaves its dialects open. Here a message begins behind a line that begins with
// `From ` at the front of the file or behind an empty line; that empty line belongs to the separator. Where a message has
// a Content-Length that leads exactly to the next separator or to the end of the file (the dialects mboxcl and mboxcl2),
// it is believed, and `From ` lines before that are text.
import type { FileHandle } from "node:fs/promises";
import { fileOctets, openFile } from "./file-octets.js";
import { LineCutter } from "./mbox-lines.js";
import type { Line } from "./mbox-lines.js";

/** Offsets and facts of one message in an mbox file. */
export interface MboxMessage {
  /** Which one in the file, from 1. */
  readonly ordinal: number;
  /** Its octets, without the separator lines. */
  readonly start: number;
  readonly end: number;
  /** Lines of the text that begin with `From ` have a `>` in front (all dialects but mboxcl2). */
  readonly quoted: boolean;
  readonly arrivedMs?: number;
  /** The fields that tell about the message in its mbox, by lower-case name; the first of a name counts. */
  readonly fields: ReadonlyMap<string, string>;
}

const fieldsOfInterest = /^(subject|content-length|x-uidl|x-uid|x-imap|x-imapbase):[ \t]*(.*?)[ \t]*$/i;

/** Where a message ends, and where the next separator, or the end of the file, begins: an empty line may be between. */
interface Believed {
  readonly end: number;
  readonly nextAt: number;
}

interface Draft {
  readonly ordinal: number;
  readonly start: number;
  readonly arrivedMs: number | null;
  readonly fields: Map<string, string>;
  inHeader: boolean;
  /** What a Content-Length says, where it is believed. */
  believed: Believed | null;
  hasPlainFrom: boolean;
}

/** Finds the messages. A file that does not begin with `From ` has none. Throws what the file system throws. */
export async function* mboxMessages(path: string): AsyncGenerator<MboxMessage> {
  const file = await openFile(path);
  try {
    const cutter = new LineCutter();
    let draft: Draft | null = null;
    // The line before, if it is one of this message.
    let previous: Line | null = null;
    let ordinal = 0;

    for await (const piece of fileOctets(path)) {
      for (const line of cutter.push(piece)) {
        if (separates(line, previous, draft)) {
          if (draft !== null) yield finished(draft, previous, line.start);
          draft = {
            ordinal: ++ordinal,
            start: line.end,
            arrivedMs: separatorMs(line.head),
            fields: new Map(),
            inHeader: true,
            believed: null,
            hasPlainFrom: false,
          };
          previous = null;
          continue;
        }
        if (draft === null) return;
        if (draft.inHeader) await readHeaderLine(draft, line, file);
        // Many writers quote only what would be taken for a separator; so only that tells whether they quote.
        else if (previous?.empty === true && line.head.startsWith("From ")) draft.hasPlainFrom = true;
        previous = line;
      }
    }
    if (draft !== null) {
      const last = cutter.finish() ?? previous;
      yield finished(draft, last, last?.end ?? draft.start);
    }
  } finally {
    await file.close();
  }
}

function separates(line: Line, previous: Line | null, draft: Draft | null): boolean {
  if (!line.head.startsWith("From ")) return false;
  if (draft === null) return line.start === 0;
  if (draft.believed !== null && line.start <= draft.believed.nextAt) return line.start === draft.believed.nextAt;
  return previous?.empty === true;
}

function finished(draft: Draft, last: Line | null, nextAt: number): MboxMessage {
  let end = last === null ? draft.start : last.empty ? last.start : last.end;
  if (draft.believed?.nextAt === nextAt) end = draft.believed.end;
  return {
    ordinal: draft.ordinal,
    start: draft.start,
    end,
    quoted: !draft.hasPlainFrom,
    ...(draft.arrivedMs !== null && { arrivedMs: draft.arrivedMs }),
    fields: draft.fields,
  };
}

async function readHeaderLine(draft: Draft, line: Line, file: FileHandle): Promise<void> {
  if (!line.empty) {
    const [, name, value] = fieldsOfInterest.exec(line.head) ?? [];
    if (name !== undefined && !draft.fields.has(name.toLowerCase())) draft.fields.set(name.toLowerCase(), value!);
    return;
  }
  draft.inHeader = false;
  const contentLength = draft.fields.get("content-length");
  if (contentLength === undefined || !/^\d{1,15}$/.test(contentLength)) return;
  draft.believed = await believable(file, line.end + Number(contentLength));
}

/** Believes in an end that a separator or the end of the file follows, with or without an empty line between. */
async function believable(file: FileHandle, end: number): Promise<Believed | null> {
  const { size } = await file.stat();
  if (end > size) return null;
  const next = Buffer.alloc(7);
  const { bytesRead } = await file.read(next, 0, next.length, end);
  const lineEnd = /^(\r?\n)?(?:From |$)/.exec(next.toString("latin1", 0, bytesRead));
  return lineEnd === null ? null : { end, nextAt: end + (lineEnd[1]?.length ?? 0) };
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The time in a separator, which RFC 4155 wants in UTC; null where there is none. */
export function separatorMs(separator: string): number | null {
  const match =
    / ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d)(?::(\d\d))?(?: [A-Z]{1,5})? (\d{4})(?: ([+-])(\d\d)(\d\d))?$/.exec(
      separator.trimEnd(),
    );
  if (match === null) return null;
  const [, month = "", day, hours, minutes, seconds = "0", year, sign, zoneHours = "0", zoneMinutes = "0"] = match;
  const monthAt = months.indexOf(month);
  if (monthAt === -1) return null;
  const local = Date.UTC(Number(year), monthAt, Number(day), Number(hours), Number(minutes), Number(seconds));
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === "-" ? local + zoneMs : local - zoneMs;
}
