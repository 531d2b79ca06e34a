// The schema of the configuration: every key with its type, default and explanation. File, environment, flags, the
// reference page and the JSON Schema for editors are all read from it. Keys are spelled as in postern.toml everywhere.
import { DEFAULT_DEADLINES, DEFAULT_LIMITS, SHORTEST_IDLE_MS } from "@postern/pop3/server";
import { z } from "zod";
import { addressList } from "./addresses.js";
import { authenticationTable } from "./authentication.js";
import type { AuthenticationConfig } from "./authentication.js";
import { clientCertificatesTable } from "./client-certificates.js";
import type { ClientCertificatesConfig } from "./client-certificates.js";
import { endpointForm, parseEndpoint } from "./endpoint.js";
import type { Endpoint } from "./endpoint.js";
import { logTable } from "./log.js";
import type { LogConfig } from "./log.js";
import { metricsTable } from "./metrics.js";
import type { MetricsConfig } from "./metrics.js";
import { oauthTable } from "./oauth.js";
import type { OAuthConfig } from "./oauth.js";
import { policySchema, type PolicyConfig } from "./policy.js";

/** The configuration of one run, complete and checked. */
export interface Config {
  /** The data directory, absolute. */
  readonly data: string;
  readonly listen: readonly Endpoint[];
  readonly listen_tls: readonly Endpoint[];
  readonly tls_cert?: string | undefined;
  readonly tls_key?: string | undefined;
  readonly hostname?: string | undefined;
  readonly allow_plaintext_login: boolean;
  /** Null where the server keeps quiet about what it is. */
  readonly implementation: string | null;
  readonly implementation_after_login: boolean;
  /** Tags of the capabilities to enable; all that work where absent. */
  readonly capabilities?: readonly string[] | undefined;
  readonly authentication: AuthenticationConfig;
  readonly limits: {
    readonly connections: number;
    readonly connections_per_address: number;
    readonly login_failures: number;
    readonly useless_commands: number;
  };
  readonly deadlines: {
    readonly login_seconds: number;
    readonly idle_seconds: number;
    readonly slow_reader_seconds: number;
  };
  /** Absent where nobody logs in by token. */
  readonly oauth?: OAuthConfig | undefined;
  /** Absent where nobody logs in by certificate. */
  readonly client_certificates?: ClientCertificatesConfig | undefined;
  readonly policy: PolicyConfig;
  /** Threads that serve; 0 for one per core. */
  readonly workers: number;
  /** Proxies that are believed when they say where a connection comes from. */
  readonly proxy_protocol: readonly string[];
  readonly log: LogConfig;
  readonly metrics: MetricsConfig;
}

const text = (form: string): z.ZodString => z.string({ error: form }).min(1, { error: form });
const path = (): z.ZodString => text("write the path of a file or directory").meta({ format: "path" });

const tagsForm = 'write a list of capability tags, such as ["TOP", "UIDL"]';

const count = (least: number, most: number): z.ZodInt => {
  const error = `write a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

const endpoints = (fallback: string) =>
  z
    .union([z.string(), z.array(z.string())], { error: `${endpointForm}, a list of them, or "none"` })
    .transform((value, context): readonly Endpoint[] => {
      if (value === "none") return [];
      return (typeof value === "string" ? [value] : value).flatMap((item) => {
        const endpoint = parseEndpoint(item);
        if (endpoint !== null) return [endpoint];
        context.addIssue({ code: "custom", message: `${endpointForm}, a list of them, or "none"`, input: item });
        return [];
      });
    })
    .prefault(fallback);

/** Reads raw values into a `Config`; `z.toJSONSchema` with `io: "input"` describes what may be written. */
export const configSchema: z.ZodType<Config> = z.strictObject({
  data: path()
    .default("postern-data")
    .describe("The data directory: accounts, mail and the self-signed certificate. Made where it does not exist."),
  listen: endpoints("127.0.0.1:1110").describe(
    'Where to listen for POP3 that begins in the clear and can start TLS with STLS (RFC 2595). "none" switches it off.',
  ),
  listen_tls: endpoints("127.0.0.1:1995").describe(
    'Where to listen for POP3 inside TLS from the first octet (RFC 8314). "none" switches it off.',
  ),
  tls_cert: path()
    .optional()
    .describe(
      "The certificate chain in PEM form, the server's own certificate first. Without it a self-signed one is made in the data directory.",
    ),
  tls_key: path().optional().describe("The private key of `tls_cert` in PEM form, without a passphrase."),
  hostname: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, { error: "write a host name, such as pop.example.net" })
    .optional()
    .describe(
      "The name that clients connect to; it goes into the self-signed certificate. The machine's own name where absent.",
    ),
  allow_plaintext_login: z
    .boolean({ error: "write true or false" })
    .default(false)
    .describe(
      "Whether a password may travel without TLS when the client is on this machine (a loopback address). Never allowed from elsewhere.",
    ),
  implementation: z
    .string({ error: 'write a short text, or "off"' })
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/, {
      error: 'write up to 100 printable ASCII characters, or "off"',
    })
    .transform((value) => (value === "off" ? null : value))
    .prefault("Postern")
    .describe('What the capability IMPLEMENTATION says (RFC 2449 §6.9). "off" keeps quiet.'),
  implementation_after_login: z
    .boolean({ error: "write true or false" })
    .default(false)
    .describe("Whether IMPLEMENTATION is announced after login only."),
  capabilities: z
    .union([text(tagsForm), z.array(text(tagsForm))], { error: tagsForm })
    .transform((value) => (typeof value === "string" ? [value] : value))
    .optional()
    .describe(
      "Tags of the capabilities to offer; every one that works where absent. `postern registry list` shows them.",
    ),
  authentication: authenticationTable,
  limits: z
    .strictObject({
      connections: count(1, 1_000_000)
        .default(DEFAULT_LIMITS.connections)
        .describe("Connections open at a time; further ones are turned away."),
      connections_per_address: count(1, 1_000_000)
        .default(DEFAULT_LIMITS.connectionsPerAddress)
        .describe("Connections open at a time from one address; loopback addresses are not counted."),
      login_failures: count(1, 1000)
        .default(DEFAULT_LIMITS.loginFailures)
        .describe("Refused logins on one connection before it is closed."),
      useless_commands: count(1, 10_000)
        .default(DEFAULT_LIMITS.uselessCommands)
        .describe("Unknown or malformed commands in a row before the connection is closed."),
    })
    .prefault({}),
  deadlines: z
    .strictObject({
      login_seconds: count(1, 86_400)
        .default(DEFAULT_DEADLINES.loginMs / 1000)
        .describe("Time from the connection to a login."),
      idle_seconds: count(SHORTEST_IDLE_MS / 1000, 86_400)
        .default(DEFAULT_DEADLINES.idleMs / 1000)
        .describe("Time between two commands after login; RFC 1939 §3 allows no less than ten minutes."),
      slow_reader_seconds: count(1, 86_400)
        .default(DEFAULT_DEADLINES.slowReaderMs / 1000)
        .describe("Time for a client that asked for something and takes none of it."),
    })
    .prefault({}),
  oauth: oauthTable,
  client_certificates: clientCertificatesTable,
  policy: policySchema,
  workers: count(0, 256)
    .default(0)
    .describe("Threads that serve, all on the same ports; 0 for one per core. Changes count from the next start."),
  proxy_protocol: addressList().describe(
    "Proxies, as addresses or networks, that are believed when they say by the PROXY protocol where a connection comes from.",
  ),
  log: logTable,
  metrics: metricsTable,
});
