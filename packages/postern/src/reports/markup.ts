// Text of HTML, SVG and XML: what is put into a template is escaped unless it is markup itself, so nothing can be forgotten.
// Knows no element; what is written outside of `${}` is the template author's own.
import { shortened, visible } from "./visible.js";

/** Markup that is well-formed XML inside. Made by `markup` alone. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes. Null leaves nothing, a list its parts one behind the other. */
export type Part = string | number | Markup | null | readonly Part[];

/** A template: parts that are texts are made visible and escaped, fit for content and for attributes in double quotes. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...parts.map(written)));
}

/** Texts, each of them visible in one line, below one another. */
export function linesOf(texts: readonly string[]): Markup {
  return new Markup(texts.map(written).join("\n"));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** UTF-16 units. What is longer is a server that talks too much; the report as JSON has all of it. */
const LONGEST_TEXT = 2000;

function written(part: Part): string {
  if (part === null) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(written).join("");
  // Shortened first: a character that is cut in two becomes an escape.
  return visible(shortened(`${part}`, LONGEST_TEXT)).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
