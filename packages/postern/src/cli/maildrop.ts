// `postern maildrop`: what a maildrop holds, and emptying it. Works beside a running server.
// Knows no rows and no leases: the store answers, and refuses to empty what a session has open. Accounts are `user.ts`'s.
import { Command } from "commander";
import { withMaildrop } from "./account.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";
import { confirmed } from "./prompt.js";

/** `maildrop` with its subcommands. */
export function maildropCommand(context: CliContext): Command {
  const maildrop = new Command("maildrop")
    .description("Shows what a maildrop holds, or empties it.")
    .addHelpText("after", "\nExamples:\n  postern maildrop show alice\n  postern maildrop empty alice --yes");

  withDataOptions(maildrop.command("show <name>"))
    .description("Lists the messages: number as the next session will see it, octets, arrival, unique-id.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  postern maildrop show alice --json")
    .action((name: string, options: DataOptions & { json?: boolean }) => show(context, name, options));

  withDataOptions(maildrop.command("empty <name>"))
    .description("Deletes every message for good. Refused while a session has the maildrop open.")
    .option("--yes", "without asking")
    .addHelpText("after", "\nExample:\n  postern maildrop empty alice --yes")
    .action((name: string, options: DataOptions & { yes?: boolean }) => empty(context, name, options));

  return maildrop;
}

async function show(context: CliContext, name: string, options: DataOptions & { json?: boolean }): Promise<void> {
  const { stdout } = context;
  await withMaildrop(context, options, name, ({ maildrops }, user) => {
    const { count, octets, messages } = maildrops.facts(user);
    if (options.json === true) {
      const listed = Array.from(messages, ({ arrivedMs, ...rest }, position) => ({
        number: position + 1,
        ...rest,
        arrived: new Date(arrivedMs).toISOString(),
      }));
      stdout.write(`${JSON.stringify({ user: name, count, octets, messages: listed }, null, 2)}\n`);
      return;
    }
    stdout.write(`${name}: ${count} ${count === 1 ? "message" : "messages"}, ${octets} octets\n`);
    if (count > 0) stdout.write(`${row("number", "octets", "arrived", "unique-id")}\n`);
    let number = 0;
    for (const message of messages) {
      number += 1;
      const arrived = new Date(message.arrivedMs).toISOString().replace("T", " ").replace(/\..+$/, "Z");
      stdout.write(`${row(String(number), String(message.octets), arrived, message.uniqueId)}\n`);
    }
  });
}

const row = (number: string, octets: string, arrived: string, uniqueId: string): string =>
  `${number.padStart(6)}  ${octets.padStart(10)}  ${arrived.padEnd(20)}  ${uniqueId}`;

async function empty(context: CliContext, name: string, options: DataOptions & { yes?: boolean }): Promise<void> {
  const deleted = await withMaildrop(context, options, name, async ({ maildrops }, user) => {
    if (options.yes !== true) {
      const { count } = maildrops.facts(user);
      if (!(await confirmed(context, `Delete ${count} ${count === 1 ? "message" : "messages"} of ${name} for good?`))) {
        throw new CliFailure("Nothing was deleted: confirm with --yes.");
      }
    }
    return maildrops.empty(user);
  });
  context.stdout.write(`${name}: ${deleted} ${deleted === 1 ? "message" : "messages"} deleted.\n`);
}
