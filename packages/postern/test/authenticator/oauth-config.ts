// A table `oauth` as the configuration gives it: read by the schema, so that defaults and refusals are the real ones.
// For the tests of tokens; what the schema refuses is tested in `../config/oauth.test.ts`.
import { oauthTable, type OAuthConfig } from "../../src/config/oauth.js";

export function configFrom(written: Readonly<Record<string, unknown>>): OAuthConfig {
  const config = oauthTable.parse(written);
  if (config === undefined) throw new TypeError("nothing is written that takes tokens");
  return config;
}
