// From a configuration to a running service: data directory, certificate, server, listeners; and the way back.
// Knows no command line and no streams: lines for the operator go to a function.
import { Pop3Server } from "@postern/pop3/server";
import type { ListenOptions } from "@postern/pop3/server";
import { formatEndpoint } from "../config/endpoint.js";
import type { Endpoint } from "../config/endpoint.js";
import type { Config } from "../config/schema.js";
import { givenCertificate, ownCertificate } from "./certificate.js";
import type { Certificate } from "./certificate.js";
import { describedEvents, describeEvent } from "./events.js";
import type { EventName } from "./events.js";
import { ServiceProblem } from "./problem.js";
import { openRooms } from "./rooms.js";
import type { Rooms } from "./rooms.js";

export interface Service {
  readonly certificate: Certificate;
  /** Where it listens, with the ports that the system chose. */
  readonly listening: readonly Endpoint[];
  readonly listeningTls: readonly Endpoint[];
  /** Idle sessions are told and closed, running commands are finished; what still runs after `graceMs` is cut off. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** How long running commands may take at a stop: less than service managers wait before they kill. */
const graceMsAtStop = 20_000;

function makeServer(config: Config, rooms: Rooms, { cert, key }: Certificate): Pop3Server {
  const { limits, deadlines, capabilities } = config;
  try {
    return new Pop3Server({
      maildrops: rooms.maildrops,
      authenticator: rooms.accounts,
      tls: { cert, key },
      cleartextLogin: config.allow_plaintext_login ? "loopback" : "never",
      implementation: config.implementation,
      ...(capabilities !== undefined && { enabled: capabilities }),
      limits: {
        connections: limits.connections,
        connectionsPerAddress: limits.connections_per_address,
        loginFailures: limits.login_failures,
        uselessCommands: limits.useless_commands,
      },
      deadlines: {
        loginMs: deadlines.login_seconds * 1000,
        idleMs: deadlines.idle_seconds * 1000,
        slowReaderMs: deadlines.slow_reader_seconds * 1000,
      },
    });
  } catch (error) {
    // The server refuses what the operator configured (a tag that does not exist or does not work, a text) with the reason.
    throw new ServiceProblem(`The configuration cannot be served: ${(error as Error).message}`, { cause: error });
  }
}

function listenProblem(endpoint: Endpoint, key: "listen" | "listen_tls", error: NodeJS.ErrnoException): ServiceProblem {
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

/** Listens on all of them or, where one fails, throws. */
async function listenAll(server: Pop3Server, config: Config, key: "listen" | "listen_tls"): Promise<Endpoint[]> {
  const tls: ListenOptions["tls"] = key === "listen" ? "starttls" : "implicit";
  const got: Endpoint[] = [];
  for (const endpoint of config[key]) {
    try {
      const { address, port } = await server.listen({ ...endpoint, tls });
      got.push({ host: address, port });
    } catch (error) {
      throw listenProblem(endpoint, key, error as NodeJS.ErrnoException);
    }
  }
  return got;
}

function tellOf<Name extends EventName>(server: Pop3Server, name: Name, log: (line: string) => void): void {
  const listener = (event: Parameters<typeof describeEvent<Name>>[1]): void => {
    const line = describeEvent(name, event);
    if (line !== null) log(line);
  };
  // The emitter's types cannot follow a name that is a type parameter.
  server.on(name, listener as never);
}

/** Starts the service; `log` gets a line for each event worth one. Throws `ServiceProblem`, with nothing left open. */
export async function startService(config: Config, log: (line: string) => void): Promise<Service> {
  if (config.listen.length + config.listen_tls.length === 0) {
    throw new ServiceProblem("There is nothing to listen on: set listen or listen_tls to something but none.");
  }
  const rooms = openRooms(config, { create: true });
  let server: Pop3Server | null = null;
  const stop = async ({ graceMs = graceMsAtStop }: { readonly graceMs?: number } = {}): Promise<void> => {
    await server?.close({ graceMs });
    rooms.close();
  };
  try {
    const { tls_cert, tls_key, data, hostname } = config;
    const certificate =
      tls_cert === undefined || tls_key === undefined
        ? await ownCertificate(data, hostname, Date.now())
        : givenCertificate(tls_cert, tls_key, Date.now());
    server = makeServer(config, rooms, certificate);
    for (const name of describedEvents) tellOf(server, name, log);
    const listening = await listenAll(server, config, "listen");
    const listeningTls = await listenAll(server, config, "listen_tls");
    return { certificate, listening, listeningTls, stop };
  } catch (error) {
    await stop({ graceMs: 0 });
    throw error;
  }
}
