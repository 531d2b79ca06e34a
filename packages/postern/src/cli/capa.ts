// `postern capa URL`: what a server announces before TLS, under TLS and after login, explained.
// Options, order and exit status: `capa-survey.ts` looks, `capa-text.ts` and `capa-json.ts` show.
import { Command } from "commander";
import { surveyJson } from "./capa-json.js";
import { surveyed } from "./capa-survey.js";
import { attemptText, foundText, surveyText } from "./capa-text.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { authOptionsFor, type CredentialOptions, credentialsGiven, withCredentialOptions } from "./credentials.js";
import {
  type ChosenServer,
  chooseServer,
  type DiscoveryMeans,
  type ServerOptions,
  withServerOptions,
} from "./server-options.js";
import { styleFor } from "./text-style.js";

interface CapaOptions extends ServerOptions, CredentialOptions {
  readonly json?: boolean;
}

/** Where a line ends at the latest: longer ones are hard to read. */
const TEXT_COLUMNS = 100;

const examples = `
Examples:
  postern capa pop.example.net                         port 995, before login
  postern capa pop3://pop.example.net                  port 110, in the clear and under TLS
  postern capa pop3s://alice@pop.example.net           also after login; asks for the password
  postern capa alice@example.net                       finds the server of the address first
  postern capa pop3s://alice@pop.example.net --password-command "secret-tool lookup mail alice" --json

Marks: + is listed here and was not before, - was listed before, ~ has another argument, ! is against the RFCs.

Exit status: 0 shown, 1 the server did not let the user in or did not start TLS, 2 it could not be reached or asked.`;

/** `postern capa URL`. `means` is for tests. */
export function capaCommand(context: CliContext, means: DiscoveryMeans = {}): Command {
  const command = new Command("capa")
    .description(
      "Shows what a POP3 server says first, how its TLS is, and what it announces before TLS, under TLS and after login, " +
        "each line explained and with its reference. Reads no mail and changes nothing.",
    )
    .argument("<url>", "pop3s://user@host:port, pop3://…, a host, or a mail address whose server is found first");
  return withCredentialOptions(withServerOptions(command))
    .option("--json", "print what was found as JSON")
    .addHelpText("after", examples)
    .action((url: string, options: CapaOptions) => runCapa(context, url, options, means));
}

async function runCapa(context: CliContext, url: string, options: CapaOptions, means: DiscoveryMeans): Promise<void> {
  const { stdout } = context;
  const json = options.json === true;
  const server = await chooseServer(context, url, options, {
    loggingIn: logsInUnnamed(context, options),
    means,
    ...(!json && { onAttempt: (attempt) => void stdout.write(`${attemptText(attempt)}\n`) }),
  });
  if (!json && server.found !== null) stdout.write(`${foundText(server.found)}\n\n`);
  const user = userOf(context, server, options);
  const { host } = server.connect;
  const auth = user === null ? null : await authOptionsFor(context, options, { user, method: server.method, host });
  const survey = await surveyed(server, auth);
  const nowMs = Date.now();
  if (json) stdout.write(surveyJson(server, survey, nowMs));
  else {
    // A terminal that does not know its width says 0.
    const columns = Math.max(40, Math.min(stdout.columns || TEXT_COLUMNS, TEXT_COLUMNS));
    stdout.write(surveyText(server, survey, { columns, style: styleFor(context), nowMs }));
  }
  if (survey.failure !== null) throw new CliFailure(survey.failure);
  const noTls = server.connect.tls === "required" && survey.startTlsRefused !== null;
  context.exit(noTls || (survey.login?.failure ?? null) !== null ? 1 : 0);
}

/** Whether somebody logs in though the argument is a mail address, which most give in order to look. */
function logsInUnnamed({ env }: CliContext, options: CapaOptions): boolean {
  return options.user !== undefined || credentialsGiven(options, env);
}

function userOf(context: CliContext, { user, found }: ChosenServer, options: CapaOptions): string | null {
  if (options.user !== undefined) return options.user;
  if (found !== null) return logsInUnnamed(context, options) ? user : null;
  if (user === null && credentialsGiven(options)) {
    throw new CliFailure("A password or token was given, and no user: say who logs in with --user NAME or in the URL.");
  }
  return user;
}
