// SASL mechanisms (RFC 4422): both ends as generators of octets, without sockets, Base64 or POP3's lines.
// A file of `mechanisms/` is one value of this type; `server/` and `client/` carry its octets, documentation reads the rest.
import type { Authenticator, ClientCertificate, CredentialKind, StringPreparation } from "./authenticator.js";

/** What ties an exchange to its TLS connection (RFC 5056), by type name; a type is absent where it cannot be had. */
export interface ChannelBindings {
  /** RFC 9266. */
  readonly "tls-exporter"?: Uint8Array;
  /** RFC 5929 §4. */
  readonly "tls-server-end-point"?: Uint8Array;
}

/** How an exchange ended for the server. */
export type MechanismOutcome =
  | { readonly user: string }
  /** `credentials`: somebody is not who he says. `malformed`: the client broke the mechanism's grammar. */
  | { readonly user: null; readonly refused: "credentials" | "malformed" };

/** All that the server's side of a mechanism can see and do. */
export interface MechanismServerContext {
  readonly authenticator: Authenticator;
  /** Null outside TLS. */
  readonly channelBindings: ChannelBindings | null;
  readonly certificate: ClientCertificate | null;
  /** The mechanisms that this session offers, in upper case. */
  readonly offered: readonly string[];
  readonly prepare: StringPreparation;
  /** What the server calls itself in a challenge. */
  readonly hostname: string;
  random(octets: number): Uint8Array;
  /** The user to act as: `user` himself where `identity` is empty or his own name, else what the authenticator allows; or null. */
  authorize(user: string, identity: string): Promise<string | null>;
}

/** Challenges out, responses in. What it throws, `server/` takes for a failure of the system. */
export type ServerExchange = AsyncGenerator<Uint8Array, MechanismOutcome, Uint8Array>;

/** What a client proves itself with. */
export interface MechanismClientContext {
  readonly name: string;
  /** The password or shared secret; empty where the mechanism needs none. */
  readonly password: string;
  /** A bearer token. */
  readonly token?: string;
  /** To act as somebody else; absent to act as oneself. */
  readonly authorizationId?: string;
  readonly channelBindings: ChannelBindings | null;
  /** The client could bind the channel, and the server offers no mechanism that does. */
  readonly bindingUnoffered?: boolean;
  readonly prepare: StringPreparation;
  readonly host: string;
  readonly port: number;
  random(octets: number): Uint8Array;
}

/**
 * Responses out, challenges in. Where the client sends first, the first value is the initial response; else the first value
 * answers the challenge in hand, so the generator is begun with `next()` and its first value is empty and not sent.
 * Returns once nothing is left to send. When the server says that the client is in, it is resumed once more with empty octets,
 * and has to return then: one that throws, or has more to send, saw the server end too early. Throws `MechanismRefused` where
 * the server does not prove itself, or breaks the grammar.
 */
export type ClientExchange = Generator<Uint8Array, void, Uint8Array>;

/** The server's part of an exchange is not as it must be. The text says what is wrong; it holds no secret. */
export class MechanismRefused extends Error {
  override readonly name = "MechanismRefused";
}

/** One SASL mechanism as its client knows it: all that a program has to hold which serves none. */
export interface ClientMechanism {
  /** As registered, in upper case (RFC 4422 §3.1). */
  readonly name: string;
  readonly credentials: CredentialKind;
  /** Out of date, or open to everybody: served only where the operator names it. */
  readonly onRequest: boolean;
  /** Who reads the exchange can log in with what he read: served only where a password may travel (RFC 2595 §2.3). */
  readonly revealsSecret: boolean;
  /** Needs channel bindings. */
  readonly bindsChannel: boolean;
  /** The client sends first; where it sends no initial response, the server asks with an empty challenge (RFC 5034 §4). */
  readonly clientFirst: boolean;
  /** The client's first message is all that the mechanism has: no challenge follows it, whatever the verdict. */
  readonly singleMessage: boolean;
  client(context: MechanismClientContext): ClientExchange;
}

/** One SASL mechanism, with both ends and what is said of it. */
export interface Mechanism extends ClientMechanism {
  /** The documents that define it. */
  readonly reference: readonly string[];
  /** What it does and when to use it, in our own words. */
  readonly discussion: string;
  /** Lines `C: …` and `S: …` of an example exchange, for the reference page. */
  readonly example: string;
  /** `initialResponse` is never null where the client sends first. */
  server(context: MechanismServerContext, initialResponse: Uint8Array | null): ServerExchange;
}

/** Puts the two ends together. A call, and marked as one without effect, so that a client's bundle can leave the other end out. */
export function bothEnds(client: ClientMechanism, server: Omit<Mechanism, keyof ClientMechanism>): Mechanism {
  return { ...client, ...server };
}
