// SCRAM-SHA-1 (RFC 5802): proof of a password that does not travel, by both sides.
// What SCRAM is, for all its members, is in `scram/`.
import type { ClientMechanism, Mechanism } from "../contracts/mechanism.js";
import { scram, scramMember } from "./scram/family.js";

export const scramSha1Client: ClientMechanism = /* @__PURE__ */ scramMember("SHA-1", false);

export const scramSha1: Mechanism = /* @__PURE__ */ scram(scramSha1Client, "SHA-1", {
  reference: ["RFC 5802"],
  discussion:
    "The first of its family: client and server prove to each other that they know the password, and neither sends it. SHA-1 is not broken in this " +
    "use, but what the server keeps is cheaper to guess from than with SHA-256. For clients that do not know SCRAM-SHA-256.",
  example: `C: AUTH SCRAM-SHA-1 biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM
S: + cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng==
C: Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9djBYOHYzQnoyVDBDSkdiSlF5RjBYK0hJNFRzPQ==
S: + dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9
C:
S: +OK`,
});
