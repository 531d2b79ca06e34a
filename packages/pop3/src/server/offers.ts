// What an authenticator takes, asked in one way wherever it is asked. Knows no mechanism and no session.
// The rule for authenticators that do not say is part of `contracts/authenticator.ts`.
import type { Authenticator, CredentialKind } from "../contracts/authenticator.js";

/** Whether somebody could log in with such credentials as things are. */
export function offers(authenticator: Authenticator, kind: CredentialKind): boolean {
  return authenticator.offers === undefined ? kind === "password" : authenticator.offers(kind);
}
