// The greeting: its form, its length and its timestamp (RFC 1939 §3 and §7, RFC 2449 §3 and §4).
// Response codes in it are `response-codes.ts`'s. A server that turns the connection away is not examined at all.
import { parseGreeting } from "../../protocol/greeting.js";
import { REPLY_OCTETS } from "../../protocol/reply.js";
import type { ConformanceCheck } from "../check.js";
import type { Answer } from "../conversation.js";
import { CheckFailed, NotTested } from "../outcome.js";

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
      const { greeting } = await proof.before();
      if (greeting.end === "LF") throw new CheckFailed("the greeting ends in LF alone");
      const octets = greeting.line.length + 2;
      if (octets > REPLY_OCTETS) throw new CheckFailed(`the greeting has ${octets} octets`);
    },
  },
  {
    id: "greeting-status",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "The greeting begins with +OK, in upper case.",
    remedy: "Begin the greeting with +OK in upper case and a space.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { line } = (await proof.before()).greeting;
      // RFC 2449 §3 has no space between +OK and a response code.
      if (!/^\+OK(?![A-Za-z0-9])/.test(line))
        throw new CheckFailed(`the greeting begins with ${JSON.stringify(line.slice(0, 8))}`);
    },
  },
  {
    id: "greeting-printable",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §3",
    title: "The greeting holds printable ASCII characters alone.",
    remedy: "Leave control characters and everything that is not ASCII out of the greeting.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { line } = (await proof.before()).greeting;
      // The grammar counts DEL among the printable characters.
      const [bad] = /[^ -\x7f]/.exec(line) ?? [];
      if (bad !== undefined) throw new CheckFailed(`the greeting holds the octet 0x${hex(bad)}`);
    },
  },
  {
    id: "greeting-brackets",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §3",
    title:
      "What stands in angle brackets in the greeting is the timestamp for APOP, of the form of a msg-id, and the only one.",
    remedy:
      "Write no angle brackets into the greeting but those of the timestamp: clients take them for a sign that APOP works.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { greeting } = await proof.before();
      if (!proof.facts.listsAnything)
        throw new NotTested("the server does not know CAPA, nor the grammar that came with it");
      const brackets = greeting.line.match(/<[^>]*>?/g) ?? [];
      if (brackets.length > 1) throw new CheckFailed(`the greeting holds ${brackets.join(" and ")}`);
      const [only] = brackets;
      if (only !== undefined && timestampOf(greeting) === null)
        throw new CheckFailed(`${JSON.stringify(only)} in the greeting is no msg-id`);
    },
  },
  {
    id: "greeting-timestamp-differs",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "The timestamp is a different one in every greeting.",
    remedy:
      "Put something into the timestamp that never comes again, such as a random number: who overhears a digest for a timestamp that comes again can log in with it.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const first = timestampOf((await proof.before()).greeting);
      if (first === null) throw new NotTested("the greeting has no timestamp");
      const second = timestampOf((await proof.freshBefore()).greeting);
      if (first === second) throw new CheckFailed(`two greetings have the timestamp ${first}`);
    },
  },
];

function timestampOf({ line }: Answer): string | null {
  const greeting = parseGreeting(line);
  return "value" in greeting ? greeting.value.timestamp : null;
}

function hex(octet: string): string {
  return octet.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase();
}
