// Work on one account of a data directory: that it exists, and what its failures mean for the exit status.
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

/** What a failure of accounts or maildrops means to whoever typed the command; any other error as it is. */
export function asCliFailure(error: unknown, name: string): unknown {
  if (error instanceof AccountRefused) return new CliFailure(error.message, 2, { cause: error });
  if (!(error instanceof MaildropFailure)) return error;
  const open = `The maildrop of ${name} is open in a session: try again when that has ended.`;
  return error.kind === "in-use"
    ? new CliFailure(open, 1, { cause: error })
    : new CliFailure(error.message, 2, { cause: error });
}
