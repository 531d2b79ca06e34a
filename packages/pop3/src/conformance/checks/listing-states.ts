// The lists of two states side by side: what has to stay, and what has to be the same (RFC 2449 §5).
// What each state lists for itself is `listing.ts`'s; values that may differ are the policies', and STLS, which has to go, has its own topic.
import type { AnyCapability } from "../../contracts/capability.js";
import { parseCapabilityLine } from "../../protocol/capability-line.js";
import type { ConformanceCheck } from "../check.js";
import type { Listing } from "../facts.js";
import { judgeBoth } from "../listed.js";

export const listingStateChecks: readonly ConformanceCheck[] = [
  {
    id: "listing-both-states",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §5, RFC 5034 §3",
    title: "What is listed before login is listed after it too.",
    remedy:
      "Go on listing after login what was listed before it, even where its commands work before login alone, as those of USER and SASL do.",
    given: "TRANSACTION",
    prove: (proof) =>
      judgeBoth(proof, (before, after) =>
        sentence(
          steady(proof.facts.registry.capabilities)
            .filter(({ tag }) => before.capabilities.has(tag!) && !after.capabilities.has(tag!))
            .map(({ tag }) => `${tag} is listed before login alone`),
        ),
      ),
  },
  {
    id: "listing-before-login",
    tag: null,
    // The words of §5 are about what works before login; that others are announced in both states, their descriptions alone say.
    level: "SHOULD",
    reference: "RFC 2449 §6",
    title: "What is listed after login is listed before it too, where its description announces it in both states.",
    remedy: "List before login, too, what the server has after it: clients ask once.",
    given: "TRANSACTION",
    prove: (proof) =>
      judgeBoth(proof, (before, after) =>
        sentence(
          steady(proof.facts.registry.capabilities)
            .filter(({ announced }) => announced.optionally !== "TRANSACTION")
            .filter(({ tag }) => after.capabilities.has(tag!) && !before.capabilities.has(tag!))
            .map(({ tag }) => `${tag} is listed after login alone`),
        ),
      ),
  },
  {
    id: "listing-same-arguments",
    tag: null,
    level: "MUST",
    reference: "RFC 2449 §5",
    title: "Arguments are the same before and after login, but for those that may differ.",
    remedy: "List the same arguments in both states; only LOGIN-DELAY and EXPIRE may have others after login.",
    given: "TRANSACTION",
    prove: (proof) =>
      judgeBoth(proof, (before, after) => {
        for (const { tag } of steady(proof.facts.registry.capabilities)) {
          const [one, other] = [paramsOf(before, tag!), paramsOf(after, tag!)];
          if (one !== null && other !== null && !sameWords(one, other))
            return `${[tag, ...one].join(" ")} is listed before login, and ${[tag, ...other].join(" ")} after it`;
        }
        return null;
      }),
  },
];

function sentence(problems: readonly string[]): string | null {
  return problems.length === 0 ? null : problems.join("; ");
}

/** Those that are announced in both states with the same argument. */
function steady(capabilities: readonly AnyCapability[]): readonly AnyCapability[] {
  return capabilities.filter(({ tag, announced }) => tag !== null && announced.in === "both" && !announced.differs);
}

/** In upper case; null where it is not listed. */
function paramsOf({ capabilities }: Listing, tag: string): readonly string[] | null {
  for (const line of capabilities.lines) {
    const parsed = parseCapabilityLine(line);
    if ("value" in parsed && parsed.value.tag.toUpperCase() === tag.toUpperCase())
      return parsed.value.params.map((param) => param.toUpperCase());
  }
  return null;
}

/** The order of mechanisms says nothing. */
function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join(" ") === other.toSorted().join(" ");
}
