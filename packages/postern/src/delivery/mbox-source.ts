// An mbox file as an import source. The time in the separator is taken as the arrival; unique-ids come from X-UIDL fields
// or, Dovecot's way, from X-UID fields and the X-IMAPbase of the first message.
import { stat } from "node:fs/promises";
import { ContentKeys } from "./content-keys.js";
import { dovecotUniqueId } from "./dovecot-unique-ids.js";
import { fileOctets } from "./file-octets.js";
import { SourceRefused } from "./import-source.js";
import type { ImportSource, SourceMessage, UniqueIdWay } from "./import-source.js";
import { mboxMessages } from "./mbox-messages.js";
import type { MboxMessage } from "./mbox-messages.js";
import { unquoted } from "./mbox-quoting.js";
import { fileReason } from "../config/file-reason.js";

/** Opens an mbox file. Throws `SourceRefused` where it is none. */
export async function mboxSource(path: string, way: UniqueIdWay): Promise<ImportSource> {
  if (way !== "auto" && way !== "dovecot" && way !== "none") {
    throw new SourceRefused(`an mbox file holds no unique-ids of ${way}; use --unique-ids auto, dovecot or none`);
  }
  let octets: number;
  try {
    octets = (await stat(path)).size;
    for await (const beginning of fileOctets(path, 0, Math.min(octets, 5))) {
      if (beginning.toString("latin1") !== "From ")
        throw new Error("it does not begin with `From `, as every mbox file does");
    }
  } catch (error) {
    throw new SourceRefused(`${path} cannot be read as mbox: ${fileReason(error)}`, { cause: error });
  }
  return { count: null, octets, notes: [], messages: () => messagesOf(path, way) };
}

async function* messagesOf(path: string, way: UniqueIdWay): AsyncGenerator<SourceMessage> {
  const keys = new ContentKeys();
  let uidValidity = 0;
  for await (const message of readable(path)) {
    const { ordinal, start, end, quoted, arrivedMs, fields } = message;
    if (ordinal === 1) {
      const base = /^(\d{1,10}) \d/.exec(fields.get("x-imap") ?? fields.get("x-imapbase") ?? "");
      uidValidity = Number(base?.[1] ?? 0);
      // UW imapd keeps its state in a first message of its own making and shows it to nobody.
      if (fields.has("x-imap") && fields.get("subject")?.endsWith("FOLDER INTERNAL DATA") === true) continue;
    }
    const uniqueId = uniqueIdOf(fields, way, uidValidity);
    const octets = (): AsyncIterable<Uint8Array> => {
      const raw = fileOctets(path, start, end);
      return quoted ? unquoted(raw) : raw;
    };
    yield {
      name: `${path}: message ${ordinal} at octet ${start}`,
      octets: end - start,
      ...(uniqueId !== null && { uniqueId }),
      ...(arrivedMs !== undefined && { arrivedMs }),
      ...keys.keyed(octets),
    };
  }
}

/** The messages, and an error that says which file it was. */
async function* readable(path: string): AsyncGenerator<MboxMessage> {
  try {
    yield* mboxMessages(path);
  } catch (error) {
    throw new SourceRefused(`${path} cannot be read to its end: ${fileReason(error)}`, { cause: error });
  }
}

function uniqueIdOf(fields: ReadonlyMap<string, string>, way: UniqueIdWay, uidValidity: number): string | null {
  if (way === "auto") return fields.get("x-uidl") ?? null;
  const uid = /^\d{1,10}$/.exec(fields.get("x-uid") ?? "")?.[0];
  if (way === "none" || uid === undefined || uidValidity === 0) return null;
  return dovecotUniqueId(Number(uid), uidValidity);
}
