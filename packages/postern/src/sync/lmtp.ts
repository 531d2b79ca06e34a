// A destination that speaks LMTP (RFC 2033): one connection for many messages, one recipient for all. The protocol, dots and deadlines
// are nodemailer's; here is which of its outcomes means what, and that nothing is taken for delivered that is not.
//
// What LMTP cannot promise: between the server's durable acceptance and our record of it the 250 travels over a wire, and a death of
// either side or of the connection in that moment leaves the message accepted and not recorded. It is fetched again then, and the
// recipient has it twice: at least once, never less. So each message is recorded by itself, in the same turn that its 250 is read.
//
// Message octets go out as they came, but for what RFC 5321 §2.3.8 leaves no room for: a CR or LF that stands alone becomes CRLF, a
// message without a final line end gets one, and an empty one becomes an empty line.
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { LmtpAddress } from "./destination-address.js";
import { DestinationFailure } from "./destination.js";
import type { DeliverOptions, Destination, Ledger, MessageFacts } from "./destination.js";
import { lmtpFailure } from "./lmtp-failure.js";
import type { LmtpError } from "./lmtp-failure.js";
import { MessageReading } from "./message-reading.js";

/** Deadlines of one session, in RFC 5321 §4.5.3.2's sense: that long nothing may come, or be taken, before it is given up. */
export interface LmtpDeadlines {
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly idleMs: number;
}

/** The server writes the message to a disk before it answers, and may scan it: five minutes, as for other replies. */
const lmtpDeadlines: LmtpDeadlines = { connectMs: 30_000, greetingMs: 60_000, idleMs: 300_000 };

/** More than a reply of a few lines for a recipient can need. */
const REPLY_OCTETS = 64 * 1024;

/** Opens nothing yet: a fetch that finds no mail asks nothing of the server. */
export class LmtpDestination implements Destination {
  readonly name: string;
  readonly #address: LmtpAddress;
  readonly #ledger: Ledger;
  readonly #deadlines: LmtpDeadlines;
  #connection: SMTPConnection | null = null;
  #closed = false;

  constructor(name: string, address: LmtpAddress, ledger: Ledger, deadlines: LmtpDeadlines = lmtpDeadlines) {
    this.name = name;
    this.#address = address;
    this.#ledger = ledger;
    this.#deadlines = deadlines;
  }

  async deliver(message: AsyncIterable<Uint8Array>, facts: MessageFacts, options: DeliverOptions = {}): Promise<void> {
    if (this.#closed) throw new DestinationFailure("refused", `${this.name}: it is closed`);
    options.signal?.throwIfAborted();
    const reading = new MessageReading(message, options.signal);
    // A server may close a connection that waited for the next message; what was not begun can be sent over a new one.
    const waited = this.#living();
    try {
      await this.#send(waited ?? (await this.#connect(options.signal)), reading, facts, options.signal);
    } catch (error) {
      if (waited === null || reading.begun || options.signal?.aborted === true || !this.#isDead(error)) throw error;
      waited.close();
      await this.#send(await this.#connect(options.signal), reading, facts, options.signal);
    }
  }

  /** Each message was recorded when it was delivered. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closed = true;
    const connection = this.#living();
    this.#connection = null;
    // Its reply is not waited for: there is nothing left to learn, and the connection closes behind it.
    connection?.quit();
    connection?.close();
    return Promise.resolve();
  }

  /** The connection, where it can still be used. */
  #living(): SMTPConnection | null {
    return this.#connection?.destroyed === false ? this.#connection : null;
  }

  /** Whether that error is of a connection that has ended, or was about to. */
  #isDead(error: unknown): boolean {
    const cause = error instanceof DestinationFailure ? (error.cause as LmtpError) : null;
    return cause !== null && (this.#living() === null || cause.code === "ECONNECTION");
  }

  async #connect(signal: AbortSignal | undefined): Promise<SMTPConnection> {
    const { host, port } = this.#address;
    const { connectMs, greetingMs, idleMs } = this.#deadlines;
    const connection = new SMTPConnection({
      lmtp: true,
      host,
      port,
      connectionTimeout: connectMs,
      greetingTimeout: greetingMs,
      socketTimeout: idleMs,
      maxResponseSize: REPLY_OCTETS,
      // As mail servers do among each other (RFC 7435): encrypted where the server can, whoever it says it is.
      opportunisticTLS: true,
      tls: { rejectUnauthorized: false },
    });
    const watchdog = new Watchdog(idleMs);
    try {
      await this.#guarded(connection, signal, (resolve, reject) => {
        watchdog.start(reject);
        connection.connect((error) => (error === undefined ? resolve() : reject(error)));
      });
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      watchdog.stop();
    }
    this.#connection = connection;
    return connection;
  }

  /** Sends one message and records it. Whatever goes wrong before its end costs the connection, and the final dot is never sent. */
  async #send(
    connection: SMTPConnection,
    reading: MessageReading,
    facts: MessageFacts,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const watchdog = new Watchdog(this.#deadlines.idleMs);
    const body = Readable.from(watchdog.pass(reading.octets()), { objectMode: false });
    const envelope = {
      // Nobody is to be told of a failure but us.
      from: "",
      to: [this.#address.recipient],
      use8BitMime: true,
      ...(facts.octets !== null && { size: facts.octets }),
    };
    try {
      await this.#guarded(connection, signal, (resolve, reject) => {
        watchdog.start(reject);
        connection.send(envelope, body, (error, info) => {
          const refusal = error ?? info?.rejectedErrors?.[0] ?? null;
          if (refusal !== null) reject(refusal);
          else if (!reading.complete) reject(new Error("it answered before the message was sent"));
          else resolve();
        });
      });
    } catch (error) {
      // A transaction that did not come to its end is still open in the server's eyes; the next message shall not be taken into it.
      if (!reading.complete || watchdog.barked) connection.close();
      throw reading.failure === null ? error : reading.failure.error;
    } finally {
      watchdog.stop();
      body.destroy();
    }
    this.#ledger.settle(this.name, [facts.uniqueId]);
  }

  /** Runs one step of the dialog; the end of the connection and the signal end it too. */
  async #guarded(
    connection: SMTPConnection,
    signal: AbortSignal | undefined,
    step: (resolve: () => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    let abort: () => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    let ended: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        fail = (error) => reject(error);
        ended = () => reject(new Error("it closed the connection"));
        abort = () => {
          reject(signal!.reason as Error);
          connection.close();
        };
        connection.on("error", fail);
        connection.on("end", ended);
        signal?.addEventListener("abort", abort);
        step(resolve, reject);
      });
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw lmtpFailure(this.name, error as LmtpError);
    } finally {
      signal?.removeEventListener("abort", abort);
      connection.off("end", ended);
      connection.off("error", fail);
      // Errors of a connection that nobody uses at the moment: it is dead then, and `#living` says so.
      if (connection.listenerCount("error") === 0) connection.on("error", () => undefined);
    }
  }
}

/** Ends a step in which nothing has moved for too long, however many octets of a reply the server trickles. */
class Watchdog {
  readonly #idleMs: number;
  #timer: NodeJS.Timeout | undefined;
  barked = false;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  start(reject: (error: Error) => void): void {
    this.#timer = setTimeout(() => {
      this.barked = true;
      reject(Object.assign(new Error("nothing has moved for too long"), { code: "ETIMEDOUT" }));
    }, this.#idleMs);
  }

  /** Octets that are taken show that something moves. */
  async *pass(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of octets) {
      this.#timer?.refresh();
      yield piece;
    }
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
