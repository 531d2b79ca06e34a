// Work on one account of a data directory: that it exists, that a client can log in, what failures mean for the exit status.
// Names and passwords are brought here to the form in which they are compared.
// Prints nothing: the sentence travels to `program.ts` as a `CliFailure`. Opening the directory is `data-options.ts`'s.
import { Registry, rendered, standard, user as userCapability, type SessionView } from "@postern/pop3";
import { MaildropFailure } from "@postern/pop3/server";
import { saslprep, saslprepStored, StringRefused } from "../authenticator/saslprep.js";
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
  work: (rooms: Rooms, name: string) => T | Promise<T>,
): Promise<T> {
  return withRooms(context, options, name, ({ accounts }, prepared) => accounts.has(prepared), work);
}

/** The same for whoever has a maildrop, or an account in a source other than the accounts: his maildrop is made where there is none. */
export async function withMaildrop<T>(
  context: CliContext,
  options: DataOptions,
  name: string,
  work: (rooms: Rooms, name: string) => T | Promise<T>,
): Promise<T> {
  const exists = async (rooms: Rooms, prepared: string): Promise<boolean> =>
    rooms.maildrops.has(prepared) || rooms.ensureMaildrop(prepared);
  return withRooms(context, options, name, exists, work);
}

async function withRooms<T>(
  context: CliContext,
  options: DataOptions,
  name: string,
  exists: (rooms: Rooms, name: string) => boolean | Promise<boolean>,
  work: (rooms: Rooms, name: string) => T | Promise<T>,
): Promise<T> {
  const rooms = await openRoomsFor(context, options);
  const prepared = comparedName(name);
  try {
    if (!(await exists(rooms, prepared))) {
      throw new CliFailure(`There is no user ${name}: \`postern user list\` shows who there is.`, 1);
    }
    return await work(rooms, prepared);
  } catch (error) {
    throw asCliFailure(error, name);
  } finally {
    rooms.close();
  }
}

/** The name in the form in which names are compared; as it is where it has none, for nobody has such a name. */
export function comparedName(name: string): string {
  try {
    return saslprep(name);
  } catch (error) {
    if (error instanceof StringRefused) return name;
    throw error;
  }
}

const registry = new Registry(standard);

/** A session at its most open: what is refused here is refused everywhere. */
const beforeLogin: SessionView = {
  state: "AUTHORIZATION",
  secure: true,
  canStartTls: false,
  passwordLogin: true,
  mechanisms: [],
  timestamp: null,
  implementation: null,
  policy: { loginDelaySeconds: 0, loginDelayPerUser: false, retentionDays: "never", retentionPerUser: false },
  utf8: false,
  utf8Names: true,
  languages: [],
};

/**
 * The name or the password in the form in which it is stored. Throws `CliFailure` for one that no client could log in with: SASLprep
 * is asked, and the server's own declarations.
 */
export function usable(part: "name" | "password", value: string): string {
  const command = userCapability.commands.find(({ secret = false }) => secret === (part === "password"))!;
  const refused = (problem: string): CliFailure => new CliFailure(`Nobody could log in with this ${part}: ${problem}.`);
  // Asked before SASLprep is: what it says of control characters is the clearer sentence.
  const written = problemOf(command.keyword, value);
  if (written !== null) throw refused(written);
  let prepared: string;
  try {
    prepared = saslprepStored(value);
  } catch (error) {
    throw error instanceof StringRefused ? refused(error.message) : error;
  }
  const problem = problemOf(command.keyword, prepared);
  if (problem !== null) throw refused(problem);
  return prepared;
}

/** What keeps this from being a command's parameter, or null. */
function problemOf(keyword: string, parameter: string): string | null {
  const line = `${keyword} ${Buffer.from(parameter).toString("latin1")}`;
  const answer = registry.resolve(line, beforeLogin);
  return "refusal" in answer ? rendered(answer.text, null) : null;
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
