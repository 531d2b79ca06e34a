// Exchanges whose reply is held as a whole: a line, or a line and a bounded body. What they say is read by the caller's `read`.
// Messages are not among them: they are streamed, in `retrieval.ts`.
import { Buffer } from "node:buffer";
import type { AnyCommandSpec } from "../contracts/command.js";
import { ProtocolViolation } from "../contracts/errors.js";
import { CR, joined, LF } from "../protocol/octets.js";
import { type After, Exchange } from "./exchange.js";
import { keep } from "./pieces.js";
import type { ReceivedReply } from "./received-reply.js";

/** A positive reply. */
export interface Answer {
  /** What follows `+OK` and a response code. */
  readonly text: string;
  /** The complete response code as it was sent, or null. */
  readonly code: string | null;
  /** The body of a multi-line reply, un-stuffed, without the terminating line; null where the reply has one line. */
  readonly body: Uint8Array | null;
}

/** Whether the positive reply to a command has a body (RFC 1939 §3). */
export function hasBody(spec: AnyCommandSpec, params: unknown): boolean {
  return spec.reply === "multi" || (spec.reply === "multi-if-bare" && spec.params.format(params) === null);
}

/** One command with a whole answer; `result` is what `read` makes of it, and rejects with `CommandRefused` or why there is none. */
export class AnswerExchange<Result> extends Exchange {
  readonly result: Promise<Result>;
  readonly #read: (answer: Answer) => Result;
  readonly #hasBody: boolean;
  readonly #limitOctets: number;
  #resolve!: (result: Result) => void;
  #reject!: (error: Error) => void;
  #first: ReceivedReply | null = null;
  #pieces: Uint8Array[] = [];
  #octets = 0;

  constructor(spec: AnyCommandSpec, params: unknown, limitOctets: number, read: (answer: Answer) => Result) {
    super(spec, params);
    this.#read = read;
    this.#hasBody = hasBody(spec, params);
    this.#limitOctets = limitOctets;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  override reply(reply: ReceivedReply): After {
    if (reply.status === "-ERR") {
      this.#reject(this.refused(reply));
      return "done";
    }
    this.#first = reply;
    if (this.#hasBody) return "body";
    this.#settle(null);
    return "done";
  }

  override body(piece: Uint8Array): void {
    this.#octets += piece.length;
    if (this.#octets > this.#limitOctets) {
      throw new ProtocolViolation(
        `the answer to ${this.spec.keyword} is longer than ${this.#limitOctets} octets; limits.listingOctets is for maildrops that are that large`,
      );
    }
    if (!this.abandoned) keep(this.#pieces, piece);
  }

  override bodyEnd(): void {
    if (this.abandoned) return;
    const body = joined(this.#pieces, this.#octets);
    this.#pieces = [];
    this.#settle(body);
  }

  /** The caller does not wait any longer. */
  abandon(reason: Error): void {
    this.abandoned = true;
    this.#pieces = [];
    this.#reject(reason);
  }

  override fail(error: Error): void {
    this.#reject(error);
  }

  /** What cannot be read breaks the protocol, and with it the connection. Read also for nobody: a mark was set all the same. */
  #settle(body: Uint8Array | null): void {
    const { text, receivedCode } = this.#first!;
    this.#resolve(this.#read({ text, code: receivedCode, body }));
  }
}

/** The lines of a body, one character an octet; one after the other, so that a wrong one ends it before the rest costs anything. */
export function* linesOf(body: Uint8Array): Generator<string, void, void> {
  const octets = Buffer.from(body.buffer, body.byteOffset, body.length);
  for (let at = 0; at < octets.length;) {
    const lineFeed = octets.indexOf(LF, at);
    const end = lineFeed === -1 ? octets.length : lineFeed;
    const crlf = end > at && octets[end - 1] === CR;
    yield octets.toString("latin1", at, crlf ? end - 1 : end);
    at = end + 1;
  }
}
