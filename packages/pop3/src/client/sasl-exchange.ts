// The exchange of a SASL mechanism over AUTH (RFC 5034 §4): its octets as Base64 on lines, from the initial response to the verdict.
// Knows no mechanism. Nothing of what is sent is logged, for most of it holds a secret.
import { Buffer } from "node:buffer";
import { saslCommand } from "../capabilities/sasl.js";
import { ProtocolViolation } from "../contracts/errors.js";
import type { ClientExchange, ClientMechanism } from "../contracts/mechanism.js";
import { COMMAND_OCTETS } from "../protocol/command.js";
import type { QuirkNote } from "../protocol/quirks.js";
import { asError } from "./rejection.js";
import { type After, type Connection, Exchange } from "./exchange.js";
import type { ReceivedReply } from "./received-reply.js";
import type { Secrets } from "./secrets.js";

/** No mechanism has more than a few; a server that goes on asking is playing. */
const MOST_CHALLENGES = 20;

/** RFC 5034 §4: the client gives up. */
const CANCEL = "*\r\n";

export interface SaslExchangeOptions {
  readonly mechanism: ClientMechanism;
  readonly exchange: ClientExchange;
  /** An initial response may be sent in the command, if it fits (RFC 5034 §4). */
  readonly initialResponse: boolean;
  /** What follows the login may be sent behind a command that is all of the exchange, before the verdict. */
  readonly eager: boolean;
  readonly connection: Connection;
  readonly secrets: Secrets;
  readonly note: QuirkNote;
}

/** Resolves once the server lets the client in, and has proved itself where the mechanism asks for it. */
export class SaslExchange extends Exchange {
  readonly result: Promise<void>;
  /** Commands may stand behind this one already, so a challenge cannot be answered. */
  readonly eager: boolean;
  readonly #options: SaslExchangeOptions;
  /** The response that the first challenge asks for, where it was not sent with the command. */
  #held: string | null;
  /** The response that was sent with the command. */
  readonly #sent: string | null;
  #challenges = 0;
  /** Why the client gave up; the server's refusal is then no news. */
  #givenUp: Error | null = null;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  /** Throws a `RangeError` where the caller's name, password or token cannot be used. */
  constructor(options: SaslExchangeOptions) {
    const { mechanism, exchange, secrets } = options;
    const first = exchange.next();
    const response = mechanism.clientFirst && first.done !== true ? base64(first.value) : null;
    if (response !== null) secrets.add(response);
    // RFC 5034 §4: a command of more than 255 octets is not for servers that keep to that; the response then waits to be asked for.
    const fits = `${saslCommand.keyword} ${mechanism.name} ${response ?? ""}`.length + 2 <= COMMAND_OCTETS;
    const atOnce = response !== null && options.initialResponse && fits;
    super(saslCommand, {
      mechanism: mechanism.name,
      initialResponse: atOnce ? (response === "" ? "=" : response) : null,
    });
    this.#options = options;
    this.eager = options.eager && atOnce && mechanism.singleMessage;
    this.#held = atOnce ? null : response;
    this.#sent = atOnce ? response : null;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  override get endsPipeline(): boolean {
    return !this.eager;
  }

  override reply(reply: ReceivedReply): After {
    if (reply.status === "+") {
      if (this.eager) {
        throw new ProtocolViolation(
          "the server asks for what was in the command already: connect without pipelinedLogin",
        );
      }
      if (reply.line === "+") this.#options.note("challenge-without-space");
      this.#challenged(reply.text);
      return "line";
    }
    // A server that lets in who cancelled may have taken anybody for him, and to one that could not prove itself nothing more is told.
    if (this.#givenUp !== null) throw this.#givenUp;
    if (reply.status === "-ERR") this.#reject(this.refused(reply));
    else this.#accepted();
    return "done";
  }

  override fail(error: Error): void {
    this.#reject(error);
  }

  #challenged(text: string): void {
    if (++this.#challenges > MOST_CHALLENGES) {
      throw new ProtocolViolation(`the server asks and asks: ${MOST_CHALLENGES} challenges were answered`);
    }
    if (this.#givenUp !== null) throw new ProtocolViolation("the server goes on with an exchange that was cancelled");
    const challenge = octetsOfBase64(text);
    if (challenge === null) {
      this.#giveUp("the server's challenge is not Base64");
      return;
    }
    if (this.#held !== null) {
      const response = this.#held;
      this.#held = null;
      this.#send(response);
      return;
    }
    // No mechanism answers a first response with nothing: the server has not looked at it (RFC 1734 had no initial response).
    if (this.#challenges === 1 && this.#sent !== null && text === "") {
      this.#options.note("initial-response-ignored");
      this.#send(this.#sent);
      return;
    }
    try {
      const { done, value } = this.#options.exchange.next(challenge);
      if (done === true) this.#giveUp("the server asks for more than the mechanism has");
      else this.#send(base64(value));
    } catch (error) {
      this.#giveUp(asError(error).message);
    }
  }

  /** What was sent before the server said yes must be all that there is, or somebody cut the exchange short. */
  #accepted(): void {
    if (this.#held !== null)
      throw new ProtocolViolation("the server lets the client in without having heard who it is");
    try {
      const { done } = this.#options.exchange.next(new Uint8Array(0));
      if (done !== true) throw new ProtocolViolation("the server ends the exchange before it has proved itself");
    } catch (error) {
      if (error instanceof ProtocolViolation) throw error;
      throw new ProtocolViolation(`the server lets the client in too early: ${asError(error).message}`);
    }
    this.#resolve();
  }

  #send(response: string): void {
    if (response !== "") this.#options.secrets.add(response);
    this.#options.connection.continue(`${response}\r\n`, "****");
  }

  #giveUp(problem: string): void {
    this.#givenUp = new ProtocolViolation(problem);
    this.#options.connection.continue(CANCEL, "*");
  }
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("base64");
}

/** Strict, because what a lenient reader takes for a challenge may be a text. */
function octetsOfBase64(text: string): Uint8Array | null {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? octets : null;
}
