// What a mail program is for the tests with faults: how it is run on one errand, and where it keeps what it took.
// The programs are in `clients/`, what becomes of an errand is judged in `trial.ts`. Knows no fault.
import type { Way } from "../support/client.js";
import type { Ended } from "../support/program.js";

/** Fetch every message that was not fetched before, keep it, delete it from the server, and end the session well. */
export interface Errand {
  readonly port: number;
  readonly way: Way;
  /** The certificate of the authority to trust, PEM. */
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
  /** How many messages there are, for clients that cannot count. */
  readonly messages: number;
  /** How long to bear a silence: what the client is told, where it can be told. */
  readonly silenceSeconds: number;
  /** Its home, the same at each visit. */
  readonly folder: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface FaultedClient {
  readonly name: string;
  /** The program that it takes; null for one that is in this repository. */
  readonly program: string | null;
  readonly ways: readonly Way[];
  /** Exit statuses that say that all is well: 0, and others where a program has several. */
  readonly good: readonly number[];
  /** It knows by unique-ids what it has, from one visit to the next. */
  readonly remembers: boolean;
  /** What it puts in front of a message. */
  readonly adds?: RegExp;
  /** As the program itself tells; null where it does not. */
  version(): Promise<string | null>;
  run(errand: Errand): Promise<Ended>;
  /** What it has kept, as it has written it; line ends are not looked at. */
  kept(folder: string): readonly Buffer[];
}

/** What a regular expression finds in what a program prints about itself. */
export function told(output: string, pattern: RegExp): string | null {
  return pattern.exec(output)?.[1] ?? null;
}
