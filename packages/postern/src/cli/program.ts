// The command line as a whole: which subcommands there are, and how each of their outcomes becomes text and exit status.
// Loads the file of the subcommand that was named and no other. A new subcommand is a line here and a file beside it.
import { Command, CommanderError } from "commander";
import { ConfigProblem } from "../config/problem.js";
import { databaseProblem } from "../database/problem.js";
import { UserNameRefused } from "../database/user-name.js";
import { ServiceProblem } from "../service/problem.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { version } from "./version.js";

interface Subcommand {
  readonly name: string;
  readonly summary: string;
  /** The exit status of wrong usage, where it is not 2. */
  readonly usageStatus?: number;
  load(context: CliContext): Promise<Command>;
}

const subcommands: readonly Subcommand[] = [
  {
    name: "serve",
    summary: "serve maildrops by POP3 and POP3S",
    load: async (context) => (await import("./serve.js")).serveCommand(context),
  },
  {
    name: "user",
    summary: "add, list, change and remove accounts",
    load: async (context) => (await import("./user.js")).userCommand(context),
  },
  {
    name: "maildrop",
    summary: "show what a maildrop holds, or empty it",
    load: async (context) => (await import("./maildrop.js")).maildropCommand(context),
  },
  {
    name: "deliver",
    summary: "put a message from standard input into a maildrop",
    usageStatus: 64, // EX_USAGE of sysexits, which mail transfer agents understand
    load: async (context) => (await import("./deliver.js")).deliverCommand(context),
  },
  {
    name: "import",
    summary: "copy a maildir, mbox or folder of messages into a maildrop",
    load: async (context) => (await import("./import.js")).importCommand(context),
  },
  {
    name: "capa",
    summary: "what a POP3 server announces, explained",
    load: async (context) => (await import("./capa.js")).capaCommand(context),
  },
  {
    name: "check",
    summary: "whether a POP3 server does what it announces",
    load: async (context) => (await import("./check.js")).checkCommand(context),
  },
  {
    name: "fetch",
    summary: "copy mail from POP3 servers to a folder, a file or an LMTP server",
    load: async (context) => (await import("./fetch.js")).fetchCommand(context),
  },
  {
    name: "testserver",
    summary: "a server that misbehaves, to test clients with",
    load: async (context) => (await import("./testserver.js")).testserverCommand(context),
  },
  {
    name: "registry",
    summary: "the POP3 extensions: list, pages, templates, judging a proposal",
    load: async (context) => (await import("./registry.js")).registryCommand(context),
  },
];

/** Output goes to the context and nothing ends the process, for the command and all below it. */
function tame(command: Command, context: CliContext): Command {
  command.helpOption("--help", "show this help");
  command.exitOverride().configureOutput({
    writeOut: (text) => void context.stdout.write(text),
    writeErr: (text) => void context.stderr.write(text),
    getOutHelpWidth: () => context.stdout.columns ?? 100,
    getErrHelpWidth: () => context.stderr.columns ?? 100,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (text, write) => write(text.replace(/^error: /, "postern: ")),
  });
  for (const child of command.commands) tame(child, context);
  return command;
}

async function program(args: readonly string[], context: CliContext): Promise<Command> {
  const all = new Command("postern")
    .description("A POP3 server that does what its CAPA says, and the tools around it.")
    .version(version, "--version", "print the version")
    .addHelpText(
      "after",
      `\nRun "postern <command> --help" for the options and examples of a command.

Exit status: 0 done; 1 the answer is no (no such user, a maildrop in use, a login refused, a check that failed, a proposal with problems,
messages left out);
2 it could not be tried (usage, configuration, files). \`postern deliver\` answers with the statuses of sysexits.`,
    );
  const words = args.filter((word) => !word.startsWith("-"));
  const named = words[0] === "help" ? words[1] : words[0];
  for (const { name, summary, load } of subcommands) {
    all.addCommand((name === named ? await load(context) : new Command(name)).summary(summary));
  }
  return tame(all, context);
}

/** The sentences of a failure that was expected, and its exit status; null for any other. */
function expected(error: unknown): { sentences: readonly string[]; status: number } | null {
  if (error instanceof CliFailure) return { sentences: [error.message], status: error.status };
  if (error instanceof ConfigProblem) return { sentences: error.problems, status: 2 };
  if (error instanceof ServiceProblem || error instanceof UserNameRefused) {
    return { sentences: [error.message], status: 2 };
  }
  const problem = databaseProblem(error);
  return problem === null ? null : { sentences: [problem.sentence], status: 2 };
}

/** Runs one command line (without `node` and the program's own path). Never throws; the status goes to `context.exit`. */
export async function run(args: readonly string[], context: CliContext): Promise<void> {
  const usageStatus = subcommands.find(({ name }) => name === args[0])?.usageStatus ?? 2;
  try {
    await (await program(args, context)).parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      context.exit(error.exitCode === 0 ? 0 : usageStatus);
      return;
    }
    const known = expected(error);
    for (const sentence of known?.sentences ?? []) context.stderr.write(`postern: ${sentence}\n`);
    if (known === null) unexpected(error, context);
    context.exit(known?.status ?? 2);
  }
}

function unexpected(error: unknown, context: CliContext): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (context.env["POSTERN_DEBUG"] === "1") context.stderr.write(`postern: ${stack ?? message}\n`);
  else {
    context.stderr.write(`postern: ${message} (this was not expected; POSTERN_DEBUG=1 shows where it happened)\n`);
  }
}
