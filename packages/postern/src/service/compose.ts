// From a configuration to a running service, to another configuration without a session lost, and to the stop.
// What is done once per process is here, in the main thread; what serves is in `workers.ts`. Knows no command line and no streams.
import { randomBytes, X509Certificate } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Endpoint } from "../config/endpoint.js";
import type { Config } from "../config/schema.js";
import { givenCertificate, ownCertificate } from "./certificate.js";
import type { Certificate } from "./certificate.js";
import { changedKeys } from "./config-changes.js";
import { createLog } from "./log.js";
import type { LineSink, Log } from "./log.js";
import type { Monitoring } from "./monitoring.js";
import { ServiceProblem } from "./problem.js";
import type { ThreadOptions } from "./threads.js";
import { Workers } from "./workers.js";
import type { CommonSettings } from "./workers.js";

/** What is done once per process for a configuration, such as sweeping: started beside the workers. */
export interface PrimaryTask {
  stop(): void | Promise<void>;
}

export interface ServiceSurroundings {
  /** Where the lines of the log go. */
  readonly sink: LineSink;
  /** Whether people read the lines as they come; what `log.format = "auto"` asks for. */
  readonly terminal: boolean;
  /** For the metrics; the program's version. */
  readonly version: string;
  /** Tasks to start for a configuration; at a reload the old ones are stopped before. */
  readonly onPrimary?: (config: Config, log: Log) => readonly PrimaryTask[];
  readonly threads?: ThreadOptions;
}

export interface Service {
  readonly certificate: Certificate;
  /** Where it listens, with the ports that the system chose. */
  readonly listening: readonly Endpoint[];
  readonly listeningTls: readonly Endpoint[];
  /** Where metrics are answered, or null. */
  readonly monitoring: Endpoint | null;
  readonly log: Log;
  /**
   * Serves by this configuration from now on; sessions that are open go on by the old one. Certificate and files are read
   * anew even where nothing changed. Throws `ServiceProblem` where it cannot be; everything then is as before.
   */
  reload(config: Config): Promise<void>;
  /** Idle sessions are told and closed, running commands are finished; what still runs after `graceMs` is cut off. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** How long running commands may take at a stop: less than service managers wait before they kill. */
const graceMsAtStop = 20_000;

/** Keys that make another service, not another configuration of this one. */
const lasting: readonly (readonly [key: keyof Config, why: string])[] = [
  ["data", "sessions would see two sets of maildrops: stop the server and start it anew"],
];

/** Session ids differ between starts on one day: seconds of the day, then a number for each generation. */
const sessionPrefix = (): string => Math.floor((Date.now() / 1000) % 86_400).toString(36);

async function certificateFor({ tls_cert, tls_key, data, hostname }: Config): Promise<Certificate> {
  return tls_cert === undefined || tls_key === undefined
    ? ownCertificate(data, hostname, Date.now())
    : givenCertificate(tls_cert, tls_key, Date.now());
}

class RunningService implements Service {
  readonly #surroundings: ServiceSurroundings;
  readonly #workers: Workers;
  readonly #workerCount: number;
  #config: Config;
  #certificate: Certificate | null = null;
  #log: Log | null = null;
  #monitoring: Monitoring | null = null;
  #tasks: readonly PrimaryTask[] = [];
  #stopping = false;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(config: Config, surroundings: ServiceSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
    this.#workerCount = config.workers === 0 ? availableParallelism() : config.workers;
    this.#workers = new Workers(
      {
        count: this.#workerCount,
        sink: surroundings.sink,
        log: () => this.log,
        onDeath: (worker) => this.#monitoring?.metrics.died(worker),
        countSeed: randomBytes(16),
        sessionPrefix: sessionPrefix(),
        threads: surroundings.threads ?? {},
      },
      config.limits.connections,
    );
  }

  get certificate(): Certificate {
    return this.#certificate!;
  }

  get log(): Log {
    return this.#log!;
  }

  get listening(): readonly Endpoint[] {
    return this.#workers.ports.listen;
  }

  get listeningTls(): readonly Endpoint[] {
    return this.#workers.ports.listen_tls;
  }

  get monitoring(): Endpoint | null {
    return this.#monitoring?.at ?? null;
  }

  async start(): Promise<void> {
    await this.#serve(this.#config, async (common) => this.#workers.start(common));
  }

  async reload(config: Config): Promise<void> {
    const outcome = this.#reloading.then(async () => this.#reload(config));
    this.#reloading = outcome.catch(() => {});
    return outcome;
  }

  async stop({ graceMs = graceMsAtStop }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopping = true;
    await this.#reloading;
    await this.#workers.stop(graceMs);
    for (const task of this.#tasks) await task.stop();
    this.#monitoring?.close();
  }

  async #reload(config: Config): Promise<void> {
    if (this.#stopping) throw new ServiceProblem("The server is stopping.");
    const before = this.#config;
    const certificate = this.#certificate;
    try {
      const changed = changedKeys(before, config);
      for (const [key, why] of lasting) {
        if (changed.includes(key))
          throw new ServiceProblem(`The key ${key} cannot change while the server runs: ${why}.`);
      }
      await this.#serve(config, async (common) => this.#workers.reload(common));
      this.#monitoring?.metrics.reloaded("done");
      this.#tellReload(changed, certificate);
    } catch (error) {
      this.#monitoring?.metrics.reloaded("refused");
      throw error;
    }
  }

  /** Everything of a configuration is had before anything of it counts. */
  async #serve(config: Config, serve: (common: CommonSettings) => Promise<void>): Promise<void> {
    if (config.listen.length + config.listen_tls.length === 0) {
      throw new ServiceProblem("There is nothing to listen on: set listen or listen_tls to something but none.");
    }
    const { sink, terminal } = this.#surroundings;
    const { format, level } = config.log;
    const logFormat = format === "auto" ? (terminal ? "text" : "json") : format;
    const log = await createLog({ format: logFormat, level, worker: null }, sink);
    this.#log ??= log;
    const certificate = await certificateFor(config);
    const move = await (await this.#monitoringFor(config))?.move(config.metrics.listen);
    try {
      const { cert, key } = certificate;
      // New keys with each certificate: who resumes a session would not see it.
      await serve({ config, certificate: { cert, key }, ticketKeys: randomBytes(48), logFormat });
    } catch (error) {
      move?.undo();
      throw error;
    }
    move?.keep();
    [this.#config, this.#certificate, this.#log] = [config, certificate, log];
    for (const task of this.#tasks) await task.stop();
    this.#tasks = this.#surroundings.onPrimary?.(config, log) ?? [];
  }

  async #monitoringFor({ metrics }: Config): Promise<Monitoring | null> {
    if (metrics.listen === null || this.#monitoring !== null) return this.#monitoring;
    const { Monitoring } = await import("./monitoring.js");
    this.#monitoring = new Monitoring({
      version: this.#surroundings.version,
      workers: () => this.#workers.alive,
      certificateEndsMs: () => new X509Certificate(this.certificate.cert).validToDate.getTime(),
      metrics: async () => this.#workers.metrics(),
      check: async () => {
        if (this.#stopping) throw new Error("stopping");
        await this.#workers.check();
      },
    });
    return this.#monitoring;
  }

  #tellReload(changed: readonly string[], before: Certificate | null): void {
    const certificate = before !== null && before.cert !== this.certificate.cert ? ["the certificate"] : [];
    const all = [...changed, ...certificate];
    this.log.write({
      level: "info",
      event: "service.reloaded",
      msg: `reloaded; ${all.length === 0 ? "nothing has changed, and files were read anew" : `changed: ${all.join(", ")}`}`,
      fields: { changed, certificate: new X509Certificate(this.certificate.cert).fingerprint256 },
    });
    if (!changed.includes("workers")) return;
    this.log.write({
      level: "warn",
      event: "service.reloaded",
      msg: `the number of workers stays ${this.#workerCount}: a change of that key counts from the next start`,
    });
  }
}

/** Starts the service. Throws `ServiceProblem`, with nothing left open. */
export async function startService(config: Config, surroundings: ServiceSurroundings): Promise<Service> {
  const service = new RunningService(config, surroundings);
  try {
    await service.start();
    return service;
  } catch (error) {
    await service.stop({ graceMs: 0 });
    throw error;
  }
}
