// Users who prove themselves by a client certificate (SASL EXTERNAL, RFC 4422 appendix A): which user a certificate stands for.
// Whether the certificate is good, the TLS layer has found out already. Knows no authority and no socket.
import type { Authenticator, ClientCertificate, CredentialKind } from "@postern/pop3/server";
import type { ClientCertificatesConfig } from "../config/client-certificates.js";
import { userNameProblem } from "../database/user-name.js";
import { readCertificateMap, type CertificateMap } from "./certificate-map.js";

export type CertificateRules = Pick<ClientCertificatesConfig, "user" | "map">;

/** Names no accounts of its own: whom a certificate stands for, it knows when it sees the certificate. */
export class CertificateAccounts implements Authenticator {
  readonly #rules: CertificateRules;
  #map: CertificateMap = new Map();

  /** Reads the map, where there is one. Throws `CertificateMapRefused`. */
  constructor(rules: CertificateRules) {
    this.#rules = rules;
    this.reload();
  }

  /** Reads the map again. Where that throws `CertificateMapRefused`, the map stays what it was. */
  reload(): void {
    const { map } = this.#rules;
    if (map !== undefined) this.#map = readCertificateMap(map);
  }

  offers(kind: CredentialKind): boolean {
    return kind === "certificate";
  }

  /** Nobody has an account here before he shows a certificate. */
  knows(_name: string): boolean {
    return false;
  }

  /** Nobody has a password here. */
  async verifyPassword(_name: string, _password: string): Promise<string | null> {
    return null;
  }

  async userOfCertificate(certificate: ClientCertificate): Promise<string | null> {
    const mapped = this.#map.get(certificate.fingerprint);
    return mapped === undefined ? nameIn(certificate, this.#rules.user) : mapped;
  }
}

/** The user that a certificate itself names, or null. */
function nameIn({ commonName, emails }: ClientCertificate, rule: CertificateRules["user"]): string | null {
  if (rule === "map") return null;
  const distinct = new Set(emails);
  // Of several addresses none is more the owner's than another.
  const [name = null] = rule === "common-name" ? [commonName] : distinct.size === 1 ? distinct : [];
  return name !== null && userNameProblem(name) === null ? name : null;
}
