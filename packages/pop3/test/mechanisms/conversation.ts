// Both ends of a mechanism talking to each other, as `server/` and a client would let them; and accounts to talk about.
// A test may change a message on its way.
import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import type { Authenticator, ClientCertificate, ScramHash, TokenVerdict } from "../../src/contracts/authenticator.js";
import {
  type Mechanism,
  type MechanismClientContext,
  type MechanismOutcome,
  MechanismRefused,
  type MechanismServerContext,
} from "../../src/contracts/mechanism.js";
import { impossibleVerifier, scramVerifierOf } from "../../src/mechanisms/scram/keys.js";

export const NOTHING = new Uint8Array(0);
export const MALFORMED: MechanismOutcome = { user: null, refused: "malformed" };
export const CREDENTIALS: MechanismOutcome = { user: null, refused: "credentials" };

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
export const text = (octets: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
export const fromBase64 = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));
export const base64 = (octets: Uint8Array | string): string => Buffer.from(octets).toString("base64");

/** Something like SASLprep, and as idempotent. */
export function prepare(given: string): string {
  const form = given.replaceAll("\u00ad", "").normalize("NFKC");
  if (/[\p{Cc}\p{Co}\p{Cs}\p{Cn}]/u.test(form)) throw new Error("this text may not be used");
  return form;
}

/** Names and passwords that may be used. */
export const usableText: fc.Arbitrary<string> = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 100 })
  .filter((given) => {
    try {
      return !/[\p{Cc}\p{Cs}]/u.test(given) && prepare(given) !== "";
    } catch {
      return false;
    }
  });

export const certificate: ClientCertificate = {
  raw: utf8("DER"),
  fingerprint: createHash("sha256").update("DER").digest("hex"),
  commonName: "ann",
  emails: [],
};

export const CONFIGURATION = "https://example.com/.well-known/openid-configuration";

/** Accounts with everything that a mechanism may ask for. */
export class Accounts implements Authenticator {
  readonly #passwords: ReadonlyMap<string, string>;
  /** What `verifyToken` was asked. */
  readonly tokens: (readonly [token: string, name: string | null])[] = [];

  constructor(passwords: Readonly<Record<string, string>>) {
    this.#passwords = new Map(Object.entries(passwords));
  }

  async verifyPassword(name: string, password: string): Promise<string | null> {
    return this.#passwords.get(name) === password ? name : null;
  }

  async scramVerifier(name: string, hash: ScramHash) {
    const password = this.#passwords.get(name);
    if (password === undefined) return impossibleVerifier(utf8("key"), name, hash, 4096);
    return { user: name, ...(await scramVerifierOf(password, hash, utf8(`salt of ${name}`), 4096)) };
  }

  async sharedSecret(name: string) {
    const secret = this.#passwords.get(name);
    return secret === undefined ? null : { user: name, secret };
  }

  /** A password with `token-` before it is a token. */
  async verifyToken(token: string, name: string | null): Promise<TokenVerdict> {
    this.tokens.push([token, name]);
    for (const [user, password] of this.#passwords) {
      if (token === `token-${password}` && (name === null || name === user)) return { user };
    }
    return { user: null, status: "invalid_token", scope: "example_scope", configuration: CONFIGURATION };
  }

  async userOfCertificate({ commonName }: ClientCertificate): Promise<string | null> {
    return commonName !== null && this.#passwords.has(commonName) ? commonName : null;
  }

  async anonymousUser(): Promise<string | null> {
    return "everybody";
  }
}

/** `admin` may act as everybody, and is known to the world as `boss` then. */
export function serverContext(overrides: Partial<MechanismServerContext> = {}): MechanismServerContext {
  return {
    authenticator: new Accounts({ ann: "secret", admin: "root" }),
    channelBindings: null,
    certificate: null,
    offered: [],
    prepare,
    hostname: "pop.example.org",
    random: (octets) => randomBytes(octets),
    authorize: async (user, identity) => {
      if (identity === "" || identity === user) return user;
      return user === "admin" ? identity : null;
    },
    ...overrides,
  };
}

export function clientContext(overrides: Partial<MechanismClientContext> = {}): MechanismClientContext {
  return {
    name: "ann",
    password: "secret",
    channelBindings: null,
    prepare,
    host: "pop.example.org",
    port: 995,
    random: (octets) => randomBytes(octets),
    ...overrides,
  };
}

/** What changes a message on its way; `at` counts from 0 in each direction. */
export interface Meddling {
  challenge?(octets: Uint8Array, at: number): Uint8Array;
  response?(octets: Uint8Array, at: number): Uint8Array;
}

export interface Conversation {
  /** Null where the client gave up first. */
  readonly outcome: MechanismOutcome | null;
  /** What made the client give up, or refuse the server's success. */
  readonly refused: string | null;
  /** The messages as they were sent, `C: ` or `S: ` before each. */
  readonly lines: readonly string[];
}

export async function converse(
  mechanism: Mechanism,
  client: MechanismClientContext,
  server: MechanismServerContext,
  meddling: Meddling = {},
): Promise<Conversation> {
  const lines: string[] = [];
  let challenges = 0;
  let responses = 0;
  const sent = (octets: Uint8Array): Uint8Array => {
    lines.push(`C: ${text(octets)}`);
    return meddling.response?.(octets, responses++) ?? octets;
  };
  const asked = (octets: Uint8Array): Uint8Array => {
    lines.push(`S: ${text(octets)}`);
    return meddling.challenge?.(octets, challenges++) ?? octets;
  };
  const mine = mechanism.client(client);
  try {
    const first = mine.next();
    if (first.done) throw new Error("the client has nothing to say");
    const theirs = mechanism.server(server, mechanism.clientFirst ? sent(first.value) : null);
    let step = await theirs.next();
    while (!step.done) {
      const answer = mine.next(asked(step.value));
      if (answer.done) return { outcome: null, refused: "a challenge after the last", lines };
      step = await theirs.next(sent(answer.value));
    }
    if (step.value.user === null) return { outcome: step.value, refused: null, lines };
    const end = mine.next(NOTHING);
    return { outcome: step.value, refused: end.done ? null : "the server ended too early", lines };
  } catch (error) {
    if (!(error instanceof MechanismRefused)) throw error;
    return { outcome: null, refused: error.message, lines };
  }
}

/** The server's side alone, with the responses given: each challenge as text, and the outcome. */
export async function answer(
  mechanism: Mechanism,
  context: MechanismServerContext,
  responses: readonly (Uint8Array | string)[],
): Promise<{ readonly challenges: readonly string[]; readonly outcome: MechanismOutcome }> {
  const queue = responses.map((response) => (typeof response === "string" ? utf8(response) : response));
  const exchange = mechanism.server(context, mechanism.clientFirst ? (queue.shift() ?? NOTHING) : null);
  const challenges: string[] = [];
  let step = await exchange.next();
  while (!step.done) {
    challenges.push(text(step.value));
    step = await exchange.next(queue.shift() ?? NOTHING);
  }
  return { challenges, outcome: step.value };
}

/** The client's side alone, with the challenges given: each response as text. */
export function responses(
  mechanism: Mechanism,
  context: MechanismClientContext,
  challenges: readonly (Uint8Array | string)[],
): readonly string[] {
  const exchange = mechanism.client(context);
  const sent: string[] = [];
  let step = exchange.next();
  if (!step.done && mechanism.clientFirst) sent.push(text(step.value));
  for (const challenge of challenges) {
    step = exchange.next(typeof challenge === "string" ? utf8(challenge) : challenge);
    if (step.done) break;
    sent.push(text(step.value));
  }
  return sent;
}

/** The random octets that come out as this nonce. */
export function octetsForNonce(nonce: string): Uint8Array {
  return Uint8Array.from(nonce, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x2c ? code - 0x21 : code - 0x22;
  });
}
