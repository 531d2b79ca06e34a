// What `postern serve` prints when it has started: where it listens, where the data is, and what to do next.
// Knows no server; it is text about one.
import { formatEndpoint } from "../config/endpoint.js";
import type { Endpoint } from "../config/endpoint.js";
import type { Config } from "../config/schema.js";
import type { Service } from "../service/compose.js";
import type { CliContext } from "./context.js";
import type { DataOptions } from "./data-options.js";
import { version } from "./version.js";

function facts(config: Config, { listening, listeningTls, certificate, monitoring }: Service): string[] {
  const at = (endpoints: readonly Endpoint[]): string => endpoints.map(formatEndpoint).join(", ");
  const cleartext = config.allow_plaintext_login
    ? "; passwords without TLS from this machine only"
    : "; no password before TLS";
  return [
    `Postern ${version} is serving.`,
    "",
    ...(listening.length > 0 ? [`  POP3         ${at(listening)} (TLS by STLS${cleartext})`] : []),
    ...(listeningTls.length > 0 ? [`  POP3S        ${at(listeningTls)} (TLS from the first octet)`] : []),
    ...(monitoring === null ? [] : [`  metrics      http://${formatEndpoint(monitoring)}/metrics and /healthz`]),
    `  data         ${config.data}`,
    `  certificate  ${certificate.selfSignedFile ?? config.tls_cert}${certificate.selfSignedFile === null ? "" : " (self-signed)"}`,
    "",
  ];
}

/** How to call this program here: npm scripts and npx find it in the workspace, a shell may not. */
const program = ({ env }: CliContext): string => (env["npm_execpath"] === undefined ? "postern" : "npx postern");

/** A word for a shell. */
const word = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A URL to the first listener that a client on this machine reaches, and curl's options for it. */
function curlLine({ listening, listeningTls, certificate }: Service, user: string): string {
  const [endpoint, scheme] =
    listeningTls[0] === undefined ? ([listening[0], "pop3"] as const) : ([listeningTls[0], "pop3s"] as const);
  if (endpoint === undefined) return "";
  const host = /^(0\.0\.0\.0|::)$/.test(endpoint.host) ? "localhost" : endpoint.host;
  const tls = [...(scheme === "pop3" ? ["--ssl-reqd"] : []), ...(certificate.selfSignedFile === null ? [] : ["-k"])];
  return ["curl", ...tls, "--user", user, `${scheme}://${formatEndpoint({ ...endpoint, host })}/`].join(" ");
}

/** The lines of a start. `options` are repeated in the commands that it suggests. */
export function banner(context: CliContext, config: Config, service: Service, options: DataOptions): string[] {
  const name = program(context);
  const where = [
    ...(options.config === undefined ? [] : ["--config", word(options.config)]),
    ...(options.data === undefined ? [] : ["--data", word(options.data)]),
  ].join(" ");
  const command = (text: string): string => [name, text, where].filter(Boolean).join(" ");
  return [
    ...facts(config, service),
    `Add a user       ${command("user add alice")}`,
    `Bring mail       ${command("deliver alice")} < message.eml`,
    `List it          ${curlLine(service, "alice")}`,
    ...(service.certificate.selfSignedFile === null
      ? []
      : [
          `                 (-k accepts the self-signed certificate unseen; --cacert ${word(service.certificate.selfSignedFile)} checks it)`,
        ]),
    "Stop             Ctrl-C",
  ];
}

/** The lines of a start with `--demo`. */
export function demoBanner(context: CliContext, config: Config, service: Service): string[] {
  const at = service.listening[0];
  return [
    ...facts(config, service),
    "The account `demo` has the password `demo` and a few messages. Read the first one:",
    "",
    ...(at === undefined ? [] : [`  curl pop3://demo:demo@${formatEndpoint(at)}/1`]),
    ...(at === undefined
      ? []
      : [`  curl --ssl-reqd -k pop3://demo:demo@${formatEndpoint(at)}/1     # the same inside TLS`]),
    "",
    `Point any mail program at it, or start with nothing: ${program(context)} serve. Stop with Ctrl-C.`,
  ];
}
