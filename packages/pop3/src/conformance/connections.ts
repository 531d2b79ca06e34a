// The connections of an examination: as few as can be, one login at a time, and never sooner than the server's LOGIN-DELAY allows.
// Fills `facts.ts` as it goes. Knows no check.
import { capaCommand } from "../capabilities/capa.js";
import { stls, stlsCommand } from "../capabilities/stls.js";
import { Secrets } from "../client/secrets.js";
import { LoginImpossible } from "../contracts/errors.js";
import { MechanismRefused } from "../contracts/mechanism.js";
import { Wire, type WireTlsOptions } from "../wire/wire.js";
import { answerOf, Conversation } from "./conversation.js";
import type { ServerFacts } from "./facts.js";
import { type LoginAttempt, logIn } from "./login.js";
import { LoginPace } from "./login-pace.js";
import { NotTested, Undecided } from "./outcome.js";
import type { Stage } from "./report.js";
import type { Subject } from "./subject.js";

/** A server may notice a moment late that a session has gone, and hold its lock until then. */
const LOCK_GRACE_MS = 1000;

/** A login that was tried, whatever came of it. */
export interface LoginTrial extends LoginAttempt {
  readonly conversation: Conversation;
}

/** What is said on a connection before its login. */
export type BeforeLogin = (conversation: Conversation) => Promise<void>;

/** How a login is tried. */
export interface TrialOptions {
  /** Without waiting for LOGIN-DELAY to pass. */
  readonly early?: boolean;
  /** By this way alone, a mechanism or a keyword; the strongest that works where absent. */
  readonly method?: string;
  readonly before?: BeforeLogin;
}

/** Opens, shares and ends conversations. */
export class Connections {
  readonly #subject: Subject;
  readonly #facts: ServerFacts;
  readonly pace: LoginPace;
  /** All that are open. */
  readonly #open = new Set<Conversation>();
  #shared: Conversation | null = null;
  #clear: Conversation | null = null;
  #session: Conversation | null = null;
  /** What was sent and must not come back in a report. */
  readonly secrets: Secrets = new Secrets();
  /** Connections that were made. */
  count = 0;

  constructor(subject: Subject, facts: ServerFacts) {
    this.#subject = subject;
    this.#facts = facts;
    this.pace = new LoginPace(subject, facts);
  }

  /**
   * A new connection as it begins: in the clear, or under TLS where that is implicit. `tlsOptions` go before the subject's. Rejects where
   * there is none, or no greeting.
   */
  async greeted(tlsOptions?: WireTlsOptions): Promise<Conversation> {
    const { host, port, tls, patienceMs, signal } = this.#subject;
    this.count++;
    const wire = await Wire.connect({
      host,
      port,
      tls: tls === "implicit",
      secrets: this.secrets,
      tlsOptions: { ...this.#subject.tlsOptions, ...tlsOptions },
      ...(patienceMs !== undefined && { patienceMs }),
      ...(signal !== undefined && { signal }),
    });
    const received = await wire.received().catch((error: unknown) => {
      wire.close();
      throw error;
    });
    if (received === null) {
      wire.close();
      throw new Undecided("the server closed the connection without a greeting");
    }
    const greeting = answerOf(received);
    // One that only looks otherwise is for the checks.
    if (!/^\+ok/i.test(greeting.line)) {
      wire.close();
      throw new Undecided(`the server turned the connection away: ${greeting.line.slice(0, 200)}`);
    }
    const conversation = new Conversation(wire, greeting);
    this.#open.add(conversation);
    this.#facts.greeting ??= greeting;
    return conversation;
  }

  /** A new connection in the state in which people log in: under TLS, where the server has it. */
  async fresh(): Promise<Conversation> {
    const conversation = await this.greeted();
    try {
      await this.secure(conversation);
    } catch (error) {
      if (!conversation.wire.closed || this.#subject.tls === "implicit") throw error;
      // What the server does in the clear can be examined all the same.
      this.#facts.startTlsRefused = `TLS did not begin: ${error instanceof Error ? error.message : String(error)}`;
      await this.end(conversation);
      return this.greeted();
    }
    return conversation;
  }

  /** Brings a new connection under TLS, where the server has it. Rejects where the handshake fails. */
  async secure(conversation: Conversation): Promise<void> {
    if (conversation.secure) this.#facts.tls ??= conversation.wire.tls;
    if (!this.#facts.listings.has(conversation.secure ? "tls" : "cleartext")) await this.list(conversation);
    const cleartext = this.#facts.listings.get("cleartext");
    if (conversation.secure || this.#subject.tls === "none" || cleartext?.capabilities.has(stls) !== true) return;
    if (this.#facts.startTlsRefused !== null) return;
    const answer = await conversation.ask(stlsCommand.keyword);
    if (answer.status !== "+OK") {
      this.#facts.startTlsRefused = answer.line;
      return;
    }
    await conversation.wire.startTls();
    this.#facts.tls ??= conversation.wire.tls;
    if (!this.#facts.listings.has("tls")) await this.list(conversation);
    ready(conversation, "TLS began by STLS");
  }

  /** Asks what is listed and keeps it. */
  async list(conversation: Conversation): Promise<void> {
    const { answer, body } = await conversation.multi(capaCommand.keyword);
    const stage: Stage = conversation.state === "TRANSACTION" ? "login" : conversation.secure ? "tls" : "cleartext";
    this.#facts.learn({ stage, answer, body });
  }

  /** The connection before login that checks share. */
  async shared(): Promise<Conversation> {
    if (this.#shared?.usable !== true) this.#shared = await this.fresh();
    return this.#shared;
  }

  /** The connection that stays in the clear and that checks share; the one before login, where no other is under TLS. */
  async sharedClear(): Promise<Conversation> {
    if (this.#shared?.usable === true && !this.#shared.secure) return this.#shared;
    if (this.#clear?.usable !== true) this.#clear = await this.greeted();
    return this.#clear;
  }

  /** The session after login that checks share. */
  async session(): Promise<Conversation> {
    if (this.#session?.usable !== true) this.#session = await this.loggedIn();
    return this.#session;
  }

  /** A session of its own, when the shared one has ended; for `before`, see `TrialOptions`. */
  async ownSession(before?: BeforeLogin): Promise<Conversation> {
    await this.endSession();
    return this.loggedIn(before);
  }

  /** Takes leave of the session that is shared. */
  async endSession(): Promise<void> {
    if (this.#session !== null && this.#open.has(this.#session)) await this.end(this.#session);
    this.#session = null;
  }

  /** Shares this session from here on, as the one before has ended. */
  share(session: Conversation): void {
    this.#session = session;
  }

  /** Logs in on a new connection. Throws `NotTested` where that cannot be. */
  async loggedIn(before?: BeforeLogin): Promise<Conversation> {
    const options = before === undefined ? {} : { before };
    let { conversation, method, answer } = await this.tryLogin(options);
    if (answer.status !== "+OK" && this.pace.count > 0) {
      await this.end(conversation);
      await new Promise<void>((resolve) => setTimeout(resolve, LOCK_GRACE_MS));
      ({ conversation, method, answer } = await this.tryLogin(options));
    }
    if (answer.status !== "+OK") {
      const text = `the login by ${method} was refused: ${this.secrets.masked(answer.line)}`;
      // What has passed soon is no reason to give up for good.
      if (answer.code !== null && this.pace.count > 0) throw new Undecided(text);
      throw this.#impossible(text);
    }
    if (this.#facts.after === null) await this.list(conversation);
    ready(conversation, `logged in by ${method}`);
    return conversation;
  }

  /** Tries a login. Throws `NotTested` where none can be tried; where a way was asked for, what `logIn` throws. */
  async tryLogin({ early = false, method, before }: TrialOptions = {}): Promise<LoginTrial> {
    const conversation = await this.beforeLogin({ early });
    await before?.(conversation);
    const { auth, host, port } = this.#subject;
    const facts = this.#facts;
    // The way that worked once: no other is tried in vain each time.
    const only = method ?? facts.loginMethod;
    const again = only === null ? auth! : { ...auth!, methods: [only] };
    const known = { capabilities: facts.before!.capabilities, registry: facts.registry };
    try {
      const attempt = await logIn(conversation, again, known, { host, port });
      if (attempt.answer.status === "+OK") {
        facts.loginMethod ??= attempt.method;
        this.entered(conversation);
      }
      return { conversation, ...attempt };
    } catch (error) {
      if (method === undefined && (error instanceof LoginImpossible || error instanceof MechanismRefused))
        throw this.#impossible(`no login: ${error.message}`);
      throw error;
    }
  }

  /** A new connection on which the user may log in now. Throws `NotTested` where nobody may. */
  async beforeLogin({ early = false }: { readonly early?: boolean } = {}): Promise<Conversation> {
    const { auth, insecure = false } = this.#subject;
    const facts = this.#facts;
    if (auth === undefined) throw new NotTested("nobody was to log in");
    if (facts.loginProblem !== null) throw new NotTested(facts.loginProblem);
    if (!early) await this.pace.wait();
    const conversation = await this.fresh();
    const problem = facts.tls?.problem ?? null;
    if (conversation.secure && problem !== null && !insecure) {
      throw this.#impossible(`no login: the server's certificate does not hold (${problem})`);
    }
    return conversation;
  }

  /** The user was let in on it. */
  entered(conversation: Conversation): void {
    this.pace.note();
    conversation.state = "TRANSACTION";
  }

  #impossible(problem: string): NotTested {
    this.#facts.loginProblem = problem;
    return new NotTested(problem);
  }

  /** Takes leave of one. */
  async end(conversation: Conversation): Promise<void> {
    this.#open.delete(conversation);
    await conversation.end();
  }

  /** Takes leave of all. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#open].map((conversation) => this.end(conversation)));
  }

  /** Goes away from all, without a word. */
  dropAll(): void {
    for (const conversation of this.#open) conversation.wire.close();
    this.#open.clear();
  }
}

/** From here on, what is said is a check's. */
function ready(conversation: Conversation, how: string): void {
  const { transcript } = conversation.wire;
  conversation.readyAt = transcript.end;
  transcript.add("#", how);
}
