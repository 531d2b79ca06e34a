// The shape of an exchange in which the server only judges what the client sent first.
// Knows no message: what is judged is the caller's.
import type { MechanismOutcome, ServerExchange } from "../../contracts/mechanism.js";

// oxlint-disable-next-line eslint/require-yield -- an exchange is a generator even where nothing is left to ask
export async function* withoutChallenge(judge: () => Promise<MechanismOutcome>): ServerExchange {
  return judge();
}
