// What the claims of a token say about the user, once the token is known to be genuine. Pure: no clock, no network.
// Both ways to check a token end here, `oauth-jwt.ts` and `oauth-introspection.ts`.
import prepared from "@mongodb-js/saslprep";
import type { OAuthConfig } from "../config/oauth.js";
import { userNameProblem } from "../database/user-name.js";
import type { JsonObject } from "./oauth-http.js";

/** What a token that is genuine stands for, or why it is refused. The reason holds nothing out of the token. */
export type TokenJudgement =
  { readonly user: string; readonly hasScope: boolean } | { readonly user: null; readonly refused: string };

export type UserRules = Pick<OAuthConfig, "user_claim" | "user_domain" | "user_lower_case" | "scope">;

/** A judgement that refuses. */
export function refused(reason: string): TokenJudgement {
  return { user: null, refused: reason };
}

/** Judges claims by what the operator asks of them. */
export function judgeClaims(claims: JsonObject, rules: UserRules): TokenJudgement {
  const { user_claim: claim, scope } = rules;
  // RFC 7800: a token that is bound to a key proves nothing in the hands of somebody who does not show the key.
  if (claims["cnf"] !== undefined) return refused("it is bound to a key and no bearer token");
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof value !== "string") return refused(`it has no claim ${claim}`);
  if (claim === "email" && isUnverified(claims["email_verified"])) return refused("its email is not verified");
  const user = userNamed(value, rules, false);
  if (user === null) return refused(`its claim ${claim} names no user of this server`);
  const granted = scopesOf(claims);
  return { user, hasScope: scope === undefined || scope.split(" ").every((wanted) => granted.has(wanted)) };
}

/**
 * The user that a name stands for, mapped as the operator wants it, or null where it can be no user's. What a client writes may
 * lack the domain that is cut off; a token's claim must have it.
 */
export function userNamed(name: string, rules: UserRules, domainOptional: boolean): string | null {
  const { user_domain: domain, user_lower_case: lowerCase } = rules;
  let user = name;
  if (domain !== undefined) {
    const at = name.lastIndexOf("@");
    if (at === -1 ? !domainOptional : name.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return null;
    if (at !== -1) user = name.slice(0, at);
  }
  user = lowerCase ? user.toLowerCase() : user;
  try {
    // As names are prepared that come from clients; ASCII stays as it is.
    user = /^[\x20-\x7e]*$/.test(user) ? user : prepared(user);
  } catch {
    return null;
  }
  return userNameProblem(user) === null ? user : null;
}

/** Issuers write the claim as a boolean or as text, or not at all; then they vouch for what they write. */
function isUnverified(verified: unknown): boolean {
  return verified !== undefined && verified !== true && verified !== "true";
}

/** `scope` (RFC 8693 §4.2), or `scp` as some issuers write it; text with spaces, or a list. */
function scopesOf(claims: JsonObject): ReadonlySet<unknown> {
  return new Set(
    [claims["scope"], claims["scp"]].flatMap((scopes): readonly unknown[] => {
      if (typeof scopes === "string") return scopes.split(" ");
      return Array.isArray(scopes) ? scopes : [];
    }),
  );
}
