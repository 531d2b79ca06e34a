// One session: lines in, commands resolved and served one at a time and in order, replies out, with back-pressure both ways.
// Knows no keyword and no tag; the registry does. The connection's octets and deadlines are `connection.ts`.
import type { Socket } from "node:net";
import type { NegativeReply, Reply, ServeContext } from "../contracts/command.js";
import { MaildropFailure } from "../contracts/errors.js";
import type { EndReason, SessionFacts } from "../contracts/events.js";
import type { Maildrop, WireBody } from "../contracts/maildrop.js";
import type { FailureCause } from "../contracts/response-code.js";
import type { SessionView, State } from "../contracts/session.js";
import { LineReader, OVERLONG } from "../protocol/lines.js";
import { formatReplyLine } from "../protocol/reply.js";
import type { Refused, Resolved } from "../registry/registry.js";
import { piecesOf } from "./bodies.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import { BATCH_OCTETS } from "./limits.js";
import { SessionLogin } from "./login.js";
import type { SessionSettings, Tell } from "./settings.js";
import { OpenTransaction } from "./transaction.js";

const TERMINATOR_LINE = ".\r\n";

/** The first octet of a TLS record that opens a handshake: a client that took the plain port for the TLS port. */
const TLS_HANDSHAKE = 0x16;

/** One POP3 session, from the connection to its end. */
export class Session implements ConnectionOwner {
  readonly id: string;
  readonly #settings: SessionSettings;
  readonly #connection: Connection;
  readonly #tell: Tell;
  readonly #onEnd: () => void;
  readonly #lines: LineReader;
  readonly #login: SessionLogin;
  #state: State = "AUTHORIZATION";
  #view: SessionView;
  #context: ServeContext;
  #user: string | null = null;
  #transaction: OpenTransaction | null = null;
  #commandCount = 0;
  #uselessCommands = 0;
  /** A command is being served, a reply waits for its reader, or TLS is being started. */
  #busy = true;
  #inputEnded = false;
  #stopping = false;
  #ending: EndReason | null = null;

  constructor(id: string, socket: Socket, settings: SessionSettings, tell: Tell, onEnd: () => void) {
    this.id = id;
    this.#settings = settings;
    this.#tell = tell;
    this.#onEnd = onEnd;
    this.#connection = new Connection(socket, this);
    this.#lines = new LineReader(settings.registry.commandOctets);
    this.#login = new SessionLogin({
      maildrops: settings.maildrops,
      authenticator: settings.authenticator,
      loginFailures: settings.limits.loginFailures,
      commandCount: () => this.#commandCount,
      ended: () => this.#ending !== null,
      entered: (user, maildrop) => this.#entered(user, maildrop),
      refused: (name, cause) => this.#tell("login.refused", () => ({ ...this.#facts(), name, cause })),
      failed: (doing, error) => this.#failed(doing, error),
    });
    [this.#view, this.#context] = this.#look();
  }

  /** Greets the peer, after the TLS handshake where TLS is implicit, and begins to serve. */
  async start(implicitTls: boolean): Promise<void> {
    this.#tell("session.opened", () => this.#facts());
    const { loginMs } = this.#settings.limits;
    this.#connection.setDeadline(loginMs, () => this.#abort("login-deadline"));
    if (implicitTls && !(await this.#secure(0))) return;
    this.#connection.start();
    this.#write({ status: "+OK", text: "POP3 server ready" }, null);
    this.#idle();
  }

  /** Ends the session as soon as no command is being served, and tells the client why. */
  stop(): void {
    this.#stopping = true;
    if (!this.#busy) this.#pump();
  }

  /** Ends the session at once; nothing is deleted. */
  kill(): void {
    this.#abort("shutdown");
  }

  received(chunk: Uint8Array): void {
    if (this.#ending !== null) return;
    if (
      this.#commandCount === 0 &&
      chunk[0] === TLS_HANDSHAKE &&
      !this.#connection.secure &&
      this.#lines.pendingOctets === 0
    ) {
      this.#write(
        { status: "-ERR", text: "this port begins in the clear; TLS begins with STLS here, or on the TLS port" },
        null,
      );
      this.#finish("misbehaved");
      return;
    }
    this.#lines.push(chunk);
    this.#pump();
  }

  inputEnded(): void {
    this.#inputEnded = true;
    this.#pump();
  }

  closed(): void {
    this.#ending ??= "disconnected";
    void this.#transaction?.release();
    const reason = this.#ending;
    this.#tell("session.ended", () => ({
      ...this.#facts(),
      reason,
      state: this.#state,
      octetsIn: this.#connection.octetsIn,
      octetsOut: this.#connection.octetsOut,
    }));
    this.#onEnd();
  }

  /** Serves line after line until there is none, or one takes its time. */
  #pump(): void {
    while (!this.#busy && this.#ending === null) {
      if (this.#stopping) {
        this.#write({ status: "-ERR", text: "the server is stopping; nothing was deleted", cause: "temporary" }, null);
        this.#finish("shutdown");
        return;
      }
      if (this.#connection.output.full) {
        this.#hold(this.#reader());
        return;
      }
      const line = this.#lines.next();
      if (line === null) break;
      const served = this.#serve(line);
      if (served instanceof Promise) {
        this.#hold(served);
        return;
      }
    }
    if (this.#busy || this.#ending !== null) return;
    if (this.#lines.runaway) {
      this.#write({ status: "-ERR", text: "a line goes on without end" }, null);
      this.#finish("misbehaved");
    } else if (this.#inputEnded) {
      this.#finish("disconnected");
    } else {
      this.#connection.output.flush();
    }
  }

  /** Reads nothing more until the work is done: a peer's pipelined commands wait in its own buffers. */
  #hold(work: Promise<void>): void {
    this.#busy = true;
    this.#connection.pause();
    this.#connection.output.flush();
    work
      .then(() => this.#idle())
      .catch((error: unknown) => {
        this.#failed("serving a command", error);
        this.#abort("failed");
      });
  }

  #idle(): void {
    this.#busy = false;
    if (this.#ending !== null) return;
    this.#pump();
    if (!this.#busy && this.#ending === null) this.#connection.resume();
  }

  #serve(line: string | typeof OVERLONG): void | Promise<void> {
    this.#commandCount++;
    if (this.#state === "TRANSACTION") this.#armIdle();
    if (line === OVERLONG) return this.#refuse(null, `a command line is limited to ${this.#lines.limitOctets} octets`);
    let keyword: string | null = null;
    let outcome: Refused | Reply | Promise<Reply>;
    // What a declaration does may throw, wherever it came from; that must not cost more than the one command.
    try {
      const resolution = this.#settings.registry.resolve(line, this.#view);
      keyword = "refusal" in resolution ? resolution.keyword : resolution.spec.keyword;
      outcome = "refusal" in resolution ? resolution : this.#run(resolution);
    } catch (error) {
      outcome = this.#failure(keyword, error);
    }
    if ("refusal" in outcome) return this.#refuse(outcome.keyword, outcome.text);
    this.#uselessCommands = 0;
    if (!(outcome instanceof Promise)) return this.#send(outcome, keyword);
    return outcome.catch((error: unknown) => this.#failure(keyword, error)).then((reply) => this.#send(reply, keyword));
  }

  #run({ spec, params, hooks }: Resolved): Reply | Promise<Reply> {
    let next = (): Reply | Promise<Reply> => spec.serve!(this.#context, params);
    for (const hook of hooks) {
      const inner = next;
      next = () => hook.around!(this.#context, inner);
    }
    return next();
  }

  #refuse(keyword: string | null, problem: string): void {
    this.#tell("command.refused", () => ({ ...this.#facts(), keyword: keyword ?? "", problem }));
    this.#write({ status: "-ERR", text: problem }, keyword);
    if (++this.#uselessCommands < this.#settings.limits.uselessCommands) return;
    this.#finish("misbehaved");
  }

  #failure(keyword: string | null, error: unknown): NegativeReply {
    this.#failed(`serving ${keyword ?? "a command"}`, error);
    const cause = error instanceof MaildropFailure && error.kind === "permanent" ? "permanent" : "temporary";
    const text =
      cause === "permanent"
        ? "the maildrop is damaged; please tell whoever runs this server"
        : "this failed here; try again later";
    return { status: "-ERR", text, cause };
  }

  #send(reply: Reply, keyword: string | null): void | Promise<void> {
    if (this.#ending !== null) return;
    if (reply.status === "+OK" && reply.body !== undefined) {
      const { body } = reply;
      if (!(body instanceof Uint8Array) || body.length > BATCH_OCTETS) return this.#stream(reply, body, keyword);
      this.#write(reply, keyword);
      this.#connection.output.octets(body);
      this.#connection.output.text(TERMINATOR_LINE);
      reply.sent?.();
      return;
    }
    this.#write(reply, keyword);
    if (reply.afterwards === "start-tls") return this.#startTls();
    if (reply.afterwards === "close")
      this.#finish(reply.status === "+OK" || this.#state === "TRANSACTION" ? "quit" : "misbehaved");
  }

  /** A body piece by piece, each read only once the peer has taken those before it. */
  async #stream(reply: Reply, body: WireBody, keyword: string | null): Promise<void> {
    const pieces = piecesOf(body);
    let piece: IteratorResult<Uint8Array>;
    try {
      piece = await pieces.next();
    } catch (error) {
      this.#write(this.#failure(keyword, error), keyword);
      return;
    }
    this.#write(reply, keyword);
    try {
      while (piece.done !== true) {
        this.#connection.output.octets(piece.value);
        if (this.#connection.output.full) await this.#reader();
        if (this.#ending !== null) return;
        const next = pieces.next();
        piece = next instanceof Promise ? await next : next;
      }
    } catch (error) {
      // The status line is out: a missing end is the only way to say that the message is not whole.
      this.#failed(`sending the answer to ${keyword ?? "a command"}`, error);
      this.#abort("failed");
      return;
    } finally {
      if (piece.done !== true) await pieces.return?.();
    }
    this.#connection.output.text(TERMINATOR_LINE);
    if (reply.status === "+OK") reply.sent?.();
  }

  /** Waits for a peer that has not taken what it asked for. */
  async #reader(): Promise<void> {
    if (this.#state === "TRANSACTION") {
      this.#connection.setDeadline(this.#settings.limits.slowReaderMs, () => this.#abort("slow-reader"));
    }
    await this.#connection.output.drained();
    if (this.#state === "TRANSACTION" && this.#ending === null) this.#armIdle();
  }

  async #startTls(): Promise<void> {
    this.#connection.pause();
    const dropped = this.#lines.drop() + this.#connection.drop();
    await new Promise<void>((resolve) => this.#connection.output.flush(() => resolve()));
    if (this.#ending === null && (await this.#secure(dropped))) this.#connection.start();
  }

  async #secure(droppedOctets: number): Promise<boolean> {
    try {
      const version = await this.#connection.startTls(this.#settings.secureContext!);
      [this.#view, this.#context] = this.#look();
      this.#tell("tls.started", () => ({ ...this.#facts(), version, droppedOctets }));
      return this.#ending === null;
    } catch (error) {
      this.#ending ??= "tls-failed";
      this.#tell("tls.failed", () => ({
        ...this.#facts(),
        problem: error instanceof Error ? error.message : String(error),
      }));
      this.#connection.destroy();
      return false;
    }
  }

  #entered(user: string, maildrop: Maildrop): boolean {
    if (this.#ending !== null) return false;
    this.#user = user;
    this.#state = "TRANSACTION";
    this.#transaction = new OpenTransaction(maildrop, {
      retrieved: (uniqueId, octets) => this.#tell("message.retrieved", () => ({ ...this.#facts(), uniqueId, octets })),
      updated: (deleted) => this.#tell("maildrop.updated", () => ({ ...this.#facts(), deleted })),
      failed: (doing, error) => this.#failed(doing, error),
    });
    [this.#view, this.#context] = this.#look();
    this.#armIdle();
    const { count, octets } = maildrop.snapshot;
    this.#tell("login.accepted", () => ({ ...this.#facts(), messages: count, octets }));
    return true;
  }

  /** The view and the handlers' context for the session as it is now. */
  #look(): [SessionView, ServeContext] {
    const { secure, remoteAddress } = this.#connection;
    const { secureContext, cleartextLogin, implementation, registry } = this.#settings;
    const view: SessionView = {
      state: this.#state,
      secure,
      canStartTls: !secure && secureContext !== null,
      passwordLogin: secure || cleartextLogin(remoteAddress),
      implementation,
    };
    const transaction = this.#transaction;
    const context: ServeContext = {
      view,
      login: this.#login,
      get transaction(): OpenTransaction {
        if (transaction === null) throw new TypeError("there is no transaction before login");
        return transaction;
      },
      capabilityLines: () => registry.capabilityLines(view),
    };
    return [view, context];
  }

  #armIdle(): void {
    this.#connection.setDeadline(this.#settings.limits.idleMs, () => this.#abort("idle"));
  }

  #write({ status, text, ...rest }: Reply, keyword: string | null): void {
    const cause: FailureCause | undefined = "cause" in rest ? rest.cause : undefined;
    this.#connection.output.text(
      formatReplyLine(status, this.#settings.registry.codeFor(cause, keyword, this.#view), text),
    );
  }

  /** Closes after what was written has gone out. */
  #finish(reason: EndReason): void {
    this.#ending ??= reason;
    void this.#transaction?.release();
    const { loginMs, slowReaderMs } = this.#settings.limits;
    this.#connection.finish(this.#state === "TRANSACTION" ? slowReaderMs : Math.min(loginMs, slowReaderMs));
  }

  /** Closes at once and says nothing: the autologout of RFC 1939 §3, and every end that must not look complete. */
  #abort(reason: EndReason): void {
    this.#ending ??= reason;
    void this.#transaction?.release();
    this.#connection.destroy();
  }

  #failed(doing: string, error: unknown): void {
    this.#tell("failure.caught", () => ({ ...this.#facts(), doing, error }));
  }

  #facts(): SessionFacts {
    return {
      session: this.id,
      remoteAddress: this.#connection.remoteAddress,
      secure: this.#connection.secure,
      user: this.#user,
    };
  }
}
