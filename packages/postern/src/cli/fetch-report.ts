// What a fetch tells: a line of progress on a terminal, a sentence or a line of JSON for each visit, and the exit status.
// Decides nothing. The figures of the line are `fetch-progress.ts`'s.
import { apop, CommandRefused, sasl, user } from "@postern/pop3/client";
import { printable } from "../delivery/printable.js";
import type { AccountListener } from "../sync/fetch-account.js";
import type { PassOutcome } from "../sync/fetch-pass.js";
import { connectionFailure, loginFailure } from "./connection-failure.js";
import type { CliContext } from "./context.js";
import { placeOf } from "./server-options.js";
import type { ChosenServer } from "./server-options.js";
import { FetchProgress } from "./fetch-progress.js";
import { shownOctets, shownSeconds } from "./figures.js";

const LOGIN_KEYWORDS: ReadonlySet<string> = new Set(
  [user, sasl, apop].flatMap(({ commands }) => commands.map(({ keyword }) => keyword)),
);

/** How often the line of progress changes, at most. */
const PROGRESS_MS = 100;

export interface ReportOptions {
  readonly json: boolean;
  /** More than one account: sentences then say whose. */
  readonly several: boolean;
}

/** Whose fetch has ended. */
export interface FetchedAccount {
  /** `user@host:port`. */
  readonly account: string;
  readonly user: string;
  readonly connect: ChosenServer["connect"];
}

export class FetchReport {
  readonly #context: CliContext;
  readonly #options: ReportOptions;
  readonly #progress = new FetchProgress();
  readonly #shows: boolean;
  #shownMs = 0;
  #status: 0 | 1 | 2 = 0;

  constructor(context: CliContext, options: ReportOptions) {
    this.#context = context;
    this.#options = options;
    this.#shows = context.stderr.isTTY === true && !options.json;
  }

  /** Whoever fetches the account of that name tells this. */
  listener(account: string, destination: string): AccountListener {
    // Of the last listing, and not come yet: after a lost connection the next listing has it again.
    let [messages, open] = [0, 0];
    return {
      listed: (_, wanted, octets) => {
        this.#moved(() => this.#progress.expected(wanted - messages, octets - open));
        [messages, open] = [wanted, octets];
      },
      received: (octets) => {
        open -= octets;
        this.#moved(() => this.#progress.received(octets, performance.now()));
      },
      delivered: () => {
        messages--;
        this.#moved(() => this.#progress.delivered());
      },
      failed: ({ number, uniqueId, problem }) => {
        messages--;
        this.#progress.failed();
        this.#worse(1);
        this.#say(`${this.#of(account)}message ${number} (${uniqueId}) was left on the server: ${problem}`);
      },
      visited: (outcome) => this.#visited(account, destination, outcome),
      waiting: (ms, why) => {
        this.#say(`${this.#of(account)}${why}; going on in ${shownSeconds(ms / 1000)}`);
      },
    };
  }

  /** The account could not be fetched, or not to its end. */
  ended({ account, connect, user: name }: FetchedAccount, error: unknown): void {
    const login = isOfLogin(error) ? loginFailure(error, name) : null;
    const message = login?.sentence ?? sentenceOf(error, connect);
    this.#worse(login !== null || this.#context.signal?.aborted === true ? 1 : 2);
    this.#say(`postern: ${this.#of(account)}${message}`);
    if (this.#options.json) this.#print({ account, error: message, code: codeOf(error) });
  }

  couldNotRun(account: string, error: Error): void {
    this.#worse(2);
    this.#say(`postern: ${account}: ${error.message}`);
    if (this.#options.json) this.#print({ account, error: error.message, code: null });
  }

  notice(account: string, sentence: string): void {
    this.#say(`${this.#of(account)}${sentence}`);
  }

  /** Clears the line, and gives the exit status. */
  finish(): 0 | 1 | 2 {
    this.#clear();
    return this.#status;
  }

  #visited(account: string, destination: string, outcome: PassOutcome): void {
    const { fetched, octets, known, failed, deleted, listed } = outcome;
    if (this.#options.json) {
      this.#print({ account, destination, listed, fetched, octets, known, failed, deleted });
      return;
    }
    const parts = [`${fetched} fetched (${shownOctets(octets)})`, `${known} known already`];
    if (failed.length > 0) parts.push(`${failed.length} left on the server`);
    if (deleted > 0) parts.push(`${deleted} deleted from the server`);
    this.#clear();
    this.#context.stdout.write(`${this.#of(account)}${parts.join(", ")}.\n`);
  }

  #print(value: object): void {
    this.#context.stdout.write(`${JSON.stringify(value)}\n`);
  }

  #of(account: string): string {
    return this.#options.several ? `${account}: ` : "";
  }

  #say(sentence: string): void {
    this.#clear();
    this.#context.stderr.write(`${printable(sentence)}\n`);
  }

  #moved(note: () => void): void {
    note();
    const nowMs = performance.now();
    if (!this.#shows || nowMs - this.#shownMs < PROGRESS_MS) return;
    this.#shownMs = nowMs;
    const { stderr } = this.#context;
    stderr.write(`\r${this.#progress.line(nowMs, (stderr.columns ?? 80) - 1)}\x1b[K`);
  }

  #clear(): void {
    if (this.#shows) this.#context.stderr.write("\r\x1b[K");
  }

  #worse(status: 1 | 2): void {
    if (status > this.#status) this.#status = status;
  }
}

function sentenceOf(error: unknown, connect: ChosenServer["connect"]): string {
  if (error instanceof CommandRefused && error.keyword !== "")
    return `${placeOf(connect)} does not do what it has to: ${error.message}`;
  const told = connectionFailure(error, connect);
  return told instanceof Error ? told.message : String(told);
}

/** A refusal of something else than a login says nothing about the user. */
function isOfLogin(error: unknown): boolean {
  return !(error instanceof CommandRefused) || LOGIN_KEYWORDS.has(error.keyword);
}

/** The response code that a server gave as its reason. */
function codeOf(error: unknown): string | null {
  return error instanceof CommandRefused ? error.code : null;
}
