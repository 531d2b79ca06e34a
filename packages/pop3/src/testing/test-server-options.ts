// The options of a test server, each with its default, and what they become as options of the server inside.
// A new option is explained here and nowhere else but in docs/guides/testing-clients.md.
import type { AnyCapability } from "../contracts/capability.js";
import type { Policies, UserPolicy } from "../contracts/policy.js";
import { MemoryAccounts } from "../maildrop/memory-accounts.js";
import { MemoryPolicies } from "../maildrop/memory-policies.js";
import { utf8Octets } from "../protocol/octets.js";
import type { Pop3ServerOptions } from "../server/options.js";
import type { TlsIdentity } from "../server/tls.js";
import type { Fault } from "./faults/index.js";
import { testCertificates, type TestCertificate } from "./test-certificates.js";

/** A message: octets, or text that becomes UTF-8. Any line ends. */
export type TestMessage = string | Uint8Array;

export interface TestServerOptions {
  /** Names and passwords; `{ alice: "secret" }` where absent. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** What is in the maildrop of the first account, or in each one's; three small messages where absent. */
  readonly messages?: readonly TestMessage[] | Readonly<Record<string, readonly TestMessage[]>>;
  /** The passwords are shared secrets, too, so that APOP and CRAM-MD5 work; off where absent. */
  readonly sharedSecrets?: boolean;
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

const DEFAULT_ACCOUNTS: Readonly<Record<string, string>> = { alice: "secret" };

const DEFAULT_MESSAGES: readonly string[] = [
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: one\r\n\r\nThe first message.\r\n",
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: two\r\n\r\n.A line that begins with a dot\r\n.\r\nand a dot alone.\r\n",
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: three\r\n\r\nThe last message.\r\n",
];

/** Users and what is in their maildrops. */
export function messagesOf(options: TestServerOptions): readonly (readonly [user: string, message: Uint8Array])[] {
  const { accounts = DEFAULT_ACCOUNTS, messages = DEFAULT_MESSAGES } = options;
  const [first = ""] = Object.keys(accounts);
  const byUser = isList(messages) ? { [first]: messages } : messages;
  return Object.entries(byUser).flatMap(([user, list]) => {
    if (!Object.hasOwn(accounts, user)) throw new TypeError(`messages for ${user}, who has no account`);
    return list.map((message) => [user, typeof message === "string" ? utf8Octets(message) : message] as const);
  });
}

function isList(messages: NonNullable<TestServerOptions["messages"]>): messages is readonly TestMessage[] {
  return Array.isArray(messages);
}

export function serverOptionsOf(options: TestServerOptions): Omit<Pop3ServerOptions, "maildrops"> {
  const { accounts = DEFAULT_ACCOUNTS, certificate = "valid", policies } = options;
  const tls = typeof certificate === "string" ? testCertificates[certificate] : certificate;
  return {
    authenticator: new MemoryAccounts(accounts, { secrets: options.sharedSecrets ?? false }),
    cleartextLogin: options.cleartextLogin ?? "always",
    hostname: "localhost",
    // Tests shall be quick, and a wrong password is theirs to try.
    penalties: { firstDelayMs: 0 },
    ...(tls !== null && { tls }),
    ...(options.capabilities !== undefined && { capabilities: options.capabilities }),
    ...(options.enabled !== undefined && { enabled: options.enabled }),
    ...(options.mechanisms !== undefined && { mechanisms: options.mechanisms }),
    ...(policies !== undefined && { policies: isPolicies(policies) ? policies : ownPolicies(policies) }),
    ...options.server,
  };
}

function isPolicies(policies: Policies | Partial<UserPolicy>): policies is Policies {
  return "admit" in policies;
}

function ownPolicies({ loginDelaySeconds = 0, retentionDays = "never" }: Partial<UserPolicy>): Policies {
  return new MemoryPolicies({ loginDelaySeconds, retentionDays });
}
