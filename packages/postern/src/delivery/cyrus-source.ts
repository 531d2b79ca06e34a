// A mailbox folder of Cyrus as an import source: files `1.`, `2.`, ... named by their uid, and `cyrus.index` that says
// which of them are deleted already and what their unique-ids are.
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCyrusIndex } from "./cyrus-index.js";
import type { CyrusIndex } from "./cyrus-index.js";
import { dovecotUniqueId } from "./dovecot-unique-ids.js";
import { fileOctets } from "./file-octets.js";
import { SourceRefused } from "./import-source.js";
import type { ImportSource, SourceMessage, UniqueIdWay } from "./import-source.js";
import { fileReason } from "../config/file-reason.js";

interface CyrusFile {
  readonly uid: number;
  readonly path: string;
  readonly octets: number;
  readonly mtimeMs: number;
}

/** Lists a folder of Cyrus. Throws `SourceRefused` where it is none, or its index cannot be understood. */
export async function cyrusSource(folder: string, way: UniqueIdWay): Promise<ImportSource> {
  const index = await indexOf(folder, way);
  const files: CyrusFile[] = [];
  let expunged = 0;
  for (const name of await readdir(folder)) {
    const uid = Number(/^([1-9]\d{0,9})\.$/.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(uid)) continue;
    if (index?.records.get(uid)?.expunged === true) {
      expunged++;
      continue;
    }
    const path = join(folder, name);
    const { size, mtimeMs } = await lstat(path);
    files.push({ uid, path, octets: size, mtimeMs: Math.trunc(mtimeMs) });
  }
  files.sort((one, other) => one.uid - other.uid);
  if (files.length === 0 && index === null) {
    throw new SourceRefused(`${folder} is no folder of Cyrus: it has no cyrus.index and no files such as \`1.\``);
  }

  const notes: string[] = [];
  if (index === null) {
    notes.push(
      "There is no cyrus.index: messages get new unique-ids, and those that were deleted but not yet removed come back.",
    );
  }
  if (expunged > 0) notes.push(`Left out, because they are deleted and Cyrus has not removed them yet: ${expunged}.`);
  return {
    count: files.length,
    octets: files.reduce((sum, { octets }) => sum + octets, 0),
    notes,
    messages: () => messagesOf(files, index, way),
  };
}

async function* messagesOf(
  files: readonly CyrusFile[],
  index: CyrusIndex | null,
  way: UniqueIdWay,
): AsyncGenerator<SourceMessage> {
  for (const { uid, path, octets, mtimeMs } of files) {
    const uniqueId = index === null ? null : cyrusUniqueId(uid, index, way);
    yield {
      name: path,
      octets,
      arrivedMs: index?.records.get(uid)?.arrivedMs ?? mtimeMs,
      ...(uniqueId !== null && { uniqueId }),
      key: () => Promise.resolve(`cyrus:${index?.uidValidity ?? 0}.${uid}:${octets}`),
      open: () => fileOctets(path, 0, octets),
    };
  }
}

/** The forms of Cyrus' setting `uidl_format`, named as there; `auto` is its default, `cyrus`. */
function cyrusUniqueId(uid: number, { uidValidity, longUniqueIds }: CyrusIndex, way: UniqueIdWay): string | null {
  if (way === "none") return null;
  if (way === "uidonly" || !longUniqueIds) return `${uid}`;
  if (way === "dovecot") return dovecotUniqueId(uid, uidValidity);
  return way === "courier" ? `${uidValidity}-${uid}` : `${uidValidity}.${uid}`;
}

async function indexOf(folder: string, way: UniqueIdWay): Promise<CyrusIndex | null> {
  let octets: Buffer;
  try {
    octets = await readFile(join(folder, "cyrus.index"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && (way === "auto" || way === "none")) return null;
    throw new SourceRefused(`${join(folder, "cyrus.index")} cannot be read: ${fileReason(error)}`, {
      cause: error,
    });
  }
  const index = parseCyrusIndex(octets);
  if (index === null) throw new SourceRefused(`${join(folder, "cyrus.index")} is damaged or of an unknown version`);
  return index;
}
