// One session: lines in, commands resolved and served one at a time and in order, replies out, with back-pressure both ways.
// Knows no keyword and no tag; the registry does. The connection's octets and deadlines are `connection.ts`.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { ClientCertificate } from "../contracts/authenticator.js";
import type { ServeContext } from "../contracts/command.js";
import type { ChannelBindings } from "../contracts/mechanism.js";
import type { EndReason, SessionFacts } from "../contracts/events.js";
import type { Maildrop } from "../contracts/maildrop.js";
import type { OverallPolicy } from "../contracts/policy.js";
import type { FailureCause } from "../contracts/response-code.js";
import { say } from "../contracts/sentence.js";
import type { SessionView, State } from "../contracts/session.js";
import { LineReader } from "../protocol/lines.js";
import { Commands, type CommandHost } from "./commands.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import { LineWaiter, type AwaitedLine } from "./line-waiter.js";
import { SessionLogin, type LoginHost } from "./login.js";
import { offers } from "./offers.js";
import type { Output } from "./output.js";
import { Replies, type ReplyHost } from "./replies.js";
import type { SessionSettings, Tell } from "./settings.js";
import { OpenTransaction } from "./transaction.js";
import { View } from "./view.js";

/** The first octet of a TLS record that opens a handshake: a client that took the plain port for the TLS port. */
const TLS_HANDSHAKE = 0x16;

/** Different at every session (RFC 1939 §7): random, so that nobody can have asked for a digest of it before. */
function newTimestamp(hostname: string): string {
  return `<${randomBytes(12).toString("hex")}.${Date.now()}@${hostname}>`;
}

/** One POP3 session, from the connection to its end. */
export class Session implements ConnectionOwner, LoginHost, ReplyHost, CommandHost {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly #connection: Connection;
  readonly tell: Tell;
  readonly #onEnd: () => void;
  readonly #lines: LineReader;
  readonly #login: SessionLogin;
  #state: State = "AUTHORIZATION";
  view: SessionView;
  context: ServeContext;
  #utf8 = false;
  readonly #timestamp: string | null;
  readonly #awaited: LineWaiter;
  readonly #replies: Replies;
  #user: string | null = null;
  #policy: OverallPolicy | null = null;
  #transaction: OpenTransaction | null = null;
  readonly #commands: Commands;
  /** A command is being served, a reply waits for its reader, or TLS is being started. */
  #busy = true;
  #inputEnded = false;
  #stopping = false;
  #ending: EndReason | null = null;

  constructor(
    id: string,
    socket: Socket,
    remoteAddress: string,
    settings: SessionSettings,
    tell: Tell,
    onEnd: () => void,
  ) {
    this.id = id;
    this.settings = settings;
    this.tell = tell;
    this.#onEnd = onEnd;
    this.#connection = new Connection(socket, remoteAddress, this, settings.interpose?.(id) ?? null);
    this.#lines = new LineReader(settings.registry.commandOctets);
    this.#timestamp = offers(settings.authenticator, "secret") ? newTimestamp(settings.hostname) : null;
    this.#awaited = new LineWaiter(this.#lines, settings.registry.commandOctets);
    this.#replies = new Replies(settings.registry, this);
    this.#commands = new Commands(this, this.#replies);
    this.#login = new SessionLogin(this);
    [this.view, this.context] = this.#look();
  }

  /** Greets the peer, after the TLS handshake where TLS is implicit, and begins to serve. */
  async start(implicitTls: boolean): Promise<void> {
    this.tell("session.opened", () => this.facts());
    const { loginMs } = this.settings.limits;
    this.#connection.setDeadline(loginMs, () => this.abort("login-deadline"));
    if (implicitTls && !(await this.#secure(0))) return;
    this.#connection.start();
    const announced = this.settings.registry.greeting(this.view);
    const text = announced === "" ? say("POP3 server ready") : say("POP3 server ready {announced}", { announced });
    this.#replies.line({ status: "+OK", text }, null);
    this.#idle();
  }

  /** Ends the session as soon as no command is being served, and tells the client why. An exchange that waits for its client is cut off. */
  stop(): void {
    this.#stopping = true;
    if (!this.#busy) this.#pump();
    else if (this.#awaited.active) this.#sayStopping();
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get state(): State {
    return this.#state;
  }

  get commandCount(): number {
    return this.#commands.count;
  }

  get keyword(): string {
    return this.#commands.keyword;
  }

  get output(): Output {
    return this.#connection.output;
  }

  get ended(): boolean {
    return this.#ending !== null;
  }

  get channelBindings(): ChannelBindings | null {
    return this.#connection.channelBindings;
  }

  get certificate(): ClientCertificate | null {
    return this.#connection.certificate;
  }

  /** Ends the session at once; nothing is deleted. */
  kill(): void {
    this.abort("shutdown");
  }

  received(chunk: Uint8Array): void {
    if (this.ended) return;
    if (
      this.#commands.count === 0 &&
      chunk[0] === TLS_HANDSHAKE &&
      !this.#connection.secure &&
      this.#lines.pendingOctets === 0
    ) {
      this.#replies.line(
        { status: "-ERR", text: say("this port begins in the clear; TLS begins with STLS here, or on the TLS port") },
        null,
      );
      this.finish("misbehaved");
      return;
    }
    this.#lines.push(chunk);
    this.#advance();
  }

  inputEnded(): void {
    this.#inputEnded = true;
    this.#advance();
  }

  closed(): void {
    this.#ending ??= "disconnected";
    this.#awaited.settle(null);
    const released = this.#transaction?.release();
    if (released instanceof Promise) void released.then(() => this.#over());
    else this.#over();
  }

  #over(): void {
    const reason = this.#ending ?? "disconnected";
    this.tell("session.ended", () => ({
      ...this.facts(),
      reason,
      state: this.#state,
      octetsIn: this.#connection.octetsIn,
      octetsOut: this.#connection.octetsOut,
    }));
    this.#onEnd();
  }

  #advance(): void {
    if (this.#awaited.active) this.#continue();
    else this.#pump();
  }

  /** Gives the next line of an exchange to whoever waits for it. */
  #continue(): void {
    if (this.#awaited.advance()) this.#connection.pause();
    else if (this.#lines.runaway) this.#sayRunaway();
    else if (this.#inputEnded) this.finish("disconnected");
  }

  /** Sends a challenge of an exchange and reads the client's answer (RFC 5034 §4); null where the session ended. */
  challenge(text: string): Promise<AwaitedLine> {
    if (this.#stopping && !this.ended) this.#sayStopping();
    if (this.ended) return Promise.resolve(null);
    this.output.text(`+ ${text}\r\n`);
    this.output.flush();
    const line = this.#awaited.next();
    this.#connection.resume();
    this.#continue();
    return line;
  }

  /** Serves line after line until there is none, or one takes its time. */
  #pump(): void {
    while (!this.#busy && !this.ended) {
      if (this.#stopping) {
        this.#sayStopping();
        return;
      }
      if (this.output.full) {
        this.#hold(this.reader());
        return;
      }
      const line = this.#lines.next();
      if (line === null) break;
      const served = this.#commands.serve(line);
      if (served instanceof Promise) {
        this.#hold(served);
        return;
      }
    }
    if (this.#busy || this.ended) return;
    if (this.#lines.runaway) {
      this.#sayRunaway();
    } else if (this.#inputEnded) {
      this.finish("disconnected");
    } else {
      this.output.flush();
    }
  }

  #sayRunaway(): void {
    this.#replies.line({ status: "-ERR", text: say("a line goes on without end") }, null);
    this.finish("misbehaved");
  }

  #sayStopping(): void {
    this.#replies.line(
      { status: "-ERR", text: say("the server is stopping; nothing was deleted"), cause: "temporary" },
      null,
    );
    this.finish("shutdown");
  }

  /** Reads nothing more until the work is done: a peer's pipelined commands wait in its own buffers. */
  #hold(work: Promise<void>): void {
    this.#busy = true;
    // An exchange has begun already where the command asked for its client's answer.
    if (!this.#awaited.active) this.#connection.pause();
    this.output.flush();
    work
      .then(() => this.#idle())
      .catch((error: unknown) => {
        this.failed("serving a command", error);
        this.abort("failed");
      });
  }

  #idle(): void {
    this.#busy = false;
    if (this.ended) return;
    this.#pump();
    if (!this.#busy && !this.ended) this.#connection.resume();
  }

  /** Waits for a peer that has not taken what it asked for. */
  async reader(): Promise<void> {
    if (this.#state === "TRANSACTION") {
      this.#connection.setDeadline(this.settings.limits.slowReaderMs, () => this.abort("slow-reader"));
    }
    await this.output.drained();
    if (this.#state === "TRANSACTION" && !this.ended) this.armIdle();
  }

  async startTls(): Promise<void> {
    this.#connection.pause();
    const dropped = this.#lines.drop() + this.#connection.drop();
    await new Promise<void>((resolve) => this.output.flush(() => resolve()));
    if (!this.ended && (await this.#secure(dropped))) this.#connection.start();
  }

  async #secure(droppedOctets: number): Promise<boolean> {
    try {
      const version = await this.#connection.startTls(this.settings.secureContext!);
      // Whatever was chosen in the clear, somebody on the way may have chosen (RFC 2595 §4, RFC 6856 §7).
      this.#replies.language = null;
      [this.view, this.context] = this.#look();
      this.tell("tls.started", () => ({ ...this.facts(), version, droppedOctets }));
      return !this.ended;
    } catch (error) {
      this.#ending ??= "tls-failed";
      this.tell("tls.failed", () => ({
        ...this.facts(),
        problem: error instanceof Error ? error.message : String(error),
      }));
      this.#connection.destroy();
      return false;
    }
  }

  refused(method: string, name: string, cause: FailureCause): void {
    this.tell("login.refused", () => ({ ...this.facts(), method, name, cause }));
  }

  entered(user: string, maildrop: Maildrop, policy: OverallPolicy, method: string): OpenTransaction | null {
    if (this.ended) return null;
    this.#user = user;
    this.#policy = policy;
    this.#state = "TRANSACTION";
    const { registry, utf8Messages } = this.settings;
    const transaction = new OpenTransaction(maildrop, utf8Messages, {
      updating: () => registry.beforeUpdate(transaction, this.view),
      retrieved: (uniqueId, octets) => this.tell("message.retrieved", () => ({ ...this.facts(), uniqueId, octets })),
      updated: (deleted) => this.tell("maildrop.updated", () => ({ ...this.facts(), deleted })),
      failed: (doing, error) => this.failed(doing, error),
    });
    this.#transaction = transaction;
    [this.view, this.context] = this.#look();
    registry.afterLogin(transaction, this.view);
    this.armIdle();
    this.tell("login.accepted", () => ({
      ...this.facts(),
      method,
      messages: transaction.count,
      octets: transaction.octets,
    }));
    return transaction;
  }

  /** The view and the handlers' context for the session as it is now. */
  #look(): [SessionView, ServeContext] {
    const { secure, remoteAddress } = this.#connection;
    const { registry } = this.settings;
    const view = new View(this.settings, {
      state: this.#state,
      secure,
      bindable: () => this.channelBindings !== null,
      certified: () => this.certificate !== null,
      remoteAddress,
      timestamp: this.#timestamp,
      utf8: this.#utf8,
      policy: this.#policy,
    });
    const transaction = this.#transaction;
    const context: ServeContext = {
      view,
      login: this.#login,
      get transaction(): OpenTransaction {
        if (transaction === null) throw new TypeError("there is no transaction before login");
        return transaction;
      },
      capabilityLines: () => registry.capabilityLines(view),
      enterUtf8: () => {
        this.#utf8 = true;
        [this.view, this.context] = this.#look();
      },
      speak: (language) => {
        this.#replies.language = language;
      },
    };
    return [view, context];
  }

  armIdle(): void {
    this.#connection.setDeadline(this.settings.limits.idleMs, () => this.abort("idle"));
  }

  /** Closes after what was written has gone out. */
  finish(reason: EndReason): void {
    this.#ending ??= reason;
    void this.#transaction?.release();
    const { loginMs, slowReaderMs } = this.settings.limits;
    this.#connection.finish(this.#state === "TRANSACTION" ? slowReaderMs : Math.min(loginMs, slowReaderMs));
  }

  /** Closes at once and says nothing: the autologout of RFC 1939 §3, and every end that must not look complete. */
  abort(reason: EndReason): void {
    this.#ending ??= reason;
    void this.#transaction?.release();
    this.#connection.destroy();
  }

  failed(doing: string, error: unknown): void {
    this.tell("failure.caught", () => ({ ...this.facts(), doing, error }));
  }

  facts(): SessionFacts {
    return {
      session: this.id,
      remoteAddress: this.#connection.remoteAddress,
      secure: this.#connection.secure,
      user: this.#user,
    };
  }
}
