// From what is written behind `--from` to an import source. A new format is a line here and a file beside it.
// Reads no message itself. The help of `cli/import.ts` names the formats too, and changes with the table here.
import { resolve } from "node:path";
import { cyrusSource } from "./cyrus-source.js";
import { emlSource } from "./eml-source.js";
import { SourceRefused } from "./import-source.js";
import type { ImportSource, UniqueIdWay } from "./import-source.js";
import { maildirSource } from "./maildir-source.js";
import { mboxSource } from "./mbox-source.js";

const formats: Readonly<Record<string, (path: string, way: UniqueIdWay) => Promise<ImportSource>>> = {
  maildir: maildirSource,
  mbox: mboxSource,
  eml: (folder, way) => {
    if (way === "auto" || way === "none") return emlSource(folder);
    throw new SourceRefused(`a folder of message files holds no unique-ids of ${way}; leave --unique-ids away`);
  },
  cyrus: cyrusSource,
};

/** Opens `maildir:DIR`, `mbox:FILE`, `eml:DIR` or `cyrus:DIR`, relative to `cwd`. Throws `SourceRefused`. */
export async function openSource(from: string, way: UniqueIdWay, cwd: string): Promise<ImportSource> {
  const [, format = "", path = ""] = /^([a-z]+):(.+)$/s.exec(from) ?? [];
  const open = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (open === undefined) {
    throw new SourceRefused(`"${from}" names no source: write maildir:DIR, mbox:FILE, eml:DIR or cyrus:DIR`);
  }
  return open(resolve(cwd, path), way);
}
