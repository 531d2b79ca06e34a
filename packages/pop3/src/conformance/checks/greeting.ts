// The greeting: its form, its length and its timestamp (RFC 1939 §3, §4 and §7, RFC 2449 §3 and §4).
// Reads what was learned when the server was first met; connects nowhere.
import { REPLY_OCTETS } from "../../protocol/reply.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed } from "../outcome.js";

export const greetingChecks: readonly ConformanceCheck[] = [
  {
    id: "greeting-line",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "The greeting is a line that ends in CRLF and has at most 512 octets.",
    remedy: "End the greeting in CRLF, and keep it within 512 octets.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { greeting } = await proof.freshBefore();
      if (greeting.end === "LF") throw new CheckFailed("the greeting ends in LF alone");
      const octets = greeting.line.length + 2;
      if (octets > REPLY_OCTETS) throw new CheckFailed(`the greeting has ${octets} octets`);
    },
  },
];
