// Work on one account of a data directory: that it exists, that a client can log in, what failures mean for the exit status.
// Prints nothing: the sentence travels to `program.ts` as a `CliFailure`. Opening the directory is `data-options.ts`'s.
import { Registry, standard, user as userCapability, type SessionView } from "@postern/pop3";
import { MaildropFailure } from "@postern/pop3/server";
import { AccountRefused } from "../authenticator/spool-accounts.js";
import type { Rooms } from "../service/rooms.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { openRoomsFor } from "./data-options.js";
import type { DataOptions } from "./data-options.js";

/** Opens the data directory, checks that the account exists, does the work and closes. Throws `CliFailure`. */
export async function withAccount<T>(
  context: CliContext,
  options: DataOptions,
  name: string,
  work: (rooms: Rooms) => T | Promise<T>,
): Promise<T> {
  const rooms = await openRoomsFor(context, options);
  try {
    if (!rooms.accounts.has(name)) {
      throw new CliFailure(`There is no user ${name}: \`postern user list\` shows who there is.`, 1);
    }
    return await work(rooms);
  } catch (error) {
    throw asCliFailure(error, name);
  } finally {
    rooms.close();
  }
}

const registry = new Registry(standard);

/** A session at its most open: what is refused here is refused everywhere. */
const beforeLogin: SessionView = {
  state: "AUTHORIZATION",
  secure: true,
  canStartTls: false,
  passwordLogin: true,
  implementation: null,
};

/** Throws `CliFailure` for a name or a password that no client could log in with: the server's own declarations are asked. */
export function assertUsable(part: "name" | "password", value: string): void {
  const command = userCapability.commands.find(({ secret = false }) => secret === (part === "password"))!;
  const line = `${command.keyword} ${Buffer.from(value).toString("latin1")}`;
  const most = registry.commandOctets - `${command.keyword} \r\n`.length;
  const answer = registry.resolve(line, beforeLogin);
  const problem =
    line.length + 2 > registry.commandOctets
      ? `it has more than the ${most} octets that fit on a command line`
      : "refusal" in answer
        ? answer.text
        : null;
  if (problem !== null) throw new CliFailure(`Nobody could log in with this ${part}: ${problem}.`);
}

/** What a failure of accounts or maildrops means to whoever typed the command; any other error as it is. */
export function asCliFailure(error: unknown, name: string): unknown {
  if (error instanceof AccountRefused) return new CliFailure(error.message, 2, { cause: error });
  if (!(error instanceof MaildropFailure)) return error;
  const open = `The maildrop of ${name} is open in a session: try again when that has ended.`;
  return error.kind === "in-use"
    ? new CliFailure(open, 1, { cause: error })
    : new CliFailure(error.message, 2, { cause: error });
}
