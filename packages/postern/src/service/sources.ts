// From the configuration to the sources of accounts, chained into one authenticator. Opened when somebody first asks: most commands
// never do. A new kind of source is a line among the `makers`. Knows no listener and no maildrop.
import type { Authenticator } from "@postern/pop3/server";
import { CertificateMapRefused } from "../authenticator/certificate-map.js";
import { CertificateAccounts } from "../authenticator/certificates.js";
import { AuthenticatorChain } from "../authenticator/chain.js";
import { OAuthAccounts } from "../authenticator/oauth.js";
import { PasswdFile, PasswdFileRefused } from "../authenticator/passwd-file.js";
import { saslprepStored, StringRefused } from "../authenticator/saslprep.js";
import type { ScramCosts } from "../authenticator/scram-verifier.js";
import type { SpoolAccounts } from "../authenticator/spool-accounts.js";
import type { WorkQueue } from "../authenticator/work-queue.js";
import { sourcesOf } from "../config/authentication.js";
import type { AuthenticationConfig, SourceName, SourceTables } from "../config/authentication.js";
import { ServiceProblem } from "./problem.js";

export interface SourcesOptions {
  readonly accounts: SpoolAccounts;
  /** The site's secret. */
  readonly secret: Uint8Array;
  readonly queue: WorkQueue;
  /** Told why a token was refused; never the token. */
  refused(reason: string): void;
}

/** All sources of one configuration. */
export class Sources {
  readonly #config: SourceTables;
  readonly #options: SourcesOptions;
  readonly #passwdFile: PasswdFile | null;
  readonly #certificates: CertificateAccounts | null;
  readonly #oauth: OAuthAccounts | null;
  #chain: AuthenticatorChain | null = null;

  /** Throws `ServiceProblem` where a file of accounts cannot be used. */
  constructor(config: SourceTables, options: SourcesOptions) {
    const { authentication, oauth, client_certificates: certificates } = config;
    const { passwd_file = "", passwd_file_scheme: usualScheme } = authentication;
    const { secret, queue } = options;
    this.#config = config;
    this.#options = options;
    this.#passwdFile = sourcesOf(config).includes("passwd-file")
      ? asked(() => new PasswdFile(passwd_file, { usualScheme, scram: scramOf(authentication), secret, queue }))
      : null;
    this.#certificates = certificates === undefined ? null : asked(() => new CertificateAccounts(certificates));
    this.#oauth =
      oauth === undefined ? null : new OAuthAccounts(oauth, { refused: (reason) => options.refused(reason) });
  }

  /** Throws `ServiceProblem` where a source is not configured. */
  get authenticator(): AuthenticatorChain {
    return (this.#chain ??= this.#chained());
  }

  /** Whether a file of accounts has that name. */
  filed(name: string): boolean {
    return this.#passwdFile?.knows(name) === true;
  }

  /** What is wrong with single accounts, for the operator. */
  get problems(): readonly string[] {
    return this.#passwdFile?.problems ?? [];
  }

  /** Reads files anew. Throws `ServiceProblem` where that fails; all stays as it was then. */
  reload(): void {
    asked(() => this.#passwdFile?.reload());
    asked(() => this.#certificates?.reload());
  }

  close(): void {
    this.#passwdFile?.close();
    this.#oauth?.close();
  }

  #chained(): AuthenticatorChain {
    const { master_users = [], anonymous_user } = this.#config.authentication;
    const { accounts } = this.#options;
    const makers: Readonly<Record<SourceName, () => Authenticator | null>> = {
      accounts: () => accounts,
      "passwd-file": () => this.#passwdFile,
      oauth: () => this.#oauth,
      "client-certificates": () => this.#certificates,
    };
    const sources = sourcesOf(this.#config).map((name) => {
      const source = makers[name]();
      if (source === null)
        throw new ServiceProblem(
          `authentication.sources: ${name} is named and not configured: write a table [${name.replace("-", "_")}] too, or leave ${name} away.`,
        );
      return source;
    });
    return new AuthenticatorChain(sources, {
      masterUsers: master_users.map(userNamed),
      anonymousUser: anonymous_user === undefined ? null : userNamed(anonymous_user),
    });
  }
}

/** For which hash functions verifiers are kept and derived. */
export function scramOf({ scram_iterations, scram_sha_1 }: AuthenticationConfig): ScramCosts {
  if (scram_iterations === 0) return {};
  return { "SHA-256": scram_iterations, ...(scram_sha_1 && { "SHA-1": scram_iterations }) };
}

function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CertificateMapRefused) {
      throw new ServiceProblem(`The map of client certificates cannot be used: ${error.message}`, { cause: error });
    }
    if (!(error instanceof PasswdFileRefused)) throw error;
    throw new ServiceProblem(`The passwd-file cannot be used: ${error.message}.`, { cause: error });
  }
}

/** A name of the configuration in the form in which names are compared. */
function userNamed(name: string): string {
  try {
    return saslprepStored(name);
  } catch (error) {
    if (!(error instanceof StringRefused)) throw error;
    throw new ServiceProblem(`The configuration names a user who cannot be: ${error.message}.`, { cause: error });
  }
}
