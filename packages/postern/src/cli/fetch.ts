// `postern fetch`: copies the mail of POP3 servers to a folder, a file or an LMTP server, as often as one likes.
// Flags, sentences and exit status. One account is made ready in `fetch-job.ts`; visits and waiting are `sync/fetch-account.ts`'s.
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { WorkQueue } from "../authenticator/work-queue.js";
import { readFetchAccounts } from "../config/fetch-accounts.js";
import type { FetchAccountConfig } from "../config/fetch-accounts.js";
import { printable } from "../delivery/printable.js";
import type { Every } from "../sync/fetch-account.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { withCredentialOptions } from "./credentials.js";
import type { FetchOptions } from "./fetch-options.js";
import { preparedJob, runJob } from "./fetch-job.js";
import type { FetchJob } from "./fetch-job.js";
import { FetchReport } from "./fetch-report.js";
import { defaultStatePath } from "./fetch-state.js";
import { withServerOptions } from "./server-options.js";

/** `postern fetch URL --to maildir:DIR|mbox:FILE|eml:DIR|lmtp://HOST:PORT/RECIPIENT`. */
export function fetchCommand(context: CliContext): Command {
  const command = new Command("fetch")
    .description(
      "Copies mail from a POP3 server. What was fetched is remembered by its unique-id once it is durable, so that running it again fetches " +
        "what is not there yet, whatever ended it before.",
    )
    .argument(
      "[url]",
      "the server: pop3s://user@host, pop3://user@host (STLS), or a mail address whose server is looked for",
    )
    .option("--to <destination>", "maildir:DIR, mbox:FILE, eml:DIR or lmtp://HOST:PORT/RECIPIENT")
    .option("--recipient <address>", "for whom the mail is, where an LMTP destination does not say")
    .option("--new", "pass over what was fetched before to any other destination, too")
    .option("--delete", "delete messages from the server once they are safe at the destination")
    .addOption(new Option("--keep", "leave messages on the server (this is the default)").conflicts("delete"))
    .option(
      "--every <seconds>",
      "go on for ever, with so many seconds between logins; auto: as the server asks for",
      every,
    )
    .option("--tries <count>", "visits that may fail one after the other before it gives up", whole(1, 1000), 5)
    .option("--accounts <file>", "fetch the accounts of a TOML file, a table [[account]] each, in place of one URL")
    .option("--concurrency <count>", "accounts to visit at a time", whole(1, 100), 4)
    .option(
      "--state <file>",
      "where it is remembered what was fetched (default: fetch.sqlite in the user's state directory)",
    )
    .option("--json", "print the outcome of each visit as a line of JSON");
  return withCredentialOptions(withServerOptions(command))
    .addHelpText("after", examples)
    .action((url: string | undefined, options: FetchOptions) => runFetch(context, url, options));
}

const examples = `
Examples:
  postern fetch pop3s://ann@pop.example.net --to maildir:Mail
  postern fetch ann@example.net --to mbox:ann.mbox --delete --password-command "secret-tool lookup mail ann"
  postern fetch pop3s://ann@pop.example.net --to lmtp://127.0.0.1:1024/ann --every auto
  postern fetch --accounts accounts.toml --concurrency 8

The password is asked for at the terminal, or comes from --password-file, --password-command, --password-stdin or
POSTERN_PASSWORD. docs/guides/fetching.md explains destinations, the file of accounts and what survives a crash.

Exit status: 0 all is fetched; 1 something was left (a message, or the server refused the login); 2 it could not be tried.`;

function every(text: string): Every {
  return text === "auto" ? "auto" : whole(1, 86_400)(text);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

async function runFetch(context: CliContext, url: string | undefined, options: FetchOptions): Promise<void> {
  const accounts = accountsOf(context, url, options);
  const statePath = options.state ?? defaultStatePath(context);
  const report = new FetchReport(context, { json: options.json === true, several: accounts.length > 1 });
  const jobs: FetchJob[] = [];
  // One after the other: each may have a question to ask.
  for (const account of accounts) {
    try {
      jobs.push(await preparedJob(context, account, options, statePath));
    } catch (error) {
      // With several accounts, one that cannot be begun keeps no other from it.
      if (accounts.length === 1 || !(error instanceof CliFailure)) throw error;
      report.couldNotRun(account.from, error);
    }
  }
  // A turn is one visit: who is visited for ever would keep it for ever.
  const turns = new WorkQueue(options.concurrency, jobs.length);
  await Promise.all(jobs.map((job) => runJob(context, job, options, report, turns)));
  context.exit(report.finish());
}

function accountsOf(
  { cwd }: CliContext,
  url: string | undefined,
  options: FetchOptions,
): readonly FetchAccountConfig[] {
  if (options.accounts !== undefined) {
    if (url !== undefined || options.to !== undefined)
      throw new CliFailure(
        "With --accounts, the servers and destinations are in that file: leave the URL and --to out.",
      );
    if (options.passwordStdin === true)
      throw new CliFailure("Standard input holds one password: with --accounts, let the file say where each one is.");
    return readFetchAccounts(resolve(cwd, options.accounts));
  }
  if (url === undefined) throw new CliFailure("Say which server: postern fetch pop3s://user@host --to maildir:DIR");
  if (options.to === undefined) {
    throw new CliFailure(`Say where the mail goes: postern fetch ${printable(url)} --to maildir:DIR`);
  }
  return [{ from: url, to: options.to, allow_cleartext: false }];
}
