// How a check ends other than well: thrown by whoever proves one, turned into a result by `run.ts`.
// Each message is a finding, a sentence that can stand in a report; who shows it is not known here.

/** The server does not keep the requirement. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** It was not tried: something that it needs is not there, or it would do more than it may. */
export class NotTested extends Error {
  override readonly name = "NotTested";
}

/** It was tried, and what was seen does not tell. */
export class Undecided extends Error {
  override readonly name = "Undecided";
}
