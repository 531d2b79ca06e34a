// Reads a filled registration template back: the inverse of `templateText`, and of what other documents make of the template.
// It says what cannot be read; whether what was read may be registered is for `proposal.ts`.
import type { RuleBroken } from "../contracts/errors.js";
import type { State } from "../contracts/session.js";
import { quoted } from "./layout.js";
import {
  CAPABILITY_FIELDS,
  type CapabilityTemplate,
  RESPONSE_CODE_FIELDS,
  type ResponseCodeTemplate,
  STATES,
} from "./template.js";
import { ANNOUNCED_AND_VALID, type FieldKey, MEANING_AND_BEHAVIOR, templateFields } from "./template-fields.js";

interface ReadingOf<Kind extends string, Template> {
  readonly kind: Kind;
  /** What could be read; a field that is absent or unreadable is missing here. */
  readonly template: Partial<Template>;
  /** What is absent, empty or unreadable. */
  readonly problems: readonly RuleBroken[];
  /** What was passed over, or taken to mean something it does not quite say. */
  readonly warnings: readonly RuleBroken[];
}

/** A template as read; null where a text holds no field of one. */
export type TemplateReading =
  ReadingOf<"capability", CapabilityTemplate> | ReadingOf<"response-code", ResponseCodeTemplate>;

type Mutable<Template> = { -readonly [Key in keyof Template]?: Template[Key] };

/** What follows a document's name behind a comma: where in it, or its standing. */
const BELONGS_TO_DOCUMENT =
  /^(§|sections?\b|sec\.|appendix\b|standards?[ -]track\b|(proposed|draft|internet) standard\b|experimental\b|informational\b|historic\b)/i;

/** Words between keywords, where a list is written as a sentence. */
const FILLERS: ReadonlySet<string> = new Set(["and", "or", "the", "command", "commands"]);

/** Reads a template of either kind, as text or as JSON. */
export function readTemplate(
  text: string,
): TemplateReading | { readonly kind: null; readonly problems: readonly RuleBroken[] } {
  const found = templateFields(text);
  const { fields } = found;
  if (fields.size === 0) {
    const none: RuleBroken = {
      field: "proposal",
      problem: `holds no field of a template; begin with "${CAPABILITY_FIELDS[0]!.label}:" or "${RESPONSE_CODE_FIELDS[0]!.label}:"`,
      rule: "RFC 2449 §9",
    };
    return { kind: null, problems: found.problems.length > 0 ? found.problems : [none] };
  }
  const notes = new Notes(found.problems, found.warnings);
  const capability = CAPABILITY_FIELDS.filter(({ key }) => fields.has(key)).length;
  const responseCode = RESPONSE_CODE_FIELDS.filter(({ key }) => fields.has(key)).length;
  if (responseCode > capability || (fields.has("code") && !fields.has("tag"))) {
    return { kind: "response-code", template: readResponseCode(fields, notes), ...notes.lists };
  }
  return { kind: "capability", template: readCapability(fields, notes), ...notes.lists };
}

function readCapability(found: ReadonlyMap<FieldKey, string>, notes: Notes): Partial<CapabilityTemplate> {
  const fields = new Map(found);
  const template: Mutable<CapabilityTemplate> = {};
  const together = fields.get(ANNOUNCED_AND_VALID);
  if (together !== undefined) {
    const [announced = "", valid = announced] = together.split("/");
    fields.set("announced", announced);
    fields.set("validIn", valid);
  }
  for (const { key, label, optional } of CAPABILITY_FIELDS) {
    const text = fields.get(key);
    if (text === undefined || text === "") {
      if (optional !== true || text === "") notes.problem(label, text === undefined ? "is missing" : "is empty");
      continue;
    }
    if (key === "tag" || key === "arguments" || key === "discussion") template[key] = text;
    else if (key === "reference") template.reference = references(text);
    else if (key === "affects") template.affects = keywords(text, label, notes);
    else if (key === "addedCommands") template.addedCommands = addedCommands(text, label, notes);
    else if (key === "validIn") template.validIn = isNothing(text) ? [] : states(text, label, notes);
    else if (key === "announced") readAnnounced(text, label, template, notes);
    else readLimits(text, label, template, notes);
  }
  return template;
}

function readResponseCode(found: ReadonlyMap<FieldKey, string>, notes: Notes): Partial<ResponseCodeTemplate> {
  const fields = new Map(found);
  const template: Mutable<ResponseCodeTemplate> = {};
  const together = fields.get(MEANING_AND_BEHAVIOR);
  if (together !== undefined) {
    const [meaning = "", ...behavior] = together.split("\n\n");
    fields.set("meaning", meaning);
    fields.set("clientBehavior", behavior.length > 0 ? behavior.join("\n\n") : meaning);
    if (behavior.length === 0 && meaning !== "") {
      notes.warning(
        MEANING_LABEL,
        "one paragraph is taken for both the meaning and what a client does; see that it says both",
      );
    }
  }
  for (const { key, label } of RESPONSE_CODE_FIELDS) {
    const text = fields.get(key);
    if (text === undefined || text === "") {
      notes.problem(label, text === undefined ? "is missing" : "is empty");
      continue;
    }
    if (key === "code") template.code = text.replace(/^\[(.*)\]$/, "$1");
    else if (key === "meaning" || key === "clientBehavior") template[key] = text;
    else if (key === "reference") template.reference = references(text);
    else if (key === "validFor") readValidFor(text, label, template, notes);
    else readCommands(text, label, template, notes);
  }
  return template;
}

const MEANING_LABEL = "Meaning and expected client behavior";

function readAnnounced(text: string, label: string, template: Mutable<CapabilityTemplate>, notes: Notes): void {
  const [, where = "", , difference = ""] = /^([^/]*)(\/(.*))?$/s.exec(text) ?? [];
  const [, optional] = /\boptionally (\w+)/i.exec(where) ?? [];
  const [optionally] = optional === undefined ? [] : states(optional, label, notes);
  const found = states(where.replaceAll(/\([^()]*\)/g, " "), label, notes);
  if (found.length === 0) return;
  const [, answer] = /^\s*(yes|no|none)\b/i.exec(difference) ?? [];
  if (answer === undefined) {
    notes.problem(
      label,
      `does not say whether the argument may differ after authentication; add "/ no" or "/ yes"`,
      "RFC 2449 §5",
    );
  }
  const differs = answer?.toLowerCase() === "yes";
  const announced = found.length === 2 ? "both" : found[0]!;
  template.announced = optionally === undefined ? { in: announced, differs } : { in: announced, optionally, differs };
}

/** The states that a text names; both for `both`. */
function states(text: string, label: string, notes: Notes): readonly State[] {
  const words: readonly string[] = text.toUpperCase().match(/[A-Z]+/g) ?? [];
  if (words.includes("BOTH")) return STATES;
  // RFC 2449 §6 says AUTHENTICATION for the state that RFC 1939 §3 calls AUTHORIZATION.
  const synonym = words.includes("AUTHENTICATION") ? STATES[0] : null;
  const found = STATES.filter((state) => words.includes(state) || state === synonym);
  if (found.length === 0) notes.problem(label, `names no state; write ${STATES.join(", ")} or both`, "RFC 2449 §5");
  return found;
}

function readLimits(text: string, label: string, template: Mutable<CapabilityTemplate>, notes: Notes): void {
  if (isNothing(text)) return;
  const [, octets] = /\b(\d{1,9})\s+octets\b/i.exec(text) ?? [];
  if (octets === undefined)
    notes.problem(label, `names no number of octets; write "command lines of up to … octets", or none`, "RFC 2449 §4");
  else template.limits = { commandOctets: Number(octets) };
}

function readValidFor(text: string, label: string, template: Mutable<ResponseCodeTemplate>, notes: Notes): void {
  const named = new Set(text.toUpperCase().match(/\+OK|-ERR/g));
  const validFor = (["+OK", "-ERR"] as const).filter((status) => named.has(status));
  if (validFor.length === 0) notes.problem(label, "names neither +OK nor -ERR");
  else template.validFor = validFor;
}

function readCommands(text: string, label: string, template: Mutable<ResponseCodeTemplate>, notes: Notes): void {
  const commands = keywords(text, label, notes);
  if (commands === "none") notes.problem(label, "names no command; list keywords, or write all");
  else template.commands = commands;
}

function addedCommands(text: string, label: string, notes: Notes): readonly string[] {
  const commands = keywords(text, label, notes);
  if (commands === "all") notes.problem(label, "lists the keywords that are new, or says none");
  return typeof commands === "string" ? [] : commands;
}

/** A list of keywords in upper case, however it is parted; remarks in parentheses are passed over. */
function keywords(text: string, label: string, notes: Notes): "none" | "all" | readonly string[] {
  const list = text.replaceAll(/\([^()]*\)/g, " ").trim();
  if (isNothing(list)) return "none";
  if (/^(all|any)( commands?)?\.?$/i.test(list)) return "all";
  const words = list.split(/[\s,;]+/).filter((word) => word !== "" && !FILLERS.has(word));
  if (words.length === 0) notes.problem(label, `holds no keyword: ${quoted(text)}; list keywords, or write none`);
  return words.map((word) => word.toUpperCase());
}

/** The documents named, parted by commas and semicolons outside parentheses; sections and standing stay with their document. */
function references(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of `${text},`) {
    if (character === "(") depth++;
    else if (character === ")") depth--;
    if (depth > 0 || (character !== "," && character !== ";")) {
      part += character;
      continue;
    }
    const name = part.replaceAll(/\s+/g, " ").trim();
    part = "";
    if (found.length > 0 && BELONGS_TO_DOCUMENT.test(name)) found.push(`${found.pop()!}, ${name}`);
    else if (name !== "") found.push(name);
  }
  return part.trim() === "" ? found : [...found, part.trim().replace(/,$/, "")];
}

function isNothing(text: string): boolean {
  return /^(none|n\/?a|-)\.?$/i.test(text.trim());
}

/** What there is to say about a reading. */
class Notes {
  readonly lists: { readonly problems: RuleBroken[]; readonly warnings: RuleBroken[] };

  constructor(problems: readonly RuleBroken[], warnings: readonly RuleBroken[]) {
    this.lists = { problems: [...problems], warnings: [...warnings] };
  }

  problem(field: string, problem: string, rule = "RFC 2449 §9"): void {
    this.lists.problems.push({ field, problem, rule });
  }

  warning(field: string, problem: string, rule = "RFC 2449 §9"): void {
    this.lists.warnings.push({ field, problem, rule });
  }
}
