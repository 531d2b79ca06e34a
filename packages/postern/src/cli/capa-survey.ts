// Looks at one server: what it says first, how TLS is, and what it announces before TLS, under TLS and after login. Changes nothing there.
// No secret is sent before TLS unless `connect.tls` says so. What is found is plain values; `capa-text.ts` and `capa-json.ts` show them.
import {
  type AuthOptions,
  type Capabilities,
  CommandRefused,
  type Greeted,
  Pop3Client,
  type Quirk,
  stls,
  type TlsFacts,
} from "@postern/pop3/client";
import { type ExplainedLine, explainedLines, type Stage } from "./capability-lines.js";
import { connectionFailure, loginFailure, type LoginFailure } from "./connection-failure.js";
import { CliFailure } from "./context.js";
import type { ChosenServer } from "./server-options.js";

/** One answer to CAPA. */
export interface SurveyedList {
  readonly stage: Stage;
  /** The server knows CAPA. */
  readonly answered: boolean;
  readonly lines: readonly ExplainedLine[];
}

/** How the login ended. */
export interface SurveyedLogin {
  readonly user: string;
  /** The name of a mechanism, or the keyword of a command; null where nobody got in. */
  readonly method: string | null;
  readonly failure: LoginFailure | null;
}

/** What was found. Texts of the server are verbatim: not fit for a terminal. */
export interface Survey {
  readonly greeting: Greeted;
  /** Null where the connection stayed in the clear. */
  readonly tls: TlsFacts | null;
  /** What the server says to STLS where it does not start TLS; null where it did, or nobody asked. */
  readonly startTlsRefused: string | null;
  readonly lists: readonly SurveyedList[];
  /** Null where nobody was to log in, or TLS did not begin. */
  readonly login: SurveyedLogin | null;
  readonly quirks: readonly Quirk[];
  /** What ended it before its end, in a sentence. */
  readonly failure: string | null;
}

/** Throws a `CliFailure` where the server cannot be reached or does not greet; what goes wrong later is in the survey. */
export async function surveyed({ connect }: ChosenServer, auth: AuthOptions | null): Promise<Survey> {
  const { tls, signal } = connect;
  // STLS is asked for below, behind CAPA.
  const client = await Pop3Client.connect({ ...connect, tls: tls === "implicit" ? tls : "none" }).catch(
    (error: unknown) => {
      throw connectionFailure(error, connect);
    },
  );
  const lists: SurveyedList[] = [];
  let before: Capabilities | null = null;
  const list = (stage: Stage): void => {
    const { capabilities } = client;
    lists.push({ stage, answered: capabilities.answered, lines: explainedLines(capabilities, stage, before) });
    before = capabilities;
  };
  let startTlsRefused: string | null = null;
  let login: SurveyedLogin | null = null;
  let failure: string | null = null;
  let facts: TlsFacts | null = client.tls;
  try {
    list(facts === null ? "cleartext" : "tls");
    const startsTls = tls === "required" || (tls === "opportunistic" && client.capabilities.has(stls));
    if (startsTls) {
      startTlsRefused = await startTls(client, signal);
      facts = client.tls;
      if (facts !== null) list("tls");
    }
    if (auth !== null && (tls !== "required" || facts !== null)) {
      login = await loggedIn(client, auth, signal);
      if (login.failure === null) list("login");
    }
  } catch (error) {
    const told = connectionFailure(error, connect, true);
    if (!(told instanceof CliFailure)) throw told;
    failure = told.message;
  } finally {
    await client[Symbol.asyncDispose]();
  }
  const quirks = [...client.quirks];
  return { greeting: client.greeting, tls: facts, startTlsRefused, lists, login, quirks, failure };
}

/** Null where TLS is there now, else what the server says. */
async function startTls(client: Pop3Client, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    await client.startTls(signal === undefined ? {} : { signal });
    return null;
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return error.text;
  }
}

async function loggedIn(
  client: Pop3Client,
  auth: AuthOptions,
  signal: AbortSignal | undefined,
): Promise<SurveyedLogin> {
  const { user } = auth;
  try {
    await client.login(auth, signal === undefined ? {} : { signal });
    return { user, method: client.loginMethod, failure: null };
  } catch (error) {
    const failure = loginFailure(error, user);
    if (failure === null) throw error;
    return { user, method: null, failure };
  }
}
