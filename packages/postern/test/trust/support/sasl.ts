// One SASL exchange as a client leads it (RFC 5034 §4), with the mechanisms' own client sides, and with a hand that may spoil it.
// Knows no mechanism.
import type { mechanisms } from "@postern/pop3/server";
import type { Peer } from "./peer.js";

export type Mechanism = (typeof mechanisms)[number];
export type ClientContext = Parameters<Mechanism["client"]>[0];

export interface Exchange {
  readonly mechanism: Mechanism;
  readonly client: Partial<ClientContext>;
  /** Sends the first response in a line of its own. */
  readonly twoSteps?: boolean;
  /** Changes a response, in Base64, on its way. */
  spoil?(response: string, at: number): string;
  /** Is told of every response. */
  sent?(response: string): void;
}

/** Leads the exchange to its end and gives the server's last line; null where it closed. */
export async function authenticate(peer: Peer, exchange: Exchange): Promise<string | null> {
  const { mechanism, twoSteps = false, spoil = (response) => response, sent = () => {} } = exchange;
  const client = mechanism.client({
    name: "",
    password: "",
    channelBindings: peer.secure ? peer.bindings : null,
    prepare: (text) => text,
    host: "pop.example.net",
    port: 995,
    random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
    ...exchange.client,
  });
  let at = 0;
  const next = (challenge?: Uint8Array): string => {
    const step = challenge === undefined ? client.next() : client.next(challenge);
    const response = Buffer.from(step.done === true ? [] : step.value).toString("base64");
    sent(response);
    return spoil(response, at++);
  };

  let first: string | null = null;
  if (mechanism.clientFirst) first = next();
  else client.next();
  const inline = first !== null && !twoSteps;
  peer.send(inline ? `AUTH ${mechanism.name} ${first || "="}\r\n` : `AUTH ${mechanism.name}\r\n`);
  if (inline) first = null;
  for (;;) {
    const line = await peer.line();
    if (line === null || !line.startsWith("+ ")) return line;
    let response: string;
    if (first === null) response = next(Buffer.from(line.slice(2), "base64"));
    else [response, first] = [first, null];
    peer.send(`${response}\r\n`);
  }
}
