// A message on its way: the body of RETR or TOP as a stream or as a whole. Asked for at once, read when its turn comes.
// Holds no more than what came and was not read yet; when the server has to wait for that is decided in `pipeline.ts`.
import type { AnyCommandSpec } from "../contracts/command.js";
import { ProtocolViolation } from "../contracts/errors.js";
import { joined } from "../protocol/octets.js";
import { type After, type Connection, Exchange } from "./exchange.js";
import { keep, owned } from "./pieces.js";
import type { ReceivedReply } from "./received-reply.js";

type Step = IteratorResult<Uint8Array, undefined>;

const END: Step = { done: true, value: undefined };

/** Who is told how it goes. */
export interface BodyListener {
  accepted?(): void;
  /** All of it has come, it seems: so many octets, and then this one. Throws `ProtocolViolation` where it cannot be all. */
  ended?(octets: number, behind: number | undefined): void;
  /** Nothing of it is due any more, however it went; told once or more often. */
  settled?(): void;
}

/** The exchange behind a `Retrieval`. */
export class BodyExchange extends Exchange {
  readonly #connection: Connection;
  readonly #told: BodyListener;
  #pieces: Uint8Array[] = [];
  #taken = 0;
  #waiting: { resolve(step: Step): void; reject(error: Error): void } | null = null;
  #error: Error | null = null;
  #done = false;
  /** The reader was told of the end, and has all. */
  #given = false;
  /** Octets of the body that have come. */
  octets = 0;

  constructor(spec: AnyCommandSpec, params: unknown, connection: Connection, told: BodyListener) {
    super(spec, params);
    this.#connection = connection;
    this.#told = told;
  }

  override get awaited(): boolean {
    return this.#waiting !== null;
  }

  override reply(reply: ReceivedReply): After {
    if (reply.status === "+OK") {
      this.#told.accepted?.();
      return "body";
    }
    this.fail(this.refused(reply));
    return "done";
  }

  override body(piece: Uint8Array): void {
    this.octets += piece.length;
    if (this.abandoned) return;
    if (this.#waiting === null) {
      keep(this.#pieces, piece);
      this.#connection.buffered(piece.length);
    } else {
      this.#wake().resolve({ done: false, value: owned(piece) });
    }
  }

  override bodyEnd(behind: number | undefined): void {
    this.#told.ended?.(this.octets, behind);
    this.#done = true;
    this.#told.settled?.();
    if (this.#waiting !== null) this.#wake().resolve(this.#end());
  }

  override fail(error: Error): void {
    if (this.#done || this.#error !== null) return;
    this.#error = error;
    this.#told.settled?.();
    if (this.#waiting !== null) this.#wake().reject(error);
  }

  /** The next piece. What came before an error is given first. */
  next(): Promise<Step> {
    const piece = this.#pieces[this.#taken];
    if (piece !== undefined) {
      this.#taken++;
      if (this.#taken === this.#pieces.length) {
        this.#pieces = [];
        this.#taken = 0;
      }
      this.#connection.buffered(-piece.length);
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#done || this.abandoned) return Promise.resolve(this.#end());
    if (this.#waiting !== null) throw new TypeError("a message has one reader at a time");
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      // Whoever waits may be behind a reply that nobody reads.
      this.#connection.buffered(0);
    });
  }

  /** Nobody reads the rest. Without `error` it is the reader himself who leaves; with it, whoever reads on is told. */
  abandon(error: Error | null = null): void {
    if (this.abandoned) return;
    this.abandoned = true;
    let octets = 0;
    for (let at = this.#taken; at < this.#pieces.length; at++) octets += this.#pieces[at]!.length;
    this.#pieces = [];
    this.#taken = 0;
    if (error !== null && !this.#given) this.#error ??= error;
    this.#told.settled?.();
    if (this.#waiting !== null) {
      if (error === null) this.#wake().resolve(END);
      else this.#wake().reject(error);
    }
    if (this.#done || !this.#connection.withdraw(this)) this.#connection.buffered(-octets);
  }

  /** The same; whoever has not read all is told when he reads on. */
  drop(): void {
    this.abandon(this.#given ? null : new TypeError("the message was dropped before all of it was read"));
  }

  #end(): Step {
    this.#given = true;
    return END;
  }

  #wake(): { resolve(step: Step): void; reject(error: Error): void } {
    const waiting = this.#waiting!;
    this.#waiting = null;
    return waiting;
  }
}

/**
 * A message that was asked for. Read it once: as a stream (`for await`, `stream()`) or as a whole (`bytes()`). Reading throws
 * `CommandRefused` where the server refuses the message, `ProtocolViolation`, `TransportLost` and the reason of the signal; a `TypeError`
 * where it was read or dropped before, so that a part is never taken for the whole. What is not read is held, up to `limits.unreadOctets`
 * while something behind it is waited for: read or `cancel` every message that was asked for. Leaving the loop early drops the rest.
 */
export class Retrieval implements AsyncIterable<Uint8Array> {
  readonly #exchange: BodyExchange;
  readonly #wholeOctets: number;
  #claimed = false;

  /** @internal */
  constructor(exchange: BodyExchange, wholeOctets: number) {
    this.#exchange = exchange;
    this.#wholeOctets = wholeOctets;
  }

  /** Octets that have come so far. */
  get receivedOctets(): number {
    return this.#exchange.octets;
  }

  /** The message piece by piece: un-stuffed, with its CRLF line ends, as it was stored. The pieces are the reader's to keep. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const exchange = this.#claim();
    return {
      next: () => exchange.next(),
      return: () => {
        exchange.abandon();
        return Promise.resolve(END);
      },
    };
  }

  /** The same as a stream of the Web. Cancelling it drops the rest. */
  stream(): ReadableStream<Uint8Array> {
    const exchange = this.#claim();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await exchange.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => exchange.abandon(),
      },
      { highWaterMark: 0 },
    );
  }

  /** The whole message. Throws `ProtocolViolation` where it is longer than `limits.messageOctets`: read it as a stream then. */
  async bytes(): Promise<Uint8Array> {
    const exchange = this.#claim();
    const pieces: Uint8Array[] = [];
    let octets = 0;
    for (;;) {
      const { done, value } = await exchange.next();
      if (done === true) break;
      octets += value.length;
      if (octets > this.#wholeOctets) {
        exchange.abandon();
        throw new ProtocolViolation(
          `the message is longer than ${this.#wholeOctets} octets: read it as a stream, or raise limits.messageOctets`,
        );
      }
      pieces.push(value);
    }
    return joined(pieces, octets);
  }

  /** Drops what was not read; whoever reads it is told. A command that was not sent yet is not sent any more. */
  cancel(): void {
    this.#exchange.drop();
  }

  /** @internal Drops it for a reason that whoever reads on is told. */
  abandon(error: Error): void {
    this.#exchange.abandon(error);
  }

  #claim(): BodyExchange {
    if (this.#claimed) throw new TypeError("a message is read once: keep what was read, or retrieve it again");
    this.#claimed = true;
    return this.#exchange;
  }
}

/** A message of the listing. */
export interface ListedMessage {
  readonly number: number;
  /** As LIST says; null where it does not. What comes may differ. */
  readonly octets: number | null;
  /** Null where the server has no UIDL. */
  readonly uniqueId: string | null;
}

/** A message of `messages()`: read it before the loop goes on, which drops what was not read. */
export class RetrievedMessage extends Retrieval implements ListedMessage {
  readonly number: number;
  readonly octets: number | null;
  readonly uniqueId: string | null;

  /** @internal */
  constructor(exchange: BodyExchange, wholeOctets: number, { number, octets, uniqueId }: ListedMessage) {
    super(exchange, wholeOctets);
    this.number = number;
    this.octets = octets;
    this.uniqueId = uniqueId;
  }
}
