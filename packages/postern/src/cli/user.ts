// `postern user`: the accounts of a data directory, while a server runs on it or not. Passwords never come as arguments.
// Which names and passwords may be is for `account.ts` and the accounts to say; the questions at the terminal are `prompt.ts`'s.
import { Command } from "commander";
import { asCliFailure, assertUsable, withAccount } from "./account.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { openRoomsFor, withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";
import { confirmed, newPassword } from "./prompt.js";

interface PasswordOptions extends DataOptions {
  readonly passwordStdin?: boolean;
}

const examples = `
Examples:
  postern user add alice                               asks for the password twice
  pass show mail/alice | postern user add alice --password-stdin
  postern user list --json
  postern user set alice enabled=no                    alice cannot log in; her mail is still accepted`;

/** `user` with its subcommands. */
export function userCommand(context: CliContext): Command {
  const user = new Command("user")
    .description("Adds, lists, changes and removes accounts.")
    .addHelpText("after", examples);
  const passwordStdin = ["--password-stdin", "take the first line of standard input as the password"] as const;

  withDataOptions(user.command("add <name>"))
    .description("Makes an account and its maildrop.")
    .option(...passwordStdin)
    .addHelpText("after", "\nExample:\n  postern user add alice")
    .action((name: string, options: PasswordOptions) => add(context, name, options));

  withDataOptions(user.command("list"))
    .description("Lists the accounts.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  postern user list --json")
    .action((options: DataOptions & { json?: boolean }) => list(context, options));

  withDataOptions(user.command("remove <name>"))
    .description("Removes an account with all of its mail. Refused while a session has the maildrop open.")
    .option("--yes", "without asking")
    .addHelpText("after", "\nExample:\n  postern user remove alice --yes")
    .action((name: string, options: DataOptions & { yes?: boolean }) => remove(context, name, options));

  withDataOptions(user.command("passwd <name>"))
    .description("Sets a new password, which counts from the next login on.")
    .option(...passwordStdin)
    .addHelpText("after", "\nExample:\n  postern user passwd alice")
    .action((name: string, options: PasswordOptions) => passwd(context, name, options));

  withDataOptions(user.command("set <name> <key=value...>"))
    .description("Changes settings of an account: enabled=yes|no.")
    .addHelpText("after", "\nExample:\n  postern user set alice enabled=no")
    .action((name: string, settings: readonly string[], options: DataOptions) => set(context, name, settings, options));

  return user;
}

async function add(context: CliContext, name: string, options: PasswordOptions): Promise<void> {
  const rooms = await openRoomsFor(context, options, true);
  try {
    if (rooms.accounts.has(name)) {
      throw new CliFailure(`There is a user ${name} already: \`postern user passwd ${name}\` sets a new password.`, 1);
    }
    assertUsable("name", name);
    const password = await newPassword(context, name, options.passwordStdin === true);
    assertUsable("password", password);
    await rooms.accounts.add(name, password);
  } catch (error) {
    throw asCliFailure(error, name);
  } finally {
    rooms.close();
  }
  context.stdout.write(`Added ${name}.\n`);
}

async function list(context: CliContext, options: DataOptions & { json?: boolean }): Promise<void> {
  const rooms = await openRoomsFor(context, options);
  try {
    const accounts = rooms.accounts.list();
    if (options.json === true) {
      const listed = accounts.map(({ createdMs, ...rest }) => ({
        ...rest,
        created: new Date(createdMs).toISOString(),
      }));
      context.stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
    } else if (accounts.length === 0)
      context.stderr.write("There are no users yet: `postern user add NAME` makes one.\n");
    for (const { name, enabled } of options.json === true ? [] : accounts) {
      context.stdout.write(`${name}${enabled ? "" : "  (disabled)"}\n`);
    }
  } finally {
    rooms.close();
  }
}

async function remove(context: CliContext, name: string, options: DataOptions & { yes?: boolean }): Promise<void> {
  await withAccount(context, options, name, async ({ maildrops }) => {
    if (options.yes !== true) {
      const { count } = maildrops.facts(name);
      if (
        !(await confirmed(context, `Remove ${name} with ${count} ${count === 1 ? "message" : "messages"} for good?`))
      ) {
        throw new CliFailure("Nothing was removed: confirm with --yes.");
      }
    }
    await maildrops.remove(name);
  });
  context.stdout.write(`Removed ${name}.\n`);
}

async function passwd(context: CliContext, name: string, options: PasswordOptions): Promise<void> {
  await withAccount(context, options, name, async ({ accounts }) => {
    const password = await newPassword(context, name, options.passwordStdin === true);
    assertUsable("password", password);
    await accounts.setPassword(name, password);
  });
  context.stdout.write(`The password of ${name} is changed.\n`);
}

async function set(
  context: CliContext,
  name: string,
  settings: readonly string[],
  options: DataOptions,
): Promise<void> {
  const wanted = settings.map((setting) => {
    const match = /^enabled=(yes|no)$/.exec(setting);
    if (match === null) throw new CliFailure(`${setting} is no setting: write enabled=yes or enabled=no.`);
    return match[1] === "yes";
  });
  await withAccount(context, options, name, async ({ accounts }) => {
    for (const enabled of wanted) await accounts.setEnabled(name, enabled);
  });
  context.stdout.write(`${name}: ${settings.join(" ")}\n`);
}
