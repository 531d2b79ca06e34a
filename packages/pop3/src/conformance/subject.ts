// Which server is examined, who logs in and how far the examination may go. What is tried there is not known here: `options.ts` adds
// whose checks are run. Types and bounds alone; `connections.ts` and `proof.ts` keep to them.
import type { AuthOptions } from "../client/options.js";
import type { TlsOptions } from "../client/transport.js";
import type { ConformanceReport, ExaminationMode } from "./report.js";

/** The server, and what may be done to it. */
export interface Subject {
  readonly host: string;
  readonly port: number;
  /** `starttls` begins in the clear and starts TLS where the server lists it; `none` stays in the clear. */
  readonly tls: ConformanceReport["server"]["tls"];
  /** Who logs in; without it, what needs a login is not tested. */
  readonly auth?: AuthOptions;
  /**
   * `safe`, the default, reads what is in the maildrop, deletes nothing and makes no login that has to fail. `anonymous` does not log in.
   * `thorough` makes wrong logins and deletes messages: for a maildrop that was made for it.
   */
  readonly mode?: ExaminationMode;
  readonly tlsOptions?: TlsOptions;
  /** Log in even where the certificate does not hold: anybody could be the server then. */
  readonly insecure?: boolean;
  /** How long each line of the server is waited for, in milliseconds; 10,000 where absent. */
  readonly patienceMs?: number;
  /** The longest wait between two logins where the server announces a delay, in milliseconds; 30,000 where absent. */
  readonly delayPatienceMs?: number;
  readonly signal?: AbortSignal;
  /** Told where a login has to wait, and for how long. */
  readonly onWait?: (ms: number, why: string) => void;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** The largest message that is fetched. */
export const SAMPLE_OCTETS: number = 256 * 1024;

/** How many messages are compared octet by octet. */
export const SAMPLES = 20;
