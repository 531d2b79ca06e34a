// What a caller says of a connection before there is one: where to, how securely, and who he is. Types and their documentation alone.
// What becomes of them: `connect.ts` makes the connection, `login-choice.ts` picks the way to log in.
import type { Duplex } from "node:stream";
import type { StringPreparation } from "../contracts/authenticator.js";
import type { AnyClientCapability } from "../contracts/capability.js";
import type { Capabilities } from "./capabilities.js";
import type { ClientDeadlines, ClientLimits } from "./limits.js";
import type { LogLine } from "./session-log.js";
import type { TlsOptions } from "./transport.js";

/**
 * `implicit`: TLS from the first octet, port 995 (RFC 8314 §3.2). `required`: STLS on port 110, or no session. `opportunistic`: STLS
 * where the server lists it; who sits between can take that away. `none`: in the clear.
 */
export type TlsMode = "implicit" | "required" | "opportunistic" | "none";

/** What a token provider is told. */
export interface TokenRequest {
  /** The token that was given before was refused in this login: a cached one will not do. */
  readonly refused: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Who logs in, and how. The strongest way is taken that the server lists, and that this allows. */
export interface AuthOptions {
  readonly user: string;
  readonly password?: string;
  /** A bearer token of OAuth 2.0, or who gives one; asked anew when the server refuses the first; one that is given again is not sent again. */
  readonly token?: string | ((request: TokenRequest) => string | Promise<string>);
  /** The certificate in `tlsOptions` says who logs in (EXTERNAL). */
  readonly certificate?: boolean;
  /** Whose maildrop to open, where it is not the user's own (RFC 4422 §2). */
  readonly authorizationId?: string;
  /**
   * The ways that may be taken, the first that is possible first: names of mechanisms, `APOP`, `USER`. Absent: all but those that
   * are out of date (LOGIN, CRAM-MD5) or give no name (ANONYMOUS), strongest first; inside TLS `USER` before `APOP`. Where APOP is refused,
   * `USER` is tried next, if it is among them.
   */
  readonly methods?: readonly string[];
  /** Passwords and tokens may travel in the clear. Never across a network. */
  readonly cleartext?: boolean;
  /** SASLprep (RFC 4013) for names and passwords that are not ASCII; NFKC where absent. */
  readonly prepare?: StringPreparation;
}

export interface ConnectOptions {
  /** The host's name: it has to be in the server's certificate. */
  readonly host: string;
  /** 995 with implicit TLS, else 110. */
  readonly port?: number;
  /** `implicit` where absent. */
  readonly tls?: TlsMode;
  readonly tlsOptions?: TlsOptions;
  /** Log in at once. Without it the session is in the AUTHORIZATION state, and `login` is the caller's. */
  readonly auth?: AuthOptions;
  /** Enter UTF-8 mode before the login, where the server lists it (RFC 6856 §2). */
  readonly utf8?: boolean;
  /** The language of the server's texts, where it has it (RFC 6856 §3): a language range such as `de`. */
  readonly language?: string;
  /** Gives up connecting and logging in; what comes later has signals of its own. */
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<ClientDeadlines>;
  readonly limits?: Partial<ClientLimits>;
  /** Takes the protocol's lines as they are said, without secrets. */
  readonly log?: (line: LogLine) => void;
  readonly listeners?: ClientListeners;
  /** Private declarations, beside the standard's, which go first. They are not judged here: a `Registry` does that. */
  readonly capabilities?: readonly AnyClientCapability[];
  /** Ask for both listings as soon as the login is through, for `messages()` to begin a round trip earlier. */
  readonly prefetchListings?: boolean;
  /**
   * Send what follows the login before its verdict, where the server lists PIPELINING: a round trip less. RFC 2449 §6.6 allows it, and
   * some servers lose what stands behind the login nevertheless (Courier 1.0.16), which shows as a silence.
   */
  readonly pipelinedLogin?: boolean;
  /**
   * The lines of `capabilitiesBeforeLogin` of an earlier session with this server, with the same `tls`: the login then does not wait for CAPA,
   * which is asked all the same. A round trip less. Where they led to a way to log in that is none any more, the server's answer decides.
   * Not looked at with `opportunistic`.
   */
  readonly remembered?: readonly string[];
  /** The connection to use instead of TCP to `host`: a tunnel, a proxy's socket. Called again for a second connection. */
  readonly stream?: (signal: AbortSignal) => Duplex | Promise<Duplex>;
}

/** How the capabilities came to change. */
export interface CapabilitiesChange {
  /** What was done before CAPA was asked anew; `remembered` where an earlier session had seen others. */
  readonly after: "stls" | "login" | "remembered";
  readonly before: Capabilities;
  readonly now: Capabilities;
}

/** Who is told what happens to a session besides the answers to what it is asked. */
export interface ClientListeners {
  readonly "capabilities.changed"?: (change: CapabilitiesChange) => void;
  /** The connection was lost without `quit` or `close`. */
  readonly "connection.lost"?: (error: Error) => void;
}

/** What any command may be given. */
export interface CommandOptions {
  /** Stops waiting. A command that was sent is answered nevertheless, and the answer dropped. */
  readonly signal?: AbortSignal;
}
