// A worker: serves one generation of the configuration and lets older ones end. In a thread of its own (`worker-thread.ts`) or,
// where there is only one, in the main thread. Knows nothing of the other workers; `workers.ts` keeps them together.
import { Generation } from "./generation.js";
import type { GenerationSettings, Ports } from "./generation.js";
import { createLog } from "./log.js";
import type { LineSink, Log } from "./log.js";
import { mechanismNames } from "./make-server.js";
import type { MetricsSnapshot, SessionMetrics } from "./metrics.js";

/** What the supervisor asks of a worker. Every answer is plain data, as it goes from thread to thread. */
export interface WorkerCalls {
  /**
   * Makes a generation ready beside the one that serves, and opens the ports that are new. Throws `ServiceProblem`, with
   * nothing left of it.
   */
  prepare(settings: GenerationSettings): Promise<Ports>;
  /** The generation made ready serves from now on; the one before goes on until its last session has ended. */
  switchOver(): Promise<void>;
  /** Gives up the generation made ready. */
  abandon(): Promise<void>;
  /** Throws where it could serve nobody. */
  check(): Promise<void>;
  metrics(): Promise<MetricsSnapshot>;
  /** Stops all generations; see `Generation.stop`. */
  stop(graceMs: number): Promise<void>;
}

export class Worker implements WorkerCalls {
  readonly #sink: LineSink;
  #serving: Generation | null = null;
  #ready: Generation | null = null;
  readonly #ending = new Set<Generation>();
  #metrics: SessionMetrics | null = null;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  async prepare(settings: GenerationSettings): Promise<Ports> {
    const { config, worker, logFormat, ports } = settings;
    const log = await createLog(
      { format: logFormat, level: config.log.level, worker: ports === "own" ? null : worker },
      this.#sink,
    );
    const generation = new Generation(settings, this.#serving, log);
    try {
      if (config.metrics.listen !== null) {
        this.#metrics ??= new (await import("./metrics.js")).SessionMetrics(worker);
        this.#metrics.watch(generation.server, mechanismNames);
      }
      const got = await generation.listen();
      this.#ready = generation;
      return got;
    } catch (error) {
      await this.#end(generation, 0);
      throw error;
    }
  }

  async switchOver(): Promise<void> {
    const [next, before] = [this.#ready, this.#serving];
    if (next === null) throw new TypeError("no generation was made ready");
    next.takeOver();
    [this.#serving, this.#ready] = [next, null];
    if (before !== null) void this.#drain(before, next.log);
  }

  async abandon(): Promise<void> {
    const given = this.#ready;
    this.#ready = null;
    if (given !== null) await this.#end(given, 0);
  }

  async check(): Promise<void> {
    if (this.#serving === null) throw new Error("nothing is being served");
    this.#serving.check();
  }

  async metrics(): Promise<MetricsSnapshot> {
    return (await this.#metrics?.snapshot()) ?? [];
  }

  async stop(graceMs: number): Promise<void> {
    const all = [this.#serving, this.#ready, ...this.#ending].filter((one) => one !== null);
    [this.#serving, this.#ready] = [null, null];
    await Promise.all(all.map(async (generation) => this.#end(generation, graceMs)));
    this.#metrics?.close();
    this.#metrics = null;
  }

  async #drain(generation: Generation, log: Log): Promise<void> {
    this.#ending.add(generation);
    try {
      await generation.drain();
    } catch (error) {
      const msg = `the configuration before could not be closed: ${(error as Error).message}`;
      log.write({ level: "error", event: "generation.close-failed", msg });
    }
    this.#ending.delete(generation);
    this.#metrics?.forget(generation.server);
  }

  async #end(generation: Generation, graceMs: number): Promise<void> {
    await generation.stop(graceMs);
    this.#metrics?.forget(generation.server);
  }
}
