// `postern check URL`: whether a POP3 server does what its CAPA says. Options, consent and exit status.
// The examination is `@postern/pop3/conformance`'s; `check-text.ts` and `reports/` show what it found, `check-subject.ts` says what is examined.
import { type ConformanceCheck, examine, ExaminationImpossible, type ExaminationMode } from "@postern/pop3/conformance";
import { Command, InvalidArgumentError } from "commander";
import { printable } from "../delivery/printable.js";
import { badgeSvg } from "../reports/badge.js";
import { reportHtml } from "../reports/html.js";
import { junitXml } from "../reports/junit.js";
import { checkReportJson } from "../reports/schema.js";
import { checkExplanation } from "./check-explanation.js";
import { CheckProgress } from "./check-progress.js";
import { checkListText, checksJson, chosenChecks, loadedChecks, namedCheck } from "./check-selection.js";
import { checkText } from "./check-text.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { authOptionsFor, type CredentialOptions, credentialsGiven, withCredentialOptions } from "./credentials.js";
import { confirmed } from "./prompt.js";
import { writeReport } from "./report-file.js";
import {
  type ChosenServer,
  chooseServer,
  type DiscoveryMeans,
  placeOf,
  type ServerOptions,
  withServerOptions,
} from "./server-options.js";
import { styleFor } from "./text-style.js";

interface CheckOptions extends ServerOptions, CredentialOptions {
  readonly anonymous?: boolean;
  readonly thorough?: boolean;
  readonly yes?: boolean;
  readonly only?: string;
  readonly with?: string;
  readonly wait?: number;
  readonly strict?: boolean;
  readonly list?: boolean;
  readonly explain?: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly junit?: string;
  readonly badge?: string;
}

/** Where a line ends at the latest: longer ones are hard to read. */
const TEXT_COLUMNS = 100;

/** How long a line of the server is waited for where `--timeout` says nothing else. */
const PATIENCE_MS = 10_000;

const examples = `
Examples:
  postern check pop3s://alice@pop.example.net                   asks for the password, deletes nothing
  postern check pop.example.net --anonymous                     what can be seen without a login
  postern check pop3://tester@127.0.0.1:1110 --thorough --yes   a maildrop that was made for it: at least four messages
  postern check pop3s://ci@pop.example.net --password-file pw --junit check.xml --html check.html --badge check.svg
  postern check --explain top-zero-lines                        a check, its requirement and what to change

What is done: without more options, messages are read and none is deleted, no login is made that has to fail, and the server's LOGIN-DELAY
is kept to. --thorough makes wrong logins and deletes one or two messages.

Exit status: 0 no requirement (MUST) failed, 1 one did (with --strict, a SHOULD too), 2 the server could not be examined.`;

/** `postern check URL`. `means` is for tests. */
export function checkCommand(context: CliContext, means: DiscoveryMeans = {}): Command {
  const command = new Command("check")
    .description(
      "Examines a POP3 server: whether everything that it announces works, and what of the RFCs it does not keep. Says what was not tested " +
        "and why; each failure comes with its transcript, the section it breaks and what to change.",
    )
    .argument("[url]", "pop3s://user@host:port, pop3://…, a host, or a mail address whose server is found first");
  return withCredentialOptions(withServerOptions(command))
    .option("--anonymous", "do not log in: greeting, TLS, CAPA and what can be asked before a login")
    .option("--thorough", "make wrong logins and delete messages too: for a maildrop that was made for it; asks first")
    .option("--yes", "do not ask before --thorough")
    .option("--only <ids>", "run these checks alone, with commas; an id that ends in * stands for all that begin so")
    .option(
      "--with <module>",
      "load declarations (export const capabilities) and checks (export const checks) of your own",
    )
    .option("--wait <seconds>", "the longest wait for a LOGIN-DELAY between two logins (default: 30)", secondsOf)
    .option("--strict", "a SHOULD that is not kept counts as a failure")
    .option("--list", "list all checks, and examine nothing")
    .option("--explain <id>", "explain one check, and examine nothing")
    .option("--json", "print what was found as JSON (postern's check-report.schema.json has its schema)")
    .option("--html <file>", "write a report that can be read and printed")
    .option("--junit <file>", "write the results as JUnit XML, for CI")
    .option("--badge <file>", "write a badge (SVG)")
    .addHelpText("after", examples)
    .action((url: string | undefined, options: CheckOptions) => runCheck(context, url, options, means));
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !(seconds >= 0 && seconds <= 86_400))
    throw new InvalidArgumentError("It is a number of seconds up to 86400.");
  return seconds;
}

async function runCheck(
  context: CliContext,
  url: string | undefined,
  options: CheckOptions,
  means: DiscoveryMeans,
): Promise<void> {
  const loaded = await loadedChecks(context, options.with);
  if (options.explain !== undefined) return explain(context, loaded.all, options.explain, options.json === true);
  if (options.list === true) {
    context.stdout.write(options.json === true ? checksJson(loaded.all) : checkListText(loaded.all));
    return;
  }
  if (url === undefined)
    throw new CliFailure("Which server? Name it as pop3s://user@pop.example.net; --help shows more.");
  const only = options.only === undefined ? null : chosenChecks(loaded.all, options.only);
  const mode = modeOf(options);
  const json = options.json === true;
  const server = await chooseServer(context, url, options, { loggingIn: mode !== "anonymous", means });
  const user = mode === "anonymous" ? null : userOf(context, server, options);
  if (mode === "thorough") await consent(context, server, user, options.yes === true);
  const { host, port, tls, tlsOptions, signal } = server.connect;
  const auth = user === null ? null : await authOptionsFor(context, options, { user, method: server.method, host });
  const progress = new CheckProgress(context);
  const report = await examine({
    host,
    port,
    tls: tls === "implicit" || tls === "none" ? tls : "starttls",
    mode,
    capabilities: loaded.capabilities,
    checks: loaded.checks,
    patienceMs: options.timeout === undefined ? PATIENCE_MS : Math.max(1, Math.round(options.timeout * 1000)),
    insecure: options.insecure === true,
    onEvent: (event) => progress.told(event),
    onWait: (ms) => progress.waits(ms),
    ...(tlsOptions !== undefined && { tlsOptions }),
    ...(auth !== null && { auth }),
    ...(only !== null && { only }),
    ...(options.wait !== undefined && { delayPatienceMs: options.wait * 1000 }),
    ...(signal !== undefined && { signal }),
  })
    .catch((error: unknown) => {
      if (signal?.aborted === true) throw new CliFailure("Stopped.", 2, { cause: error });
      if (error instanceof ExaminationImpossible) {
        throw new CliFailure(`${placeOf(server.connect)} cannot be examined: ${printable(error.message)}`, 2, {
          cause: error,
        });
      }
      throw error;
    })
    .finally(() => progress.over());
  if (options.html !== undefined) await writeReport(context, options.html, reportHtml(report));
  if (options.junit !== undefined) {
    await writeReport(context, options.junit, junitXml(report, { strict: options.strict === true }));
  }
  if (options.badge !== undefined) await writeReport(context, options.badge, badgeSvg(report));
  if (json) context.stdout.write(checkReportJson(report));
  else context.stdout.write(checkText(report, textSettings(context)));
  if (user !== null && report.loginProblem !== null)
    throw new CliFailure(`Not all was tested: ${printable(report.loginProblem)}`);
  const { failedMust, failedShould } = report.totals;
  context.exit(failedMust > 0 || (options.strict === true && failedShould > 0) ? 1 : 0);
}

function textSettings(context: CliContext): Parameters<typeof checkText>[1] {
  // A terminal that does not know its width says 0.
  return {
    columns: Math.max(40, Math.min(context.stdout.columns || TEXT_COLUMNS, TEXT_COLUMNS)),
    style: styleFor(context),
  };
}

function explain(context: CliContext, all: readonly ConformanceCheck[], id: string, json: boolean): void {
  const check = namedCheck(all, id);
  context.stdout.write(json ? checksJson([check]) : checkExplanation(check, textSettings(context)));
}

function modeOf({ anonymous = false, thorough = false }: CheckOptions): ExaminationMode {
  if (anonymous && thorough) throw new CliFailure("--anonymous and --thorough were given: one of them is meant.");
  if (anonymous) return "anonymous";
  return thorough ? "thorough" : "safe";
}

/** Who logs in; null where nobody does. */
function userOf({ env }: CliContext, { user, found }: ChosenServer, options: CheckOptions): string | null {
  if (options.user !== undefined) return options.user;
  // A mail address says whose server is meant, and not that somebody logs in.
  if (found !== null) return credentialsGiven(options, env) ? user : null;
  if (user === null && credentialsGiven(options)) {
    throw new CliFailure("A password or token was given, and no user: say who logs in with --user NAME or in the URL.");
  }
  return user;
}

async function consent(context: CliContext, server: ChosenServer, user: string | null, yes: boolean): Promise<void> {
  if (yes) return;
  const whose = user === null ? "a user" : JSON.stringify(printable(user));
  const what = `--thorough logs in with wrong passwords as ${whose} at ${placeOf(server.connect)}, and deletes messages of that maildrop.`;
  if (await confirmed(context, `${what} Was it made for that?`)) return;
  throw new CliFailure(`${what} Nothing was done; say --yes where the maildrop was made for it.`);
}
