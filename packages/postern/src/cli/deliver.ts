// `postern deliver`: a delivery agent that any mail transfer agent can run for each message. Its exit status is one of
// sysexits, because that is the language of those agents; 0 means that the message is on disk.
import type { Delivered } from "@postern/pop3/server";
import { Command } from "commander";
import { ConfigProblem } from "../config/problem.js";
import { incomingMessage } from "../delivery/incoming-message.js";
import { printable } from "../delivery/printable.js";
import { Refusal, sysexitOf, sysexits } from "../delivery/sysexits.js";
import type { Sysexit } from "../delivery/sysexits.js";
import { watchedWriter } from "../delivery/writer.js";
import { ServiceProblem } from "../service/problem.js";
import { comparedName } from "./account.js";
import type { CliContext } from "./context.js";
import { openRoomsFor, withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";

interface DeliverOptions extends DataOptions {
  readonly json?: boolean;
}

/** `postern deliver NAME < message`. */
export function deliverCommand(context: CliContext): Command {
  return withDataOptions(new Command("deliver"))
    .description("Puts the message on standard input into a maildrop. It is on disk once the exit status is 0.")
    .argument("<name>", "the account; the whole name, as `postern user list` shows it")
    .option("--json", "print the unique-id and the octets as JSON")
    .addHelpText("after", examples)
    .action((name: string, options: DeliverOptions) => runDeliver(context, name, options));
}

const examples = `
Examples:
  postern deliver mia < message.eml
  postern deliver --data /var/lib/postern mia@example.net < message.eml

Exit status, as in sysexits(3): 0 delivered, 64 wrong usage, 65 no message, 67 no such account, 73 cannot be stored,
74 standard input failed, 75 try again later, 77 not permitted, 78 configuration, 70 anything else. A message is
delivered whole or not at all. docs/guides/delivery.md shows how mail transfer agents are set up.`;

async function runDeliver(context: CliContext, name: string, options: DeliverOptions): Promise<void> {
  try {
    const { uniqueId, octets } = await deliver(context, name, options);
    if (options.json === true) context.stdout.write(`${JSON.stringify({ user: name, uniqueId, octets })}\n`);
    context.exit(sysexits.ok);
  } catch (error) {
    // One line, because transfer agents log the first one; a configuration may have several problems.
    const problem = error instanceof Error ? error.message.replaceAll("\n", "; ") : String(error);
    context.stderr.write(`postern: ${printable(problem)}\n`);
    context.exit(statusOf(error));
  }
}

async function deliver(context: CliContext, name: string, options: DeliverOptions): Promise<Delivered> {
  const { stdin, signal } = context;
  const writerAlive = watchedWriter((stdin as { readonly fd?: number }).fd);
  const rooms = await openRoomsFor(context, options);
  try {
    const user = comparedName(name);
    if (!(await rooms.ensureMaildrop(user))) throw new Refusal(sysexits.noUser, `There is no account ${name}.`);
    return await rooms.maildrops.deliver(user, incomingMessage(stdin, { signal, writerAlive }));
  } finally {
    rooms.close();
  }
}

/** A data directory that cannot be opened may be a disk that is not mounted yet: the agent shall keep the message. */
function statusOf(error: unknown): Sysexit {
  if (error instanceof ConfigProblem) return sysexits.config;
  return error instanceof ServiceProblem ? sysexits.tempFail : sysexitOf(error);
}
