// A generation: what one worker runs for one configuration, from its rooms to its ports. At a reload a new one takes the ports over
// from the one before, which goes on until its last session has ended. Knows no threads; `worker.ts` holds the generations.
import { Pop3Server } from "@postern/pop3/server";
import type { Listening, ListenOptions } from "@postern/pop3/server";
import { formatEndpoint } from "../config/endpoint.js";
import type { Endpoint } from "../config/endpoint.js";
import type { Config } from "../config/schema.js";
import { SharedConnectionCounts } from "./connection-counts.js";
import type { CountTable } from "./connection-counts.js";
import { logEvents } from "./events.js";
import type { Log } from "./log.js";
import { makeServer } from "./make-server.js";
import { ServiceProblem } from "./problem.js";
import { openRooms } from "./rooms.js";
import type { Rooms } from "./rooms.js";

/** What all workers of a process share from one generation to the next. */
export interface Shared {
  readonly counts: CountTable;
}

/** What a generation is made from; plain data, as it goes from thread to thread. */
export interface GenerationSettings {
  readonly config: Config;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly ticketKeys: Uint8Array;
  readonly shared: Shared;
  /** The worker's place in what is shared, from 0. */
  readonly worker: number;
  readonly sessionPrefix: string;
  readonly logFormat: "json" | "text";
  /** `others`: the port is for other workers too. `first`: the same, but for nobody outside of this process. */
  readonly ports: "own" | "first" | "others";
}

/** Where a generation listens, in the order of the configuration, with the ports that the system chose. */
export interface Ports {
  readonly listen: readonly Endpoint[];
  readonly listen_tls: readonly Endpoint[];
}

type ListenKey = keyof Ports;
const listenKeys: readonly ListenKey[] = ["listen", "listen_tls"];

function listenProblem(endpoint: Endpoint, key: ListenKey, error: NodeJS.ErrnoException): ServiceProblem {
  const where = formatEndpoint(endpoint);
  const elsewhere = `listen elsewhere with --${key.replace("_", "-")} or the key ${key}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use by another program: stop that one, or ${elsewhere}.`,
    EACCES: `${where} needs a privilege, as ports below 1024 do: grant it, or ${elsewhere}.`,
    EADDRNOTAVAIL: `${where} is no address of this machine: ${elsewhere}.`,
    ENOTFOUND: `The name in ${where} has no address: ${elsewhere}.`,
  };
  return new ServiceProblem(reasons[error.code ?? ""] ?? `Listening on ${where} failed: ${error.message}`, {
    cause: error,
  });
}

export class Generation {
  readonly server: Pop3Server;
  readonly log: Log;
  readonly #settings: GenerationSettings;
  readonly #rooms: Rooms;
  #previous: Generation | null;
  #closed = false;
  /** Ports that the previous generation still has. */
  readonly #awaited: ListenOptions[] = [];

  /** Opens the rooms and makes the server; listens nowhere. Throws `ServiceProblem`, with nothing left open. */
  constructor(settings: GenerationSettings, previous: Generation | null, log: Log) {
    const { config, certificate, ticketKeys, shared, worker, sessionPrefix } = settings;
    const { connections, connections_per_address: connectionsPerAddress } = config.limits;
    const limits = { connections, connectionsPerAddress };
    this.log = log;
    this.#settings = settings;
    this.#previous = previous;
    this.#rooms = openRooms(config, {
      create: true,
      refused: (reason) =>
        log.write({ level: "info", event: "token.refused", msg: `a token was refused: ${reason}`, fields: { reason } }),
    });
    try {
      this.server = makeServer(config, this.#rooms, {
        ...certificate,
        ticketKeys,
        connectionCounts: new SharedConnectionCounts(shared.counts, worker, limits),
        sessionPrefix,
      });
      logEvents(this.server, log);
      // Once is enough: every worker reads the same files.
      for (const problem of worker === 0 ? this.#rooms.accountProblems : []) {
        log.write({ level: "warn", event: "account.unusable", msg: problem, fields: {} });
      }
    } catch (error) {
      this.#rooms.close();
      throw error;
    }
  }

  /** Opens the ports that the previous generation does not have. Throws `ServiceProblem`; `stop` is then the caller's to call. */
  async listen(): Promise<Ports> {
    const ports: Record<ListenKey, Endpoint[]> = { listen: [], listen_tls: [] };
    for (const key of listenKeys) {
      for (const endpoint of this.#settings.config[key]) {
        ports[key].push(await this.#port(endpoint, key));
      }
    }
    return ports;
  }

  /** Takes the other ports over, all in this turn of the event loop. The previous generation takes no more connections. */
  takeOver(): void {
    if (this.#previous === null) return;
    for (const options of this.#awaited) this.server.takeOver(this.#previous.server, options);
    this.#awaited.length = 0;
    this.#previous = null;
  }

  /** Takes no more connections; resolves when its last session has ended and all is closed. */
  async drain(): Promise<void> {
    await this.server.drain();
    await this.stop(0);
  }

  /** Idle sessions are told and closed, running commands finished; what still runs after `graceMs` is cut off. */
  async stop(graceMs: number): Promise<void> {
    await this.server.close({ graceMs });
    if (this.#closed) return;
    this.#closed = true;
    this.#rooms.close();
  }

  /** Throws where it could serve nobody. */
  check(): void {
    this.#rooms.check();
  }

  async #port(endpoint: Endpoint, key: ListenKey): Promise<Endpoint> {
    const { ports } = this.#settings;
    const tls: ListenOptions["tls"] = key === "listen" ? "starttls" : "implicit";
    const held = this.#previous?.server.listeningAt(endpoint) ?? null;
    if (held !== null) {
      this.#awaited.push({ ...endpoint, tls });
      return endpointOf(held);
    }
    try {
      if (ports === "first" && endpoint.port !== 0) await this.#assertFree(endpoint);
      return endpointOf(await this.server.listen({ ...endpoint, tls, reusePort: ports !== "own" }));
    } catch (error) {
      throw listenProblem(endpoint, key, error as NodeJS.ErrnoException);
    }
  }

  /** A port to be shared would be shared with another server of this user too, and each would get half of the connections. */
  async #assertFree(endpoint: Endpoint): Promise<void> {
    await using probe = new Pop3Server({ maildrops: this.#rooms.maildrops, authenticator: this.#rooms.accounts });
    await probe.listen(endpoint);
  }
}

function endpointOf({ address, port }: Listening): Endpoint {
  return { host: address, port };
}
