// A folder of `*.eml` files, each a message as it was on the wire, CRLF and all: for archives, and for programs that open such files.
// Knows names only; how files are made to last is for `folder-placement.ts`.
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { accountTag } from "./account-lock.js";
import type { MessageFacts } from "./destination.js";
import type { FolderLayout } from "./folder-placement.js";

/** Characters of a unique-id that are shown in a file's name. */
const SHOWN_LENGTH = 40;

export function emlLayout(folder: string, account: string): FolderLayout {
  const ending = `.${accountTag(account)}.part`;
  return {
    directories: [folder],
    unfinished: folder,
    finished: folder,
    /** `20260401-134501-0000002a5f1c-9c1f02ab`: sorts by time; the last part makes it the only one. */
    nameFor: ({ uniqueId, receivedMs }: MessageFacts) => {
      const time = new Date(receivedMs)
        .toISOString()
        .replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+).*/, "$1$2$3-$4$5$6");
      const shown = uniqueId.slice(0, SHOWN_LENGTH).replaceAll(/[^A-Za-z0-9_-]+/g, "-");
      return `${time}-${shown}-${randomBytes(8).toString("hex")}`;
    },
    // A dot in front hides it from most programs, and the ending from the others.
    unfinishedFile: (name) => `.${name}${ending}`,
    finishedFile: (name) => `${name}.eml`,
    isOurs: (file) => file.startsWith(".") && file.endsWith(ending),
    present: async (names) => {
      if (names.length === 0) return new Set();
      const files = new Set(await readdir(folder));
      return new Set(names.filter((name) => files.has(`${name}.eml`)));
    },
    form: (message) => message,
  };
}
