// Response codes: where they may stand, how they look, and which of them may answer what (RFC 2449 §6.4 and §8, RFC 3206).
// Which codes there are is read from the declarations. Whether the right one is sent for a cause is for the topics of the causes.
import type { ResponseCode } from "../../contracts/response-code.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";
import { ofReplies, type ProvokedReply } from "./provoked.js";

const RESP_CODES = "RESP-CODES";
const AUTH_RESP_CODE = "AUTH-RESP-CODE";

export const responseCodeChecks: readonly ConformanceCheck[] = [
  ...ofReplies(
    {
      id: "resp-codes-form",
      tag: RESP_CODES,
      level: "MUST",
      reference: "RFC 2449 §6.4",
      title: "A text that begins with a bracket begins with a well-formed response code",
      remedy:
        "Begin no text with [ but where a response code follows: one or more levels of printable characters, parted by /, and ].",
    },
    ({ to, answer }, { facts }) =>
      facts.lists(RESP_CODES) && answer.code === null && answer.text.startsWith("[")
        ? `${to} begins with a bracket and no response code: ${shown(answer.line)}`
        : null,
  ),
  ...ofReplies(
    {
      id: "resp-codes-unlisted",
      tag: RESP_CODES,
      level: "MUST",
      reference: "RFC 2449 §8",
      title: "Response codes are sent only where RESP-CODES is listed",
      remedy: "List RESP-CODES, or send no response codes.",
    },
    (reply, proof) => {
      const { facts } = proof;
      const known = knownCode(reply, proof);
      // Without the capability, a bracket may be just text.
      if (known === null || !facts.listsAnything || facts.lists(RESP_CODES)) return null;
      return `${reply.to} carries the response code ${known.code}, and RESP-CODES is not listed`;
    },
  ),
  ...ofReplies(
    {
      id: "resp-codes-registered",
      tag: RESP_CODES,
      level: "MAY",
      reference: "RFC 2449 §9",
      title: "Response codes are registered ones, or refine registered ones",
      remedy: "Send registered response codes alone; clients pass over the others.",
    },
    (reply, proof) =>
      proof.facts.lists(RESP_CODES) && reply.answer.code !== null && knownCode(reply, proof) === null
        ? `${reply.to} carries the response code ${reply.answer.code}, which is not registered`
        : null,
  ),
  ...ofReplies(
    {
      id: "resp-codes-valid",
      tag: RESP_CODES,
      level: "MUST",
      reference: "RFC 2449 §9",
      title: "Response codes answer only what they are registered for",
      remedy: "Send a response code with the status and in answer to the commands that its registration names.",
    },
    (reply, proof) => {
      const known = proof.facts.lists(RESP_CODES) ? knownCode(reply, proof) : null;
      if (known === null) return null;
      const { status } = reply.answer;
      if ((status === "+OK" || status === "-ERR") && !known.validFor.includes(status))
        return `${reply.to} carries ${known.code} with ${status}`;
      if (known.commands === "all" || (reply.keyword !== null && known.commands.includes(reply.keyword))) return null;
      return `${reply.to} carries ${known.code}, which is for ${known.commands.join(", ")}`;
    },
  ),
  {
    id: "auth-resp-code-unlisted",
    tag: AUTH_RESP_CODE,
    level: "SHOULD",
    reference: "RFC 3206 §6",
    title: "A server that sends the AUTH response code lists AUTH-RESP-CODE.",
    remedy: "List AUTH-RESP-CODE, if every login that its credentials spoil is refused with [AUTH].",
    effect: "wrong-login",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.freshBefore();
      requireUnlisted(proof);
      const named = await conversation.ask("USER nobody-of-this-name");
      const answer = named.status === "+OK" ? await conversation.ask("PASS wrong") : named;
      if (answer.status !== "-ERR") throw new NotTested("a login that had to fail was not refused");
      if (answer.code?.toUpperCase().split("/")[0] === "AUTH")
        throw new CheckFailed(`AUTH-RESP-CODE is not listed, and the refused login is answered ${shown(answer.line)}`);
    },
  },
];

function requireUnlisted({ facts }: Proof): void {
  if (!facts.listsAnything) throw new NotTested("the server does not know CAPA");
  if (facts.lists(AUTH_RESP_CODE)) throw new NotTested("AUTH-RESP-CODE is listed");
  if (!facts.lists("USER")) throw new NotTested("USER is not announced");
}

/** The registered code that is meant, or that is refined. */
function knownCode({ answer }: ProvokedReply, { facts }: Proof): ResponseCode | null {
  return answer.code === null ? null : (facts.registry.responseCode(answer.code) ?? null);
}

function shown(line: string): string {
  return JSON.stringify(line.slice(0, 100));
}
