// Whom a client asks to act as, for mechanisms that can say it and for those that cannot.
// To leave an identity out would open the wrong maildrop, and perhaps empty it.
import type { MechanismClientContext } from "../../contracts/mechanism.js";
import { given } from "./text.js";

/** Empty to act as oneself. */
export function identityGiven(context: MechanismClientContext): string {
  const { authorizationId, prepare } = context;
  return authorizationId === undefined ? "" : given(authorizationId, "an authorization identity", prepare);
}

export function refuseIdentity(context: MechanismClientContext, mechanism: string): void {
  if (context.authorizationId === undefined) return;
  throw new RangeError(`${mechanism} has no place for an authorization identity`);
}
