// The order of things on one connection: commands out within a window, replies in to whoever is first in line (RFC 2449 §6.6).
// Also back-pressure and the deadline for silence. Knows no command by name and no login; the transport below knows no replies.
import { clearTimeout, setTimeout } from "node:timers";
import type { CommandSpec } from "../contracts/command.js";
import { ProtocolViolation, TransportLost } from "../contracts/errors.js";
import { type Next, ReplyDecoder, type ReplySink } from "../protocol/reply-decoder.js";
import type { QuirkNote } from "../protocol/quirks.js";
import type { Declarations } from "../registry/declarations.js";
import { type Connection, type Exchange, UnreadableLine } from "./exchange.js";
import type { ClientDeadlines, ClientLimits } from "./limits.js";
import { Queue } from "./queue.js";
import { receivedReply } from "./received-reply.js";
import { Secrets } from "./secrets.js";
import type { SessionLog } from "./session-log.js";
import type { Transport } from "./transport.js";

export interface PipelineOptions {
  readonly declarations: Declarations;
  readonly limits: ClientLimits & ClientDeadlines;
  readonly log: SessionLog;
  readonly note: QuirkNote;
  /** The connection is no more; told once. What it returns is what all who wait are told. */
  readonly ended: (error: Error) => Error;
}

/** Last words of programs that speak other protocols as well: no reply of POP3, whatever was asked. */
const FOREIGN_FAREWELL = /^(?:421|\* BYE)(?: |$)/i;

/** One connection's commands and replies. */
export class Pipeline implements ReplySink, Connection {
  /** The server takes commands before earlier ones were answered. */
  pipelining = false;
  /** The server does not say that it sends response codes (RFC 2449 §8). */
  codesUnlisted = false;
  /** Replies that have come, complete. */
  answered = 0;
  readonly secrets: Secrets = new Secrets();
  readonly #options: PipelineOptions;
  readonly #decoder: ReplyDecoder;
  #transport: Transport;
  readonly #sent: Queue<Exchange> = new Queue();
  readonly #unsent: Queue<Exchange> = new Queue();
  #outstandingOctets = 0;
  #flushing = false;
  #bufferedOctets = 0;
  #bodyOctets = 0;
  #paused = false;
  #error: Error | null = null;
  /** What the server said though nothing was asked. */
  #unasked: string | null = null;
  #watch: NodeJS.Timeout | null = null;
  #heardMs = 0;

  constructor(transport: Transport, options: PipelineOptions) {
    this.#options = options;
    this.#decoder = new ReplyDecoder(options.limits.lineOctets);
    this.#transport = transport;
    transport.listen(this);
  }

  /** Why the connection is no more, or null. */
  get error(): Error | null {
    return this.#error;
  }

  /** The parameters of every command of a kind that was not answered yet, sent or not. */
  waiting<Params>(spec: CommandSpec<Params>): readonly Params[] {
    const params: Params[] = [];
    for (const exchange of [...this.#sent, ...this.#unsent]) {
      if (exchange.spec === spec) params.push(exchange.params as Params);
    }
    return params;
  }

  /** Sends the command as soon as the window and the order allow. */
  submit(exchange: Exchange): void {
    if (this.#error !== null) {
      exchange.fail(this.#error);
      return;
    }
    this.#unsent.push(exchange);
    this.#flushSoon();
    if (this.#paused) this.#flow();
  }

  /** The first line of the greeting has no command: an exchange that counts as sent. */
  expect(exchange: Exchange): void {
    this.#sent.push(exchange);
    this.#outstandingOctets += exchange.line.length;
    this.#listenForSilence();
  }

  withdraw(exchange: Exchange): boolean {
    return this.#unsent.remove(exchange);
  }

  continue(line: string, logged: string): void {
    this.#options.log.sent(logged);
    this.#transport.write(line);
  }

  buffered(octets: number): void {
    this.#bufferedOctets += octets;
    if (this.#paused || this.#bufferedOctets > this.#options.limits.bufferOctets) this.#flow();
  }

  /** Swaps the transport below, for TLS. Octets that came behind the last reply in the clear are a violation (RFC 2595 §4). */
  replaceTransport(transport: Transport): void {
    this.#transport = transport;
    transport.listen(this);
    this.#decoder.resume();
  }

  // What the transport tells.

  received(chunk: Uint8Array): void {
    if (this.#error !== null) return;
    this.#heardMs = performance.now();
    try {
      if (this.#decoder.push(chunk, this) < chunk.length) {
        throw new ProtocolViolation("the server sent something behind its answer in the clear, before TLS began");
      }
    } catch (error) {
      this.fail(this.#violationOf(error));
      return;
    }
    this.#flushSoon();
  }

  lost(error: Error): void {
    if (this.#unasked === null) {
      this.fail(error);
      return;
    }
    const said = JSON.stringify(this.#unasked.slice(0, 512));
    this.fail(new TransportLost("closed", `the server closed the connection and said ${said}`, { cause: error }));
  }

  fail(cause: Error): void {
    if (this.#error !== null) return;
    const error = this.#options.ended(cause);
    this.#error = error;
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#transport.close();
    this.#options.log.event(`the connection has ended: ${error.message}`);
    for (const exchange of [...this.#sent.drain(), ...this.#unsent.drain()]) exchange.fail(error);
  }

  // What the decoder finds.

  line(line: string): Next {
    const { declarations, log, note } = this.#options;
    if (this.#unasked !== null) {
      throw new ProtocolViolation("the server went on behind a line that answers nothing", this.#unasked);
    }
    if (FOREIGN_FAREWELL.test(line)) return this.#dismiss(this.secrets.masked(line));
    const exchange = this.#sent.first;
    if (exchange === undefined) return this.#unaskedLine(this.secrets.masked(line));
    if (this.#decoder.lineFeeds) note("bare-line-feed");
    const reply = receivedReply(line, declarations, this.secrets, isExchange(exchange));
    if (reply === null) {
      throw new ProtocolViolation(
        `the server's ${exchange.spec.keyword === "" ? "greeting" : `answer to ${exchange.spec.keyword}`} begins with neither +OK nor -ERR`,
        this.secrets.masked(line),
      );
    }
    log.received(reply.line);
    if (reply.status !== "+" && !line.startsWith(reply.status))
      note(line[1] === "E" ? "plus-err" : "lower-case-status");
    if (reply.responseCode !== null && this.codesUnlisted) note("unlisted-codes");
    const after = exchange.reply(reply);
    if (after === "body") this.#bodyOctets = 0;
    if (after === "body" || after === "line") return after;
    this.#finish();
    return after === "stop" ? "nothing" : "line";
  }

  body(piece: Uint8Array): void {
    this.#bodyOctets += piece.length;
    this.#sent.first!.body(piece);
  }

  bodyEnd(behind: number | undefined): Next {
    this.#options.log.body(this.#bodyOctets);
    this.#sent.first!.bodyEnd(behind);
    this.#finish();
    return "line";
  }

  overlong(): never {
    throw new ProtocolViolation(`the server sent a line of more than ${this.#decoder.limitOctets} octets`);
  }

  /** A last word before the server hangs up: for being idle, or because it stops. It must say no more than that. */
  #unaskedLine(line: string): Next {
    this.#options.log.received(line);
    if (!/^-ERR\b/i.test(line)) {
      throw new ProtocolViolation("the server sent a line that answers nothing", line);
    }
    this.#unasked = line;
    return "line";
  }

  /** What was thrown while the server's octets were read, as it is told. */
  #violationOf(error: unknown): Error {
    if (error instanceof UnreadableLine) return new ProtocolViolation(error.message, this.secrets.masked(error.line));
    return error instanceof Error ? error : new Error(String(error));
  }

  /** It answers nothing, even where a reply is due: the command was sent as the server was about to leave. */
  #dismiss(line: string): Next {
    const { log, note } = this.#options;
    log.received(line);
    note("foreign-farewell");
    this.#unasked = line;
    return "line";
  }

  #finish(): void {
    this.answered++;
    this.#outstandingOctets -= this.#sent.shift()!.line.length;
    this.#limitLines();
  }

  #limitLines(): void {
    const { challengeOctets, lineOctets } = this.#options.limits;
    const { first } = this.#sent;
    this.#decoder.limitOctets = first !== undefined && isExchange(first) ? challengeOctets : lineOctets;
  }

  // What is sent.

  #flushSoon(): void {
    if (this.#flushing || this.#unsent.length === 0) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    // Silence counts from the question on, and not from the answer before it.
    if (this.#sent.length === 0) this.#heardMs = performance.now();
    let lines = "";
    for (;;) {
      const exchange = this.#unsent.first;
      if (exchange === undefined || !this.#maySend(exchange)) break;
      this.#unsent.shift();
      this.#sent.push(exchange);
      this.#outstandingOctets += exchange.line.length;
      this.#options.log.sent(exchange.logged);
      lines += exchange.line;
    }
    if (lines === "" || this.#error !== null) return;
    this.#limitLines();
    this.#transport.write(lines);
    this.#listenForSilence();
  }

  /** One after the other where the server does not promise more; and nothing behind a command that ends a pipeline. */
  #maySend(exchange: Exchange): boolean {
    const { last } = this.#sent;
    if (last === undefined) return true;
    if (!this.pipelining || last.endsPipeline) return false;
    return this.#outstandingOctets + exchange.line.length <= this.#options.limits.windowOctets;
  }

  // When the server has to wait, and when it is waited for in vain.

  #flow(): void {
    const { bufferOctets, unreadOctets } = this.#options.limits;
    const full = this.#bufferedOctets > bufferOctets;
    // Whoever waits for what comes next, or for what stands behind it, would wait for ever.
    const wantsMore = full && (this.#sent.some(isAwaited) || this.#unsent.some(isAwaited));
    if (wantsMore && this.#bufferedOctets > unreadOctets) {
      this.fail(
        new ProtocolViolation(
          `more than ${unreadOctets} octets of messages wait to be read: read or cancel a message before what comes behind it`,
        ),
      );
      return;
    }
    const pause = full && !wantsMore;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#transport.pause();
    else {
      this.#heardMs = performance.now();
      this.#transport.resume();
    }
  }

  #listenForSilence(): void {
    if (this.#watch !== null || this.#error !== null) return;
    this.#heardMs = performance.now();
    this.#watch = setTimeout(() => this.#checkSilence(), this.#options.limits.silenceMs).unref();
  }

  #checkSilence(): void {
    this.#watch = null;
    if (this.#sent.length === 0) return;
    const { silenceMs } = this.#options.limits;
    const leftMs = this.#paused ? silenceMs : silenceMs - (performance.now() - this.#heardMs);
    if (leftMs > 0) {
      this.#watch = setTimeout(() => this.#checkSilence(), Math.ceil(leftMs)).unref();
      return;
    }
    this.fail(new TransportLost("deadline", `the server has sent nothing for ${silenceMs / 1000} s`));
  }
}

/** Lines of the server may be challenges (RFC 5034 §4). */
function isExchange({ spec }: Exchange): boolean {
  return spec.reply === "exchange";
}

function isAwaited({ awaited }: Exchange): boolean {
  return awaited;
}
