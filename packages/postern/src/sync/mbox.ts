// An mbox file: all messages in one, so that a new one can only be appended, and a death in the middle leaves a part of it.
//
// What makes it safe is that a message is complete elsewhere before the first octet of it is appended:
//   1. Messages are written, in their final form, into a spool: a file beside the state. No lock is held while the network is slow.
//   2. The spool is synchronized. The mbox is locked, its length is noted, and the ledger is told: the octets of the spool are about to
//      stand from that offset on (`Intent.place`). That is the journal.
//   3. The spool is copied to the end of the mbox, the mbox synchronized, unlocked, and the ledger told that the messages are fetched.
// Whoever opens the mbox after a death in 3 finds the journal and compares what stands at the offset with the spool:
//   - all of it: the messages are there, and are recorded as fetched; whatever follows is not ours.
//   - a beginning of it, and nothing behind, or only the NULs that a file system leaves when the power fails: the rest is written.
//     So a death is made good by finishing, and the file is never made shorter.
//   - a beginning of it, and then other octets: another program removed our lock and appended. Its octets stay where they are. Messages
//     that are whole are recorded; of one that is not, the last two octets of the part become empty lines, so that what follows is
//     taken for the message that it is, and the message is fetched again. The part remains, and `notice` is told.
//   - something else: a program has rewritten the file since. What it kept of ours cannot be told; the messages are fetched again.
// The last two are the only ways to a doubled message, and both need another program to write between the death and the next fetch.
import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Placement, StagedMessage } from "./batched-destination.js";
import { DestinationFailure } from "./destination.js";
import type { Intent, MessageFacts } from "./destination.js";
import { lockFile } from "./dot-lock.js";
import { makeDurableDirectory, synchronizeDirectory, writeAll, writeFrom } from "./durable-files.js";
import { fromLineOctets, mboxForm } from "./mbox-form.js";
import { commonLength, copy, octetsAt, onlyNuls, partEnd, separatorBehind } from "./mbox-octets.js";

const LF = 0x0a;

interface StagedText extends StagedMessage {
  /** Where it begins in the spool. */
  readonly at: number;
}

/** A journal entry: the batch was to stand at `offset`, behind that many newlines, this message at `at` of the spool. */
interface Place {
  readonly offset: number;
  readonly newlines: number;
  readonly at: number;
  readonly octets: number;
}

export interface MboxOptions {
  /** The spool; one for each mbox and account, and nothing but that. */
  readonly spoolPath: string;
  /** What tells files of this account apart. */
  readonly tag: string;
  /** How long to wait for another program's lock. */
  readonly lockWaitMs?: number | undefined;
  /** Is told, in a sentence, what could not be made good. */
  notice?(sentence: string): void;
}

export class MboxPlacement implements Placement<StagedText> {
  readonly #path: string;
  readonly #options: MboxOptions;
  #spool: FileHandle | null = null;
  #spoolEnd = 0;

  constructor(path: string, options: MboxOptions) {
    this.#path = path;
    this.#options = options;
  }

  async recover(intents: readonly Intent[]): Promise<readonly string[]> {
    await makeDurableDirectory(dirname(this.#path));
    const { spoolPath } = this.#options;
    this.#spool = await open(spoolPath, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    await synchronizeDirectory(dirname(spoolPath));
    // Also tells right at the beginning where the mbox cannot be written.
    return this.#locked((mbox) => this.#finish(mbox, intents));
  }

  async stage(message: AsyncIterable<Uint8Array>, facts: MessageFacts): Promise<StagedText> {
    const spool = this.#opened();
    const at = this.#spoolEnd;
    // What lies behind is of a message that failed, or of a batch that has long been settled.
    await spool.truncate(at);
    const end = await writeFrom(spool, at, mboxForm(message, facts.receivedMs));
    this.#spoolEnd = end;
    return { uniqueId: facts.uniqueId, octets: end - at, at };
  }

  async publish(staged: readonly StagedText[], intend: (intents: readonly Intent[]) => void): Promise<void> {
    const spool = this.#opened();
    await spool.truncate(this.#spoolEnd);
    await spool.sync();
    await this.#locked(async (mbox) => {
      const { size: offset } = await mbox.stat();
      const newlines = await separatorBehind(mbox, offset);
      intend(
        staged.map(({ uniqueId, at, octets }) => ({ uniqueId, place: placeText({ offset, newlines, at, octets }) })),
      );
      try {
        await writeAll(mbox, Buffer.alloc(newlines, "\n"), offset);
        await copy(spool, 0, this.#spoolEnd, mbox, offset + newlines);
        await mbox.sync();
      } catch (error) {
        // A full disk: readers shall not see a part until the next fetch. Should this fail too, the journal is still there.
        await mbox.truncate(offset).catch(() => undefined);
        throw error;
      }
    });
    this.#spoolEnd = 0;
  }

  async close(settled: boolean): Promise<void> {
    await this.#spool?.close();
    this.#spool = null;
    if (settled) await rm(this.#options.spoolPath, { force: true });
  }

  async #finish(mbox: FileHandle, intents: readonly Intent[]): Promise<readonly string[]> {
    const [first] = intents;
    if (first === undefined) return [];
    const spool = this.#opened();
    const { offset, newlines } = parsePlace(first.place);
    const messages = intents.map(({ uniqueId, place }) => ({ uniqueId, ...parsePlace(place) }));
    const spoolEnd = Math.max(...messages.map(({ at, octets }) => at + octets));
    const { size } = await mbox.stat();
    const start = offset + newlines;
    // Without its spool a journal says nothing: somebody has cleared up.
    if ((await spool.stat()).size < spoolEnd || size < offset) return [];

    const separators = await octetsAt(mbox, offset, Math.min(start, size));
    if (!separators.every((octet) => octet === LF) && !(await onlyNuls(mbox, offset, size))) return [];
    const common = await commonLength(spool, spoolEnd, mbox, start);
    if (common < spoolEnd && (size <= start + common || (await onlyNuls(mbox, start + common, size)))) {
      await writeAll(mbox, Buffer.alloc(newlines, "\n"), offset);
      await copy(spool, common, spoolEnd, mbox, start + common);
      await mbox.sync();
      return messages.map(({ uniqueId }) => uniqueId);
    }
    const whole = messages.filter(({ at, octets }) => at + octets <= common);
    // No other message has the `From ` line of ours; as far as that, it may be another one.
    const broken = messages.find(({ at, octets }) => at + fromLineOctets <= common && common < at + octets);
    if (broken !== undefined) await this.#seal(mbox, start + broken.at, start + common);
    await mbox.sync();
    return whole.map(({ uniqueId }) => uniqueId);
  }

  /** Lets the part of a message that others have appended to end as a message ends. */
  async #seal(mbox: FileHandle, start: number, commonEnd: number): Promise<void> {
    const end = await partEnd(mbox, commonEnd);
    if (end === null || end - 2 < start + fromLineOctets) return;
    await writeAll(mbox, Buffer.from("\n\n"), end - 2);
    this.#options.notice?.(
      `${this.#path}: the fetch before was cut off and another program appended; part of a message remains at octet ${start}, and the message is fetched again`,
    );
  }

  /** Runs the work on the mbox, locked; makes it where there is none. */
  async #locked<T>(work: (mbox: FileHandle) => Promise<T>): Promise<T> {
    const lock = await lockFile(this.#path, this.#options.tag, this.#options.lockWaitMs);
    try {
      const mbox = await open(this.#path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK, 0o600);
      try {
        await this.#refuseOthers(mbox);
        await synchronizeDirectory(dirname(this.#path));
        return await work(mbox);
      } finally {
        await mbox.close();
      }
    } finally {
      await lock.release();
    }
  }

  /** Appends to nothing that is not an mbox. */
  async #refuseOthers(mbox: FileHandle): Promise<void> {
    const facts = await mbox.stat();
    const beginning = Buffer.alloc(5);
    if (facts.isFile() && facts.size > 0) await mbox.read(beginning, 0, beginning.length, 0);
    const text = beginning.toString("latin1");
    // NULs: the power failed before the first octets of a new file were on the disk.
    if (facts.isFile() && (facts.size === 0 || text === "From " || text === "\0\0\0\0\0")) return;
    const what = facts.isFile() ? "it does not begin with `From `, so it is no mbox file" : "it is not a regular file";
    throw new DestinationFailure("refused", `${this.#path}: ${what}; choose another one`);
  }

  #opened(): FileHandle {
    if (this.#spool === null) throw new TypeError("the mbox is not open");
    return this.#spool;
  }
}

function placeText({ offset, newlines, at, octets }: Place): string {
  return [offset, newlines, at, octets].join(" ");
}

function parsePlace(text: string): Place {
  const [offset = 0, newlines = 0, at = 0, octets = 0] = text.split(" ").map(Number);
  return { offset, newlines, at, octets };
}
