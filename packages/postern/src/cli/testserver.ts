// `postern testserver`: the test server of `@postern/pop3/testing` as a program, for the tests of clients in other languages.
// Makes options of a scenario and of flags; `testserver-run.ts` has the server while it runs, `testserver-text.ts` the words.
import { resolve } from "node:path";
import { SCENARIOS, type ScenarioName, type TestServerOptions } from "@postern/pop3/testing";
import { Command, InvalidArgumentError, Option } from "commander";
import { ConfigProblem } from "../config/problem.js";
import { readScenarioFile, unknownScenario } from "../config/scenario-file.js";
import { printable } from "../delivery/printable.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { writeReport } from "./report-file.js";
import { TestServerRun } from "./testserver-run.js";
import { readyJson, readyText, recordText, scenarioListJson, scenarioListText } from "./testserver-text.js";

type Accounts = Readonly<Record<string, string>>;

interface TestServerFlags {
  readonly scenario?: string;
  readonly account?: Accounts;
  readonly port?: number;
  readonly tlsPort?: number;
  readonly caFile?: string;
  readonly record?: string;
  readonly sessions?: number;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly list?: boolean;
}

const examples = `
Examples:
  postern testserver                                   alice with the password "secret", and three messages
  postern testserver --scenario gmail                  as Gmail was seen; --list shows the others
  postern testserver --scenario broken.toml --verbose  as the file says, and what clients send
  postern testserver --json --record said.txt          for a program that starts it and reads where it listens

A scenario file:
  extends = "gmail"
  messages = ["Subject: one\\n\\nbody\\n", { file = "two.eml" }]

  [accounts]
  alice = "secret"

  [[faults]]
  fault = "drop"
  on = "RETR"
  octets = 20

Listens on loopback alone and keeps nothing. SIGHUP reads the file anew and begins again on the same ports, with all messages and nothing
recorded; what was printed at the start is then printed again. SIGTERM and SIGINT end it.

Exit status: 0 ended as asked, 2 it could not be started.`;

/** `testserver` as a subcommand. */
export function testserverCommand(context: CliContext): Command {
  return new Command("testserver")
    .description(
      "Starts a POP3 server to test clients with: a real one, which imitates a server or misbehaves as a scenario says.",
    )
    .option("--scenario <name|file>", "a server to imitate, or a scenario file (.toml or .json)")
    .addOption(
      new Option("--account <name:password>", "an account beside those of the file; may be repeated").argParser(
        withAccount,
      ),
    )
    .addOption(new Option("--port <port>", "listen in the clear there (default: a free port)").argParser(portOf))
    .addOption(new Option("--tls-port <port>", "listen inside TLS there (default: a free port)").argParser(portOf))
    .option("--ca-file <file>", "write the certificate of the authority that clients must trust")
    .option("--record <file>", "write what was said, as dialogs, after each session; passwords masked")
    .addOption(new Option("--sessions <count>", "end after so many sessions").argParser(countOf))
    .option("--verbose", "print what clients send, passwords masked; on standard error with --json")
    .option("--json", "print where it listens as one line of JSON")
    .option("--list", "print the scenarios and the names of faults, and end")
    .addHelpText("after", examples)
    .action((flags: TestServerFlags) => testserver(context, flags));
}

function withAccount(value: string, before: Accounts | undefined): Accounts {
  const [, name, password] = /^([^:]+):(.+)$/s.exec(value) ?? [];
  if (name === undefined || password === undefined) throw new InvalidArgumentError("It is written NAME:PASSWORD.");
  return { ...before, [name]: password };
}

function portOf(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError("It is a port, from 0 to 65535.");
  return port;
}

function countOf(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError("It is a whole number from 1 up.");
  return Number(value);
}

async function testserver(context: CliContext, flags: TestServerFlags): Promise<void> {
  const { stdout, stderr, signal, onReload } = context;
  const json = flags.json === true;
  if (flags.list === true) {
    stdout.write(json ? scenarioListJson() : scenarioListText());
    return;
  }
  const { caFile, record } = flags;
  const { promise: over, resolve: finish, reject: fail } = Promise.withResolvers<void>();
  // Awaited once it has begun; what fails before that, fails the beginning.
  over.catch(() => {});
  const run = new TestServerRun({
    read: () => optionsOf(context, flags),
    ready: async (server, { accounts = { alice: "secret" } }) => {
      if (caFile !== undefined) await writeReport(context, caFile, server.ca);
      if (record !== undefined) await writeReport(context, record, recordText(server));
      stdout.write(
        json ? readyJson(server, accounts, caFile && resolve(context.cwd, caFile)) : readyText(server, accounts),
      );
    },
    sessionEnded: async (server) => {
      if (record !== undefined) await writeReport(context, record, recordText(server));
      if (server.sessions.filter(({ ended }) => ended).length >= (flags.sessions ?? Infinity)) finish();
    },
    ...(flags.verbose === true && {
      sent: (session: number, line: string) =>
        void (json ? stderr : stdout).write(`session ${session}: ${printable(line)}\n`),
    }),
    failed: fail,
  });
  try {
    // Listening for it first: whoever reads that the server is ready may ask at once.
    const begun = run.start(flags);
    onReload?.(() => {
      run.again().catch((error: unknown) => {
        const problems = error instanceof ConfigProblem ? error.problems : [(error as Error).message];
        for (const problem of problems) stderr.write(`postern: not begun again: ${problem}\n`);
      });
    });
    await begun;
    if (signal?.aborted === true) finish();
    signal?.addEventListener("abort", () => finish(), { once: true });
    await over;
  } finally {
    await run.stop();
  }
}

/** What scenario and flags say, read anew. */
function optionsOf({ cwd }: CliContext, { scenario, account }: TestServerFlags): TestServerOptions {
  const options = scenario === undefined ? {} : scenarioOf(scenario, cwd);
  return account === undefined ? options : { ...options, accounts: { ...options.accounts, ...account } };
}

function scenarioOf(given: string, cwd: string): TestServerOptions {
  if (SCENARIOS.some(({ name }) => name === given)) return { scenario: given as ScenarioName };
  if (/\.(toml|json)$|[/\\]/.test(given)) return readScenarioFile(resolve(cwd, given));
  const problem = unknownScenario(given);
  const stop = problem.endsWith("?") ? "" : ".";
  throw new CliFailure(`${problem}${stop} A scenario file is named with its ending, .toml or .json.`);
}
