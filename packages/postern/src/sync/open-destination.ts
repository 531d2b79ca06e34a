// The kinds of destinations there are: reads the address, opens what it names. What a destination promises is `destination.ts`.
// A new kind is a line here, a form in `destination-address.ts`, and a file.
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { accountTag } from "./account-lock.js";
import { batchLimits, openBatched } from "./batched-destination.js";
import type { BatchLimits } from "./batched-destination.js";
import { parseDestination } from "./destination-address.js";
import type { Destination, Ledger } from "./destination.js";
import { emlLayout } from "./eml.js";
import { FolderPlacement } from "./folder-placement.js";
import type { LmtpDeadlines } from "./lmtp.js";
import { maildirLayout } from "./maildir.js";
import { MboxPlacement } from "./mbox.js";

export interface OpenOptions {
  /** Where it is told, durably, what is there: the state of the account. */
  readonly ledger: Ledger;
  /** The file of that state: what a destination needs to make an interrupted delivery good is kept beside it. */
  readonly statePath: string;
  /** For whom the mail is where an LMTP address does not say. */
  readonly recipient?: string | undefined;
  readonly batch?: BatchLimits | undefined;
  readonly lmtpDeadlines?: LmtpDeadlines | undefined;
  /** How long another program's lock of an mbox is waited for. */
  readonly lockWaitMs?: number | undefined;
  /** Is told, in a sentence, what people should know and what does not stop the fetch. */
  notice?(sentence: string): void;
}

/**
 * Opens a destination: `maildir:DIR`, `mbox:FILE`, `eml:DIR` or `lmtp://host:port/recipient`. Folders and files are made where they are
 * missing. What an earlier process had begun is finished first, and recorded, so this comes before the ledger is asked what there is.
 * Throws `DestinationFailure`.
 */
export async function openDestination(text: string, options: OpenOptions): Promise<Destination> {
  const { ledger, statePath, batch = batchLimits } = options;
  const address = parseDestination(text, options.recipient);
  if (address.kind === "lmtp") {
    const { LmtpDestination } = await import("./lmtp.js");
    return new LmtpDestination(text, address, ledger, options.lmtpDeadlines);
  }
  const path = await realPath(address.path);
  const name = `${address.kind}:${path}`;
  const { account } = ledger;
  if (address.kind === "mbox") {
    const tag = accountTag(account);
    const spool = createHash("sha256").update(`${account}\0${name}`).digest("hex").slice(0, 16);
    const { lockWaitMs, notice } = options;
    const mbox = new MboxPlacement(path, {
      spoolPath: `${statePath}.${spool}.spool`,
      tag,
      lockWaitMs,
      ...(notice !== undefined && { notice }),
    });
    return openBatched(name, mbox, ledger, batch);
  }
  const layout = address.kind === "maildir" ? maildirLayout(path, account) : emlLayout(path, account);
  return openBatched(name, new FolderPlacement(layout), ledger, batch);
}

/** The path without symbolic links, as far as it is there: the ledger has to know a place again however it is written. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPath(above), basename(path));
  }
}
