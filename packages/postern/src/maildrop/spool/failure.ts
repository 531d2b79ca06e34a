// Errors of the database as failures of a maildrop: what a session may tell its client.
// Which errors pass by themselves is known to `database/problem.ts`; replies and response codes are the server's. Knows no statement.
import { MaildropFailure } from "@postern/pop3/server";
import { databaseProblem } from "../../database/problem.js";

/** The failure that an error of the database amounts to; any other error as it is. */
function asMaildropFailure(error: unknown): unknown {
  const problem = databaseProblem(error);
  if (problem === null) return error;
  return new MaildropFailure(problem.passing ? "temporary" : "permanent", problem.sentence, { cause: error });
}

/** Runs `work`; what the database raises comes out as a `MaildropFailure`. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asMaildropFailure(error);
  }
}

/** The same for work that waits. */
export async function guardedAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asMaildropFailure(error);
  }
}

export function noSuchUser(user: string): MaildropFailure {
  return new MaildropFailure("permanent", `there is no user ${user}; make one with \`postern user add ${user}\``);
}

export function leaseLost(): MaildropFailure {
  return new MaildropFailure(
    "temporary",
    "the maildrop was taken over by somebody else; nothing was deleted, log in again",
  );
}
