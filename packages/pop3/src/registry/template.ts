// The registration templates of RFC 2449 §9 as values, made from declarations, and as text that a person fills in or reads.
// Its inverse is `template-reader.ts`; both read the tables of field names here. Knows no capability by name.
import type { AnyCapability, Capability } from "../contracts/capability.js";
import type { ResponseCode } from "../contracts/response-code.js";
import type { State } from "../contracts/session.js";
import { wrapped } from "./layout.js";

/** The template of a capability: the eight fields, and the limits that "may need to be included". JSON as it is. */
export interface CapabilityTemplate {
  readonly tag: string;
  readonly arguments: string;
  readonly addedCommands: readonly string[];
  readonly affects: "none" | "all" | readonly string[];
  readonly announced: Capability["announced"];
  /** Empty where the capability adds no command. */
  readonly validIn: readonly State[];
  readonly reference: readonly string[];
  readonly discussion: string;
  readonly limits?: { readonly commandOctets: number };
}

/** The template of a response code. JSON as it is. */
export type ResponseCodeTemplate = Pick<
  ResponseCode,
  "code" | "validFor" | "commands" | "meaning" | "clientBehavior" | "reference"
>;

/** How a field is called: on paper, and by other documents that fill in the template. Names are compared in lower case. */
export interface FieldName<Key extends string> {
  readonly key: Key;
  readonly label: string;
  readonly also: readonly string[];
  readonly optional?: true;
}

export const CAPABILITY_FIELDS: readonly FieldName<keyof CapabilityTemplate>[] = [
  { key: "tag", label: "CAPA tag", also: [] },
  { key: "arguments", label: "Arguments", also: ["arguments with capa tag"] },
  { key: "addedCommands", label: "Added commands", also: [] },
  { key: "affects", label: "Standard commands affected", also: [] },
  { key: "announced", label: "Announced states / possible differences", also: ["announced states"] },
  { key: "validIn", label: "Commands valid in states", also: ["valid states"] },
  { key: "reference", label: "Specification reference", also: ["specification references"] },
  { key: "discussion", label: "Discussion", also: [] },
  { key: "limits", label: "New length limits", also: ["length limits"], optional: true },
];

export const RESPONSE_CODE_FIELDS: readonly FieldName<keyof ResponseCodeTemplate>[] = [
  { key: "code", label: "Complete response code", also: ["response code"] },
  { key: "validFor", label: "Valid for responses", also: [] },
  { key: "commands", label: "Valid for commands", also: [] },
  { key: "meaning", label: "Meaning", also: ["definition of its meaning"] },
  { key: "clientBehavior", label: "Expected client behavior", also: ["expected client behaviour"] },
  { key: "reference", label: "Specification reference", also: ["specification references"] },
];

/** The filled template of a declared capability. Throws a `TypeError` for one without a tag: it is not registered. */
export function capabilityTemplate(capability: AnyCapability): CapabilityTemplate {
  const { tag, name, argument, commands, affects, announced, reference, discussion, limits } = capability;
  if (tag === null) throw new TypeError(`${name} has no capability tag, so there is no registration template for it`);
  return {
    tag,
    arguments: argument.text,
    addedCommands: commands.map(({ keyword }) => keyword),
    affects,
    announced,
    validIn: STATES.filter((state) => commands.some(({ validIn }) => validIn.includes(state))),
    reference,
    discussion,
    ...(limits?.commandOctets === undefined ? {} : { limits: { commandOctets: limits.commandOctets } }),
  };
}

/** The filled template of a declared response code. */
export function responseCodeTemplate(declared: ResponseCode): ResponseCodeTemplate {
  const { code, validFor, commands, meaning, clientBehavior, reference } = declared;
  return { code, validFor, commands, meaning, clientBehavior, reference };
}

/** The template as text, a field name a line and its content indented below, wrapped to a width. */
export function templateText(template: CapabilityTemplate | ResponseCodeTemplate, columns = 72): string {
  const fields = "tag" in template ? capabilityFields(template) : responseCodeFields(template);
  return fields.map(([label, text]) => `${label}:\n${wrapped(text, columns, "    ")}\n`).join("\n");
}

/** The states in the order of a session. */
export const STATES: readonly State[] = ["AUTHORIZATION", "TRANSACTION"];

/** `both (optionally TRANSACTION only)`. */
export function announcedText({ in: states, optionally }: Capability["announced"]): string {
  return optionally === undefined ? states : `${states} (optionally ${optionally} only)`;
}

/** A list of keywords, or the word that stands for one. */
export function keywordsText(keywords: string | readonly string[]): string {
  if (typeof keywords === "string") return keywords;
  return keywords.length === 0 ? "none" : keywords.join(", ");
}

/** States in which commands are valid; `n/a` where there are no commands. */
export function statesText(states: readonly State[]): string {
  return states.length === 0 ? "n/a" : states.join(", ");
}

function capabilityFields(template: CapabilityTemplate): [string, string][] {
  const { limits, announced } = template;
  const text: Record<keyof CapabilityTemplate, string | null> = {
    tag: template.tag,
    arguments: template.arguments,
    addedCommands: keywordsText(template.addedCommands),
    affects: keywordsText(template.affects),
    announced: `${announcedText(announced)} / ${announced.differs ? "yes" : "no"}`,
    validIn: statesText(template.validIn),
    reference: template.reference.join(", "),
    discussion: template.discussion,
    limits: limits === undefined ? null : `command lines of up to ${limits.commandOctets} octets`,
  };
  return labelled(CAPABILITY_FIELDS, text);
}

function responseCodeFields(template: ResponseCodeTemplate): [string, string][] {
  return labelled(RESPONSE_CODE_FIELDS, {
    code: template.code,
    validFor: template.validFor.join(", "),
    commands: keywordsText(template.commands),
    meaning: template.meaning,
    clientBehavior: template.clientBehavior,
    reference: template.reference.join(", "),
  });
}

function labelled<Key extends string>(
  fields: readonly FieldName<Key>[],
  text: Readonly<Record<Key, string | null>>,
): [string, string][] {
  return fields.flatMap(({ key, label }): [string, string][] => {
    const content = text[key];
    return content === null ? [] : [[label, content]];
  });
}
