// The connections of an examination: as few as can be, one login at a time, and never sooner than the server's LOGIN-DELAY allows.
// Fills `facts.ts` as it goes. Knows no check.
import { capaCommand } from "../capabilities/capa.js";
import { loginDelay } from "../capabilities/login-delay.js";
import { stls, stlsCommand } from "../capabilities/stls.js";
import { LoginImpossible } from "../contracts/errors.js";
import { MechanismRefused } from "../contracts/mechanism.js";
import type { AuthOptions } from "../client/options.js";
import { Wire, type WireTlsOptions } from "../wire/wire.js";
import { type Answer, answerOf, Conversation } from "./conversation.js";
import type { ServerFacts } from "./facts.js";
import { logIn } from "./login.js";
import { NotTested, Undecided } from "./outcome.js";
import type { Stage } from "./report.js";
import type { Subject } from "./subject.js";

const DELAY_PATIENCE_MS = 30_000;
/** The clock of a server may run a little behind. */
const DELAY_MARGIN_MS = 300;

/** What is said on a connection before its login. */
export type BeforeLogin = (conversation: Conversation) => Promise<void>;

/** Opens, shares and ends conversations. */
export class Connections {
  readonly #subject: Subject;
  readonly #facts: ServerFacts;
  readonly #now: () => number;
  /** All that are open. */
  readonly #open = new Set<Conversation>();
  #shared: Conversation | null = null;
  #session: Conversation | null = null;
  #lastLoginMs: number | null = null;
  /** Connections that were made. */
  count = 0;
  /** Logins that succeeded. */
  logins = 0;

  constructor(subject: Subject, facts: ServerFacts) {
    this.#subject = subject;
    this.#facts = facts;
    this.#now = subject.now ?? Date.now;
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
    if (greeting.status !== "+OK") {
      wire.close();
      throw new Undecided(`the server turned the connection away: ${greeting.line.slice(0, 200)}`);
    }
    const conversation = new Conversation(wire, greeting);
    this.#open.add(conversation);
    const { greetingTranscript } = this.#facts;
    this.#facts.greeting ??= greeting;
    if (greetingTranscript.length === 0) this.#facts.greetingTranscript = wire.transcript.since();
    return conversation;
  }

  /** A new connection in the state in which people log in: under TLS, where the server has it. */
  async fresh(): Promise<Conversation> {
    const conversation = await this.greeted();
    await this.secure(conversation);
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
  }

  /** Asks what is listed and keeps it. */
  async list(conversation: Conversation): Promise<void> {
    const mark = conversation.wire.transcript.end;
    const { answer, body } = await conversation.multi(capaCommand.keyword);
    const stage: Stage = conversation.state === "TRANSACTION" ? "login" : conversation.secure ? "tls" : "cleartext";
    this.#facts.learn({ stage, answer, body, transcript: conversation.wire.transcript.since(mark) });
  }

  /** The connection before login that checks share. */
  async shared(): Promise<Conversation> {
    if (this.#shared?.usable !== true) this.#shared = await this.fresh();
    return this.#shared;
  }

  /** The session after login that checks share. */
  async session(): Promise<Conversation> {
    if (this.#session?.usable !== true) this.#session = await this.loggedIn();
    return this.#session;
  }

  /** A session of its own, when the shared one has ended; for `before`, see `loggedIn`. */
  async ownSession(before?: BeforeLogin): Promise<Conversation> {
    await this.#endSession();
    return this.loggedIn(before);
  }

  /** A login by one way alone, when the shared session has ended, and what the server says to it. Throws what `logIn` throws. */
  async loginBy(method: string): Promise<{ readonly conversation: Conversation; readonly answer: Answer }> {
    await this.#endSession();
    const { conversation, auth } = await this.#readyToLogIn();
    const { host, port } = this.#subject;
    const { answer } = await logIn(conversation, { ...auth, methods: [method] }, this.#facts.before!.capabilities, {
      host,
      port,
    });
    if (answer.status === "+OK") this.#entered(conversation);
    return { conversation, answer };
  }

  async #endSession(): Promise<void> {
    if (this.#session !== null && this.#open.has(this.#session)) await this.end(this.#session);
    this.#session = null;
  }

  async #readyToLogIn(): Promise<{ readonly conversation: Conversation; readonly auth: AuthOptions }> {
    const { auth, insecure = false } = this.#subject;
    const facts = this.#facts;
    if (auth === undefined) throw new NotTested("nobody was to log in");
    if (facts.loginProblem !== null) throw new NotTested(facts.loginProblem);
    await this.#waitForLogin();
    const conversation = await this.fresh();
    const problem = facts.tls?.problem ?? null;
    if (conversation.secure && problem !== null && !insecure) {
      throw this.#impossible(`no login: the server's certificate does not hold (${problem})`);
    }
    return { conversation, auth };
  }

  #entered(conversation: Conversation): void {
    this.logins++;
    this.#lastLoginMs = this.#now();
    conversation.state = "TRANSACTION";
  }

  /** Logs in on a new connection, on which `before` has said something first. Throws `NotTested` where that cannot be. */
  async loggedIn(before?: BeforeLogin): Promise<Conversation> {
    const { host, port } = this.#subject;
    const facts = this.#facts;
    const { conversation, auth } = await this.#readyToLogIn();
    await before?.(conversation);
    try {
      const { method, answer } = await logIn(conversation, auth, facts.before!.capabilities, { host, port });
      if (answer.status !== "+OK") {
        const text = `the login by ${method} was refused: ${conversation.wire.transcript.secrets.masked(answer.line)}`;
        // What has passed soon is no reason to give up for good.
        if (answer.code !== null && this.logins > 0) throw new Undecided(text);
        throw this.#impossible(text);
      }
      facts.loginMethod ??= method;
    } catch (error) {
      if (error instanceof LoginImpossible || error instanceof MechanismRefused)
        throw this.#impossible(`no login: ${error.message}`);
      throw error;
    }
    this.#entered(conversation);
    if (facts.after === null) await this.list(conversation);
    return conversation;
  }

  #impossible(problem: string): NotTested {
    this.#facts.loginProblem = problem;
    return new NotTested(problem);
  }

  /** How long a login has to wait, by what the server announces, in milliseconds. */
  get #delayMs(): number {
    const seconds = this.#facts.argument(loginDelay)?.seconds ?? 0;
    if (seconds === 0 || this.#lastLoginMs === null) return 0;
    return Math.max(0, this.#lastLoginMs + seconds * 1000 + DELAY_MARGIN_MS - this.#now());
  }

  async #waitForLogin(): Promise<void> {
    const ms = this.#delayMs;
    if (ms === 0) return;
    const { delayPatienceMs = DELAY_PATIENCE_MS, onWait, signal } = this.#subject;
    if (ms > delayPatienceMs) {
      throw new NotTested(
        `another login is needed, and the server asks for ${Math.ceil(ms / 1000)} more seconds before it`,
      );
    }
    onWait?.(ms, "the server asks for a delay between two logins");
    await new Promise<void>((resolve) => setTimeout(resolve, ms));
    signal?.throwIfAborted();
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
