// Carries the write-ahead log of a database over into it, in a thread of its own: SQLite would do it in the midst of a commit,
// and the event loop would stand still while the disk works. Imports nothing of ours, because the thread runs this file too.
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** Octets of a log that is carried over. SQLite shortens the log to half of that when it begins anew; see `sqlite-file.ts`. */
export const CHECKPOINT_OCTETS: number = 8 * 1024 * 1024;

/** How much a log must grow before carrying over is tried again: a reader may have kept it from succeeding. */
const GROWTH_OCTETS = CHECKPOINT_OCTETS / 4;

/** How long the thread waits for those who write or read, before it leaves the rest to the next time. */
const RESTART_WAIT_MS = 200;

interface Task {
  readonly checkpointOf: string;
}

export class Checkpointer {
  readonly #path: string;
  #thread: Worker | null = null;
  #busy = false;
  #triedAtOctets = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** To be called after commits; the thread is started when it is first needed. */
  committed(): void {
    if (this.#busy) return;
    const logOctets = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (logOctets < this.#triedAtOctets) this.#triedAtOctets = 0;
    if (logOctets < Math.max(CHECKPOINT_OCTETS, this.#triedAtOctets + GROWTH_OCTETS)) return;
    this.#triedAtOctets = logOctets;
    this.#busy = true;
    this.#thread ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#thread.postMessage(null);
  }

  close(): void {
    void this.#thread?.terminate();
    this.#thread = null;
  }

  #start(): Worker {
    const task: Task = { checkpointOf: this.#path };
    const thread = new Worker(new URL(import.meta.url), { workerData: task });
    thread.on("message", () => (this.#busy = false));
    // Without the thread, SQLite carries the log over itself, only later.
    thread.on("error", () => (this.#thread = null));
    thread.unref();
    return thread;
  }
}

function isTask(data: unknown): data is Task {
  return typeof data === "object" && data !== null && "checkpointOf" in data && typeof data.checkpointOf === "string";
}

if (!isMainThread && parentPort !== null && isTask(workerData)) {
  const port = parentPort;
  const database = new DatabaseSync(workerData.checkpointOf, { timeout: RESTART_WAIT_MS });
  port.on("message", () => {
    // First all that can be done beside the others. Then the little that was added meanwhile, with the write lock: only a log
    // that is carried over to its end begins anew, and else it would grow for as long as somebody writes.
    database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    database.exec("PRAGMA wal_checkpoint(RESTART)");
    port.postMessage(null);
  });
}
