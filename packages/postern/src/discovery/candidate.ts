// What discovery hands over: servers that may be the one, and what was tried to find them.
// Types and limits only; the files that find candidates fill them, commands show them and choose.

/** A way to log in, in the words of the autoconfig document. */
export const authenticationMethods = [
  "password-cleartext",
  "password-encrypted",
  "OAuth2",
  "NTLM",
  "GSSAPI",
  "TLS-client-cert",
  "client-IP-address",
  "none",
] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** A POP3 server that an address may belong to. Nobody has logged in to it yet. */
export interface Candidate {
  /** Letters, digits, hyphens and dots, in lower case; never an IP address. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet, or STLS before anything else. Nothing without TLS is ever proposed (RFC 8314 §5.1). */
  readonly tls: "implicit" | "required";
  /** What to log in as. Unless the provider said otherwise it is the address; where that fails, try what stands before the @ (RFC 6186 §4). */
  readonly user: string;
  readonly source: "srv" | "autoconfig" | "well-known";
  /** Where it comes from, in a line: `_pop3s._tcp.example.net SRV 0 1 995 pop.example.net`. */
  readonly detail: string;
  /** Whether the host is the domain of the address or lies under it. */
  readonly sameDomain: boolean;
  /**
   * Whether the choice of the host can be relied upon: it lies under the domain, or a document names it that came by HTTPS from there (or from
   * Thunderbird's database, where that was asked for). A certificate proves that a server is `host`, not that `host` is right: where this is
   * false only DNS named it, which can be forged. Ask the user before a connection is made, and remember the answer (RFC 8314 §5.1,
   * RFC 6186 §6). A certificate that holds the domain of the address itself is as good (RFC 7817 §3).
   */
  readonly vouched: boolean;
  /** What the provider says that logins can be made with, best first. */
  readonly authentication?: readonly AuthenticationMethod[];
}

/** One question and its outcome. What a peer chose is in it only where it was found harmless: no control characters reach a terminal. */
export interface Attempt {
  /** `SRV _pop3s._tcp.example.net`, `https://autoconfig.example.net/mail/config-v1.1.xml`, `pop.example.net:995`. */
  readonly what: string;
  /** `nothing`: the answer was that there is none. `failed`: no answer, or none to be used. `skipped`: not asked, or found and not taken. */
  readonly outcome: "found" | "nothing" | "failed" | "skipped";
  readonly detail: string;
}

export interface Discovery {
  /** Best first; empty where nothing was found. */
  readonly candidates: readonly Candidate[];
  /** In the order of the questions. */
  readonly attempts: readonly Attempt[];
}

/** More than anybody tries; what comes behind them is left out. */
export const MOST_CANDIDATES = 12;
