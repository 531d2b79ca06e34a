// The options of a test server with their defaults, a scenario among them, and what they become as options of the server inside.
// A new option is explained here, or in `test-server-conditions.ts` where a scenario may have it, and in docs/guides/testing-clients.md.
import type { Policies, UserPolicy } from "../contracts/policy.js";
import { MemoryPolicies } from "../maildrop/memory-policies.js";
import { utf8Octets } from "../protocol/octets.js";
import type { Pop3ServerOptions } from "../server/options.js";
import { scenarioNamed, type ScenarioName } from "./scenarios/index.js";
import type { Scenario } from "./scenarios/scenario.js";
import { TestAccounts } from "./test-accounts.js";
import { testCertificates } from "./test-certificates.js";
import type { TestServerConditions } from "./test-server-conditions.js";

/** A message: octets, or text that becomes UTF-8. Any line ends. */
export type TestMessage = string | Uint8Array;

export interface TestServerOptions extends TestServerConditions {
  /** Names and passwords; `{ alice: "secret" }` where absent. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** What is in the maildrop of the first account, or in each one's; three small messages where absent. */
  readonly messages?: readonly TestMessage[] | Readonly<Record<string, readonly TestMessage[]>>;
  /**
   * A server to imitate, by the name of one of `SCENARIOS` or as a value. Options given beside it win; faults are added behind its own, and
   * `server` and plain `policies` are taken together name by name.
   */
  readonly scenario?: ScenarioName | Scenario;
  /** Where to listen, on loopback; ports that the system chooses where absent. */
  readonly port?: number;
  readonly tlsPort?: number;
}

const DEFAULT_ACCOUNTS: Readonly<Record<string, string>> = { alice: "secret" };

const DEFAULT_MESSAGES: readonly string[] = [
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: one\r\n\r\nThe first message.\r\n",
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: two\r\n\r\n.A line that begins with a dot\r\n.\r\nand a dot alone.\r\n",
  "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: three\r\n\r\nThe last message.\r\n",
];

/** The options with those of their scenario. Throws a `TypeError` for a name that is none. */
export function withScenario({ scenario, ...given }: TestServerOptions): TestServerOptions {
  if (scenario === undefined) return given;
  const { options: seen } = typeof scenario === "string" ? scenarioNamed(scenario) : scenario;
  const [own, theirs] = [given.policies, seen.policies];
  const together = own !== undefined && theirs !== undefined && !isPolicies(own) && !isPolicies(theirs);
  return {
    ...seen,
    ...given,
    ...(together && { policies: { ...theirs, ...own } }),
    faults: [...(seen.faults ?? []), ...(given.faults ?? [])],
    server: { ...seen.server, ...given.server },
  };
}

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
    authenticator: new TestAccounts(accounts, options),
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
