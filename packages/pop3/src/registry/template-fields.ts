// The fields of a filled registration template, found in a text or in JSON, each as text. What a field's content means is
// `template-reader.ts`'s. Forgives what copying out of an RFC does to a template: indentation, wrapped lines, page breaks, case.
import type { RuleBroken } from "../contracts/errors.js";
import { quoted } from "./layout.js";
import { CAPABILITY_FIELDS, RESPONSE_CODE_FIELDS } from "./template.js";

/** The key of a field in `template.ts`, or of a field that documents use for two of them. */
export type FieldKey = string;

/** One field for where it is announced and where it is valid (RFC 2595 §8), and one for meaning and behaviour (RFC 6856 §5). */
export const ANNOUNCED_AND_VALID: FieldKey = "announced+validIn";
export const MEANING_AND_BEHAVIOR: FieldKey = "meaning+clientBehavior";

/** What was found. A field without content is present with an empty text. */
export interface TemplateFields {
  readonly fields: ReadonlyMap<FieldKey, string>;
  readonly problems: readonly RuleBroken[];
  readonly warnings: readonly RuleBroken[];
}

/** How much deeper than the first field name of a text another one may stand; more, and the line is content. */
const INDENT_SLACK = 2;

const KEYS_BY_NAME: ReadonlyMap<string, FieldKey> = new Map([
  ...[...CAPABILITY_FIELDS, ...RESPONSE_CODE_FIELDS].flatMap(({ key, label, also }) =>
    [key, label, ...also].map((name): [string, FieldKey] => [normalized(name), key]),
  ),
  ["announced states/valid states", ANNOUNCED_AND_VALID],
  ["meaning and expected client behavior", MEANING_AND_BEHAVIOR],
  ["meaning and expected client behaviour", MEANING_AND_BEHAVIOR],
  ["response code meaning and expected client behavior", MEANING_AND_BEHAVIOR],
]);

/** Finds the fields; text that begins with a brace or a bracket is JSON. */
export function templateFields(text: string): TemplateFields {
  return /^\s*[[{]/.test(text) ? jsonFields(text) : labelledFields(text);
}

function labelledFields(text: string): TemplateFields {
  const fields = new Map<FieldKey, string[]>();
  const problems: RuleBroken[] = [];
  let content: string[] | null = null;
  let base: number | null = null;
  const lines = text.split(/\r\n|\n|\r/).filter((line) => !isPageBreak(line));
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    let label = fieldLabel(line);
    // A narrow page may part the name itself: "Announced states /" and then "possible differences: both / no".
    if (label === null && !line.includes(":") && line.trim() !== "" && at + 1 < lines.length) {
      label = fieldLabel(`${line} ${lines[at + 1]!.trimStart()}`);
      if (label !== null) at++;
    }
    if (label === null || (base !== null && label.indent > base + INDENT_SLACK)) {
      content?.push(line);
      continue;
    }
    base ??= label.indent;
    if (fields.has(label.key)) {
      problems.push({ field: label.name, problem: "appears twice; a proposal is one template", rule: "RFC 2449 §9" });
    }
    content = [label.rest];
    fields.set(label.key, content);
  }
  return { fields: new Map([...fields].map(([key, found]) => [key, paragraphs(found)])), problems, warnings: [] };
}

/** A line that begins a field, or null. */
function fieldLabel(line: string): { key: FieldKey; name: string; indent: number; rest: string } | null {
  const [, space = "", name = "", rest = ""] = /^([ \t]*)([A-Za-z][^:]{0,79}):(.*)$/.exec(line) ?? [];
  const key = KEYS_BY_NAME.get(normalized(name));
  return key === undefined ? null : { key, name: name.trim(), indent: space.length, rest };
}

/** Lines to paragraphs: words parted by single spaces, paragraphs by an empty line. */
function paragraphs(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .join("\n")
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

/** The foot, the head and the form feed between two pages of an RFC. */
function isPageBreak(line: string): boolean {
  return line.includes("\f") || /^\S.*\[Page \d+\]\s*$/.test(line) || /^RFC \d+ {3,}\S.*\d{4}\s*$/.test(line);
}

function jsonFields(text: string): TemplateFields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return notJson("begins like JSON but is none; check brackets, quotes and commas");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return notJson("is no JSON object; a proposal is one template");
  }
  const fields = new Map<FieldKey, string>();
  const problems: RuleBroken[] = [];
  const warnings: RuleBroken[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    const key = KEYS_BY_NAME.get(normalized(name)) ?? KEYS_BY_NAME.get(normalized(name.replaceAll(/(?=[A-Z])/g, " ")));
    const field = quoted(name);
    if (key === undefined) {
      warnings.push({
        field,
        problem: "is no field of a registration template and was passed over",
        rule: "RFC 2449 §9",
      });
      continue;
    }
    if (fields.has(key)) {
      problems.push({ field, problem: "appears twice; a proposal is one template", rule: "RFC 2449 §9" });
    }
    const content = valueText(key, value);
    if (content === null) {
      problems.push({ field, problem: "is written as a string or a list of strings", rule: "RFC 2449 §9" });
    }
    fields.set(key, content ?? "");
  }
  return { fields, problems, warnings };
}

function notJson(problem: string): TemplateFields {
  return { fields: new Map(), problems: [{ field: "proposal", problem, rule: "RFC 2449 §9" }], warnings: [] };
}

/** A field's JSON value as the text that stands for it; null where it has none. */
function valueText(key: FieldKey, value: unknown): string | null {
  if (typeof value === "string") return paragraphs(value.split("\n"));
  if (Array.isArray(value)) {
    if (!value.every((item) => typeof item === "string")) return null;
    return value.length === 0 && key !== "reference" ? "none" : value.join(", ");
  }
  if (typeof value !== "object" || value === null) return null;
  const { in: states, optionally, differs, commandOctets } = value as Readonly<Record<string, unknown>>;
  if (key === "limits") return typeof commandOctets === "number" ? `${commandOctets} octets` : null;
  if (key !== "announced" || typeof states !== "string") return null;
  const option = typeof optionally === "string" ? ` (optionally ${optionally} only)` : "";
  return typeof differs === "boolean" ? `${states}${option} / ${differs ? "yes" : "no"}` : `${states}${option}`;
}

function normalized(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?\/ ?/g, "/");
}
