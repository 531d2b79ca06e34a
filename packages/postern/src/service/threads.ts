// The main thread's end of a worker's thread: starts it, calls it, and learns of its death. To `workers.ts` it is a worker.
// Knows nothing of what is called; the other end is `worker-thread.ts`.
import { Worker as Thread } from "node:worker_threads";
import { receivedError } from "./messages.js";
import type { Argument, CallName, Told } from "./messages.js";
import type { LineSink } from "./log.js";
import type { WorkerCalls } from "./worker.js";

/** What a test may set: how its threads load the sources. */
export interface ThreadOptions {
  readonly execArgv?: readonly string[];
}

/** As this file is loaded, so is the other end: from the sources or built. */
const entry = new URL(`worker-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** How long a thread that has stopped may take to end. */
const END_MS = 2000;

/** How long a worker may take to answer what takes no time. */
const ANSWER_MS = 2000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class ThreadWorker implements WorkerCalls {
  readonly #thread: Thread;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gone: Promise<void>;
  #calls = 0;
  #stopping = false;
  #dead = false;
  #reason: string | null = null;

  /** `onDeath` is told why, unless the thread was stopped. */
  constructor(sink: LineSink, onDeath: (reason: string) => void, { execArgv }: ThreadOptions = {}) {
    this.#thread = new Thread(entry, execArgv === undefined ? {} : { execArgv: [...execArgv] });
    this.#thread.on("message", (told: Told) => {
      if ("line" in told) sink(told.line);
      else this.#settle(told);
    });
    this.#thread.on("error", (error: unknown) => {
      this.#reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    this.#gone = new Promise((resolve) => {
      this.#thread.once("exit", (code) => {
        this.#dead = true;
        const reason = this.#reason ?? `its thread ended with status ${code}`;
        for (const { reject } of this.#waiting.values()) reject(new Error(`the worker has died: ${reason}`));
        this.#waiting.clear();
        resolve();
        if (!this.#stopping) onDeath(reason);
      });
    });
  }

  async prepare(settings: Argument<"prepare">): ReturnType<WorkerCalls["prepare"]> {
    return this.#call("prepare", settings);
  }

  async switchOver(): Promise<void> {
    return this.#call("switchOver", undefined);
  }

  async abandon(): Promise<void> {
    return this.#call("abandon", undefined);
  }

  async check(): Promise<void> {
    return this.#within(ANSWER_MS, this.#call("check", undefined));
  }

  async metrics(): ReturnType<WorkerCalls["metrics"]> {
    return this.#within(ANSWER_MS, this.#call("metrics", undefined));
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    // A thread that dies while it stops has stopped.
    await this.#call("stop", graceMs).catch(() => {});
    await this.#within(END_MS, this.#gone).catch(async () => this.#thread.terminate());
  }

  async #call<Name extends CallName>(
    name: Name,
    argument: Argument<Name>,
  ): Promise<Awaited<ReturnType<WorkerCalls[Name]>>> {
    if (this.#dead) throw new Error("the worker has died");
    const id = ++this.#calls;
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#thread.postMessage({ id, name, argument });
    return answered as Promise<Awaited<ReturnType<WorkerCalls[Name]>>>;
  }

  #settle(told: Exclude<Told, { readonly line: string }>): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if ("error" in told) waiting?.reject(receivedError(told.error));
    else waiting?.resolve(told.value);
  }

  async #within<T>(ms: number, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`a worker did not answer for ${ms / 1000} seconds`)), ms);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
