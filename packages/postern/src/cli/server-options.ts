// The options of commands that connect to a server, and the one server that they and the argument mean. Finds the server of a mail address.
// Connects to no POP3 server itself; who logs in and with what is `credentials.ts`'s.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConnectOptions, TlsMode, TlsOptions } from "@postern/pop3/client";
import { type Command, InvalidArgumentError, Option } from "commander";
import { fileReason } from "../config/file-reason.js";
import { printable } from "../delivery/printable.js";
import type { Attempt, Candidate, Discovery } from "../discovery/candidate.js";
import { discover, type DiscoverOptions } from "../discovery/discover.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { confirmed } from "./prompt.js";
import { parseServerUrl, ServerUrlProblem, type ServerOfAddress, type ServerUrl } from "./server-url.js";

/** As commander gives them. */
export interface ServerOptions {
  readonly tls?: TlsMode;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly timeout?: number;
  readonly nameserver?: string;
  readonly ispdb?: boolean;
}

/** The server of a command. */
export interface ChosenServer {
  /** All but who logs in. */
  readonly connect: ConnectOptions & { readonly port: number; readonly tls: TlsMode };
  /** Who is to log in by the URL, or by what was found for the address. */
  readonly user: string | null;
  /** The only way to log in that the URL allows. */
  readonly method: string | null;
  /** How it was found; null where it was named. */
  readonly found: FoundServer | null;
}

export interface FoundServer extends Discovery {
  readonly address: string;
  readonly candidate: Candidate;
}

/** How discovery asks the world; tests have one of their own. */
export type DiscoveryMeans = Pick<DiscoverOptions, "resolver" | "fetch" | "probe" | "random">;

/** What a command wants of the server. */
export interface ServerWish {
  /** Somebody logs in: the user is asked before a server is used that nobody vouches for. */
  readonly loggingIn: boolean;
  /** Told of every question of the search. */
  readonly onAttempt?: (attempt: Attempt) => void;
  readonly means?: DiscoveryMeans;
}

const TLS_MODES: readonly TlsMode[] = ["implicit", "required", "opportunistic", "none"];
const LONGEST_TIMEOUT_SECONDS = 3600;

/** Adds what says how the server is reached. */
export function withServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--tls <mode>",
        "implicit: from the first octet; required: STLS, or no login; opportunistic: STLS where it is listed; none",
      ).choices(TLS_MODES),
    )
    .option("--ca <file>", "trust the certificates in this PEM file, and no others")
    .option("--insecure", "go on where the certificate does not hold: anybody could be the server then")
    .option("--timeout <seconds>", "give up where the server says nothing for so long (default: 30)", secondsOf)
    .option("--nameserver <address>", "ask this name server for the server of a mail address")
    .option("--ispdb", "ask Thunderbird's database of providers as well, which learns the domain of the address");
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= LONGEST_TIMEOUT_SECONDS)) {
    throw new InvalidArgumentError(`It is a number of seconds up to ${LONGEST_TIMEOUT_SECONDS}.`);
  }
  return seconds;
}

/** The server that is meant. Throws a `CliFailure` where the argument or a file is not usable, or no server is found. */
export async function chooseServer(
  context: CliContext,
  text: string,
  options: ServerOptions,
  wish: ServerWish,
): Promise<ChosenServer> {
  const meant = parsed(text);
  const tlsOptions = await tlsOptionsOf(context, options);
  if (meant.kind === "server") {
    const { host, user, method } = meant;
    const tls = options.tls ?? meant.tls;
    return { connect: connectOptions(context, options, host, meant.port, tls, tlsOptions), user, method, found: null };
  }
  const found = await foundFor(context, meant, options, wish);
  const { host, port, tls, user, source } = found.candidate;
  const domain = found.address.slice(found.address.lastIndexOf("@") + 1);
  // RFC 7817 §3: a certificate for the domain of the address shows what DNS alone does not.
  const named = source === "srv" ? { ...tlsOptions, alsoKnownAs: [domain] } : tlsOptions;
  const connect = connectOptions(context, options, host, port, options.tls ?? tls, named);
  return { connect, user, method: null, found };
}

/** Where it is, for sentences: `pop.example.net:995`. */
export function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function parsed(text: string): ServerUrl | ServerOfAddress {
  try {
    return parseServerUrl(text);
  } catch (error) {
    throw error instanceof ServerUrlProblem ? new CliFailure(error.message) : error;
  }
}

function connectOptions(
  { signal }: CliContext,
  { timeout }: ServerOptions,
  host: string,
  port: number | null,
  tls: TlsMode,
  tlsOptions: TlsOptions,
): ChosenServer["connect"] {
  const ms = timeout === undefined ? null : Math.max(1, Math.round(timeout * 1000));
  return {
    host,
    port: port ?? (tls === "implicit" ? 995 : 110),
    tls,
    tlsOptions,
    ...(signal !== undefined && { signal }),
    deadlines: ms === null ? { silenceMs: 30_000 } : { connectMs: ms, silenceMs: ms },
  };
}

async function tlsOptionsOf(
  { cwd, stderr }: CliContext,
  { ca, insecure = false, tls }: ServerOptions,
): Promise<TlsOptions> {
  if (insecure && tls !== "none") {
    stderr.write("The certificate of the server is not required to hold (--insecure): anybody could be the server.\n");
  }
  const trust = ca === undefined ? {} : { ca: await authoritiesIn(resolve(cwd, ca)) };
  return { ...trust, ...(insecure && { verified: false }) };
}

/** The text of a PEM file. One without a certificate would be taken by TLS without a word, and nothing be trusted. */
async function authoritiesIn(file: string): Promise<string> {
  const named = printable(file);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CliFailure(`The certificates in ${named} cannot be read: ${fileReason(error)}.`, 2, { cause: error });
  });
  if (!/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(text)) {
    throw new CliFailure(`${named} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.`);
  }
  return text;
}

async function foundFor(
  context: CliContext,
  { address }: ServerOfAddress,
  { nameserver, ispdb, timeout }: ServerOptions,
  { loggingIn, onAttempt, means = {} }: ServerWish,
): Promise<FoundServer> {
  const discovery = await discover(address, {
    ...means,
    signal: context.signal,
    nameserver,
    ispdb,
    onAttempt,
    ...(timeout !== undefined && { deadlineMs: Math.max(1, Math.round(timeout * 1000)) }),
  }).catch((error: unknown) => {
    if (context.signal?.aborted === true) throw new CliFailure("Stopped.", 2, { cause: error });
    // A name server that is no address; Node says which text it was.
    throw new CliFailure(`The server of ${address} cannot be looked for: ${printable(String(error))}`);
  });
  const [candidate] = discovery.candidates;
  if (candidate === undefined) throw new CliFailure(nothingFound(address, discovery.attempts, onAttempt !== undefined));
  if (!candidate.vouched) await vouchedByUser(context, address, candidate, loggingIn);
  return { ...discovery, address, candidate };
}

function nothingFound(address: string, attempts: readonly Attempt[], shown: boolean): string {
  const tried = attempts.map(({ what, outcome, detail }) => `\n  ${what}: ${outcome}, ${detail}`).join("");
  return `No POP3 server was found for ${address}: if you know it, name it as pop3s://pop.example.net.${shown ? "" : tried}`;
}

/** RFC 8314 §5.1: who logs in is asked where DNS alone names the server. To look at it harms nobody. */
async function vouchedByUser(
  context: CliContext,
  address: string,
  { host, detail }: Candidate,
  loggingIn: boolean,
): Promise<void> {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const warning = `Nothing but DNS, which can be forged, says that the mail of ${domain} is at ${host} (${detail}).`;
  if (!loggingIn) {
    context.stderr.write(`${warning}\n`);
    return;
  }
  if (await confirmed(context, `${warning} Is it?`)) return;
  throw new CliFailure(
    `${warning} If it is, name the server yourself, as in pop3s://${encodeURIComponent(address)}@${host}.`,
  );
}
