// Authenticators: who may open which maildrop. Knows nothing of the wire; a mechanism or the PASS command asks it.
// A new promise here is a new case in `testing/authenticator-suite.ts`, which every implementation has to pass.

/** What a client can prove itself with; mechanisms say which of them they need. */
export type CredentialKind =
  "password" | "scram-sha-1" | "scram-sha-256" | "secret" | "token" | "certificate" | "anonymous";

/** The hash functions of SCRAM that are served here. */
export type ScramHash = "SHA-1" | "SHA-256";

/** What a server keeps of a password for SCRAM (RFC 5802 §3). */
export interface ScramVerifier {
  /** The user whose maildrop it opens; null where the name is unknown or may not log in: then no proof fits. */
  readonly user: string | null;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** A secret that both sides hold in the clear, as APOP and CRAM-MD5 need it. */
export interface SharedSecret {
  readonly user: string;
  /** Prepared with SASLprep as a stored string. */
  readonly secret: string;
}

/** What became of a bearer token; the reason of a refusal goes to the client as JSON (RFC 7628 §3.2.2). */
export type TokenVerdict =
  | { readonly user: string }
  | {
      readonly user: null;
      readonly status: "invalid_token" | "insufficient_scope" | "invalid_request";
      readonly scope?: string;
      /** The address of the issuer's OpenID configuration. */
      readonly configuration?: string;
    };

/** A client's certificate, as the TLS layer accepted it. */
export interface ClientCertificate {
  /** DER. */
  readonly raw: Uint8Array;
  /** Lower-case hexadecimal SHA-256 over `raw`, without colons. */
  readonly fingerprint: string;
  /** The subject's common name, or null. */
  readonly commonName: string | null;
  /** The addresses of the subject alternative name. */
  readonly emails: readonly string[];
}

/**
 * The contract of a source of accounts. Every method throws where it cannot tell: a session then answers that the system
 * failed, not the user. Names and passwords come prepared with SASLprep where they are not ASCII.
 */
export interface Authenticator {
  /**
   * Whether at least one account could log in with such credentials as things are; asked whenever CAPA is, so it is cheap.
   * Where it is absent, passwords are all that is taken. What it affirms has its method below.
   */
  offers?(kind: CredentialKind): boolean;
  /**
   * The user whose maildrop this name and password open, or null where they are wrong; in about the same time whether
   * the name exists or not.
   */
  verifyPassword(name: string, password: string): Promise<string | null>;
  /** For an unknown name something that looks like a verifier, the same each time, so that nobody learns that it is unknown. */
  scramVerifier?(name: string, hash: ScramHash): Promise<ScramVerifier>;
  /** Null where the name is unknown or has no such secret. */
  sharedSecret?(name: string): Promise<SharedSecret | null>;
  /**
   * `name` is the user that the client names, or null where it leaves that to the token. An empty token is refused; it is
   * how a client asks for scope and configuration (RFC 7628 §4.3).
   */
  verifyToken?(token: string, name: string | null): Promise<TokenVerdict>;
  /** The user that a certificate stands for, or null. */
  userOfCertificate?(certificate: ClientCertificate): Promise<string | null>;
  /** The user for whoever comes without credentials, or null. */
  anonymousUser?(): Promise<string | null>;
  /**
   * The user whose maildrop `user`, who has proved himself, opens when he asks to act as `identity` (RFC 4422 §2); or null.
   * Where it is absent, everybody acts as himself alone.
   */
  authorize?(user: string, identity: string): Promise<string | null>;
}

/** Brings a name or a password to the form in which it is compared (SASLprep, RFC 4013). Throws where it may not be used. */
export type StringPreparation = (text: string) => string;
