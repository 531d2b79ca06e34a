// All workers of the process: started together, switched together, and started anew when one dies. Runs in the main thread.
// Knows no configuration but the places to listen on; what a worker does is `worker.ts`, what a thread is `threads.ts`.
import type { Endpoint } from "../config/endpoint.js";
import { connectionsFor, makeCountTable, SharedConnectionCounts } from "./connection-counts.js";
import type { GenerationSettings, Ports, Shared } from "./generation.js";
import type { LineSink, Log } from "./log.js";
import type { MetricsSnapshot } from "./metrics.js";
import { ThreadWorker } from "./threads.js";
import type { ThreadOptions } from "./threads.js";
import { Worker } from "./worker.js";
import type { WorkerCalls } from "./worker.js";

/** What is the same for all workers in one generation. */
export type CommonSettings = Pick<GenerationSettings, "config" | "certificate" | "ticketKeys" | "logFormat">;

export interface WorkersOptions {
  /** 1: in the main thread, without any other. */
  readonly count: number;
  readonly sink: LineSink;
  /** The log of today; it may be another one after a reload. */
  log(): Log;
  onDeath(worker: number): void;
  readonly countSeed: Uint8Array;
  /** What the session ids of this process begin with. */
  readonly sessionPrefix: string;
  readonly threads: ThreadOptions;
}

/** A worker that dies again and again is started less and less often. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** A worker that lived so long has done nothing wrong by dying. */
const GOOD_LIFE_MS = 60_000;

interface Place {
  readonly index: number;
  /** Null while it is dead. */
  worker: WorkerCalls | null;
  startedMs: number;
  waitMs: number;
  timer?: NodeJS.Timeout;
  /** Started anew, and not serving yet. */
  coming: WorkerCalls | null;
}

export class Workers {
  readonly #options: WorkersOptions;
  readonly #places: readonly Place[];
  #shared: Shared;
  #common: CommonSettings | null = null;
  /** The configuration's places to listen on as they were written, beside the ports that were had. */
  #asked: Ports = { listen: [], listen_tls: [] };
  #got: Ports = { listen: [], listen_tls: [] };
  readonly #dead = new WeakSet<WorkerCalls>();
  /** What changes the generation of a worker happens one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #generations = 0;
  #stopping = false;

  constructor(options: WorkersOptions, connections: number) {
    const { count, countSeed } = options;
    this.#options = options;
    this.#shared = { counts: makeCountTable(count, connections, countSeed) };
    this.#places = Array.from({ length: count }, (_, index) => ({
      index,
      worker: null,
      startedMs: 0,
      waitMs: FIRST_WAIT_MS,
      coming: null,
    }));
  }

  /** Where all of them listen. */
  get ports(): Ports {
    return this.#got;
  }

  /** Those that are alive. */
  get alive(): number {
    return this.#living().length;
  }

  /** Starts all of them. Throws `ServiceProblem`; `stop` is then the caller's to call. */
  async start(common: CommonSettings): Promise<void> {
    for (const place of this.#places) place.worker = this.#bear(place);
    await this.reload(common);
  }

  /** A new generation for all of them, or for none: throws `ServiceProblem` where one of them cannot have it. */
  async reload(common: CommonSettings): Promise<void> {
    await this.#inTurn(async () => this.#reload(common));
  }

  async #reload(common: CommonSettings): Promise<void> {
    const { listen, listen_tls } = common.config;
    const { connections } = common.config.limits;
    const before = this.#shared;
    // Connections of older generations go on counting in the table that they came into.
    if (connections > connectionsFor(before.counts)) {
      const counts = makeCountTable(this.#places.length, connections, this.#options.countSeed);
      this.#shared = { ...before, counts };
    }
    const [asked, known] = [{ listen, listen_tls }, this.#known(common)];
    const [first, ...others] = this.#living();
    if (first === undefined) throw new Error("no worker is alive just now");
    try {
      // The first one finds the ports out and whether they can be had; the others join it.
      const got = await first.worker.prepare(this.#settingsFor(first, common, known, "first"));
      await Promise.all(
        others.map(async (place) =>
          place.worker.prepare(this.#settingsFor(place, common, atPorts(known, got), "others")),
        ),
      );
      [this.#asked, this.#got, this.#common] = [
        asked,
        got,
        { ...common, config: { ...common.config, ...atPorts(known, got) } },
      ];
    } catch (error) {
      this.#shared = before;
      await Promise.allSettled([first, ...others].map(async ({ worker }) => worker.abandon()));
      throw error;
    }
    // One that dies at this instant is started anew, and with the new settings.
    await Promise.allSettled([first, ...others].map(async ({ worker }) => worker.switchOver()));
  }

  /** Throws where somebody who connects now might not be served. */
  async check(): Promise<void> {
    const living = this.#living();
    if (living.length === 0) throw new Error("no worker is alive");
    await Promise.all(living.map(async ({ worker }) => worker.check()));
  }

  /** What those who answer have counted, by worker. */
  async metrics(): Promise<Map<number, MetricsSnapshot>> {
    const outcomes = await Promise.allSettled(
      this.#living().map(async ({ index, worker }) => [index, await worker.metrics()] as const),
    );
    return new Map(outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])));
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    for (const { timer } of this.#places) clearTimeout(timer);
    const all = this.#places.flatMap(({ worker, coming }) => [worker, coming]).filter((one) => one !== null);
    await Promise.all(all.map(async (worker) => worker.stop(graceMs)));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const outcome = this.#turn.then(work);
    this.#turn = outcome.catch(() => {});
    return outcome;
  }

  #living(): (Place & { readonly worker: WorkerCalls })[] {
    return this.#places.filter((place): place is Place & { worker: WorkerCalls } => place.worker !== null);
  }

  #bear(place: Place): WorkerCalls {
    const { count, sink, threads } = this.#options;
    place.startedMs = Date.now();
    if (count === 1) return new Worker(sink);
    const worker: ThreadWorker = new ThreadWorker(sink, (reason) => this.#died(place, worker, reason), threads);
    return worker;
  }

  /** `worker` is null where it could not even be started. */
  #died(place: Place, worker: WorkerCalls | null, reason: string): void {
    if (worker !== null && this.#dead.has(worker)) return;
    if (worker !== null) this.#dead.add(worker);
    [place.worker, place.coming] = [null, null];
    new SharedConnectionCounts(this.#shared.counts, this.#places.length, noLimits).forget(place.index);
    if (this.#stopping) return;
    if (Date.now() - place.startedMs > GOOD_LIFE_MS) place.waitMs = FIRST_WAIT_MS;
    const { waitMs } = place;
    place.waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    this.#options.onDeath(place.index);
    this.#options.log().write({
      level: "error",
      event: "worker.died",
      msg: `worker ${place.index} has died and is started anew in ${waitMs / 1000} s: ${reason.split("\n").join(" ")}`,
      fields: { worker: place.index, reason, waitMs },
    });
    // A start that fails is the first one's business, not this one's.
    if (this.#common === null) return;
    place.timer = setTimeout(() => void this.#inTurn(async () => this.#revive(place)), waitMs);
  }

  async #revive(place: Place): Promise<void> {
    if (this.#common === null || this.#stopping) return;
    let worker: WorkerCalls | null = null;
    try {
      worker = this.#bear(place);
      place.coming = worker;
      const { listen, listen_tls } = this.#common.config;
      await worker.prepare(this.#settingsFor(place, this.#common, { listen, listen_tls }, "others"));
      await worker.switchOver();
      if (!this.#dead.has(worker)) [place.worker, place.coming] = [worker, null];
    } catch (error) {
      await worker?.stop(0);
      this.#died(place, worker, (error as Error).message);
    }
  }

  /** The places to listen on, with the port that was had before where the system may choose. */
  #known({ config }: CommonSettings): Ports {
    const known = (key: keyof Ports): Endpoint[] => {
      const left = this.#asked[key].map((endpoint, at) => ({ endpoint, got: this.#got[key][at] }));
      return config[key].map((wanted) => {
        const at = left.findIndex(({ endpoint }) => endpoint.host === wanted.host && endpoint.port === wanted.port);
        const port = at < 0 ? undefined : left.splice(at, 1)[0]?.got?.port;
        return { host: wanted.host, port: port ?? wanted.port };
      });
    };
    return { listen: known("listen"), listen_tls: known("listen_tls") };
  }

  #settingsFor({ index }: Place, common: CommonSettings, ports: Ports, share: "first" | "others"): GenerationSettings {
    const generation = (++this.#generations).toString(36);
    return {
      ...common,
      config: { ...common.config, ...ports },
      shared: this.#shared,
      worker: index,
      sessionPrefix: `${this.#options.sessionPrefix}-${generation}-`,
      ports: this.#places.length === 1 ? "own" : share,
    };
  }
}

const noLimits = { connections: Infinity, connectionsPerAddress: Infinity };

/** The same hosts with the ports that were had. */
function atPorts(wanted: Ports, got: Ports): Ports {
  const at = (key: keyof Ports): Endpoint[] =>
    wanted[key].map((endpoint, index) => ({ host: endpoint.host, port: got[key][index]?.port ?? endpoint.port }));
  return { listen: at("listen"), listen_tls: at("listen_tls") };
}
