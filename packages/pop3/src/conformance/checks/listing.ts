// The lists that CAPA answers with, each for itself: its lines, its tags, its arguments (RFC 2449 §3, §5 and §9).
// How the lists of two states compare is `listing-states.ts`'s. Arguments before login are judged with each declaration.
import { expire } from "../../capabilities/expire.js";
import { loginDelay } from "../../capabilities/login-delay.js";
import type { AnyCapability } from "../../contracts/capability.js";
import { parseCapabilityLine } from "../../protocol/capability-line.js";
import { REPLY_OCTETS } from "../../protocol/reply.js";
import type { ReceivedBody } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import { argumentProblem } from "../declared-checks.js";
import type { Listing } from "../facts.js";
import { judgeListings } from "../listed.js";
import { CheckFailed } from "../outcome.js";
import type { Proof } from "../proof.js";
import { type BothStates, inBothStates } from "./both-states.js";

export const listingChecks: readonly ConformanceCheck[] = [
  ...ofLists(
    {
      id: "listing-lines",
      tag: null,
      level: "MUST",
      reference: "RFC 2449 §3",
      title: "Every line of the list is a tag, with parameters each behind a single space",
      remedy:
        "Write each capability on a line of its own, ended in CRLF and of at most 512 octets: a tag, and before each parameter one space.",
    },
    lineProblem,
  ),
  ...ofLists(
    {
      id: "listing-tags-once",
      tag: null,
      level: "MAY",
      reference: "RFC 2449 §5",
      title: "No capability is listed twice",
      remedy: "List each capability once, with all of its parameters: clients read one of the lines.",
    },
    ({ lines }) => {
      const tags = lines.map(tagOf);
      const twice = tags.find((tag, at) => tag !== null && tags.indexOf(tag) < at);
      return twice === undefined ? null : `${twice} is listed twice`;
    },
  ),
  ...ofLists(
    {
      id: "listing-registered",
      tag: null,
      level: "SHOULD",
      reference: "RFC 2449 §9",
      title: "Every tag is registered, or begins with X",
      remedy: "List registered capabilities, and begin the tags of all others with X.",
    },
    ({ lines }, { facts }) => {
      const other = lines
        .map(tagOf)
        .find((tag) => tag !== null && !tag.startsWith("X") && facts.registry.capability(tag) === undefined);
      return other === undefined ? null : `${other} is listed, is not registered and does not begin with X`;
    },
  ),
  {
    id: "listing-arguments-after-login",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §5",
    title: "After login, capabilities are listed with the arguments that they are declared with.",
    remedy: "Put behind each tag in the list what its specification says.",
    given: "TRANSACTION",
    prove: (proof) =>
      judgeListings(proof, "TRANSACTION", ({ lines }) => firstProblem(proof.facts.registry.capabilities, lines)),
  },
  {
    id: "listing-user-token",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §6.5",
    title: "After login, LOGIN-DELAY and EXPIRE give the user's own value, without the token USER.",
    remedy: "List LOGIN-DELAY and EXPIRE after login with the value of the user who has logged in, and without USER.",
    given: "TRANSACTION",
    async prove(proof) {
      await judgeListings(proof, "TRANSACTION", (body) => {
        const { capabilities } = proof.facts.listing({ ...proof.facts.after!, body });
        const held = [
          capabilities.get(loginDelay)?.perUser === true ? [loginDelay.tag] : [],
          capabilities.get(expire)?.perUser === true ? [expire.tag] : [],
        ].flat();
        return held.length === 0 ? null : `${held.join(" and ")} is listed with USER, which promises another value`;
      });
    },
  },
  {
    id: "capa-both-states",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §5",
    title: "CAPA is answered in both states, or in none.",
    remedy: "Answer CAPA before and after login.",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      const [before, after] = [isAnswered(proof.facts.before), isAnswered(proof.facts.after)];
      if (before === after) return;
      const { answer, body } = await (before ? session : await proof.before()).multi("CAPA");
      if (body === null)
        throw new CheckFailed(
          `CAPA is refused ${before ? "after" : "before"} login alone: ${answer.line.slice(0, 100)}`,
        );
    },
  },
];

/** A rule for the lists of both states. */
function ofLists(
  facts: BothStates,
  rule: (body: ReceivedBody, proof: Proof) => string | null,
): readonly ConformanceCheck[] {
  return inBothStates(facts, (proof, given) => judgeListings(proof, given, (body) => rule(body, proof)));
}

function lineProblem({ lines, loneLineFeeds, unstuffed }: ReceivedBody): string | null {
  if (loneLineFeeds > 0) return "a line ends in LF alone";
  const [dotted] = unstuffed;
  if (dotted !== undefined) return `${shown(dotted)} is listed: a tag holds no dot`;
  for (const line of lines) {
    const octets = line.length + 2;
    if (octets > REPLY_OCTETS) return `a line of ${octets} octets is listed`;
    if (line === "") return "an empty line is listed";
    if (line.trim() !== line || line.includes("  ")) return `${shown(line)} is listed: its spaces part nothing`;
    // The grammar counts DEL among the characters of a tag.
    if (!/^[!-\-/-\x7f]+(?: [!-~]+)*$/.test(line)) return `${shown(line)} is listed, which is no capability`;
  }
  return null;
}

function firstProblem(capabilities: readonly AnyCapability[], lines: readonly string[]): string | null {
  return (
    capabilities.map((capability) => argumentProblem(capability, lines)).find((problem) => problem !== null) ?? null
  );
}

function isAnswered(listing: Listing | null): boolean {
  return listing !== null && listing.body !== null;
}

/** In upper case; null where the line has none. */
function tagOf(line: string): string | null {
  const parsed = parseCapabilityLine(line);
  return "value" in parsed ? parsed.value.tag.toUpperCase() : null;
}

function shown(line: string): string {
  return JSON.stringify(line.slice(0, 100));
}
