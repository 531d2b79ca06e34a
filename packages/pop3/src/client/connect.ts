// From a host's name to a greeted connection, with TLS as the caller wants it (RFC 2595, RFC 8314). Ends before CAPA and login.
// Nothing learned in the clear survives STLS. The deadline of connecting is kept here.
import { clearTimeout, setTimeout } from "node:timers";
import { ProtocolViolation, TransportLost } from "../contracts/errors.js";
import { parseGreeting } from "../protocol/greeting.js";
import { none } from "../protocol/params.js";
import type { AnyCommandSpec } from "../contracts/command.js";
import { type After, Exchange } from "./exchange.js";
import type { ConnectOptions } from "./options.js";
import type { ReceivedReply } from "./received-reply.js";
import { overStream, overTcp, type Transport } from "./transport.js";

/** RFC 1939 §3 and RFC 8314 §3.2. */
const PORT = 110;
const TLS_PORT = 995;

/** What the server said first. */
export interface Greeted {
  readonly text: string;
  /** For APOP (RFC 1939 §7); null where there is none. */
  readonly timestamp: string | null;
}

export function portOf({ port, tls = "implicit" }: ConnectOptions): number {
  return port ?? (tls === "implicit" ? TLS_PORT : PORT);
}

/** The connection before anything was said on it. Rejects with `TransportLost`, or with the signal's reason. */
export async function transported(options: ConnectOptions, signal: AbortSignal): Promise<Transport> {
  const { host, stream, tls = "implicit", tlsOptions = {} } = options;
  const transport = await (stream === undefined ? overTcp(host, portOf(options), signal) : overStream(stream, signal));
  return tls === "implicit" ? transport.upgrade(host, tlsOptions, signal) : transport;
}

/** A signal that ends what is connecting: the caller's, or the deadline's. `settle` when it is done. `awaited`: "has not …". */
export function connecting(
  options: ConnectOptions,
  connectMs: number,
  awaited = "answered",
): { readonly signal: AbortSignal; settle(): void } {
  const deadline = new AbortController();
  const late = (): void => {
    deadline.abort(new TransportLost("deadline", `${options.host} has not ${awaited} within ${connectMs / 1000} s`));
  };
  const timer = setTimeout(late, connectMs);
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  return { signal, settle: () => clearTimeout(timer) };
}

const GREETING: AnyCommandSpec = { keyword: "", params: none, validIn: [], reply: "single" };

/** The greeting, as the answer to a command that nobody sent. */
export class GreetingExchange extends Exchange {
  readonly result: Promise<Greeted>;
  #resolve!: (greeted: Greeted) => void;
  #reject!: (error: Error) => void;

  constructor() {
    super(GREETING, null);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  override reply(reply: ReceivedReply): After {
    const greeting = parseGreeting(reply.line);
    if ("problem" in greeting) throw new ProtocolViolation(greeting.problem, reply.line);
    if (reply.status === "-ERR") this.#reject(this.refused(reply));
    else this.#resolve({ text: reply.text, timestamp: greeting.value.timestamp });
    return "done";
  }

  override fail(error: Error): void {
    this.#reject(error);
  }
}
