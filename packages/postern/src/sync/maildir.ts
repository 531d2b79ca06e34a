// A Maildir: unfinished messages in `tmp`, new ones in `new`; programs that read mail move them to `cur` and add flags to their names.
// Lines end with LF, as these programs expect. Knows names only; how files are made to last is for `folder-placement.ts`.
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { accountTag } from "./account-lock.js";
import type { MessageFacts } from "./destination.js";
import type { FolderLayout } from "./folder-placement.js";
import { unixLines } from "./line-ends.js";

export function maildirLayout(folder: string, account: string): FolderLayout {
  const mark = `_postern-${accountTag(account)}`;
  // As the Maildir convention has it for characters that mean something in a path or a name.
  const host = hostname()
    .replaceAll("/", String.raw`\057`)
    .replaceAll(":", String.raw`\072`);
  const [cur, fresh, tmp] = ["cur", "new", "tmp"].map((name) => join(folder, name)) as [string, string, string];
  let deliveries = 0;
  return {
    directories: [folder, cur, fresh, tmp],
    unfinished: tmp,
    finished: fresh,
    nameFor: ({ receivedMs }: MessageFacts) => {
      const random = randomBytes(8).toString("hex");
      return `${Math.floor(receivedMs / 1000)}.P${process.pid}Q${++deliveries}R${random}${mark}.${host}`;
    },
    unfinishedFile: (name) => name,
    finishedFile: (name) => name,
    isOurs: (file) => file.includes(`${mark}.`),
    present: async (names) => {
      if (names.length === 0) return new Set();
      // Behind the name there may be flags (`:2,S`; some systems write another character than the colon) or a size.
      const files = [...(await readdir(fresh)), ...(await readdir(cur))].filter((file) => file.includes(mark));
      return new Set(names.filter((name) => files.some((file) => file.startsWith(name))));
    },
    form: unixLines,
  };
}
