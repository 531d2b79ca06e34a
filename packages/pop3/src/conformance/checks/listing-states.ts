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
    reference: "RFC 2449 §5",
    title: "What is listed before login is listed after it too, and the other way round.",
    remedy:
      "List in both states what its specification announces in both, even where its commands work in one alone: clients ask once.",
    given: "TRANSACTION",
    prove: (proof) =>
      judgeBoth(proof, (before, after) => {
        const missing = steady(proof.facts.registry.capabilities).flatMap(({ tag, announced }) => {
          if (before.capabilities.has(tag!) === after.capabilities.has(tag!)) return [];
          if (before.capabilities.has(tag!)) return [`${tag} is listed before login alone`];
          return announced.optionally === "TRANSACTION" ? [] : [`${tag} is listed after login alone`];
        });
        return missing.length === 0 ? null : missing.join("; ");
      }),
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
