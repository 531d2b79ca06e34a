// The way into a maildrop: a name proposed, a password verified, the lease taken. Knows no socket; tells its session.
// The authenticator judges the password, the store gives the lease; which commands lead here is for `capabilities/`.
import type { Authenticator } from "../contracts/authenticator.js";
import type { Login, NegativeReply, Reply } from "../contracts/command.js";
import { MaildropFailure, type MaildropFailureKind } from "../contracts/errors.js";
import type { Maildrop, MaildropStore } from "../contracts/maildrop.js";
import type { FailureCause } from "../contracts/response-code.js";

/** What a login needs of its session. */
export interface LoginHost {
  readonly maildrops: MaildropStore;
  readonly authenticator: Authenticator;
  /** How often this connection may fail. */
  readonly loginFailures: number;
  /** The number of the command that is being served. */
  commandCount(): number;
  /** The session ended while a password was verified or a maildrop opened. */
  ended(): boolean;
  /** Enters TRANSACTION; false where the session ended meanwhile. */
  entered(user: string, maildrop: Maildrop): boolean;
  refused(name: string, cause: FailureCause): void;
  failed(doing: string, error: unknown): void;
}

const SENTENCES: Readonly<Record<MaildropFailureKind, string>> = {
  "in-use": "the maildrop is open in another session; try again when that one has ended",
  temporary: "the maildrop cannot be opened now; try again later",
  permanent: "the maildrop cannot be opened; please tell whoever runs this server",
};

const GONE: NegativeReply = { status: "-ERR", text: "the session has ended" };

/** The login commands' view of one session. */
export class SessionLogin implements Login {
  readonly #host: LoginHost;
  #name: string | null = null;
  #nameCommand = 0;
  #failures = 0;

  constructor(host: LoginHost) {
    this.#host = host;
  }

  propose(name: string): void {
    this.#name = name;
    this.#nameCommand = this.#host.commandCount();
  }

  proposed(): string | null {
    return this.#nameCommand === this.#host.commandCount() - 1 ? this.#name : null;
  }

  async withPassword(name: string, password: string): Promise<Reply> {
    this.#name = null;
    let user: string | null;
    try {
      user = await this.#host.authenticator.verifyPassword(name, password);
    } catch (error) {
      this.#host.failed("verifying a password", error);
      return this.#refuse(name, "temporary", "the login could not be checked; try again later");
    }
    // No lease for a peer that is gone: it may be back already on another connection.
    if (this.#host.ended()) return GONE;
    if (user === null) return this.#refuse(name, "credentials", "the name or the password is wrong");

    let maildrop: Maildrop;
    try {
      maildrop = await this.#host.maildrops.open(user);
    } catch (error) {
      const kind = error instanceof MaildropFailure ? error.kind : "temporary";
      if (kind !== "in-use") this.#host.failed("opening a maildrop", error);
      return this.#refuse(name, kind, SENTENCES[kind]);
    }
    if (!this.#host.entered(user, maildrop)) {
      await maildrop.release();
      return GONE;
    }
    const { count, octets } = maildrop.snapshot;
    return {
      status: "+OK",
      text: `the maildrop has ${count} ${count === 1 ? "message" : "messages"} (${octets} octets)`,
    };
  }

  #refuse(name: string, cause: FailureCause, text: string): NegativeReply {
    this.#host.refused(name, cause);
    if (cause === "credentials") this.#failures++;
    const reply: NegativeReply = { status: "-ERR", text, cause };
    return this.#failures >= this.#host.loginFailures ? { ...reply, afterwards: "close" } : reply;
  }
}
