// What `postern registry` says about a declaration, as text and as plain data for JSON.
// Finding a declaration and writing to the terminal is `registry.ts`'s; the templates are made by `@postern/pop3`.
import {
  type AnyCapability,
  capabilityTemplate,
  type ResponseCode,
  responseCodeTemplate,
  templateText,
} from "@postern/pop3";
import { filledLines } from "./text-style.js";

type Emphasis = (text: string) => string;

/** A capability as data: its template where it has a tag, its commands in full, and whether it is served. */
export function capabilityFacts(capability: AnyCapability): Record<string, unknown> {
  const { tag, name, registration, commands, responseCodes = [], checks, reference, discussion } = capability;
  return {
    ...(tag === null ? { name, reference, discussion } : capabilityTemplate(capability)),
    registered: registration?.date ?? null,
    served: isServed(capability),
    commands: commands.map(({ keyword, params, validIn, reply }) => ({
      keyword,
      parameters: params.text,
      validIn,
      reply,
    })),
    responseCodes: responseCodes.map(({ code }) => code),
    checks: checks.map(({ id, level, reference: rule, title }) => ({ id, level, reference: rule, title })),
  };
}

/** A response code as data: its template, and the capability that it comes with. */
export function responseCodeFacts(code: ResponseCode, owner: AnyCapability): Record<string, unknown> {
  return { ...responseCodeTemplate(code), registered: code.registered, capability: owner.tag, served: isServed(owner) };
}

/** A line for each capability and response code. */
export function listText(capabilities: readonly AnyCapability[], bold: Emphasis): string {
  const listed = capabilities.filter(({ tag }) => tag !== null);
  const capabilityRows = listed.map((capability) => [
    capability.tag ?? "",
    isServed(capability) ? "yes" : "no",
    capability.registration?.date ?? "private",
    capability.commands.map(({ keyword }) => keyword).join(", ") || "-",
    capability.reference.join(", "),
  ]);
  const codeRows = capabilities.flatMap((owner) =>
    (owner.responseCodes ?? []).map((code) => [
      `[${code.code}]`,
      isServed(owner) ? "yes" : "no",
      code.registered ?? "private",
      code.commands === "all" ? "all" : code.commands.join(", "),
      code.reference.join(", "),
    ]),
  );
  return [
    ...aligned([["CAPABILITY", "SERVED", "SINCE", "ADDS", "REFERENCE"], ...capabilityRows], bold),
    "",
    ...aligned([["RESPONSE CODE", "SERVED", "SINCE", "IN ANSWER TO", "REFERENCE"], ...codeRows], bold),
    "",
  ].join("\n");
}

/** All about a capability, or about a part of the base protocol, which has no template. */
export function showCapability(capability: AnyCapability, columns: number, bold: Emphasis): string {
  const { tag, name, registration, commands, responseCodes = [], reference, checks } = capability;
  const since = registration === null ? "not in the registry" : `registered ${registration.date}`;
  const sections = [`${bold(tag ?? name.toUpperCase())}  (${since}; ${reference.join(", ")})`, servedText(capability)];
  if (tag === null) sections.push(filledLines(capability.discussion, columns).join("\n"));
  else sections.push(templateText(capabilityTemplate(capability), columns).trimEnd());
  if (commands.length > 0) {
    const rows = commands.map(({ keyword, params, validIn, reply }) => [
      `  ${`${keyword} ${params.text}`.trim()}`,
      validIn.join(", "),
      REPLIES[reply],
    ]);
    sections.push([bold("Commands"), ...aligned(rows)].join("\n"));
  }
  for (const code of responseCodes) {
    sections.push(`${bold(`Response code [${code.code}]`)}\n${indented(responseCodeText(code, columns - 2))}`);
  }
  if (checks.length > 0) {
    const rows = checks.map(({ id, level, reference: rule }) => [`  ${id}`, level, rule]);
    sections.push([bold("Checks"), ...aligned(rows)].join("\n"));
  }
  return `${sections.join("\n\n")}\n`;
}

/** All about a response code. */
export function showResponseCode(code: ResponseCode, owner: AnyCapability, columns: number, bold: Emphasis): string {
  const since = code.registered === null ? "not in the registry" : `registered ${code.registered}`;
  return [
    `${bold(`[${code.code}]`)}  (response code, ${since}; comes with ${owner.tag ?? owner.name})`,
    servedText(owner),
    `${responseCodeText(code, columns)}\n`,
  ].join("\n\n");
}

const REPLIES = {
  single: "one line",
  multi: "several lines",
  "multi-if-bare": "one line; several without parameter",
  exchange: "an exchange of challenges and responses",
} as const;

function responseCodeText(code: ResponseCode, columns: number): string {
  return templateText(responseCodeTemplate(code), columns).trimEnd();
}

function servedText(capability: AnyCapability): string {
  return isServed(capability)
    ? "This version's server has it, and offers it where a session allows."
    : "This version's server does not have it: it is neither announced nor accepted.";
}

function isServed({ available }: AnyCapability): boolean {
  return available !== undefined;
}

/** Rows with their columns lined up; the first may be a heading. */
function aligned(rows: readonly (readonly string[])[], heading: Emphasis = (text) => text): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row, at) => {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
    return at === 0 ? heading(line) : line;
  });
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
