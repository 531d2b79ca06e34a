// The judge of a proposed capability or response code: what RFC 2449 §9, and the grammar and lengths of §3 to §5, have against it.
// It reads a filled template and knows the declarations that there are. Advice is kept apart from what stands in the way.
import type { AnyCapability } from "../contracts/capability.js";
import type { RuleBroken } from "../contracts/errors.js";
import { isKeyword } from "../protocol/command.js";
import { clipped, quoted } from "./layout.js";
import { referenceJudgement } from "./reference.js";
import { announcedRules, codeRules, keywordRules, limitRules, tagAdvice, tagRules } from "./rules.js";
import {
  CAPABILITY_FIELDS,
  type CapabilityTemplate,
  RESPONSE_CODE_FIELDS,
  type ResponseCodeTemplate,
} from "./template.js";
import { readTemplate } from "./template-reader.js";

/** The longest proposal that is read. The longest of the registered ones takes less than 4 KiB. */
export const PROPOSAL_OCTETS: number = 64 * 1024;

export interface Judgement {
  /** Null where the text holds no template. */
  readonly kind: "capability" | "response-code" | null;
  /** The tag or code that is proposed, or null where it cannot be told. */
  readonly subject: string | null;
  /** What keeps it from being registered; empty for a proposal that may go forward. */
  readonly problems: readonly RuleBroken[];
  /** What a reader should look at. */
  readonly warnings: readonly RuleBroken[];
}

/** Judges a template, as text or as JSON, against RFC 2449 §9 and the declarations that there are. Never throws. */
export function judgeProposal(text: string, known: readonly AnyCapability[]): Judgement {
  if (new TextEncoder().encode(text).length > PROPOSAL_OCTETS) {
    const problem = `is longer than ${PROPOSAL_OCTETS} octets; a proposal is one filled template`;
    return { kind: null, subject: null, problems: [{ field: "proposal", problem, rule: "RFC 2449 §9" }], warnings: [] };
  }
  const reading = readTemplate(text);
  if (reading.kind === null) return { kind: null, subject: null, problems: reading.problems, warnings: [] };
  const problems = [...reading.problems];
  const warnings = [...reading.warnings];
  let subject: string | undefined;
  if (reading.kind === "capability") {
    judgeCapability(reading.template, known, problems, warnings);
    subject = reading.template.tag;
  } else {
    judgeResponseCode(reading.template, known, problems, warnings);
    subject = reading.template.code;
  }
  return {
    kind: reading.kind,
    subject: subject === undefined ? null : printable(subject),
    problems: inOrder(problems),
    warnings: inOrder(warnings),
  };
}

function judgeCapability(
  proposed: Partial<CapabilityTemplate>,
  known: readonly AnyCapability[],
  problems: RuleBroken[],
  warnings: RuleBroken[],
): void {
  const { tag, addedCommands = [], affects, announced, validIn, reference, limits } = proposed;
  if (tag !== undefined) {
    problems.push(...tagRules(tag, true));
    const holder = known.find((capability) => capability.tag !== null && same(capability.tag, tag));
    if (holder !== undefined) {
      problems.push(
        clash("CAPA tag", `${holder.tag} is registered already (${holder.reference.join(", ")})`, "RFC 2449 §5"),
      );
    }
    warnings.push(...tagAdvice(tag, addedCommands.filter(isKeyword)));
  }
  problems.push(...keywordGrammar("Added commands", addedCommands));
  for (const keyword of new Set(addedCommands)) {
    const holder = known.find(({ commands }) => commands.some((command) => same(command.keyword, keyword)));
    if (holder !== undefined) {
      problems.push(
        clash("Added commands", `${keyword} is a command of ${holder.tag ?? "POP3 itself"}`, "RFC 2449 §5"),
      );
    }
  }
  for (const twice of repeated(addedCommands)) {
    problems.push(clash("Added commands", `${clipped(twice)} is listed twice`, "RFC 2449 §9"));
  }
  if (Array.isArray(affects)) judgeKeywords("Standard commands affected", affects, known, problems, warnings);
  if (validIn !== undefined) {
    const field = "Commands valid in states";
    if (addedCommands.length > 0 && validIn.length === 0) {
      problems.push({ field, problem: "names no state, though commands are added", rule: "RFC 2449 §5" });
    }
    if (proposed.addedCommands?.length === 0 && validIn.length > 0) {
      warnings.push({
        field,
        problem: "names states, though no command is added; n/a is usual then",
        rule: "RFC 2449 §6",
      });
    }
  }
  if (announced !== undefined) {
    problems.push(...announcedRules(announced, validIn ?? []));
    const field = "Announced states / possible differences";
    if (announced.in === "AUTHORIZATION") {
      const problem = "what is available in the AUTHORIZATION state must be announced in both states";
      problems.push({ field, problem, rule: "RFC 2449 §5" });
    }
    if (announced.differs && /^none\.?$/i.test(proposed.arguments ?? "")) {
      problems.push({
        field,
        problem: "says that the argument may differ, but there are no arguments",
        rule: "RFC 2449 §5",
      });
    }
  }
  if (limits !== undefined) problems.push(...limitRules(limits.commandOctets));
  if (reference !== undefined) judgeReference("capability", reference, problems, warnings);
}

function judgeResponseCode(
  proposed: Partial<ResponseCodeTemplate>,
  known: readonly AnyCapability[],
  problems: RuleBroken[],
  warnings: RuleBroken[],
): void {
  const { code, commands, reference } = proposed;
  const field = "Complete response code";
  if (code !== undefined) {
    problems.push(...codeRules(code));
    const codes = known.flatMap(({ responseCodes = [] }) => responseCodes);
    for (const holder of codes) {
      if (same(holder.code, code)) {
        problems.push(
          clash(field, `${holder.code} is registered already (${holder.reference.join(", ")})`, "RFC 2449 §9"),
        );
      } else if (holder.code.toUpperCase().startsWith(`${code.toUpperCase()}/`)) {
        const problem = `${holder.code} is registered already as a detail of it; see that the meanings agree`;
        warnings.push({ field, problem, rule: "RFC 2449 §8" });
      }
    }
  }
  if (Array.isArray(commands)) judgeKeywords("Valid for commands", commands, known, problems, warnings);
  if (reference !== undefined) judgeReference("response-code", reference, problems, warnings);
}

/** Keywords of commands that there should be. */
function judgeKeywords(
  field: string,
  keywords: readonly string[],
  known: readonly AnyCapability[],
  problems: RuleBroken[],
  warnings: RuleBroken[],
): void {
  problems.push(...keywordGrammar(field, keywords));
  const commands = new Set(known.flatMap((capability) => capability.commands.map(({ keyword }) => keyword)));
  const strangers = keywords.filter((keyword) => isKeyword(keyword) && !commands.has(keyword));
  if (strangers.length > 0) {
    const problem = `names what is no command of POP3 or of a known capability: ${clipped(strangers.join(", "))}`;
    warnings.push({ field, problem, rule: "RFC 2449 §9" });
  }
}

/** One finding for all the words of a field that are no keywords: a sentence in place of a list has many. */
function keywordGrammar(field: string, keywords: readonly string[]): RuleBroken[] {
  const bad = keywords.filter((keyword) => keywordRules(field, keyword).length > 0);
  if (bad.length < 2) return bad.flatMap((keyword) => keywordRules(field, keyword));
  const problem = `holds words that are no keywords (three or four printable ASCII characters): ${quoted(bad.join(" "))}`;
  return [{ field, problem, rule: "RFC 2449 §3" }];
}

function judgeReference(
  kind: "capability" | "response-code",
  reference: readonly string[],
  problems: RuleBroken[],
  warnings: RuleBroken[],
): void {
  const found = referenceJudgement(kind, reference);
  problems.push(...found.problems);
  warnings.push(...found.warnings);
}

function clash(field: string, problem: string, rule: string): RuleBroken {
  return { field, problem, rule };
}

/** A tag or a code for use in a heading: nothing that a terminal would act on. */
function printable(text: string): string {
  return clipped(text).replaceAll(/[^ -~…]/g, "?");
}

/** Findings in the order of the template's fields. */
function inOrder(findings: readonly RuleBroken[]): readonly RuleBroken[] {
  const order = [...CAPABILITY_FIELDS, ...RESPONSE_CODE_FIELDS].map(({ label }) => label);
  return findings.toSorted((one, other) => order.indexOf(one.field) - order.indexOf(other.field));
}

function same(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}

function repeated(keywords: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(keywords.filter((keyword) => seen.size === seen.add(keyword).size));
}
