// The options of a server, each with its default. What they become is `session-settings.ts`'s; `server.ts` takes them.
// A new option is explained here. Types alone: nothing is read or checked.
import type { Authenticator, StringPreparation } from "../contracts/authenticator.js";
import type { AnyCapability } from "../contracts/capability.js";
import type { ConnectionCounts } from "../contracts/connection-counts.js";
import type { FailedLogins } from "../contracts/failed-logins.js";
import type { KnownLogins } from "../contracts/known-logins.js";
import type { Language } from "../contracts/language.js";
import type { MaildropStore } from "../contracts/maildrop.js";
import type { Policies } from "../contracts/policy.js";
import type { Deadlines, Limits, PenaltyLimits } from "./limits.js";
import type { TlsIdentity } from "./tls.js";

/** What a server is made of. */
export interface Pop3ServerOptions {
  readonly maildrops: MaildropStore;
  readonly authenticator: Authenticator;
  /** Certificate and key; without them there is neither STLS nor implicit TLS. */
  readonly tls?: TlsIdentity;
  /**
   * Names of the SASL mechanisms to offer, each where it can work (`contracts/mechanism.ts`); where absent, all but those that are out of
   * date or let everybody in.
   */
  readonly mechanisms?: readonly string[];
  /** SASLprep (RFC 4013), so that names and passwords may be UTF-8; where absent they are ASCII. */
  readonly prepare?: StringPreparation;
  /** How often users may log in and how long their mail stays; where absent, as often as they like and for ever. */
  readonly policies?: Policies;
  /** The memory of failed logins, to be shared by servers of the same accounts; one of this server's own where absent. */
  readonly failedLogins?: FailedLogins;
  /** How long wrong logins are held, and how many may be tried at a time (`limits.ts`). */
  readonly penalties?: Partial<PenaltyLimits>;
  /** Who logged in from where lately, to be shared like the failed logins; one of this server's own where absent. */
  readonly knownLogins?: KnownLogins;
  /** The key under which wrong passwords are told apart in that memory; the same in servers that share it. Random where absent. */
  readonly penaltyKey?: Uint8Array;
  /**
   * Proxies, as addresses or networks (`10.0.0.0/8`), whose connections must begin with a header of the PROXY protocol, and are
   * believed. Nobody else's are; none where absent.
   */
  readonly trustedProxies?: readonly string[];
  /** What a client that did not send UTF8 gets of a message that needs it: a surrogate (the default), or a refusal (RFC 6856 §2.1). */
  readonly utf8Messages?: "surrogate" | "refuse";
  /** The languages of replies; the first is what `LANG *` chooses. All that there are where absent, English first. */
  readonly languages?: readonly Language[];
  /** What the server calls itself in timestamps and challenges; the machine's name where absent. */
  readonly hostname?: string;
  /**
   * Where what is as good as a password may travel without TLS (RFC 2595 §2.3): to nobody (the default), to loopback addresses, or to all.
   */
  readonly cleartextLogin?: "never" | "loopback" | "always";
  /** The declarations; `[...standard, mine]` adds a private one. `standard` where absent. */
  readonly capabilities?: readonly AnyCapability[];
  /** Tags to serve; all that work where absent. */
  readonly enabled?: readonly string[];
  /** The IMPLEMENTATION line's text; null for none. `Postern` where absent. */
  readonly implementation?: string | null;
  /** Announces the implementation after login only. */
  readonly implementationAfterLogin?: boolean;
  readonly limits?: Partial<Limits>;
  readonly deadlines?: Partial<Deadlines>;
  /** Counts that several servers share, with limits of their own; where absent, this server counts by itself and within `limits`. */
  readonly connectionCounts?: ConnectionCounts;
  /** What the session ids of this server begin with, so that they differ from those of others. */
  readonly sessionPrefix?: string;
}
