// The accounts of a test server: in memory, and their passwords stand for whatever else a client may prove itself with.
// Knows no mechanism. What is not asked for is not offered, so that a client that prefers it does not get in by accident.
import type { CredentialKind, TokenVerdict } from "../contracts/authenticator.js";
import { MemoryAccounts } from "../maildrop/memory-accounts.js";
import type { TestServerConditions } from "./test-server-conditions.js";

export class TestAccounts extends MemoryAccounts {
  readonly #tokens: ReadonlyMap<string, string>;

  constructor(
    accounts: Readonly<Record<string, string>>,
    { sharedSecrets = false, tokens = false }: Pick<TestServerConditions, "sharedSecrets" | "tokens">,
  ) {
    super(accounts, { secrets: sharedSecrets });
    this.#tokens = new Map(tokens ? Object.entries(accounts) : []);
  }

  override offers(kind: CredentialKind): boolean {
    return kind === "token" ? this.#tokens.size > 0 : super.offers(kind);
  }

  /** Whoever names nobody is the first account with that token. */
  async verifyToken(token: string, name: string | null): Promise<TokenVerdict> {
    const [user] = [...this.#tokens].find(([owner, own]) => own === token && (name === null || name === owner)) ?? [];
    return user === undefined || token === "" ? { user: null, status: "invalid_token" } : { user };
  }
}
