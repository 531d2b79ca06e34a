// SCRAM-SHA-1-PLUS (RFC 5802): SCRAM-SHA-1 with channel binding.
// What SCRAM is, for all its members, is in `scram/`.
import type { ClientMechanism, Mechanism } from "../contracts/mechanism.js";
import { scram, scramMember } from "./scram/family.js";

export const scramSha1PlusClient: ClientMechanism = /* @__PURE__ */ scramMember("SHA-1", true);

export const scramSha1Plus: Mechanism = /* @__PURE__ */ scram(scramSha1PlusClient, "SHA-1", {
  reference: ["RFC 5802", "RFC 7677", "RFC 9266", "RFC 5929"],
  discussion:
    "SCRAM-SHA-1, with a proof that is worth something on this TLS connection alone. Nobody can stand between client and server unnoticed, which " +
    "counts for more than the age of the hash function. For clients that do not know SCRAM-SHA-256-PLUS.",
  example: `C: AUTH SCRAM-SHA-1-PLUS cD10bHMtc2VydmVyLWVuZC1wb2ludCwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM
S: + cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng==
C: Yz1jRDEwYkhNdGMyVnlkbVZ5TFdWdVpDMXdiMmx1ZEN3c0FBRUNBd1FGQmdjSUNRb0xEQTBPRHhBUkVoTVVGUllYR0JrYUd4d2RIaDg9LHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9ejhkTFFKbXVuMnNBK1hwQ2tSUFNXTzYxRW5jPQ==
S: + dj1pZjFSK2hCeXk5NnI5d2xwVEVGeG93YUp2a2c9
C:
S: +OK`,
});
