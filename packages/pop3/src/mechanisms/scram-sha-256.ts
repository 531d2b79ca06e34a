// SCRAM-SHA-256 (RFC 7677): proof of a password that does not travel, by both sides.
// What SCRAM is, for all its members, is in `scram/`.
import type { ClientMechanism, Mechanism } from "../contracts/mechanism.js";
import { scram, scramMember } from "./scram/family.js";

export const scramSha256Client: ClientMechanism = /* @__PURE__ */ scramMember("SHA-256", false);

export const scramSha256: Mechanism = /* @__PURE__ */ scram(scramSha256Client, "SHA-256", {
  reference: ["RFC 7677", "RFC 5802"],
  discussion:
    "Client and server prove to each other that they know the password, or what the server keeps of it, and neither sends it. What the server keeps " +
    "is salted and costly to guess from. For connections that cannot be bound; where they can, SCRAM-SHA-256-PLUS is better.",
  example: `C: AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=
S: + cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrMCxzPVcyMlphSjBTTlk3c29Fc1VFamI2Z1E9PSxpPTQwOTY=
C: Yz1iaXdzLHI9ck9wck5HZndFYmVSV2diTkVrcU8laHZZRHBXVWEyUmFUQ0FmdXhGSWxqKWhObEYkazAscD1kSHpiWmFwV0lrNGpVaE4rVXRlOXl0YWc5empmTUhnc3FtbWl6N0FuZFZRPQ==
S: + dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ==
C:
S: +OK`,
});
