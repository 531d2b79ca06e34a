// One account made ready and fetched: the server found, the password had, the destination read; then visits until it is done.
// What people are told goes through `fetch-report.ts`; when there is another visit is `sync/fetch-account.ts`'s.
import { resolve } from "node:path";
import type { WorkQueue } from "../authenticator/work-queue.js";
import type { FetchAccountConfig } from "../config/fetch-accounts.js";
import { parseDestination } from "../sync/destination-address.js";
import { DestinationFailure } from "../sync/destination.js";
import { fetchAccount } from "../sync/fetch-account.js";
import { openDestination } from "../sync/open-destination.js";
import { openAccountState } from "../sync/state.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { authOptionsFor } from "./credentials.js";
import type { CredentialOptions } from "./credentials.js";
import type { FetchOptions } from "./fetch-options.js";
import type { FetchReport } from "./fetch-report.js";
import { chooseServer } from "./server-options.js";
import type { ChosenServer, ServerOptions } from "./server-options.js";

/** An account that can be fetched. */
export interface FetchJob {
  /** `user@host:port`: what it is remembered by. */
  readonly account: string;
  readonly user: string;
  readonly connect: ChosenServer["connect"];
  /** As `openDestination` takes it; paths are absolute. */
  readonly destination: string;
  readonly recipient: string | undefined;
  readonly deletes: boolean;
  readonly onlyNew: boolean;
  readonly statePath: string;
}

/** Finds the server, asks for what is missing. Throws `CliFailure` and what else the options can be wrong with. */
export async function preparedJob(
  context: CliContext,
  account: FetchAccountConfig,
  options: FetchOptions,
  statePath: string,
): Promise<FetchJob> {
  const recipient = account.recipient ?? options.recipient;
  const destination = absolute(account.to, recipient, context.cwd);
  const server = await chooseServer(context, account.from, serverOptions(account, options), { loggingIn: true });
  const user = options.user ?? server.user;
  if (user === null) {
    throw new CliFailure("Say who logs in: pop3s://user@host, or --user NAME.");
  }
  const { connect, method } = server;
  const auth = await authOptionsFor(context, credentialOptions(account, options), { user, method, host: connect.host });
  return {
    account: `${user}@${connect.host}:${connect.port}`,
    user,
    // Messages come as they are, with UTF-8 in their headers, where the server has that.
    connect: { ...connect, auth, utf8: true },
    destination,
    recipient,
    deletes: account.delete ?? options.delete === true,
    onlyNew: account.new ?? options.new === true,
    statePath: resolve(context.cwd, statePath),
  };
}

/** Fetches it, a visit whenever `turns` has room. Rejects with nothing: what goes wrong is told to the report. */
export async function runJob(
  { signal }: CliContext,
  job: FetchJob,
  { every = "once", tries }: FetchOptions,
  report: FetchReport,
  turns: WorkQueue,
): Promise<void> {
  const { account, destination, statePath, recipient } = job;
  try {
    await fetchAccount({
      ...job,
      every,
      tries,
      signal,
      inTurn: (visit) => turns.run(visit),
      listener: report.listener(account, destination),
      openState: () => openAccountState(statePath, account),
      openDestination: (ledger) =>
        openDestination(destination, {
          ledger,
          statePath,
          recipient,
          notice: (sentence) => report.notice(account, sentence),
        }),
    });
  } catch (error) {
    report.ended(job, error);
  }
}

/** With its path from the root. Throws `CliFailure` where it is no destination. */
function absolute(to: string, recipient: string | undefined, cwd: string): string {
  const text = to.replace(
    /^(maildir|mbox|eml):(.+)$/s,
    (_, kind: string, path: string) => `${kind}:${resolve(cwd, path)}`,
  );
  try {
    parseDestination(text, recipient);
  } catch (error) {
    throw error instanceof DestinationFailure ? new CliFailure(error.message, 2, { cause: error }) : error;
  }
  return text;
}

/** What the file of accounts says goes before what the command line says for all. */
function serverOptions({ tls, ca }: FetchAccountConfig, options: ServerOptions): ServerOptions {
  return { ...options, ...(tls !== undefined && { tls }), ...(ca !== undefined && { ca }) };
}

function credentialOptions(account: FetchAccountConfig, options: CredentialOptions): CredentialOptions {
  const { password_file, password_command, token_file, token_command, auth, allow_cleartext } = account;
  const own = {
    ...(password_file !== undefined && { passwordFile: password_file }),
    ...(password_command !== undefined && { passwordCommand: password_command }),
    ...(token_file !== undefined && { tokenFile: token_file }),
    ...(token_command !== undefined && { tokenCommand: token_command }),
  };
  const { passwordFile, passwordCommand, tokenFile, tokenCommand, ...rest } = options;
  const common = {
    ...(passwordFile !== undefined && { passwordFile }),
    ...(passwordCommand !== undefined && { passwordCommand }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(tokenCommand !== undefined && { tokenCommand }),
  };
  return {
    ...rest,
    ...(Object.keys(own).length > 0 ? own : common),
    ...(auth !== undefined && { auth: auth.join(",") }),
    ...(allow_cleartext && { allowCleartext: true }),
  };
}
