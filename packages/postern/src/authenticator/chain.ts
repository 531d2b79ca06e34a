// Several sources of accounts as one authenticator. The first source that knows a name decides about it, so that an account that is
// shut in one source is not opened by another. Who may act for others, and for whom nobody need log in, is said here too.
import type {
  Authenticator,
  ClientCertificate,
  CredentialKind,
  ScramHash,
  ScramVerifier,
  SharedSecret,
  TokenVerdict,
} from "@postern/pop3/server";
import { isAccountSource } from "./account-source.js";
import type { AccountSource } from "./account-source.js";

export interface ChainOptions {
  /** Users who may open anybody's maildrop with their own credentials. */
  readonly masterUsers?: readonly string[];
  /** Whose maildrop is opened to those who come without credentials. */
  readonly anonymousUser?: string | null;
}

/** Sources in the order in which they are asked. A source that is no `AccountSource` is asked for tokens and certificates alone. */
export class AuthenticatorChain implements AccountSource {
  readonly #sources: readonly Authenticator[];
  readonly #accounts: readonly AccountSource[];
  readonly #masterUsers: ReadonlySet<string>;
  readonly #anonymousUser: string | null;

  constructor(sources: readonly Authenticator[], { masterUsers = [], anonymousUser = null }: ChainOptions = {}) {
    this.#sources = sources;
    this.#accounts = sources.filter(isAccountSource);
    this.#masterUsers = new Set(masterUsers);
    this.#anonymousUser = anonymousUser;
  }

  offers(kind: CredentialKind): boolean {
    if (kind === "anonymous") return this.#anonymousUser !== null && this.admits(this.#anonymousUser);
    return this.#sources.some((source) => offered(source, kind));
  }

  knows(name: string): boolean {
    return this.#accounts.some((source) => source.knows(name));
  }

  admits(name: string): boolean {
    return this.#knowing(name)?.admits(name) === true;
  }

  /**
   * A refusal costs a comparison in every source, whichever knows the name, so that the time tells of none. Throws what the
   * deciding source throws; where no source knows the name, what any of them throws.
   */
  async verifyPassword(name: string, password: string): Promise<string | null> {
    const [only, ...others] = this.#accounts;
    if (only !== undefined && others.length === 0) return only.verifyPassword(name, password);
    const deciding = this.#knowing(name);
    const user = (await deciding?.verifyPassword(name, password)) ?? null;
    if (user !== null) return user;
    for (const source of this.#accounts) {
      if (source === deciding) continue;
      const asked = source.verifyPassword(name, password);
      await (deciding === null ? asked : asked.catch(() => null));
    }
    return null;
  }

  async scramVerifier(name: string, hash: ScramHash): Promise<ScramVerifier> {
    const kind: CredentialKind = hash === "SHA-256" ? "scram-sha-256" : "scram-sha-1";
    const source =
      this.#knowing(name) ?? this.#accounts.find((candidate) => candidate.offers(kind)) ?? this.#accounts[0];
    if (source === undefined) throw new TypeError("no source of accounts has verifiers for SCRAM");
    return source.scramVerifier(name, hash);
  }

  async sharedSecret(name: string): Promise<SharedSecret | null> {
    return (await this.#knowing(name)?.sharedSecret(name)) ?? null;
  }

  /** The first source that finds the token good decides; a user whose account is shut is refused all the same. */
  async verifyToken(token: string, name: string | null): Promise<TokenVerdict> {
    let refusal: TokenVerdict = { user: null, status: "invalid_token" };
    for (const source of this.#sources) {
      const verdict = await source.verifyToken?.(token, name);
      if (verdict === undefined) continue;
      if (verdict.user !== null && !this.#isShut(verdict.user)) return verdict;
      refusal = verdict.user === null ? verdict : { user: null, status: "invalid_token" };
    }
    return refusal;
  }

  async userOfCertificate(certificate: ClientCertificate): Promise<string | null> {
    for (const source of this.#sources) {
      const user = (await source.userOfCertificate?.(certificate)) ?? null;
      if (user !== null) return this.#isShut(user) ? null : user;
    }
    return null;
  }

  async anonymousUser(): Promise<string | null> {
    return this.offers("anonymous") ? this.#anonymousUser : null;
  }

  /** Himself; for a master anybody who has an account, shut or not; else what the source that knows him says. */
  async authorize(user: string, identity: string): Promise<string | null> {
    if (user === identity) return user;
    if (this.#masterUsers.has(user)) return this.knows(identity) ? identity : null;
    return (await this.#knowing(user)?.authorize?.(user, identity)) ?? null;
  }

  #knowing(name: string): AccountSource | null {
    return this.#accounts.find((source) => source.knows(name)) ?? null;
  }

  #isShut(name: string): boolean {
    return this.#knowing(name)?.admits(name) === false;
  }
}

/** What a source that does not say takes is passwords. */
function offered(source: Authenticator, kind: CredentialKind): boolean {
  if (source.offers !== undefined) return source.offers(kind);
  return kind === "password" && isAccountSource(source);
}
