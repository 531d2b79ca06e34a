// The POP3 server that a configuration describes. What a new key means to the server is one line here.
// Opens nothing: rooms and certificate come ready, and listening is `generation.ts`'s.
import { readFileSync } from "node:fs";
import { standard } from "@postern/pop3";
import { languages, mechanisms, Pop3Server } from "@postern/pop3/server";
import type { ConnectionCounts, Language } from "@postern/pop3/server";
import { saslprep } from "../authenticator/saslprep.js";
import { fileReason } from "../config/file-reason.js";
import type { Config } from "../config/schema.js";
import { ServiceProblem } from "./problem.js";
import type { Rooms } from "./rooms.js";

/** What a server gets besides its configuration, the same in all workers unless said otherwise. */
export interface ServerSurroundings {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** 48 random octets. */
  readonly ticketKeys: Uint8Array;
  /** This worker's own. */
  readonly connectionCounts: ConnectionCounts;
  /** This generation's own. */
  readonly sessionPrefix: string;
}

/** What the method of a login may be, besides the keyword of a command. */
export const mechanismNames: readonly string[] = mechanisms.map(({ name }) => name);

const tags: readonly string[] = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));

/** Throws `ServiceProblem` where the configuration makes no server. */
export function makeServer(config: Config, rooms: Rooms, surroundings: ServerSurroundings): Pop3Server {
  const { limits, deadlines, capabilities, authentication, policy, client_certificates: clients } = config;
  const { cert, key, ticketKeys, connectionCounts, sessionPrefix } = surroundings;
  assertKnown("capabilities", capabilities, tags);
  assertKnown("authentication.mechanisms", authentication.mechanisms, mechanismNames);
  try {
    return new Pop3Server({
      maildrops: rooms.store,
      authenticator: rooms.authenticator,
      tls: { cert, key, ticketKeys, ...(clients !== undefined && { clientCa: fileText(clients.ca) }) },
      cleartextLogin: config.allow_plaintext_login ? "loopback" : "never",
      ...(authentication.mechanisms !== undefined && { mechanisms: authentication.mechanisms }),
      prepare: saslprep,
      policies: rooms.policies,
      failedLogins: rooms.failedLogins,
      knownLogins: rooms.knownLogins,
      penaltyKey: rooms.penaltyKey,
      utf8Messages: policy.utf8_messages,
      languages: languagesFrom(policy.language),
      ...(config.hostname !== undefined && { hostname: config.hostname }),
      trustedProxies: config.proxy_protocol,
      implementation: config.implementation,
      implementationAfterLogin: config.implementation_after_login,
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
      connectionCounts,
      sessionPrefix,
    });
  } catch (error) {
    // The server refuses what the operator configured (a tag that does not exist or does not work, a text) with the reason.
    if (error instanceof ServiceProblem) throw error;
    throw new ServiceProblem(`The configuration cannot be served: ${(error as Error).message}`, { cause: error });
  }
}

/** Names of a key, in any case, against those that there are. */
function assertKnown(key: string, names: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = names?.find((name) => !known.includes(name.toUpperCase()));
  if (unknown === undefined) return;
  throw new ServiceProblem(
    `The configuration cannot be served: ${key}: there is no ${JSON.stringify(unknown)}; there are ${known.join(", ")}.`,
  );
}

/** All languages, the operator's choice first. */
function languagesFrom(first: string): readonly Language[] {
  const chosen = languages.find(({ tag }) => tag.toLowerCase() === first.toLowerCase());
  if (chosen === undefined) {
    const tags = languages.map(({ tag }) => tag).join(", ");
    throw new ServiceProblem(`policy.language: there is no language ${first}; there are ${tags}.`);
  }
  return [chosen, ...languages.filter((other) => other !== chosen)];
}

function fileText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ServiceProblem(`client_certificates.ca: ${path}: ${fileReason(error)}.`, { cause: error });
  }
}
