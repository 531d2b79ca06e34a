// The ends that an exchange comes to on the server's side, whatever the mechanism.
// Knows no message: who somebody is has been found out before, here is asked whom he may act as.
import type { Authenticator } from "../../contracts/authenticator.js";
import type { MechanismOutcome, MechanismServerContext } from "../../contracts/mechanism.js";
import { prepared } from "./text.js";

export const MALFORMED: MechanismOutcome = { user: null, refused: "malformed" };
export const CREDENTIALS: MechanismOutcome = { user: null, refused: "credentials" };

/**
 * The outcome for `user`, who has proved himself or is null, and who asks to act as `identity`; empty to act as himself.
 * An identity is prepared first, and may not come out empty (RFC 5034 §4).
 */
export async function actingAs(
  context: MechanismServerContext,
  user: string | null,
  identity: string,
): Promise<MechanismOutcome> {
  if (user === null) return CREDENTIALS;
  const wanted = identity === "" ? "" : prepared(identity, context.prepare);
  if (wanted === null) return CREDENTIALS;
  const acting = await context.authorize(user, wanted);
  return acting === null ? CREDENTIALS : { user: acting };
}

/** The authenticator was asked for a mechanism that it has no method for: a fault of the program, not of the client. */
export function lacking(method: keyof Authenticator): TypeError {
  return new TypeError(`the authenticator has no method ${method}, which the mechanism needs`);
}
