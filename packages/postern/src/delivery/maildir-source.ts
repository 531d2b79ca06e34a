// A Maildir as an import source: the messages of `cur` and `new`, under the unique-ids that Dovecot, Courier or a server
// that uses file names gave them. Subfolders are not POP3's business. Sizes in file names (`,S=`, `,W=`) are not trusted.
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { courierNameUniqueId, parseCourierList } from "./courier-unique-ids.js";
import { baseName, compareDovecot, parseDovecotList } from "./dovecot-unique-ids.js";
import type { DovecotList } from "./dovecot-unique-ids.js";
import { fileOctets } from "./file-octets.js";
import { SourceRefused } from "./import-source.js";
import type { ImportSource, SourceMessage, UniqueIdWay } from "./import-source.js";
import { fileReason } from "../config/file-reason.js";

/** A file of `cur` or `new`. Names are one character an octet: they need not be UTF-8. */
interface MaildirFile {
  readonly path: Buffer;
  readonly name: string;
  readonly base: string;
  readonly octets: number;
  readonly arrivedMs: number;
}

/** Finds the unique-id that a base name had; undefined where it had none. */
type UniqueIds = (base: string) => string | undefined;

const noUniqueIds: UniqueIds = () => undefined;

/** Lists a Maildir. Throws `SourceRefused` where the folder is none, or has not what `way` asks for. */
export async function maildirSource(folder: string, way: UniqueIdWay): Promise<ImportSource> {
  if (way === "cyrus" || way === "uidonly") {
    throw new SourceRefused(`a Maildir has no unique-ids of Cyrus; for a folder of Cyrus write --from cyrus:${folder}`);
  }
  const notes: string[] = [];
  const files = await filesOf(folder, notes);
  files.sort(compareArrival);

  let uniqueIds: UniqueIds = noUniqueIds;
  const dovecot = way === "auto" || way === "dovecot" ? await dovecotListOf(folder, notes) : null;
  if (dovecot !== null) {
    uniqueIds = (base) => dovecot.entries.get(base)?.uniqueId;
    files.sort((one, other) => {
      const oneEntry = dovecot.entries.get(one.base);
      const otherEntry = dovecot.entries.get(other.base);
      if (oneEntry === undefined || otherEntry === undefined) return oneEntry === otherEntry ? 0 : oneEntry ? -1 : 1;
      return compareDovecot(oneEntry, otherEntry);
    });
    notes.push("Unique-ids are those of dovecot-uidlist; where none is saved there, in the form of Dovecot's default.");
  } else if (way === "dovecot") {
    throw new SourceRefused(`${folder} has no dovecot-uidlist; use --unique-ids auto, courier or none`);
  } else if (way !== "none") {
    const courier = await courierUniqueIdsOf(folder, notes);
    const plain: UniqueIds = way === "courier" ? courierNameUniqueId : (base) => base;
    uniqueIds = courier ?? plain;
    notes.push(`Unique-ids are ${courier === null ? "the base names of the files" : "those of courierpop3dsizelist"}.`);
  }

  return {
    count: files.length,
    octets: files.reduce((sum, { octets }) => sum + octets, 0),
    notes,
    messages: () => messagesOf(folder, files, uniqueIds),
  };
}

async function* messagesOf(
  folder: string,
  files: readonly MaildirFile[],
  uniqueIds: UniqueIds,
): AsyncGenerator<SourceMessage> {
  for (const { path, name, base, octets, arrivedMs } of files) {
    const uniqueId = uniqueIds(base);
    yield {
      name: join(folder, name),
      octets,
      arrivedMs,
      ...(uniqueId !== undefined && { uniqueId }),
      // A Maildir file never changes, and no two ever get one name; the octets guard against folders put together by hand.
      key: () => Promise.resolve(`maildir:${base}:${octets}`),
      open: () => uncompressed(fileOctets(path, 0, octets)),
    };
  }
}

async function filesOf(folder: string, notes: string[]): Promise<MaildirFile[]> {
  const files = new Map<string, MaildirFile>();
  let found = 0;
  let left = 0;
  for (const part of ["cur", "new"]) {
    let names: string[];
    try {
      names = await readdir(join(folder, part), { encoding: "latin1" });
      found++;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new SourceRefused(`${folder} cannot be read: ${fileReason(error)}`, { cause: error });
    }
    for (const name of names) {
      if (name.startsWith(".")) continue;
      const path = Buffer.concat([Buffer.from(join(folder, part, "/")), Buffer.from(name, "latin1")]);
      const facts = await lstat(path).catch(() => null);
      const base = baseName(name);
      if (facts === null || !facts.isFile() || files.has(base)) {
        left++;
        continue;
      }
      files.set(base, {
        path,
        name: `${part}/${Buffer.from(name, "latin1").toString()}`,
        base,
        octets: facts.size,
        arrivedMs: nameMs(base) ?? Math.trunc(facts.mtimeMs),
      });
    }
  }
  if (found === 0) {
    await lstat(folder).catch((error: unknown) => {
      throw new SourceRefused(`${folder} cannot be read: ${fileReason(error)}`, { cause: error });
    });
    const isCyrus = await lstat(join(folder, "cyrus.index")).catch(() => null);
    throw new SourceRefused(
      isCyrus === null
        ? `${folder} is no Maildir: it has neither a cur nor a new folder`
        : `${folder} is a folder of Cyrus, not a Maildir; write --from cyrus:${folder}`,
    );
  }
  if (left > 0)
    notes.push(`Left out of cur and new, because they are no files or have a name that came before: ${left}.`);

  const subfolders = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("."))
    .map(({ name }) => name);
  if (subfolders.length > 0) {
    notes.push(
      `Subfolders are not imported, because POP3 has none: ${subfolders.slice(0, 5).join(", ")}${subfolders.length > 5 ? ", ..." : ""}.`,
    );
  }
  return [...files.values()];
}

/** The time that a Maildir name begins with, in seconds; null where it begins with something else. */
function nameMs(base: string): number | null {
  const seconds = Number(/^(\d{9,10})(?=[._])/.exec(base)?.[1] ?? NaN);
  return Number.isNaN(seconds) ? null : seconds * 1000;
}

/** The microseconds that many names have behind the second: `1700000000.M469126P404.host`; 0 where there are none. */
function nameMicroseconds({ base }: MaildirFile): number {
  return Number(/^\d+\.M(\d{1,6})(?!\d)/.exec(base)?.[1] ?? 0);
}

function compareArrival(one: MaildirFile, other: MaildirFile): number {
  return (
    one.arrivedMs - other.arrivedMs ||
    nameMicroseconds(one) - nameMicroseconds(other) ||
    (one.base < other.base ? -1 : 1)
  );
}

async function listText(folder: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(folder, name), "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SourceRefused(`${join(folder, name)} cannot be read: ${fileReason(error)}`, { cause: error });
  }
}

async function dovecotListOf(folder: string, notes: string[]): Promise<DovecotList | null> {
  const text = await listText(folder, "dovecot-uidlist");
  if (text === null) return null;
  const list = parseDovecotList(text);
  if (list === null)
    throw new SourceRefused(`${folder}/dovecot-uidlist is of an unknown version; use --unique-ids none`);
  if (list.malformed > 0)
    notes.push(`Malformed lines of dovecot-uidlist: ${list.malformed}; their messages get new unique-ids.`);
  return list;
}

async function courierUniqueIdsOf(folder: string, notes: string[]): Promise<UniqueIds | null> {
  const text = await listText(folder, "courierpop3dsizelist");
  if (text === null) return null;
  const list = parseCourierList(text);
  if (list === null)
    throw new SourceRefused(`${folder}/courierpop3dsizelist is of an unknown version; use --unique-ids none`);
  if (list.malformed > 0)
    notes.push(`Malformed lines of courierpop3dsizelist: ${list.malformed}; their messages get new unique-ids.`);
  return (base) => list.uniqueIds.get(base);
}

/** The first octets of what Dovecot's compression writes: gzip, bzip2, xz, zstd, lz4. No message begins so. */
const compressed = /^(?:\x1f\x8b|BZh\d1AY|\xfd7zXZ|\x28\xb5\x2f\xfd|Dovecot-LZ4)/;

async function* uncompressed(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const piece of octets) {
    if (first && compressed.test(piece.toString("latin1", 0, 16))) {
      throw new Error("it is compressed; uncompress it (as with zcat) and import again");
    }
    first = false;
    yield piece;
  }
}
