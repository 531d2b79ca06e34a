// One answer to CAPA, explained line by line, and how it differs from the answer before it. The words come from the declarations.
// Knows no tag, no connection and no terminal: `capa-survey.ts` brings the answers, `capa-text.ts` shows them.
import { type AnyCapability, standard, stls } from "@postern/pop3";
import type { Capabilities } from "@postern/pop3/client";
import { nearest } from "../config/nearest.js";

/** When CAPA was asked: before TLS, before login under TLS, after login. */
export type Stage = "cleartext" | "tls" | "login";

/** A difference from the answer before, and whether it may be. */
export interface Difference {
  readonly kind: "added" | "gone" | "changed";
  /** By the declaration and the RFCs; null where no declaration says. */
  readonly allowed: boolean | null;
  readonly reason: string;
}

/** A line of the answer; one that is gone stands as it was before. */
export interface ExplainedLine {
  /** Verbatim: not fit for a terminal. */
  readonly line: string;
  /** Verbatim; empty where the line has none. */
  readonly tag: string;
  readonly registered: boolean;
  readonly meaning: string;
  /** A section, or documents; null where it is not registered. */
  readonly reference: string | null;
  /** What is wrong with the line where it stands; null where nothing is. */
  readonly problem: string | null;
  readonly difference: Difference | null;
}

/** Explains an answer, with the lines that are gone since the one `before` at the end. */
export function explainedLines(now: Capabilities, stage: Stage, before: Capabilities | null): ExplainedLine[] {
  const earlier = before?.answered === true && now.answered ? byTag(before.lines) : null;
  const current = byTag(now.lines);
  const seen = new Set<string>();
  const explained = now.lines.map((line) => {
    const { key } = taken(line);
    const again = seen.has(key);
    seen.add(key);
    const difference = earlier === null || again ? null : differenceOf(earlier.get(key) ?? null, line, stage);
    return explainedLine(line, now, stage, again, difference);
  });
  for (const [key, line] of earlier ?? []) {
    if (!current.has(key))
      explained.push({ ...explainedLine(line, before!, null, false, gone(line, stage)), problem: null });
  }
  return explained;
}

/** Of what a declaration says in prose; it stands for itself. */
export function firstSentence(text: string): string {
  return /^.+?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}

interface TakenLine {
  readonly tag: string;
  readonly params: readonly string[];
  /** Tags are compared without regard to case (RFC 2449 §5). */
  readonly key: string;
}

function taken(line: string): TakenLine {
  const [tag = "", ...params] = line.split(" ").filter((part) => part !== "");
  return { tag, params, key: tag.toUpperCase() };
}

/** The first line of each tag. */
function byTag(lines: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const line of lines) {
    const { key } = taken(line);
    if (!map.has(key)) map.set(key, line);
  }
  return map;
}

function declarationOf(key: string): AnyCapability | undefined {
  return standard.find(({ tag }) => tag !== null && tag.toUpperCase() === key);
}

function explainedLine(
  line: string,
  capabilities: Capabilities,
  stage: Stage | null,
  again: boolean,
  difference: Difference | null,
): ExplainedLine {
  const { tag, params, key } = taken(line);
  const capability = declarationOf(key);
  const malformed = capabilities.malformed.find((one) => one.line === line)?.problem ?? null;
  const problem = malformed ?? (again ? "the tag is listed twice" : stage && misplaced(capability, stage));
  const common = { line, tag, problem, difference };
  if (capability === undefined) return { ...common, registered: false, meaning: unregistered(key), reference: null };
  const argument = capability.argument.parse(params);
  const meaning = "value" in argument ? capability.argument.meaning?.(argument.value) : undefined;
  return {
    ...common,
    registered: true,
    meaning: meaning ?? firstSentence(capability.discussion),
    reference: capability.definedIn ?? capability.reference.join(", "),
  };
}

/** What a tag without a declaration may be. */
function unregistered(key: string): string {
  const owner = standard.find(({ commands }) => commands.some(({ keyword }) => keyword === key));
  if (owner !== undefined) {
    const place =
      owner.tag === null ? "that every server may have without listing it" : `of the capability ${owner.tag}`;
    return `Not registered: it is a command ${place}.`;
  }
  if (key.startsWith("X")) return "Private: the names of standard capabilities never begin with X (RFC 2449 §9).";
  const meant = nearest(
    key,
    standard.flatMap(({ tag }) => tag ?? []),
  );
  return meant === null ? "Not registered." : `Not registered; a slip for ${meant}?`;
}

/** A line that is there in a stage in which its declaration does not have it. */
function misplaced(capability: AnyCapability | undefined, stage: Stage): string | null {
  if (capability === undefined) return null;
  const { announced } = capability;
  if (stage === "login" && announced.in === "AUTHORIZATION")
    return "it is not permitted after login, and not to be listed";
  if (stage !== "login" && announced.in === "TRANSACTION") return "it is listed after login only";
  return stage === "tls" && capability === stls ? "it is not permitted once TLS is active (RFC 2595 §4)" : null;
}

const AFTER_TLS: Pick<Difference, "allowed" | "reason"> = {
  allowed: true,
  reason: "TLS may change what is there (RFC 2595 §4)",
};
const BOTH_STATES = "by its registration it is listed before login and after it (RFC 2449 §5)";

function differenceOf(before: string | null, now: string, stage: Stage): Difference | null {
  if (before === null) return added(now, stage);
  if (taken(before).params.join(" ") === taken(now).params.join(" ")) return null;
  const was = `before: ${before}`;
  if (stage === "tls") return { kind: "changed", allowed: true, reason: `${was}; ${AFTER_TLS.reason}` };
  const capability = declarationOf(taken(now).key);
  if (capability === undefined) return { kind: "changed", allowed: null, reason: was };
  return capability.announced.differs
    ? { kind: "changed", allowed: true, reason: `${was}; its argument may differ after login` }
    : {
        kind: "changed",
        allowed: false,
        reason: `${was}; by its registration the argument does not differ after login`,
      };
}

function added(line: string, stage: Stage): Difference {
  if (stage === "tls") return { kind: "added", ...AFTER_TLS };
  const capability = declarationOf(taken(line).key);
  if (capability === undefined) return { kind: "added", allowed: null, reason: "not listed before login" };
  const { announced } = capability;
  if (announced.in === "TRANSACTION" || announced.optionally === "TRANSACTION") {
    return { kind: "added", allowed: true, reason: "a server may list it after login only" };
  }
  return { kind: "added", allowed: false, reason: announced.in === "both" ? BOTH_STATES : "it belongs before login" };
}

function gone(line: string, stage: Stage): Difference {
  const capability = declarationOf(taken(line).key);
  if (stage === "tls") {
    return capability === stls
      ? { kind: "gone", allowed: true, reason: "TLS is active" }
      : { kind: "gone", ...AFTER_TLS };
  }
  if (capability === undefined) return { kind: "gone", allowed: null, reason: "not listed after login" };
  return capability.announced.in === "AUTHORIZATION"
    ? { kind: "gone", allowed: true, reason: "it belongs before login" }
    : { kind: "gone", allowed: false, reason: BOTH_STATES };
}
