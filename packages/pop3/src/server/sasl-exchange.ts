// One SASL exchange on the wire: Base64 lines out and in (RFC 5034 §4), around a mechanism that knows octets alone.
// Knows no account; what a mechanism may see comes with its context. The session reads and writes the lines.
import { Buffer } from "node:buffer";
import type { NegativeReply } from "../contracts/reply.js";
import type { Mechanism, MechanismOutcome, MechanismServerContext } from "../contracts/mechanism.js";
import { say } from "../contracts/sentence.js";
import { OVERLONG } from "../protocol/lines.js";
import { CONTINUATION_OCTETS } from "./limits.js";

/** The lines of an exchange, as the session carries them. */
export interface ExchangeLines {
  /** Sends `+ ` and the text, and waits for the client's line; null where the session ended. */
  challenge(text: string): Promise<string | typeof OVERLONG | null>;
}

/** Base64 with its padding and nothing else. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Runs the exchange to its end. `initialResponse` is as on the wire: Base64, `=` for an empty one, or null. Gives the mechanism's
 * outcome, or the reply that ends an exchange which the client cancelled or garbled. Throws what the mechanism throws.
 */
export async function runExchange(
  mechanism: Mechanism,
  context: MechanismServerContext,
  initialResponse: string | null,
  lines: ExchangeLines,
): Promise<MechanismOutcome | NegativeReply> {
  let first: Uint8Array | null = null;
  if (initialResponse !== null)
    first = initialResponse === "=" ? new Uint8Array(0) : Buffer.from(initialResponse, "base64");
  else if (mechanism.clientFirst) {
    const response = await ask(lines, "");
    if (!(response instanceof Uint8Array)) return response;
    first = response;
  }
  const exchange = mechanism.server(context, first);
  try {
    let step = await exchange.next();
    while (step.done !== true) {
      const response = await ask(lines, Buffer.from(step.value).toString("base64"));
      if (!(response instanceof Uint8Array)) return response;
      step = await exchange.next(response);
    }
    return step.value;
  } finally {
    await exchange.return({ user: null, refused: "malformed" });
  }
}

export function garbled({ name }: Mechanism): NegativeReply {
  return { status: "-ERR", text: say("the exchange does not follow the rules of {mechanism}", { mechanism: name }) };
}

async function ask(lines: ExchangeLines, challenge: string): Promise<Uint8Array | NegativeReply> {
  const line = await lines.challenge(challenge);
  if (line === null) return { status: "-ERR", text: say("the session has ended") };
  if (line === OVERLONG) {
    return { status: "-ERR", text: say("the answer is longer than {octets} octets", { octets: CONTINUATION_OCTETS }) };
  }
  if (line === "*") return { status: "-ERR", text: say("the login was cancelled") };
  if (!BASE64.test(line)) return { status: "-ERR", text: say("the answer is not Base64") };
  return Buffer.from(line, "base64");
}
