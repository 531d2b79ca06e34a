// Accounts that live elsewhere: users prove themselves by a bearer token of an issuer that the operator trusts (RFC 6750).
// Decides what becomes of a login; how a token is checked is in `oauth-jwt.ts` and `oauth-introspection.ts`. Stores nothing.
import type { Authenticator, CredentialKind, TokenVerdict } from "@postern/pop3/server";
import type { OAuthConfig } from "../config/oauth.js";
import { judgeClaims, userNamed, type TokenJudgement } from "./oauth-claims.js";
import { IssuerDiscovery, openIdConfigurationOf, type IssuerAddress } from "./oauth-discovery.js";
import { IssuerFailure, type JsonObject } from "./oauth-http.js";
import { Introspection } from "./oauth-introspection.js";
import { JwtCheck } from "./oauth-jwt.js";

/** Octets of the longest token; what a peer makes us compute is bounded. */
const TOKEN_OCTETS = 64 * 1024;

/** What a token may consist of (RFC 6750 §2.1). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

export interface OAuthOptions {
  /** Is told why a token was refused, in words without secrets, such as "it is expired". */
  readonly refused?: (reason: string) => void;
}

/** Names no accounts of its own: whom a token stands for, it knows when it sees the token. */
export class OAuthAccounts implements Authenticator {
  readonly #config: OAuthConfig;
  readonly #check: (token: string) => Promise<TokenJudgement>;
  readonly #refused: (reason: string) => void;
  readonly #closing = new AbortController();

  constructor(config: OAuthConfig, { refused = () => {} }: OAuthOptions = {}) {
    this.#config = config;
    this.#refused = refused;
    const { issuer, method, jwks_uri, introspection_url, timeout_seconds } = config;
    const closing = this.#closing.signal;
    const signal = (): AbortSignal => AbortSignal.any([AbortSignal.timeout(timeout_seconds * 1000), closing]);
    const judge = (claims: JsonObject): TokenJudgement => judgeClaims(claims, config);
    const discovery = issuer === undefined ? null : new IssuerDiscovery(issuer, signal);
    const address = async (given: string | undefined, name: IssuerAddress): Promise<string> => {
      if (given !== undefined) return given;
      if (discovery === null) throw new TypeError(`there is no issuer to ask for its ${name}`);
      return discovery.addressOf(name);
    };
    const check =
      method === "jwt"
        ? new JwtCheck({ config, closing, judge, address: async () => address(jwks_uri, "jwks_uri") })
        : new Introspection({
            config,
            signal,
            judge,
            address: async () => address(introspection_url, "introspection_endpoint"),
          });
    this.#check = async (token) => check.check(token);
  }

  offers(kind: CredentialKind): boolean {
    return kind === "token";
  }

  /** Nobody has an account here before he shows a token. */
  knows(_name: string): boolean {
    return false;
  }

  /** Nobody has a password here. */
  async verifyPassword(_name: string, _password: string): Promise<string | null> {
    return null;
  }

  /** Throws `IssuerFailure` where the issuer would have to be asked and cannot be. */
  async verifyToken(token: string, name: string | null): Promise<TokenVerdict> {
    if (this.#closing.signal.aborted) throw new IssuerFailure("the service is being stopped");
    if (token.length > TOKEN_OCTETS || !TOKEN.test(token))
      return this.#refuse("invalid_token", "it is no bearer token");
    const judgement = await this.#check(token);
    if (judgement.user === null) return this.#refuse("invalid_token", judgement.refused);
    const { user, hasScope } = judgement;
    if (name !== null && userNamed(name, this.#config, true) !== user)
      return this.#refuse("invalid_token", "it stands for another user than the client names");
    if (!hasScope) return this.#refuse("insufficient_scope", "it lacks a scope of oauth.scope");
    return { user };
  }

  /** Gives up what is being asked. */
  close(): void {
    this.#closing.abort();
  }

  #refuse(status: "invalid_token" | "insufficient_scope", reason: string): TokenVerdict {
    this.#refused(reason);
    const { scope, issuer } = this.#config;
    return {
      user: null,
      status,
      ...(scope !== undefined && { scope }),
      ...(issuer !== undefined && { configuration: openIdConfigurationOf(issuer) }),
    };
  }
}
