// The configuration of logins: where accounts come from, which ways of login there are, who may act for others.
// A table of the schema like `limits`; `schema.ts` has it under the key `authentication`. Opens no file and knows no scheme.
import { z } from "zod";
import type { ClientCertificatesConfig } from "./client-certificates.js";
import type { OAuthConfig } from "./oauth.js";

/** Where accounts may come from. */
export const SOURCE_NAMES = ["accounts", "passwd-file", "oauth", "client-certificates"] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

export interface AuthenticationConfig {
  /** Dovecot's passwd-file, absolute. */
  readonly passwd_file?: string | undefined;
  readonly passwd_file_scheme: string;
  /** In the order in which they are asked; see `sourcesOf` where absent. */
  readonly sources?: readonly SourceName[] | undefined;
  /** SASL mechanisms by name; all sensible ones where absent. */
  readonly mechanisms?: readonly string[] | undefined;
  /** 0 where no verifier for SCRAM is kept. */
  readonly scram_iterations: number;
  readonly scram_sha_1: boolean;
  readonly master_users?: readonly string[] | undefined;
  readonly anonymous_user?: string | undefined;
}

/**
 * The rule of thumb of RFC 7677 §4. Each login costs the client that much and the server nothing; it is as well what one guess
 * costs whoever stole the verifiers, and much less than a guess at an Argon2id hash: docs/guides/accounts.md weighs the two.
 */
export const SCRAM_ITERATIONS = 15_000;

/** The fewest that a server should announce (RFC 5802 §5.1, RFC 7677 §4). */
const LEAST_SCRAM_ITERATIONS = 4096;

/** The most: a number mistyped shall neither stop the thread pool nor the clients. */
export const MOST_SCRAM_ITERATIONS = 1_000_000;

const sourcesForm = `write a list of ${SOURCE_NAMES.map((name) => `"${name}"`).join(", ")}`;
const mechanismsForm = 'write a list of SASL mechanisms, such as ["SCRAM-SHA-256", "PLAIN"]';
const usersForm = 'write a list of user names, such as ["postmaster"]';
const iterationsForm = `write 0 or a whole number from ${LEAST_SCRAM_ITERATIONS} to ${MOST_SCRAM_ITERATIONS}`;

/** One alone may be written as text. */
const listOf = <Item extends string>(item: z.ZodType<Item, string>, error: string) =>
  z
    .union([item, z.array(item)], { error })
    .transform((value): readonly Item[] => (typeof value === "string" ? [value] : value));

const path = z.string({ error: "write the path of a file" }).min(1, { error: "write the path of a file" });

export const authenticationTable: z.ZodType<AuthenticationConfig> = z
  .strictObject({
    passwd_file: path
      .meta({ format: "path" })
      .optional()
      .describe(
        "A file of users as Dovecot has it (passwd-file). It is read at the start and at a reload, never written.",
      ),
    passwd_file_scheme: z
      .string({ error: "write the name of a password scheme" })
      .regex(/^[A-Za-z0-9-]{1,32}$/, { error: "write the name of a password scheme, such as SHA512-CRYPT" })
      .default("CRYPT")
      .describe(
        "The scheme of passwords in `passwd_file` that have none in front of them. CRYPT tells bcrypt and SHA-crypt apart by their beginning.",
      ),
    sources: listOf(z.enum(SOURCE_NAMES, { error: sourcesForm }), sourcesForm)
      .optional()
      .describe(
        'Where accounts come from, in the order in which they are asked; the first one that knows a name decides. "accounts" are those of the data directory. Where absent: the accounts, then those of `passwd_file`, `oauth` and `client_certificates` that are set.',
      ),
    mechanisms: listOf(
      z
        .string({ error: mechanismsForm })
        .regex(/^[A-Za-z0-9_-]{1,20}$/, { error: mechanismsForm })
        .transform((name) => name.toUpperCase()),
      mechanismsForm,
    )
      .optional()
      .describe(
        "The SASL mechanisms to offer where accounts have what they need. Where absent: all but those that are out of date or open to everybody.",
      ),
    scram_iterations: z
      .int({ error: iterationsForm })
      .min(0, { error: iterationsForm })
      .max(MOST_SCRAM_ITERATIONS, { error: iterationsForm })
      .refine((count) => count === 0 || count >= LEAST_SCRAM_ITERATIONS, { error: iterationsForm })
      .default(SCRAM_ITERATIONS)
      .describe(
        "Iterations of the verifiers for SCRAM that are kept with new passwords (RFC 7677 §4): the work of a client at each login, and of a thief at each guess. 0 keeps none.",
      ),
    scram_sha_1: z
      .boolean({ error: "write true or false" })
      .default(false)
      .describe("Whether verifiers for SCRAM-SHA-1 are kept too, for clients that know no better."),
    master_users: listOf(z.string({ error: usersForm }).min(1, { error: usersForm }), usersForm)
      .optional()
      .describe("Users who may open anybody's maildrop with their own password, by a SASL mechanism that names both."),
    anonymous_user: z
      .string({ error: "write the name of a user" })
      .min(1, { error: "write the name of a user" })
      .optional()
      .describe(
        "The user whose maildrop is opened to everybody by the mechanism ANONYMOUS, which must be named in `mechanisms`.",
      ),
  })
  .superRefine(({ sources, passwd_file, mechanisms, master_users, anonymous_user }, context) => {
    const refuse = (key: keyof AuthenticationConfig, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    if (sources !== undefined) {
      if (sources.length === 0 || new Set(sources).size < sources.length) {
        refuse("sources", `${sourcesForm}: at least one, and each at most once`);
      }
      if (sources.includes("passwd-file") && passwd_file === undefined) {
        refuse("sources", "set passwd_file too, or leave passwd-file away");
      }
      if (!sources.includes("passwd-file") && passwd_file !== undefined) {
        refuse("sources", 'add "passwd-file", or leave passwd_file away');
      }
    }
    if (anonymous_user !== undefined && master_users?.includes(anonymous_user) === true) {
      refuse("anonymous_user", "choose a user who is no master: this one is open to everybody");
    }
    if (mechanisms?.includes("ANONYMOUS") === true && anonymous_user === undefined) {
      refuse("mechanisms", "set anonymous_user too, or leave ANONYMOUS away: nobody's maildrop is open to everybody");
    }
  })
  .prefault({});

/** The tables that accounts come from. */
export interface SourceTables {
  readonly authentication: AuthenticationConfig;
  readonly oauth?: OAuthConfig | undefined;
  readonly client_certificates?: ClientCertificatesConfig | undefined;
}

/** Where accounts come from, in order. */
export function sourcesOf({ authentication, oauth, client_certificates }: SourceTables): readonly SourceName[] {
  const set: Readonly<Record<SourceName, boolean>> = {
    accounts: true,
    "passwd-file": authentication.passwd_file !== undefined,
    oauth: oauth !== undefined,
    "client-certificates": client_certificates !== undefined,
  };
  return authentication.sources ?? SOURCE_NAMES.filter((name) => set[name]);
}
