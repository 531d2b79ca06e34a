// The error of a service that cannot start, or a data directory that cannot be opened, for a reason its operator can mend.

/** The message is a sentence that says what is wrong and what to do. */
export class ServiceProblem extends Error {
  override readonly name = "ServiceProblem";
}
