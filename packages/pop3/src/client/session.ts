// One session below the public client: the connection, what the server announces now, the state, and the deletion marks.
// Connecting, TLS and CAPA in their order are here; what is asked in TRANSACTION is `client.ts`'s.
import { dele } from "../capabilities/base.js";
import { capaCommand } from "../capabilities/capa.js";
import { langClient as lang, langCommand } from "../capabilities/lang.js";
import { pipeliningClient as pipelining } from "../capabilities/pipelining.js";
import { respCodesClient as respCodes } from "../capabilities/resp-codes.js";
import { stlsClient as stls, stlsCommand } from "../capabilities/stls.js";
import { utf8Client as utf8, utf8Command } from "../capabilities/utf8.js";
import type { CommandSpec } from "../contracts/command.js";
import { CommandRefused, ProtocolViolation, TransportLost } from "../contracts/errors.js";
import type { State } from "../contracts/session.js";
import type { Quirk, QuirkNote } from "../protocol/quirks.js";
import { Declarations } from "../registry/declarations.js";
import { type Answer, AnswerExchange, linesOf } from "./answer.js";
import { Capabilities } from "./capabilities.js";
import { connecting, type Greeted, GreetingExchange, portOf, transported } from "./connect.js";
import type { After } from "./exchange.js";
import { CAPABILITIES_OCTETS, type ClientDeadlines, type ClientLimits, withClientDefaults } from "./limits.js";
import { logIn } from "./login.js";
import type { AuthOptions, CapabilitiesChange, CommandOptions, ConnectOptions } from "./options.js";
import { Pipeline } from "./pipeline.js";
import { asError, quiet } from "./rejection.js";
import { forPeople, type ReceivedReply } from "./received-reply.js";
import { SessionLog } from "./session-log.js";
import { standard } from "./standard.js";
import { abortOf, type Transport } from "./transport.js";

/** A command whose positive answer is followed by TLS. */
class TlsExchange extends AnswerExchange<void> {
  override reply(reply: ReceivedReply): After {
    super.reply(reply);
    return reply.status === "+OK" ? "stop" : "done";
  }
}

export class Session {
  readonly options: ConnectOptions;
  readonly limits: ClientLimits & ClientDeadlines;
  readonly declarations: Declarations;
  readonly port: number;
  readonly quirks: Set<Quirk> = new Set();
  readonly note: QuirkNote = (quirk) => void this.quirks.add(quirk);
  /** Messages marked as deleted since login or the last RSET. */
  readonly marked: Set<number> = new Set();
  state: State | "ended" = "AUTHORIZATION";
  /** The end is no loss that a listener is told: the caller asked for it, or has no session yet. */
  ending = true;
  /** How the login happened: the name of a mechanism, or the keyword of a command. */
  loginMethod: string | null = null;
  utf8Mode = false;
  capabilitiesBeforeLogin: Capabilities;
  /** CAPA was sent and is not answered. */
  #asking = false;
  /** Replies that had come when CAPA was refused. */
  #answeredBefore = -1;
  /** The answer to CAPA that a login with remembered capabilities does not wait for. */
  #pending: Promise<Capabilities> | null = null;
  readonly #log: SessionLog;
  #transport!: Transport;
  #pipeline!: Pipeline;
  #greeted!: Greeted;
  #capabilities: Capabilities;

  private constructor(options: ConnectOptions) {
    this.options = options;
    this.limits = withClientDefaults(options.limits, options.deadlines);
    this.declarations = new Declarations([...standard, ...(options.capabilities ?? [])]);
    this.port = portOf(options);
    this.#log = new SessionLog(options.log);
    this.#capabilities = new Capabilities(null, this.declarations, this.note);
    this.capabilitiesBeforeLogin = this.#capabilities;
  }

  /**
   * Connects, starts TLS, and asks for the capabilities unless `asks` is false: who was asked before hung up. Throws as `Pop3Client.connect`
   * does.
   */
  static async open(options: ConnectOptions, asks = true): Promise<Session> {
    const session = new Session(options);
    const { signal, settle } = connecting(options, session.limits.connectMs);
    try {
      if (!asks || !(await session.#begin(signal, true))) {
        session.note("capa-hangs-up");
        await session.#begin(signal, false);
      }
      return session;
    } finally {
      settle();
    }
  }

  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  get transport(): Transport {
    return this.#transport;
  }

  get greeted(): Greeted {
    return this.#greeted;
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  /** Sends a command and reads its answer. Rejects with `CommandRefused`, `ProtocolViolation`, `TransportLost` or the signal's reason. */
  ask<Params, Result>(
    spec: CommandSpec<Params>,
    params: Params,
    read: (answer: Answer) => Result,
    { signal }: CommandOptions = {},
    limitOctets: number = this.limits.listingOctets,
  ): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(asError(signal.reason));
    const exchange = new AnswerExchange(spec, params, limitOctets, read);
    this.#pipeline.submit(exchange);
    if (signal === undefined) return exchange.result;
    const abort = (): void => {
      this.#pipeline.withdraw(exchange);
      exchange.abandon(asError(signal.reason));
    };
    signal.addEventListener("abort", abort);
    return exchange.result.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Asks for the capabilities as they are now; a refusal is an answer, too. */
  async askCapabilities(): Promise<Capabilities> {
    this.#asking = true;
    try {
      const read = ({ body }: Answer): string[] => Array.from(linesOf(body!), forPeople);
      const lines = await this.ask(capaCommand, null, read, {}, CAPABILITIES_OCTETS);
      this.#asking = false;
      return new Capabilities(lines, this.declarations, this.note);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      this.note("capa-refused");
      this.#asking = false;
      this.#answeredBefore = this.#pipeline.answered;
      return new Capabilities(null, this.declarations, this.note);
    }
  }

  /** From here on the server announces these; who listens is told where others were known before. */
  learn(now: Capabilities, after: CapabilitiesChange["after"] | null): void {
    const before = this.#capabilities;
    this.#capabilities = now;
    this.#pipeline.pipelining = now.has(pipelining);
    this.#pipeline.codesUnlisted = now.answered && !now.has(respCodes);
    if (after !== null && !now.equals(before)) {
      this.options.listeners?.["capabilities.changed"]?.({ after, before, now });
    }
  }

  /** Fails everything with the signal's reason as long as `work` is on, and does not wait for what the work waits for. */
  async guarded<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    if (signal === undefined) return work();
    const { promise: aborted, settle } = abortOf(signal);
    try {
      // What the server said to an aborted login is of no interest any more.
      return await Promise.race([aborted, work()]);
    } catch (error) {
      if (!signal.aborted) throw error;
      this.fail(asError(signal.reason));
      throw signal.reason;
    } finally {
      settle();
    }
  }

  /** Whether the server refused CAPA and then hung up, without another word. */
  hungUpAfterCapa(error: unknown): boolean {
    return isHangUp(error) && this.#pipeline.answered === this.#answeredBefore;
  }

  /** Messages that are marked as deleted, or may be: a DELE whose answer is due may have been heard. */
  uncommitted(): readonly number[] {
    return [...new Set([...this.marked, ...this.#pipeline.waiting(dele)])];
  }

  /** Gives the connection up. */
  fail(error: Error): void {
    this.ending = true;
    this.#pipeline.fail(error);
  }

  /**
   * Logs in, in UTF-8 mode and with the language where they are wanted, and learns the capabilities anew. `alongside` sends what may go out
   * right behind the login. Throws as `Pop3Client.login` does.
   */
  logIn(auth: AuthOptions, signal: AbortSignal | undefined, alongside: () => void): Promise<void> {
    return this.guarded(signal, async () => {
      const modes = quiet(unlessRefused(this.#askModes()));
      const asked: Promise<Capabilities>[] = [];
      const ground = {
        pipeline: this.#pipeline,
        capabilities: this.capabilities,
        timestamp: this.greeted.timestamp,
        secure: this.#transport.secure,
        bindings: this.#transport.bindings(),
        authorized: this.#transport.facts()?.authorized === true,
        host: this.options.host,
        port: this.port,
        note: this.note,
        eager: this.options.pipelinedLogin === true,
        corrected: async () => {
          const { capabilities } = this;
          await this.confirmRemembered();
          return this.capabilities.equals(capabilities) ? null : this.capabilities;
        },
        alongside: () => {
          if (this.#mayDiffer()) asked.push(quiet(this.askCapabilities()));
          alongside();
        },
      };
      this.loginMethod = await logIn(auth, ground, signal);
      this.state = "TRANSACTION";
      await modes;
      await this.confirmRemembered();
      const now = await asked.at(-1);
      if (now !== undefined) this.learn(now, "login");
    });
  }

  /** TLS on a session that began in the clear, and what the server announces then. Throws as `Pop3Client.startTls` does. */
  async startTls(signal: AbortSignal | undefined): Promise<void> {
    const { connectMs } = this.limits;
    const handshake = connecting({ ...this.options, ...(signal !== undefined && { signal }) }, connectMs, "begun TLS");
    try {
      await this.guarded(handshake.signal, () => this.#startTls(handshake.signal));
      if (!this.quirks.has("capa-hangs-up")) this.learn(await this.askCapabilities(), "stls");
      this.capabilitiesBeforeLogin = this.capabilities;
    } catch (error) {
      if (!(error instanceof CommandRefused)) this.fail(asError(error));
      throw error;
    } finally {
      handshake.settle();
    }
  }

  /** What an earlier session saw is held against what the server says now. */
  async confirmRemembered(): Promise<void> {
    const pending = this.#pending;
    if (pending !== null) {
      this.#pending = null;
      this.learn(await pending, "remembered");
    }
    this.capabilitiesBeforeLogin = this.capabilities;
  }

  /** Whether CAPA may say something else after login: the declarations tell. */
  #mayDiffer(): boolean {
    if (this.quirks.has("capa-hangs-up")) return false;
    return this.declarations.capabilities.some(
      ({ tag, announced }) =>
        tag !== null && (announced.differs || announced.in !== "both" || announced.optionally !== undefined),
    );
  }

  /** UTF-8 mode and language, where they are asked for and listed. Throws a `RangeError` for a language that no line can hold. */
  #askModes(): Promise<unknown>[] {
    const { options, capabilities } = this;
    const asked: Promise<unknown>[] = [];
    if (options.language !== undefined && capabilities.has(lang)) {
      asked.push(this.ask(langCommand, options.language, () => {}));
    }
    if (options.utf8 === true && !this.utf8Mode && capabilities.has(utf8)) {
      asked.push(this.ask(utf8Command, null, () => (this.utf8Mode = true)));
    }
    return asked;
  }

  /** False where the server hung up on CAPA, which is asked only with `asks`. */
  async #begin(signal: AbortSignal, asks: boolean): Promise<boolean> {
    this.#transport = await transported(this.options, signal);
    const log = this.#log;
    log.event(`connected to ${this.options.host}:${this.port}${this.#transport.secure ? " under TLS" : ""}`);
    this.state = "AUTHORIZATION";
    this.#pipeline = new Pipeline(this.#transport, {
      declarations: this.declarations,
      limits: this.limits,
      log,
      note: this.note,
      ended: (error) => this.#ended(error),
    });
    const greeting = new GreetingExchange();
    this.#pipeline.expect(greeting);
    this.#asking = false;
    try {
      return await this.guarded(signal, async () => {
        this.#greeted = await greeting.result;
        await this.#prepare(signal, asks);
        return true;
      });
    } catch (error) {
      // Without CAPA an opportunistic session would go on in the clear, although STLS was listed.
      const downgrades = this.options.tls === "opportunistic" && this.#transport.secure;
      if (this.#asking && isHangUp(error) && !downgrades) return false;
      this.fail(asError(error));
      throw error;
    }
  }

  async #prepare(signal: AbortSignal, asks: boolean): Promise<void> {
    const { tls = "implicit", remembered } = this.options;
    if (tls === "required") await this.#startTls(signal).catch(withoutTls);
    if (!asks) return;
    if (remembered !== undefined && remembered.length > 0 && tls !== "opportunistic") {
      this.learn(new Capabilities(remembered, this.declarations, this.note), null);
      this.#pending = quiet(this.askCapabilities());
      return;
    }
    this.learn(await this.askCapabilities(), null);
    if (tls === "opportunistic" && this.capabilities.has(stls)) {
      await this.#startTls(signal).catch(withoutTls);
      this.learn(await this.askCapabilities(), "stls");
    }
  }

  /** RFC 2595 §4. Nothing may follow the answer in the clear, and nothing that was learned before holds. */
  async #startTls(signal: AbortSignal): Promise<void> {
    const exchange = new TlsExchange(stlsCommand, null, 0, () => {});
    this.#pipeline.pipelining = false;
    this.#pipeline.submit(exchange);
    await exchange.result;
    // What came behind the answer was noticed when that was given already.
    if (this.#pipeline.error !== null) throw this.#pipeline.error;
    const { host, tlsOptions = {} } = this.options;
    this.#transport = await this.#transport.upgrade(host, tlsOptions, signal);
    this.#log.event(`TLS was started: ${this.#transport.facts()?.version}`);
    this.#pipeline.replaceTransport(this.#transport);
  }

  #ended(error: Error): Error {
    this.state = "ended";
    const uncommitted = this.uncommitted();
    const told = uncommitted.length === 0 ? error : withUncommitted(error, uncommitted);
    // Afterwards, so that a listener that throws keeps nobody waiting.
    if (!this.ending) queueMicrotask(() => this.options.listeners?.["connection.lost"]?.(told));
    return told;
  }
}

/** A session that has to have TLS ends where it is refused. */
function withoutTls(error: unknown): never {
  if (!(error instanceof CommandRefused)) throw error;
  throw new TransportLost("tls", `the server does not start TLS: ${error.text}; use the port of implicit TLS`, {
    cause: error,
  });
}

function isHangUp(error: unknown): boolean {
  return error instanceof TransportLost && error.reason === "closed";
}

function withUncommitted(error: Error, uncommitted: readonly number[]): Error {
  const unconfirmed = `the deletion of ${uncommitted.length} messages was not confirmed`;
  if (error instanceof TransportLost) {
    return new TransportLost(error.reason, `${error.message}; ${unconfirmed}`, { cause: error, uncommitted });
  }
  if (error instanceof ProtocolViolation) {
    return new ProtocolViolation(`${error.problem}; ${unconfirmed}`, error.line, uncommitted);
  }
  return error;
}

/** A refusal leaves things as they were. */
async function unlessRefused(asked: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === "rejected" && !(outcome.reason instanceof CommandRefused)) throw outcome.reason;
  }
}
