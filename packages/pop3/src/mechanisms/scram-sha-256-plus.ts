// SCRAM-SHA-256-PLUS (RFC 7677): SCRAM-SHA-256 with channel binding.
// What SCRAM is, for all its members, is in `scram/`.
import type { ClientMechanism, Mechanism } from "../contracts/mechanism.js";
import { scram, scramMember } from "./scram/family.js";

export const scramSha256PlusClient: ClientMechanism = /* @__PURE__ */ scramMember("SHA-256", true);

export const scramSha256Plus: Mechanism = /* @__PURE__ */ scram(scramSha256PlusClient, "SHA-256", {
  reference: ["RFC 7677", "RFC 5802", "RFC 9266", "RFC 5929"],
  discussion:
    "SCRAM-SHA-256, with a proof that is worth something on this TLS connection alone. Who stands between client and server with a certificate that " +
    "deceived the client gets no further: the two see different connections, and the proof fits neither. The best that a password can do.",
  example: `C: AUTH SCRAM-SHA-256-PLUS cD10bHMtZXhwb3J0ZXIsLG49dXNlcixyPXJPcHJOR2Z3RWJlUldnYk5Fa3FP
S: + cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrMCxzPVcyMlphSjBTTlk3c29Fc1VFamI2Z1E9PSxpPTQwOTY=
C: Yz1jRDEwYkhNdFpYaHdiM0owWlhJc0xBQUJBZ01FQlFZSENBa0tDd3dORGc4UUVSSVRGQlVXRnhnWkdoc2NIUjRmLHI9ck9wck5HZndFYmVSV2diTkVrcU8laHZZRHBXVWEyUmFUQ0FmdXhGSWxqKWhObEYkazAscD1RQzZDUzIwcXVBRFFSYjNtVDk5WVVIK24zVkp4VXZ6dUswSzBFMVZyczJNPQ==
S: + dj0yR2lBZ2FwRXBwTFZsVVhieFVEa3NMM1ZnWUh6dXFpSzV0UjRtaEpHZ3ZzPQ==
C:
S: +OK`,
});
