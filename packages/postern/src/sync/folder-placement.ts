// Messages as files of their own: written under a name that nobody reads, then renamed, which happens whole or not at all. What is
// common to `maildir.ts` and `eml.ts`; those know the names and the form.
//
// After a death, of each message that was intended either the unfinished name is still there, and the rename is made good, or the
// finished one is, and the rename had happened. Where neither is there, somebody has taken it away: a person from the folder, or a
// program that clears up unfinished names that are days old. Nobody knows which, so the message is fetched again.
import { open, readdir, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Placement, StagedMessage } from "./batched-destination.js";
import type { Intent, MessageFacts } from "./destination.js";
import { makeDurableDirectory, synchronizeDirectory, writeFrom } from "./durable-files.js";

/** How one kind of folder is laid out. Names are those of messages, without what a directory or an ending adds. */
export interface FolderLayout {
  /** Made where they are missing, in this order. */
  readonly directories: readonly string[];
  /** Where unfinished files lie. */
  readonly unfinished: string;
  /** Where finished files appear. */
  readonly finished: string;
  /** A name that no other message has or had. */
  nameFor(facts: MessageFacts): string;
  /** Name of the file in `unfinished`, and in `finished`. */
  unfinishedFile(name: string): string;
  finishedFile(name: string): string;
  /** Whether that file of `unfinished` is one of this account, so that nobody else works on it. */
  isOurs(file: string): boolean;
  /** Tells of which names there is a finished file now, wherever people's programs have put it. */
  present(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** The octets as this folder has them. */
  form(message: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

interface StagedFile extends StagedMessage {
  readonly name: string;
  /** Settles once the octets last and the file is closed. */
  readonly synchronized: Promise<void>;
}

export class FolderPlacement implements Placement<StagedFile> {
  readonly #layout: FolderLayout;
  readonly #staged = new Set<StagedFile>();

  constructor(layout: FolderLayout) {
    this.#layout = layout;
  }

  async recover(intents: readonly Intent[]): Promise<readonly string[]> {
    const { directories, unfinished, finished } = this.#layout;
    for (const directory of directories) await makeDurableDirectory(directory);
    const left = new Set((await readdir(unfinished)).filter((file) => this.#layout.isOurs(file)));
    const placed: Intent[] = [];
    const renamed: Intent[] = [];
    for (const intent of intents) {
      const file = this.#layout.unfinishedFile(intent.place);
      if (!left.delete(file)) renamed.push(intent);
      else {
        await rename(join(unfinished, file), join(finished, this.#layout.finishedFile(intent.place)));
        placed.push(intent);
      }
    }
    const present = await this.#layout.present(renamed.map(({ place }) => place));
    placed.push(...renamed.filter(({ place }) => present.has(place)));
    for (const file of left) await rm(join(unfinished, file), { force: true });
    if (intents.length > 0) await synchronizeDirectory(finished);
    return placed.map(({ uniqueId }) => uniqueId);
  }

  async stage(message: AsyncIterable<Uint8Array>, facts: MessageFacts): Promise<StagedFile> {
    const name = this.#layout.nameFor(facts);
    const path = this.#unfinishedPath(name);
    const file = await open(path, "wx", 0o600);
    try {
      const octets = await writeFrom(file, 0, this.#layout.form(message));
      // Begun now and awaited later: the disk works while the next message comes in.
      const synchronized = synchronize(file);
      synchronized.catch(() => undefined);
      const staged = { uniqueId: facts.uniqueId, octets, name, synchronized };
      this.#staged.add(staged);
      return staged;
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  async publish(staged: readonly StagedFile[], intend: (intents: readonly Intent[]) => void): Promise<void> {
    await Promise.all(staged.map(async ({ synchronized }) => synchronized));
    const { unfinished, finished } = this.#layout;
    await synchronizeDirectory(unfinished);
    intend(staged.map(({ uniqueId, name }) => ({ uniqueId, place: name })));
    for (const message of staged) {
      await rename(this.#unfinishedPath(message.name), join(finished, this.#layout.finishedFile(message.name)));
      this.#staged.delete(message);
    }
    await synchronizeDirectory(finished);
  }

  /** What was intended and not renamed stays: the ledger says that it is there. */
  async close(): Promise<void> {
    for (const { synchronized } of this.#staged) await synchronized.catch(() => undefined);
    this.#staged.clear();
  }

  #unfinishedPath(name: string): string {
    return join(this.#layout.unfinished, this.#layout.unfinishedFile(name));
  }
}

async function synchronize(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
