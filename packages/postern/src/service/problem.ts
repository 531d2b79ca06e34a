// The error of a service that cannot start, or a data directory that cannot be opened, for a reason its operator can mend.
// Apart from `compose.ts`, so that `cli/program.ts`, which prints it as it stands, loads no server for it.

/** The message is a sentence that says what is wrong and what to do. */
export class ServiceProblem extends Error {
  override readonly name = "ServiceProblem";
}
