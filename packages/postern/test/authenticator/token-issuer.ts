// A small issuer of tokens on loopback: configuration, keys and introspection, each of which a test may change or break.
// Counts what it is asked. Knows nothing of the code under test.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export function json(value: unknown, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

export class TokenIssuer {
  /** What its tokens call it. */
  url = "";
  /** The keys that it publishes. */
  keys: JWK[] = [];
  /** What it answers by path; a path that is not here is answered 404. */
  readonly answers = new Map<string, Answer>();
  /** The requests by path, with their bodies. */
  readonly asked: { readonly path: string; readonly body: string; readonly authorization: string | undefined }[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** `path` is a part of the issuer's address behind the host, such as "/realms/mail". */
  static async start(path = ""): Promise<TokenIssuer> {
    const issuer = new TokenIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, "127.0.0.1", resolve));
    const host = `http://127.0.0.1:${(issuer.#server.address() as AddressInfo).port}`;
    issuer.url = host + path;
    const configuration = (): unknown => ({
      issuer: issuer.url,
      jwks_uri: `${host}/keys`,
      introspection_endpoint: `${host}/introspect`,
    });
    issuer.answers.set(`${path}/.well-known/openid-configuration`, (...request) => json(configuration())(...request));
    issuer.answers.set("/keys", (...request) => json({ keys: issuer.keys })(...request));
    return issuer;
  }

  countOf(path: string): number {
    return this.asked.filter((request) => request.path === path).length;
  }

  /** A token that is good for alice, changed by `claims` and `header`; undefined takes a claim away. */
  async token(
    key: SigningKey,
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const all: Readonly<Record<string, unknown>> = {
      iss: this.url,
      aud: "postern",
      sub: "5f1c",
      email: "alice@example.net",
      iat: nowSeconds,
      exp: nowSeconds + 300,
      ...claims,
    };
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(present).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const path = request.url ?? "";
    this.asked.push({ path, body, authorization: request.headers.authorization });
    (this.answers.get(path) ?? json({}, 404))(request, response, body);
  }
}
