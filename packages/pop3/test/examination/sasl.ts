// What the examination of logins has in common: accounts of every kind of credentials, and the lines of AUTH as a client sends and
// reads them (RFC 5034 §4). It shares no code with what it examines.
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Authenticator, Pop3ServerOptions } from "@postern/pop3/server";
import { keysOf, Scram, type Hash, type ScramOptions } from "./scram.js";
import { afterAll, afterEach } from "vitest";
import { expectOk, Stage, tls, until } from "./stage.js";
import { Wire } from "./wire.js";

export const OK = /^\+OK( |$)/;
export const ERR = /^-ERR( |$)/;
/** Refused, and not for the credentials. */
export const ERR_NO_CODE = /^-ERR(?! \[)( |$)/;
export const ERR_AUTH = /^-ERR \[AUTH\]( |$)/;

type Kind = Parameters<NonNullable<Authenticator["offers"]>>[0];
export const KINDS: readonly Kind[] = [
  "password",
  "scram-sha-1",
  "scram-sha-256",
  "secret",
  "token",
  "certificate",
  "anonymous",
];
/** Mechanisms that this server does not have. */
export const STRANGERS: readonly string[] = [
  "GSSAPI",
  "DIGEST-MD5",
  "NTLM",
  "KERBEROS_V4",
  "SCRAM-SHA-512",
  "SCRAM-MD5",
  "PLAIN-PLUS",
  "X-POSTERN",
];
export const MECHANISMS: readonly string[] = [
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "SCRAM-SHA-1",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-256-PLUS",
  "OAUTHBEARER",
  "XOAUTH2",
  "EXTERNAL",
  "ANONYMOUS",
];

/** Nothing is remembered, so that a test's wrong logins make nobody wait. */
export const forgetful: NonNullable<Pop3ServerOptions["failedLogins"]> = { count: () => 0, add: () => {} };

/** Users by name with their passwords; every password is a shared secret too, and a token is `token-of-NAME`. */
export class Accounts implements Authenticator {
  readonly kinds: Set<Kind>;
  /** Names and passwords as they came. */
  readonly asked: string[][] = [];
  /** Who may act as whom: `user as identity`. */
  readonly mayActAs = new Map<string, string>();
  /** Makes every question fail with it. */
  failure: Error | null = null;
  readonly #users: Map<string, string>;
  readonly #keys = new Map<string, ReturnType<typeof keysOf>>();

  constructor(users: Readonly<Record<string, string>> = { ann: "secret" }, kinds: Iterable<Kind> = KINDS) {
    this.#users = new Map(Object.entries(users));
    this.kinds = new Set(kinds);
  }

  offers(kind: Kind): boolean {
    return this.kinds.has(kind);
  }

  async verifyPassword(name: string, password: string): Promise<string | null> {
    this.#note(name, password);
    return this.#users.get(name) === password ? name : null;
  }

  async scramVerifier(
    name: string,
    hash: Hash,
  ): Promise<{
    user: string | null;
    salt: Buffer;
    iterations: number;
    storedKey: Buffer;
    serverKey: Buffer;
  }> {
    this.#note(name);
    const salt = createHash("sha256").update(`salt of ${name}`).digest().subarray(0, 16);
    const key = `${hash} ${name}`;
    const keys = this.#keys.get(key) ?? keysOf(hash, this.#users.get(name) ?? "nobody knows this", salt, 4096);
    this.#keys.set(key, keys);
    return { user: this.#users.has(name) ? name : null, salt, iterations: 4096, ...keys };
  }

  async sharedSecret(name: string): Promise<{ user: string; secret: string } | null> {
    this.#note(name);
    const secret = this.#users.get(name);
    return secret === undefined ? null : { user: name, secret };
  }

  async verifyToken(
    token: string,
    name: string | null,
  ): Promise<{ user: string } | { user: null; status: "invalid_token" }> {
    this.#note(name ?? "", token);
    const user = /^token-of-([^.]+)/.exec(token)?.[1];
    return user === undefined || !this.#users.has(user) || (name !== null && name !== user)
      ? { user: null, status: "invalid_token" }
      : { user };
  }

  async userOfCertificate(): Promise<string | null> {
    this.#note();
    return null;
  }

  async anonymousUser(): Promise<string | null> {
    this.#note();
    return "guest";
  }

  async authorize(user: string, identity: string): Promise<string | null> {
    this.#note(user, identity);
    return this.mayActAs.get(`${user} as ${identity}`) ?? null;
  }

  #note(...words: string[]): void {
    this.asked.push(words);
    if (this.failure !== null) throw this.failure;
  }
}

/** A server with such accounts, certificates and every mechanism, where passwords may travel in the clear. */
export function stageOf(authenticator: Authenticator, options: Partial<Pop3ServerOptions> = {}): Promise<Stage> {
  return Stage.set({
    authenticator,
    tls,
    mechanisms: MECHANISMS,
    failedLogins: forgetful,
    limits: { uselessCommands: 1000 },
    ...options,
  });
}

/** Has every test of a file begin with no session and no maildrop in use, whatever the one before it left. */
export function alone(stages: () => Iterable<Stage>): void {
  afterEach(async () => {
    for (const wire of Wire.opened) wire.drop();
    for (const { server } of stages()) await until(() => server.sessionCount === 0, "a session is left");
  });
}

/** For files whose tests set servers of their own: sets one such, which the end of the file strikes. */
export function staging(
  authenticator: Authenticator,
  usual: Partial<Pop3ServerOptions> = {},
): (options?: Partial<Pop3ServerOptions>) => Promise<Stage> {
  const running: Stage[] = [];
  afterAll(() => Promise.all(running.map((stage) => stage.strike())));
  alone(() => running);
  return async (options = {}) => {
    const stage = await stageOf(authenticator, { ...usual, ...options });
    running.push(stage);
    return stage;
  };
}

/** As much of SASLprep (RFC 4013) as these tests need: it maps, normalizes and prohibits. */
export function prepare(text: string): string {
  const mapped = text
    .replace(/\u00AD/g, "")
    .replace(/\u00A0/g, " ")
    .normalize("NFKC");
  if (/[\u0000-\u001F\u007F\uE000]/.test(mapped)) throw new Error("a prohibited character");
  return mapped;
}

/** A login by USER and PASS of somebody whose password is `secret`. */
export async function login(wire: Wire, name = "ann"): Promise<Wire> {
  expectOk(await wire.ask(`USER ${name}`));
  expectOk(await wire.ask("PASS secret"));
  return wire;
}

/** The session is over, for the server too: its maildrop is free. */
export async function over(stage: Stage, wire: Wire): Promise<void> {
  await wire.quit();
  await until(() => stage.server.sessionCount === 0, "a session is left");
}

/** A session of ann's that asked for UTF-8, or did not. */
export async function session(stage: Stage, utf8: boolean): Promise<Wire> {
  const wire = await stage.greeted();
  if (utf8) expectOk(await wire.ask("UTF8"));
  return login(wire);
}

/** A connection on the TLS port whose greeting was read. */
export async function implicit(stage: Stage): Promise<Wire> {
  const wire = await Wire.openTls(stage.tlsPort);
  expectOk(await wire.line());
  return wire;
}

/** A connection that became TLS by STLS. */
export async function afterStls(stage: Stage): Promise<Wire> {
  const wire = await stage.greeted();
  expectOk(await wire.ask("STLS"));
  await wire.upgrade();
  return wire;
}

/** The lines of CAPA. */
export async function capa(wire: Wire): Promise<string[]> {
  return (await wire.askMulti("CAPA")).octets.toString("latin1").split("\r\n").slice(0, -1);
}

/** The tags alone. */
export async function tags(wire: Wire): Promise<string[]> {
  return (await capa(wire)).map((line) => line.split(" ")[0]!);
}

/** What a tag's line has behind it, or null where it is not listed. */
export async function argumentOf(wire: Wire, tag: string): Promise<string | null> {
  const line = (await capa(wire)).find((each) => each.split(" ")[0] === tag);
  return line === undefined ? null : line.slice(tag.length + 1);
}

export async function listedMechanisms(wire: Wire): Promise<string[]> {
  return (await argumentOf(wire, "SASL"))?.split(" ") ?? [];
}

/** Base64 of a string's UTF-8, or of octets. */
export function base64(octets: string | Uint8Array): string {
  return (typeof octets === "string" ? Buffer.from(octets) : Buffer.from(octets)).toString("base64");
}

/** The octets of a challenge, which is a `+`, a space and Base64 or nothing (RFC 5034 §5). */
export function challenge(line: string): Buffer {
  if (!/^\+ (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(line))
    throw new Error(`no challenge: ${JSON.stringify(line)}`);
  return Buffer.from(line.slice(2), "base64");
}

/** The message of RFC 4616 §2. */
export function plain(name: string, password: string, identity = ""): string {
  return `${identity}\0${name}\0${password}`;
}

/** AUTH with this message in the same line. */
export function auth(wire: Wire, mechanism: string, message: string | Uint8Array): Promise<string> {
  const encoded = base64(message);
  return wire.ask(`AUTH ${mechanism} ${encoded === "" ? "=" : encoded}`);
}

/** The two answers of AUTH LOGIN. */
export async function authLogin(wire: Wire, name: string, password: string): Promise<string> {
  challenge(await wire.ask("AUTH LOGIN"));
  const next = await wire.ask(base64(name));
  if (!next.startsWith("+ ")) return next;
  return wire.ask(base64(password));
}

/** RFC 2195 §2. */
export async function authCramMd5(wire: Wire, name: string, secret: string): Promise<string> {
  const text = challenge(await wire.ask("AUTH CRAM-MD5"));
  return wire.ask(base64(`${name} ${createHmac("md5", secret).update(text).digest("hex")}`));
}

/** How a SCRAM exchange went. `answer` is the last line. */
export interface Outcome {
  readonly answer: string;
  readonly scram: Scram;
  /** The last message as it was sent. */
  readonly final: string;
}

/** A SCRAM exchange up to the answer to AUTH; the server's signature is verified before the last, empty response. */
export async function authScram(wire: Wire, options: ScramOptions, plus = false): Promise<Outcome> {
  const scram = new Scram(options);
  const first = await auth(wire, `SCRAM-${options.hash}${plus ? "-PLUS" : ""}`, scram.first);
  if (!first.startsWith("+ ")) return { answer: first, scram, final: "" };
  const final = scram.final(challenge(first).toString());
  const last = await wire.ask(base64(final));
  if (!last.startsWith("+ ")) return { answer: last, scram, final };
  scram.verify(challenge(last).toString());
  return { answer: await wire.ask(""), scram, final };
}

/** The answer to APOP with the timestamp of this greeting (RFC 1939 §7). */
export function apop(wire: Wire, greeting: string, name: string, secret: string): Promise<string> {
  const timestamp = /<[^>]*>/.exec(greeting)?.[0] ?? "";
  return wire.ask(`APOP ${name} ${createHash("md5").update(timestamp).update(secret).digest("hex")}`);
}

/** The TLS of a connection under TLS. */
export function tlsOf(wire: Wire): TLSSocket {
  return wire.socket as TLSSocket;
}

/** Every way in which somebody shows a password here, each with the answer to its last line. */
export const LOGINS: Readonly<
  Record<string, (stage: Stage, name: string, password: string) => Promise<[Wire, string]>>
> = {
  PASS: onPlainPort(async (wire, name, password) => {
    expectOk(await wire.ask(`USER ${name}`));
    return wire.ask(`PASS ${password}`);
  }),
  APOP: async (stage, name, password) => {
    const wire = await Wire.open(stage.port);
    return [wire, await apop(wire, await wire.line(), name, password)];
  },
  "AUTH PLAIN": onPlainPort((wire, name, password) => auth(wire, "PLAIN", plain(name, password))),
  "AUTH LOGIN": onPlainPort(authLogin),
  "AUTH CRAM-MD5": onPlainPort(authCramMd5),
  "AUTH SCRAM-SHA-1": onPlainPort(
    async (wire, name, password) => (await authScram(wire, { hash: "SHA-1", name, password })).answer,
  ),
  "AUTH SCRAM-SHA-256": onPlainPort(
    async (wire, name, password) => (await authScram(wire, { hash: "SHA-256", name, password })).answer,
  ),
};

function onPlainPort(
  login: (wire: Wire, name: string, password: string) => Promise<string>,
): (stage: Stage, name: string, password: string) => Promise<[Wire, string]> {
  return async (stage, name, password) => {
    const wire = await stage.greeted();
    return [wire, await login(wire, name, password)];
  };
}
