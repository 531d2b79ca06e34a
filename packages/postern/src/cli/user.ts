// `postern user`: the accounts of a data directory, while a server runs on it or not. Passwords never come as arguments.
// Which names and passwords may be is for `account.ts` and the accounts to say; the questions at the terminal are `prompt.ts`'s.
import { Command } from "commander";
import { asCliFailure, usable, withAccount, withMaildrop } from "./account.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { openRoomsFor, withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";
import { confirmed, newPassword } from "./prompt.js";
import {
  applyUserSettings,
  ownSettings,
  ownSettingsText,
  parseUserSettings,
  SETTING_FORMS,
  settingExamples,
} from "./user-settings.js";

interface PasswordOptions extends DataOptions {
  readonly passwordStdin?: boolean;
  readonly secret?: boolean;
}

const examples = `
Examples:
  postern user add alice                               asks for the password twice
  pass show mail/alice | postern user add alice --password-stdin
  postern user add alice --secret                      for a client that knows APOP or CRAM-MD5 alone
  postern user list --json
  postern user set alice enabled=no                    alice cannot log in; her mail is still accepted
  postern user set alice expire=30 login-delay=300     her mail goes after 30 days; 5 minutes from login to login`;

/** `user` with its subcommands. */
export function userCommand(context: CliContext): Command {
  const user = new Command("user")
    .description("Adds, lists, changes and removes accounts.")
    .addHelpText("after", examples);
  const passwordStdin = ["--password-stdin", "take the first line of standard input as the password"] as const;
  const secret = ["--secret", "keep the password in the clear too, as APOP and CRAM-MD5 need it"] as const;

  withDataOptions(user.command("add <name>"))
    .description("Makes an account and its maildrop.")
    .option(...passwordStdin)
    .option(...secret)
    .addHelpText("after", "\nExample:\n  postern user add alice")
    .action((name: string, options: PasswordOptions) => add(context, name, options));

  withDataOptions(user.command("list"))
    .description("Lists the accounts, and what is kept of their passwords.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  postern user list --json")
    .action((options: DataOptions & { json?: boolean }) => list(context, options));

  withDataOptions(user.command("remove <name>"))
    .description("Removes an account with all of its mail. Refused while a session has the maildrop open.")
    .option("--yes", "without asking")
    .addHelpText("after", "\nExample:\n  postern user remove alice --yes")
    .action((name: string, options: DataOptions & { yes?: boolean }) => remove(context, name, options));

  withDataOptions(user.command("passwd <name>"))
    .description(
      "Sets a new password, which counts from the next login on. Without --secret none is kept in the clear.",
    )
    .option(...passwordStdin)
    .option(...secret)
    .addHelpText("after", "\nExample:\n  postern user passwd alice")
    .action((name: string, options: PasswordOptions) => passwd(context, name, options));

  withDataOptions(user.command("set <name> <key=value...>"))
    .description(`Changes settings of a user, all or none of those given: ${SETTING_FORMS}.`)
    .addHelpText("after", settingExamples)
    .action((name: string, settings: readonly string[], options: DataOptions) => set(context, name, settings, options));

  return user;
}

/** What whoever asks for it should know. */
function warnOfSecret({ stderr }: CliContext, name: string): void {
  stderr.write(
    `The password of ${name} is kept in the clear, for APOP and CRAM-MD5: whoever can read the data directory can read it. ` +
      "`postern user passwd` without --secret takes it away.\n",
  );
}

async function add(context: CliContext, name: string, options: PasswordOptions): Promise<void> {
  const secret = options.secret === true;
  const rooms = await openRoomsFor(context, options, true);
  try {
    const user = usable("name", name);
    if (rooms.accounts.has(user)) {
      throw new CliFailure(`There is a user ${name} already: \`postern user passwd ${name}\` sets a new password.`, 1);
    }
    const password = usable("password", await newPassword(context, name, options.passwordStdin === true));
    await rooms.accounts.add(user, password, { secret });
  } catch (error) {
    throw asCliFailure(error, name);
  } finally {
    rooms.close();
  }
  context.stdout.write(`Added ${name}.\n`);
  if (secret) warnOfSecret(context, name);
}

async function list(context: CliContext, options: DataOptions & { json?: boolean }): Promise<void> {
  const rooms = await openRoomsFor(context, options);
  try {
    const accounts = rooms.accounts.list();
    const own = rooms.policies.allOwn();
    if (options.json === true) {
      const listed = accounts.map(({ createdMs, ...rest }) => ({
        ...rest,
        ...ownSettings(own.get(rest.name)),
        created: new Date(createdMs).toISOString(),
      }));
      context.stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
    } else if (accounts.length === 0)
      context.stderr.write("There are no users yet: `postern user add NAME` makes one.\n");
    for (const { name, enabled, credentials } of options.json === true ? [] : accounts) {
      const settings = `${ownSettingsText(own.get(name))}${enabled ? "" : "  (disabled)"}`;
      context.stdout.write(`${name}  ${credentials.join(", ")}${settings}\n`);
    }
  } finally {
    rooms.close();
  }
}

async function remove(context: CliContext, name: string, options: DataOptions & { yes?: boolean }): Promise<void> {
  await withMaildrop(context, options, name, async (rooms, user) => {
    const { accounts, maildrops } = rooms;
    if (!accounts.has(user) && rooms.knownElsewhere(user)) {
      throw new CliFailure(`${name} is a user of the passwd-file: take the line out of it first.`);
    }
    if (options.yes !== true) {
      const { count } = maildrops.facts(user);
      if (
        !(await confirmed(context, `Remove ${name} with ${count} ${count === 1 ? "message" : "messages"} for good?`))
      ) {
        throw new CliFailure("Nothing was removed: confirm with --yes.");
      }
    }
    await maildrops.remove(user);
  });
  context.stdout.write(`Removed ${name}.\n`);
}

async function passwd(context: CliContext, name: string, options: PasswordOptions): Promise<void> {
  const secret = options.secret === true;
  await withAccount(context, options, name, async ({ accounts }, user) => {
    const password = usable("password", await newPassword(context, name, options.passwordStdin === true));
    await accounts.setPassword(user, password, { secret });
  });
  context.stdout.write(`The password of ${name} is changed.\n`);
  if (secret) warnOfSecret(context, name);
}

async function set(
  context: CliContext,
  name: string,
  settings: readonly string[],
  options: DataOptions,
): Promise<void> {
  const wanted = parseUserSettings(settings);
  await withMaildrop(context, options, name, (rooms, user) => applyUserSettings(rooms, user, wanted));
  context.stdout.write(`${name}: ${settings.join(" ")}\n`);
}
