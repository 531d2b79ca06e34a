// What the client makes of a session with a vendor's server, as plain values: played through once, for tables and comparisons.
// Everything that depends on how octets were cut would show here.
import {
  CommandRefused,
  expire,
  implementation,
  loginDelay,
  Pop3Client,
  sasl,
  utf8,
  type Capabilities,
  type ConnectOptions,
} from "@postern/pop3/client";
import { identity } from "../support/identity.mjs";
import { type Cut, peer } from "./peer.js";
import { loginReply, RIGHT, SECOND, vendorSession, WRONG } from "./vendor-server.js";
import type { Transcript } from "./transcripts.js";

/** A list as the declarations read it. What is not there is left out. */
export interface Announced {
  /** Tags of capabilities that are declared and have no argument here, separated by spaces. */
  readonly plain: string;
  readonly sasl?: readonly string[];
  readonly expire?: { readonly days: number | "never"; readonly perUser: boolean };
  readonly loginDelay?: { readonly seconds: number; readonly perUser: boolean };
  readonly implementation?: string;
  readonly utf8?: { readonly user: boolean };
  /** Lines whose tag nobody declares. */
  readonly undeclared?: readonly string[];
  readonly malformed?: readonly string[];
}

/** A refusal: the declared code and the text. */
export type Refused = readonly [code: string | null, text: string];

export interface Outcome {
  readonly greeting: string;
  readonly timestamp: string | null;
  /** The list before login and before STLS; null where CAPA was refused. */
  readonly before: Announced | null;
  readonly afterStls?: Announced | null;
  /** Null where CAPA was refused; absent where there was no login, and where the transcript has no list of after it. */
  readonly afterLogin?: Announced | null;
  /** Refusals of the login by what was refused: the password, the wrong one, a second session. */
  readonly refused?: Readonly<Record<string, Refused>>;
  readonly quirks: readonly string[];
}

/** The whole session: what is in the tables, and all that the client was told besides. */
export interface Played {
  readonly outcome: Outcome;
  readonly lines: Readonly<Record<string, readonly string[]>>;
  readonly maildrop: unknown;
}

function announced(capabilities: Capabilities): Announced | null {
  if (!capabilities.answered) return null;
  const argued = { sasl, expire, loginDelay, implementation, utf8 };
  const values = Object.entries(argued).flatMap(([name, capability]) => {
    const value = capabilities.get<unknown>(capability);
    return value === undefined ? [] : [[name, value]];
  });
  const tags = Object.values(argued).map(({ tag }) => tag);
  const undeclared = capabilities.undeclared.map(({ tag, params }) => [tag, ...params].join(" "));
  const malformed = capabilities.malformed.map(({ line }) => line);
  const plain = capabilities.lines
    .filter((line) => !undeclared.includes(line) && !malformed.includes(line) && !tags.includes(line.split(" ")[0]!))
    .join(" ");
  return {
    plain,
    ...(Object.fromEntries(values) as object),
    ...(undeclared.length > 0 && { undeclared }),
    ...(malformed.length > 0 && { malformed }),
  };
}

export function optionsFor(transcript: Transcript, cut: Cut): ConnectOptions {
  return {
    host: "localhost",
    tls: transcript.implicitTls ? "implicit" : transcript.afterStls === null ? "none" : "opportunistic",
    tlsOptions: { ca: identity.cert },
    stream: peer(() => vendorSession(transcript), { cut, implicitTls: transcript.implicitTls }),
  };
}

/** A password for `auth`: the name is never of interest, and neither is the way. */
function authWith(password: string): NonNullable<ConnectOptions["auth"]> {
  return { user: "ann", password, cleartext: true, methods: ["USER"] };
}

async function refusalOf(work: Promise<unknown>): Promise<Refused | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return [error.code, error.text];
  }
}

export async function played(transcript: Transcript, cut: Cut): Promise<Played> {
  const options = optionsFor(transcript, cut);
  const inClear: Capabilities[] = [];
  const changed = ({ after, before }: { readonly after: string; readonly before: Capabilities }): void => {
    if (after === "stls") inClear.push(before);
  };
  let client: Pop3Client;
  try {
    client = await Pop3Client.connect({ ...options, listeners: { "capabilities.changed": changed } });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    const outcome: Outcome = {
      greeting: error.text,
      timestamp: null,
      before: null,
      refused: { greeting: [error.code, error.text] },
      quirks: [],
    };
    return { outcome, lines: {}, maildrop: null };
  }
  const shown = [...inClear, client.capabilities];
  const lines: Record<string, readonly string[]> = { before: shown[0]!.lines };
  if (transcript.afterStls !== null) lines["afterStls"] = shown[1]?.lines ?? [];
  const refused: Record<string, Refused> = {};
  for (const [what, password] of [
    ["wrong", WRONG],
    ["second", SECOND],
  ] as const) {
    if (loginReply(transcript, password)?.startsWith("-ERR") !== true) continue;
    refused[what] = (await refusalOf(client.login(authWith(password))))!;
  }
  const login = await refusalOf(client.login(authWith(RIGHT)));
  if (login !== null) refused["login"] = login;
  let maildrop: unknown = null;
  if (login === null) {
    lines["afterLogin"] = client.capabilities.lines;
    maildrop = await maildropOf(client);
  }
  const { text, timestamp } = client.greeting;
  const outcome: Outcome = {
    greeting: text,
    timestamp,
    before: announced(shown[0]!),
    ...(transcript.afterStls !== null && { afterStls: announced(shown[1]!) }),
    ...(login === null && showsAfterLogin(transcript) && { afterLogin: announced(client.capabilities) }),
    ...(Object.keys(refused).length > 0 && { refused }),
    quirks: [...client.quirks].toSorted(),
  };
  await client.quit();
  return { outcome, lines, maildrop };
}

function showsAfterLogin({ afterLogin, exchanges }: Transcript): boolean {
  return afterLogin !== null || exchanges.some(({ state, command }) => state === "TRANSACTION" && command === "CAPA");
}

/** Everything that can be asked of a maildrop. Strings have one character an octet. */
async function maildropOf(client: Pop3Client): Promise<unknown> {
  const messages: string[] = [];
  for await (const message of client.messages()) messages.push(`${message.uniqueId} ${text(await message.bytes())}`);
  return {
    stat: await client.stat(),
    list: await client.list(),
    listed: await client.list(2),
    uniqueIds: await client.uniqueIds(),
    identified: await client.uniqueIds(3),
    messages,
    top: text(await client.top(2, 1).bytes()),
    again: text(await client.retrieve(3).bytes()),
  };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
