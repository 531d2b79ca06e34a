// The way into a maildrop: somebody proves who he is, the lease is taken, the declarations let him in. Knows no socket; tells its session.
// The authenticator judges credentials, the store gives the lease; which commands lead here is for `capabilities/`.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Authenticator } from "../contracts/authenticator.js";
import type { Login } from "../contracts/command.js";
import type { NegativeReply, Reply } from "../contracts/reply.js";
import { MaildropFailure, type MaildropFailureKind } from "../contracts/errors.js";
import type { Maildrop } from "../contracts/maildrop.js";
import type { MechanismServerContext } from "../contracts/mechanism.js";
import type { OverallPolicy } from "../contracts/policy.js";
import type { FailureCause } from "../contracts/response-code.js";
import { say, type Said } from "../contracts/sentence.js";
import type { SessionView } from "../contracts/session.js";
import type { Transaction } from "../contracts/transaction.js";
import { LoginAttempt, watched } from "./login-attempt.js";
import { TooManyAttempts } from "./penalties.js";
import { garbled, runExchange, type ExchangeLines } from "./sasl-exchange.js";
import type { SessionSettings } from "./settings.js";

/** What a login needs of its session. */
export interface LoginHost extends ExchangeLines, Pick<MechanismServerContext, "channelBindings" | "certificate"> {
  readonly settings: SessionSettings;
  readonly remoteAddress: string;
  readonly view: SessionView;
  /** The keyword of the command that is being served. */
  readonly keyword: string;
  /** Its number. */
  readonly commandCount: number;
  /** The session ended while credentials were verified or a maildrop opened. */
  readonly ended: boolean;
  /** Enters TRANSACTION; null where the session ended meanwhile. */
  entered(user: string, maildrop: Maildrop, policy: OverallPolicy, method: string): Transaction | null;
  refused(method: string, name: string, cause: FailureCause): void;
  failed(doing: string, error: unknown): void;
}

/** Who somebody proved to be; null where he did not; or the reply that ends the attempt without a verdict on him. */
type Proof = string | null | NegativeReply;

const SENTENCES: Readonly<Record<MaildropFailureKind, Said>> = {
  "in-use": say("the maildrop is open in another session; try again when that one has ended"),
  temporary: say("the maildrop cannot be opened now; try again later"),
  permanent: say("the maildrop cannot be opened; please tell whoever runs this server"),
};

const GONE: NegativeReply = { status: "-ERR", text: say("the session has ended") };

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
    this.#nameCommand = this.#host.commandCount;
  }

  proposed(): string | null {
    return this.#nameCommand === this.#host.commandCount - 1 ? this.#name : null;
  }

  withPassword(name: string, password: string): Promise<Reply> {
    this.#name = null;
    return this.#attempt(this.#host.keyword, name, async (authenticator) => {
      const [preparedName, preparedPassword] = [this.#prepared(name), this.#prepared(password)];
      if (preparedName === null || preparedPassword === null) return null;
      return authenticator.verifyPassword(preparedName, preparedPassword);
    });
  }

  withDigest(name: string, digest: string): Promise<Reply> {
    return this.#attempt(this.#host.keyword, name, async (authenticator) => {
      const prepared = this.#prepared(name);
      const known = prepared === null ? null : ((await authenticator.sharedSecret?.(prepared)) ?? null);
      // An unknown name is compared, too, with what nobody can know.
      const secret = known?.secret ?? randomBytes(16).toString("hex");
      const expected = createHash("md5").update(`${this.#host.view.timestamp}${secret}`, "utf8").digest();
      return timingSafeEqual(expected, Buffer.from(digest, "hex")) && known !== null ? known.user : null;
    });
  }

  withMechanism(name: string, initialResponse: string | null): Reply | Promise<Reply> {
    const { settings, view } = this.#host;
    const mechanism = settings.mechanisms.find((candidate) => candidate.name === name);
    if (mechanism === undefined || !view.mechanisms.includes(name)) {
      return { status: "-ERR", text: say("this mechanism is not offered here; CAPA lists those that are") };
    }
    return this.#attempt(name, "", async (authenticator, attempt) => {
      const lines: ExchangeLines = { challenge: (text) => attempt.awaiting(this.#host.challenge(text)) };
      const outcome = await runExchange(mechanism, this.#mechanismContext(authenticator), initialResponse, lines);
      // Who cancels when his token was refused (RFC 7628 §3.2.3), or just leaves then, was refused all the same.
      if ("status" in outcome) return attempt.refused ? null : outcome;
      if (outcome.user !== null) return outcome.user;
      return outcome.refused === "malformed" ? garbled(mechanism) : null;
    });
  }

  /** One attempt, from the first look at the credentials to the reply. */
  async #attempt(
    method: string,
    name: string,
    prove: (authenticator: Authenticator, attempt: LoginAttempt) => Promise<Proof>,
  ): Promise<Reply> {
    const { settings, remoteAddress } = this.#host;
    const attempt = new LoginAttempt(settings.penalties, remoteAddress, name, () => this.#host.ended);
    let proof: Proof;
    try {
      proof = await prove(watched(settings.authenticator, attempt), attempt);
    } catch (error) {
      attempt.abandon();
      // That there are too many is the peers' doing, and no failure of the system that anybody must look at.
      if (!(error instanceof TooManyAttempts)) this.#host.failed("verifying a login", error);
      return this.#refuse(method, attempt.name, "temporary", say("the login could not be checked; try again later"));
    }
    if (proof === null) {
      const reply = this.#refuse(method, attempt.name, "credentials", say("the name or the password is wrong"));
      // The answer to a wrong login waits its time, whether or not its peer does; a right one never waits.
      await attempt.fail();
      return reply;
    }
    if (typeof proof === "object") {
      attempt.abandon();
      return proof;
    }
    attempt.succeed();
    // No lease for a peer that is gone: it may be back already on another connection.
    return this.#host.ended ? GONE : this.#enter(method, proof);
  }

  async #enter(method: string, user: string): Promise<Reply> {
    const { settings } = this.#host;
    let maildrop: Maildrop;
    try {
      maildrop = await settings.maildrops.open(user);
    } catch (error) {
      return this.#notOpened(method, user, error);
    }
    // Who has gone meanwhile has not logged in, and no delay begins for him.
    const admitted = this.#host.ended ? null : await this.#admitted(user);
    if (admitted !== null && "status" in admitted) {
      await maildrop.release();
      return this.#refuse(method, user, admitted.cause ?? "temporary", admitted.text);
    }
    const transaction = admitted === null ? null : this.#host.entered(user, maildrop, admitted, method);
    if (transaction === null) {
      await maildrop.release();
      return GONE;
    }
    const { count, octets } = transaction;
    return { status: "+OK", text: say("the maildrop is open; messages: {count}, octets: {octets}", { count, octets }) };
  }

  /** The user's policy, which counts for all of the session; or why he may not come in now. */
  async #admitted(user: string): Promise<OverallPolicy | NegativeReply> {
    const { registry, policies } = this.#host.settings;
    try {
      const policy = { ...this.#host.view.policy, ...policies.of(user) };
      for (const capability of registry.admitting(this.#host.view)) {
        const refusal = await capability.admit!({ user, policies });
        if (refusal !== null) return refusal;
      }
      return policy;
    } catch (error) {
      this.#host.failed("letting a login in", error);
      return { status: "-ERR", text: SENTENCES.temporary, cause: "temporary" };
    }
  }

  #notOpened(method: string, user: string, error: unknown): NegativeReply {
    const kind = error instanceof MaildropFailure ? error.kind : "temporary";
    if (kind !== "in-use") this.#host.failed("opening a maildrop", error);
    return this.#refuse(method, user, kind, SENTENCES[kind]);
  }

  #refuse(method: string, name: string, cause: FailureCause, text: NegativeReply["text"]): NegativeReply {
    this.#host.refused(method, name, cause);
    if (cause === "credentials") this.#failures++;
    const reply: NegativeReply = { status: "-ERR", text, cause };
    return this.#failures >= this.#host.settings.limits.loginFailures ? { ...reply, afterwards: "close" } : reply;
  }

  /** The text as it is compared, or null where it may not be used, or nothing of it is left (RFC 6856 §2.2, RFC 5034 §4). */
  #prepared(text: string): string | null {
    try {
      return this.#prepare(text) || null;
    } catch {
      return null;
    }
  }

  readonly #prepare = (text: string): string => {
    // ASCII, without control characters as it comes off a command line, is its own prepared form (RFC 4013 §2).
    if (/^[ -~]*$/.test(text)) return text;
    const { prepare } = this.#host.settings;
    if (prepare === null) throw new RangeError("names and passwords are ASCII here");
    return prepare(text);
  };

  #mechanismContext(authenticator: Authenticator): MechanismServerContext {
    const { settings, channelBindings, certificate, view } = this.#host;
    return {
      authenticator,
      channelBindings,
      certificate,
      offered: view.mechanisms,
      prepare: this.#prepare,
      hostname: settings.hostname,
      random: (octets) => randomBytes(octets),
      authorize: async (user, identity) =>
        identity === "" || identity === user ? user : ((await authenticator.authorize?.(user, identity)) ?? null),
    };
  }
}
