// What became of an errand, judged by what is kept, what is left on the server and how the client ended; never by what it says.
// Knows no client and no fault. What each outcome means to a reader is told in the page.

export type Outcome =
  /** A message is gone from the server, and the client has it not, or not as it was. */
  | "loses"
  /** It took for trusted what was not: it logged in without TLS that holds, or took octets from before TLS for an answer. */
  | "accepts"
  /** It was still there when it was ended. */
  | "hangs"
  /** A message is kept twice. */
  | "doubles"
  /** It ended as if all were well, and something that it kept is the beginning of a message. */
  | "truncates silently"
  /** It ended as if all were well, and something that it kept is no message of the server. */
  | "alters silently"
  /** It ended as if all were well, and lacks a message that is still on the server. */
  | "skips silently"
  /** It ended as if all were well, and it is, as far as one can see from here: every message, once, octet for octet. */
  | "whole"
  /** It said that something is wrong, and kept a part of a message or something else beside it. */
  | "reports, keeps a part"
  /** It said that something is wrong, and kept nothing that is not as it was. */
  | "reports";

export interface Facts {
  /** All messages that there were, by their unique-ids; none is the beginning of another. */
  readonly originals: ReadonlyMap<string, string>;
  /** The unique-ids of those that are still on the server. */
  readonly left: ReadonlySet<string>;
  readonly kept: readonly string[];
  /** What was not to be trusted was trusted. */
  readonly accepted: boolean;
  /** The last visit. */
  readonly ended: "well" | "badly" | "not";
  /** A visit ended badly. */
  readonly reported: boolean;
}

export function outcomeOf({ originals, left, kept, accepted, ended, reported }: Facts): Outcome {
  const copies = (text: string): number => kept.filter((one) => one === text).length;
  const all = [...originals];
  if (all.some(([uniqueId, text]) => !left.has(uniqueId) && copies(text) === 0)) return "loses";
  if (accepted) return "accepts";
  if (ended === "not") return "hangs";
  const texts = [...originals.values()];
  if (texts.some((text) => copies(text) > 1)) return "doubles";
  const wrong = kept.filter((one) => !texts.includes(one));
  if (reported && (ended === "badly" || wrong.length > 0))
    return wrong.length > 0 ? "reports, keeps a part" : "reports";
  if (wrong.some((one) => texts.some((text) => text.startsWith(one)))) return "truncates silently";
  if (wrong.length > 0) return "alters silently";
  return texts.some((text) => copies(text) === 0) ? "skips silently" : "whole";
}
