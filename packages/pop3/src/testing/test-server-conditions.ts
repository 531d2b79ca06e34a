// How a test server is, apart from who has what mail in it: what it offers, whom it lets in and how it misbehaves. A scenario is made of this.
// Types alone; the defaults are filled in by `test-server-options.ts`. A new option is explained here and in docs/guides/testing-clients.md.
import type { AnyCapability } from "../contracts/capability.js";
import type { Policies, UserPolicy } from "../contracts/policy.js";
import type { Pop3ServerOptions } from "../server/options.js";
import type { TlsIdentity } from "../server/tls.js";
import type { Fault } from "./faults/index.js";
import type { TestCertificate } from "./test-certificates.js";

export interface TestServerConditions {
  /** The passwords are shared secrets, too, so that APOP and CRAM-MD5 work; off where absent. */
  readonly sharedSecrets?: boolean;
  /** The passwords are OAuth tokens, too, so that OAUTHBEARER and XOAUTH2 work; off where absent. */
  readonly tokens?: boolean;
  /** The declarations, private ones too: `[...standard, mine]`; `standard` where absent. */
  readonly capabilities?: readonly AnyCapability[];
  /** Tags to serve; all that work where absent. */
  readonly enabled?: readonly string[];
  /** Names of SASL mechanisms. */
  readonly mechanisms?: readonly string[];
  /** LOGIN-DELAY and EXPIRE: those of all users, or policies of your own. */
  readonly policies?: Policies | Partial<UserPolicy>;
  /** Where passwords may travel without TLS; `always` where absent, because everything here is on loopback. */
  readonly cleartextLogin?: "never" | "loopback" | "always";
  /** The certificate that is shown; `valid` where absent, and null for a server without TLS. */
  readonly certificate?: TestCertificate | TlsIdentity | null;
  /** How it misbehaves from the beginning; `inject` adds more. */
  readonly faults?: readonly Fault[];
  /** Any other option of the server inside. */
  readonly server?: Partial<Omit<Pop3ServerOptions, "maildrops" | "tls">>;
}
