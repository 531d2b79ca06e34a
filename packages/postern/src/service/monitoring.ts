// The pages for monitoring: /metrics and /healthz, and where they are answered. Once per process, in the main thread.
// What they say comes from `process-metrics.ts` and from the workers; HTTP itself is `monitoring/http-listener.ts`.
import { formatEndpoint } from "../config/endpoint.js";
import type { Endpoint } from "../config/endpoint.js";
import { listenHttp } from "../monitoring/http-listener.js";
import type { HttpListener, Page, PageMaker } from "../monitoring/http-listener.js";
import type { MetricsSnapshot } from "./metrics.js";
import { ServiceProblem } from "./problem.js";
import { ProcessMetrics } from "./process-metrics.js";
import type { ProcessFacts } from "./process-metrics.js";

/** What the pages are made from. */
export interface Monitored extends ProcessFacts {
  metrics(): Promise<ReadonlyMap<number, MetricsSnapshot>>;
  /** Throws, with the reason, where somebody who connects now might not be served. */
  check(): Promise<void>;
}

const plain = "text/plain; charset=utf-8";

async function health({ check }: Monitored): Promise<Page> {
  try {
    await check();
    return { status: 200, type: plain, body: "ok\n" };
  } catch (error) {
    return { status: 503, type: plain, body: `${(error as Error).message}\n` };
  }
}

export class Monitoring {
  readonly metrics: ProcessMetrics;
  readonly #pages: ReadonlyMap<string, PageMaker>;
  #listener: HttpListener | null = null;
  #asked: string | null = null;

  constructor(monitored: Monitored) {
    const metrics = new ProcessMetrics(monitored);
    this.metrics = metrics;
    this.#pages = new Map<string, PageMaker>([
      [
        "/metrics",
        async () => {
          const { type, text } = await metrics.page(await monitored.metrics());
          return { status: 200, type, body: text };
        },
      ],
      ["/healthz", async () => health(monitored)],
    ]);
  }

  get at(): Endpoint | null {
    return this.#listener?.at ?? null;
  }

  /**
   * Answers there from now on, and nowhere where it is null. Gives back what undoes it, and what has to be done once it is
   * sure to stay: until then the place before is kept. Throws `ServiceProblem`.
   */
  async move(endpoint: Endpoint | null): Promise<{ keep(): void; undo(): void }> {
    const asked = endpoint === null ? null : formatEndpoint(endpoint);
    if (asked === this.#asked) return { keep: () => {}, undo: () => {} };
    const next = endpoint === null ? null : await this.#listen(endpoint);
    return {
      keep: () => {
        this.#listener?.close();
        [this.#listener, this.#asked] = [next, asked];
      },
      undo: () => next?.close(),
    };
  }

  close(): void {
    this.#listener?.close();
    this.metrics.close();
  }

  async #listen(endpoint: Endpoint): Promise<HttpListener> {
    try {
      return await listenHttp(endpoint, this.#pages);
    } catch (error) {
      const where = formatEndpoint(endpoint);
      const { code, message } = error as NodeJS.ErrnoException;
      throw new ServiceProblem(
        code === "EADDRINUSE"
          ? `${where} is in use by another program: listen elsewhere with the key metrics.listen.`
          : `Listening on ${where} for metrics.listen failed: ${message}`,
        { cause: error },
      );
    }
  }
}
