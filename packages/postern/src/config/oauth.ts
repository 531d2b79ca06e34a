// The table `oauth` of the configuration: who issues the tokens that users log in with, and what a token must say.
// Asks nobody; `authenticator/oauth.ts` does what is written here. The table is off while it names no issuer.
import { z } from "zod";
import { count, flag, list, path, text } from "./values.js";
import { isSafeWebAddress } from "./web-address.js";

/** Signatures by a private key: whoever can check them cannot make them. */
export const tokenAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "Ed25519",
  "EdDSA",
] as const;

/** Complete and checked. */
export interface OAuthConfig {
  readonly method: "jwt" | "introspection";
  /** Always there with the method `jwt`. */
  readonly issuer?: string | undefined;
  readonly jwks_uri?: string | undefined;
  readonly introspection_url?: string | undefined;
  readonly client_id?: string | undefined;
  readonly client_secret_file?: string | undefined;
  /** Never empty; always there with the method `jwt`. */
  readonly audience?: readonly string[] | undefined;
  readonly algorithms: readonly string[];
  readonly scope?: string | undefined;
  readonly user_claim: string;
  readonly user_domain?: string | undefined;
  readonly user_lower_case: boolean;
  readonly clock_tolerance_seconds: number;
  readonly timeout_seconds: number;
  readonly cache_seconds: number;
}

const addressForm = "write an address that begins with https://";
const address = (): z.ZodString => text(addressForm).refine(isSafeWebAddress, { error: addressForm });

const algorithmForm = `write some of ${tokenAlgorithms.join(", ")}`;
const audienceForm = "write the audience that tokens for this server have, or a list of them";
const scopeForm = 'write scopes with one space between them, such as "mail.read"';
const domainForm = "write a domain, such as example.net";
const claimForm = "write the name of a claim, such as email";

const keys = z.strictObject({
  issuer: address()
    .refine((value) => !value.includes("?"), { error: "write an address without a question mark" })
    .optional()
    .describe(
      "The issuer of the tokens that users may log in with (OAUTHBEARER, XOAUTH2), exactly as tokens name it in `iss`. Its other addresses are found through its `/.well-known/openid-configuration` or `/.well-known/oauth-authorization-server` (RFC 8414). Without it, and without `introspection_url`, nobody logs in by token.",
    ),
  method: z
    .enum(["jwt", "introspection"], { error: 'write "jwt" or "introspection"' })
    .default("jwt")
    .describe(
      'How tokens are checked. "jwt": they are signed (RFC 7519), and checked here by the keys that the issuer publishes. "introspection": the issuer is asked about each (RFC 7662).',
    ),
  jwks_uri: address()
    .optional()
    .describe('Where the issuer publishes its keys; found through `issuer` where absent. For the method "jwt".'),
  introspection_url: address()
    .optional()
    .describe(
      'Where the issuer is asked about tokens; found through `issuer` where absent. For the method "introspection".',
    ),
  client_id: z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, { error: "write the identifier that the issuer gave this server" })
    .optional()
    .describe(
      "Who this server is for the issuer when it asks about tokens (HTTP Basic). Without it the content of `client_secret_file` is sent as a bearer token.",
    ),
  client_secret_file: path()
    .optional()
    .describe('A file with the secret of `client_id`, read each time it is needed. Needed by "introspection".'),
  audience: list(text(audienceForm), audienceForm)
    .optional()
    .describe(
      'Who the token must be meant for: one of these must be in its `aud`. Needed by "jwt", so that a token made for another service opens no maildrop.',
    ),
  algorithms: list(z.enum(tokenAlgorithms, { error: algorithmForm }), algorithmForm)
    .prefault([...tokenAlgorithms])
    .describe("The signatures that are accepted on tokens. For the method `jwt`."),
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, { error: scopeForm })
    .optional()
    .describe("The scopes that a token must have, all of them, with spaces between. None where absent."),
  user_claim: text(claimForm)
    .default("email")
    .describe(
      "The claim that names the user. Take one that users cannot set to somebody else's; an `email` that the token calls unverified is refused.",
    ),
  user_domain: z
    .string()
    .regex(/^[^\s@]{1,253}$/, { error: domainForm })
    .optional()
    .describe(
      "The domain that is cut off: with example.net, alice@example.net is the user alice, and a user of another domain or of none is refused. Nothing is cut off where absent.",
    ),
  user_lower_case: flag().default(false).describe("Whether the user's name is brought to lower case."),
  clock_tolerance_seconds: count(0, 300)
    .default(30)
    .describe("How far the clocks of the issuer and of this server may differ."),
  timeout_seconds: count(1, 60).default(5).describe("How long the issuer may take for an answer."),
  cache_seconds: count(0, 3600)
    .default(60)
    .describe(
      'How long an answer of the issuer about a token counts, so long a token that was withdrawn still opens a maildrop; 0 asks each time. For the method "introspection".',
    ),
});

type Keys = z.output<typeof keys>;

/** Keys that say nothing unless tokens are taken; all others have defaults. */
const beginnings = [
  "issuer",
  "jwks_uri",
  "introspection_url",
  "client_id",
  "client_secret_file",
  "audience",
  "scope",
  "user_domain",
] as const;

const isBegun = (table: Keys): boolean =>
  table.method === "introspection" || beginnings.some((key) => table[key] !== undefined);

type Clash = readonly [key: keyof Keys, message: string];

/** Keys that do not go with the method; the method is what has to be written anew then. */
function strangers({ method, jwks_uri, introspection_url, client_id, client_secret_file }: Keys): readonly Clash[] {
  const [other, others] =
    method === "jwt" ? ["introspection", { introspection_url, client_id, client_secret_file }] : ["jwt", { jwks_uri }];
  return Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => ["method", `write "${other}" where oauth.${key} is set`]);
}

/** Keys that the method cannot do without. */
function gaps({ method, issuer, introspection_url, client_secret_file, audience }: Keys): readonly Clash[] {
  const found: Clash[] = [];
  if (method === "jwt") {
    if (issuer === undefined) found.push(["issuer", `${addressForm}, that of the issuer of the tokens`]);
    if (audience === undefined) found.push(["audience", audienceForm]);
  } else {
    if (issuer === undefined && introspection_url === undefined)
      found.push(["issuer", `${addressForm}, or set oauth.introspection_url`]);
    if (client_secret_file === undefined)
      found.push(["client_secret_file", "write the path of a file with the secret that this server asks with"]);
  }
  return found;
}

/** Undefined where nobody logs in by token. */
export const oauthTable: z.ZodType<OAuthConfig | undefined> = keys
  .superRefine((table, context) => {
    if (!isBegun(table)) return;
    const strange = strangers(table);
    for (const [key, message] of strange.length > 0 ? strange : gaps(table)) {
      context.addIssue({ code: "custom", path: [key], message });
    }
  })
  .transform((table) => (isBegun(table) ? table : undefined))
  .prefault({});
