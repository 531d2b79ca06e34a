// A folder of message files, `*.eml` at any depth, as an import source. The file's modification time is taken as the
// arrival: a Date field is what the sender says, and retention counts from the arrival.
import { readdir, lstat } from "node:fs/promises";
import { join } from "node:path";
import { ContentKeys } from "./content-keys.js";
import { fileOctets } from "./file-octets.js";
import { SourceRefused } from "./import-source.js";
import type { ImportSource, SourceMessage } from "./import-source.js";
import { fileReason } from "../config/file-reason.js";

interface EmlFile {
  readonly path: string;
  readonly octets: number;
  readonly arrivedMs: number;
}

/** Lists the message files of a folder, in the order of their paths. Throws `SourceRefused` where there are none. */
export async function emlSource(folder: string): Promise<ImportSource> {
  const files: EmlFile[] = [];
  let links = 0;
  const collect = async (current: string): Promise<void> => {
    const entries = await readdir(current, { withFileTypes: true });
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(current, entry.name);
      if (entry.isDirectory()) await collect(path);
      else if (!entry.name.toLowerCase().endsWith(".eml")) continue;
      else if (entry.isSymbolicLink()) links++;
      else if (entry.isFile()) {
        const { size, mtimeMs } = await lstat(path);
        files.push({ path, octets: size, arrivedMs: Math.trunc(mtimeMs) });
      }
    }
  };
  try {
    await collect(folder);
  } catch (error) {
    throw new SourceRefused(`${folder} cannot be read: ${fileReason(error)}`, { cause: error });
  }
  if (files.length === 0) throw new SourceRefused(`${folder} holds no file whose name ends in .eml`);

  return {
    count: files.length,
    octets: files.reduce((sum, { octets }) => sum + octets, 0),
    notes: links === 0 ? [] : [`Left out, because they are symbolic links: ${links}.`],
    messages: () => messagesOf(files),
  };
}

async function* messagesOf(files: readonly EmlFile[]): AsyncGenerator<SourceMessage> {
  const keys = new ContentKeys();
  for (const { path, octets, arrivedMs } of files) {
    yield { name: path, octets, arrivedMs, ...keys.keyed(() => fileOctets(path)) };
  }
}
