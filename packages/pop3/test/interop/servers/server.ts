// What every server of the farm is to a test: a reason why it is missing, or a way to start it; and what it is once it runs.
// Knows no server; each has a file of its own and a line in `all.ts`. Whatever is added here, every one of them has to answer.

/** A POP3 server that other people wrote, as Debian packages it. */
export interface InteropServer {
  readonly name: string;
  /** Why it cannot be started here, in words for the test that is skipped; null where it can. */
  missing(): string | null;
  /**
   * What is to arrive of a message in the first session after it was filled in; in later ones the server may have added fields.
   * Null where the server cannot hold the message, or sends something else instead: such a message should not be filled in.
   */
  delivers(message: Uint8Array): Uint8Array | null;
  /** Starts it in a folder of its own with one account, whose maildrop holds these messages in this order. */
  start(setup: { readonly messages: readonly Uint8Array[] }): Promise<RunningInteropServer>;
}

/** One that runs, until it is disposed of: it listens on the loopback address only, and nothing of it stays behind. */
export interface RunningInteropServer extends AsyncDisposable {
  readonly name: string;
  /** The version of its Debian package. */
  readonly version: string;
  readonly host: "127.0.0.1";
  /** In the clear; plaintext logins are allowed. */
  readonly port: number;
  /** With TLS from the first octet; null where the server has no TLS. */
  readonly tlsPort: number | null;
  /** Whether it offers STLS on `port`. */
  readonly stls: boolean;
  readonly user: string;
  readonly password: string;
  /** The only user whom APOP lets in, with the same password and the same maildrop; null where there is no APOP. */
  readonly apopUser: string | null;
  /** What OAUTHBEARER and XOAUTH2 take for `user`; null where it has neither. */
  readonly token: string | null;
  /** In PEM form: what to trust, so that the server's certificate is good for the host name `localhost`. */
  readonly ca: string;
  /** The SASL mechanisms that let `user` in, those with `-PLUS` over TLS only. */
  readonly mechanisms: readonly string[];
  /** The only type of channel binding (RFC 5056) that those with `-PLUS` take; null where there are none. */
  readonly channelBinding: string | null;
  /** Replaces what the maildrop holds, while no session is open. */
  fill(messages: readonly Uint8Array[]): Promise<void>;
  /** What the server has said on its standard error so far, for the text of a failed assertion. */
  log(): string;
}
