// The numbers of the process as a whole, and the page of /metrics: they and those of all workers, put together.
// Runs in the main thread only. What a worker counts is `metrics.ts`'s.
import { AggregatorRegistry, collectDefaultMetrics, Counter, Registry } from "prom-client";
import { gaugeIn } from "./gauge.js";
import type { MetricsSnapshot } from "./metrics.js";

/** What the gauges are set from. */
export interface ProcessFacts {
  readonly version: string;
  workers(): number;
  /** When the certificate ends. */
  certificateEndsMs(): number;
}

export class ProcessMetrics {
  readonly #registry = new Registry();
  readonly #reloads: Counter<"outcome">;
  readonly #deaths: Counter;
  /** What workers that died had counted, so that no counter ever goes back. */
  #buried: MetricsSnapshot = [];
  readonly #last = new Map<number, MetricsSnapshot>();

  constructor({ version, workers, certificateEndsMs }: ProcessFacts) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    gaugeIn(this.#registry, "postern_build_info", "Always 1; the labels say what runs.", ["version", "node"], (gauge) =>
      gauge.set({ version, node: process.versions.node }, 1),
    );
    gaugeIn(this.#registry, "postern_workers", "Workers that serve now.", [], (gauge) => gauge.set(workers()));
    const ends = "When the certificate ends, in seconds since 1970.";
    gaugeIn(this.#registry, "postern_certificate_end_seconds", ends, [], (gauge) =>
      gauge.set(certificateEndsMs() / 1000),
    );
    this.#reloads = new Counter({
      name: "postern_reloads_total",
      help: "Reloads of the configuration, by outcome.",
      labelNames: ["outcome"],
      registers,
    });
    this.#deaths = new Counter({
      name: "postern_worker_deaths_total",
      help: "Workers that died and were started anew.",
      registers,
    });
    for (const outcome of ["done", "refused"]) this.#reloads.inc({ outcome }, 0);
  }

  reloaded(outcome: "done" | "refused"): void {
    this.#reloads.inc({ outcome });
  }

  /** A worker has died: what it had counted when it was last asked stays counted. */
  died(worker: number): void {
    this.#deaths.inc();
    const counted = (this.#last.get(worker) ?? []).filter(({ type }) => isCount(type));
    this.#last.delete(worker);
    this.#buried = sumOf([this.#buried, counted]);
  }

  /** The page, from what each worker that answers has counted. */
  async page(workers: ReadonlyMap<number, MetricsSnapshot>): Promise<{ type: string; text: string }> {
    for (const [worker, snapshot] of workers) this.#last.set(worker, snapshot);
    const counted = AggregatorRegistry.aggregate([this.#buried, ...this.#last.values()].map((one) => [...one]));
    const text = `${await this.#registry.metrics()}\n${await counted.metrics()}`;
    return { type: this.#registry.contentType, text };
  }

  close(): void {
    this.#registry.clear();
  }
}

/** The types come as text, whatever the library's declarations say. */
function isCount(type: unknown): boolean {
  return type === "counter" || type === "histogram";
}

function sumOf(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const sum = AggregatorRegistry.aggregate(snapshots.map((one) => [...one]));
  return sum.getMetricsAsArray().map((metric) => (metric as unknown as { get(): MetricsSnapshot[number] }).get());
}
