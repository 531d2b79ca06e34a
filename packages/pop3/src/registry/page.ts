// The registry's page: tables of the registered capabilities and response codes with the rules for new ones (RFC 2449 §9), in two views
// that follow from the dates in the declarations: today's, and the set that RFC 2449 began with. Knows no capability by name.
import type { AnyCapability } from "../contracts/capability.js";
import { type Deviation, DEVIATIONS } from "./deviations.js";
import { textTable, wrapped } from "./layout.js";
import {
  announcedText,
  capabilityTemplate,
  type CapabilityTemplate,
  keywordsText,
  responseCodeTemplate,
  type ResponseCodeTemplate,
  statesText,
} from "./template.js";

export type RegistryView = "today" | "initial";

/** A rule for new entries, in our own words. */
export interface RegistrationRule {
  readonly text: string;
  /** `RFC 2449 §9`. */
  readonly rule: string;
}

/** One dated view of the registry. JSON as it is. */
export interface RegistryPage {
  readonly view: RegistryView;
  /** The date of the newest entry, `2013-03`. */
  readonly date: string;
  readonly capabilities: readonly (CapabilityTemplate & { readonly registered: string })[];
  readonly responseCodes: readonly (ResponseCodeTemplate & { readonly registered: string })[];
  readonly capabilityRules: readonly RegistrationRule[];
  readonly responseCodeRules: readonly RegistrationRule[];
  /** Where RFCs, IANA's page and the declarations differ; none in the initial view, which is RFC 2449's own. */
  readonly deviations: readonly Deviation[];
}

const CAPABILITY_RULES: readonly RegistrationRule[] = [
  {
    text: "A new capability is defined in a standards track RFC, or in an experimental RFC that the IESG approved.",
    rule: "RFC 2449 §9",
  },
  { text: `No registered tag begins with the letter "X".`, rule: "RFC 2449 §9" },
  {
    text:
      "The definition fills in the template: the tag, its arguments, the commands it adds, the standard commands it affects, the states in " +
      "which it is announced and whether its argument may differ between them, the states in which its commands are valid, the specification, " +
      "and a discussion. New limits to the length of commands and responses are given with it.",
    rule: "RFC 2449 §9",
  },
  {
    text: "What is available in the AUTHORIZATION state is announced in both states.",
    rule: "RFC 2449 §5",
  },
  {
    text: "A tag that stands for an optional command should be the command's keyword.",
    rule: "RFC 2449 §5",
  },
  {
    text:
      "Extensions are to stay few. More mailboxes, uploading and whatever else departs from downloading and deleting are unlikely to be " +
      "accepted, and no client may need an extension for its basic work, authentication apart.",
    rule: "RFC 2449 §7",
  },
];

const RESPONSE_CODE_RULES: readonly RegistrationRule[] = [
  {
    text:
      "A new response code is defined in an RFC or another permanent and readily available document, in such detail that independent " +
      "implementations work together (the policy that IANA calls Specification Required).",
    rule: "RFC 2449 §9",
  },
  {
    text:
      "The definition gives the complete code, the responses (+OK or -ERR) and the commands for which it is valid, what it means, and what " +
      "a client does with it.",
    rule: "RFC 2449 §9",
  },
  {
    text: "Levels of detail are parted by slashes; a client passes over the levels that it does not know.",
    rule: "RFC 2449 §8",
  },
];

/** A view of the registry that these declarations are: private ones and those without a tag are not on the page. */
export function registryPage(declared: readonly AnyCapability[], view: RegistryView = "today"): RegistryPage {
  const initial = view === "initial" ? dates(declared)[0] : undefined;
  const shown = (date: string): boolean => initial === undefined || date <= initial;
  const capabilities = declared.flatMap((capability) => {
    const { tag, registration } = capability;
    if (tag === null || registration === null || !shown(registration.date)) return [];
    const template = capabilityTemplate(capability);
    const reference = initial === undefined ? undefined : registration.initialReference;
    return [{ ...template, reference: reference ?? template.reference, registered: registration.date }];
  });
  const responseCodes = declared
    .flatMap((capability) => capability.responseCodes ?? [])
    .flatMap((code) =>
      code.registered === null || !shown(code.registered)
        ? []
        : [{ ...responseCodeTemplate(code), registered: code.registered }],
    )
    .toSorted((one, other) => one.registered.localeCompare(other.registered));
  return {
    view,
    date: initial ?? dates(declared).at(-1) ?? "",
    capabilities,
    responseCodes,
    capabilityRules: CAPABILITY_RULES,
    responseCodeRules: RESPONSE_CODE_RULES,
    deviations: view === "initial" ? [] : DEVIATIONS,
  };
}

/** The page as text, its tables wrapped to a width. */
export function pageText(page: RegistryPage, columns = 120): string {
  const since = page.view === "initial" ? `the initial set, ${page.date}` : `as of ${page.date}`;
  const sections = [
    heading(`POP3 extension registry (${since})`, "="),
    heading(`Capabilities (${page.capabilities.length})`, "-"),
    capabilityTable(page, columns),
    `How a capability is registered:\n${rulesText(page.capabilityRules, columns)}`,
    heading(`Response codes (${page.responseCodes.length})`, "-"),
    responseCodeTable(page, columns),
    `How a response code is registered:\n${rulesText(page.responseCodeRules, columns)}`,
  ];
  if (page.deviations.length > 0) {
    sections.push(heading("Where RFCs, IANA's page and these declarations differ", "-"), deviationTable(page, columns));
  }
  return `${sections.join("\n\n")}\n`;
}

function capabilityTable({ capabilities }: RegistryPage, columns: number): string {
  const header = [
    "CAPA tag",
    "Arguments",
    "Added",
    "Affects",
    "Announced",
    "Differs",
    "Valid in",
    "Reference",
    "Since",
  ];
  const rows = capabilities.map((capability) => [
    capability.tag,
    capability.arguments,
    keywordsText(capability.addedCommands),
    keywordsText(capability.affects),
    announcedText(capability.announced),
    capability.announced.differs ? "yes" : "no",
    statesText(capability.validIn),
    capability.reference.join(", "),
    capability.registered,
  ]);
  return textTable(header, rows, columns);
}

function responseCodeTable({ responseCodes }: RegistryPage, columns: number): string {
  const header = ["Code", "Valid for", "Commands", "Meaning", "Client behavior", "Reference", "Since"];
  const rows = responseCodes.map((code) => [
    code.code,
    code.validFor.join(", "),
    keywordsText(code.commands),
    code.meaning,
    code.clientBehavior,
    code.reference.join(", "),
    code.registered,
  ]);
  return textTable(header, rows, columns);
}

function deviationTable({ deviations }: RegistryPage, columns: number): string {
  const rows = deviations.map(({ capability, field, rfc, page, declared, reason }) => [
    capability,
    field,
    rfc,
    page,
    declared,
    reason,
  ]);
  return textTable(["Capability", "Field", "RFC", "IANA's page", "Here", "Why"], rows, columns);
}

function rulesText(rules: readonly RegistrationRule[], columns: number): string {
  return rules
    .map(({ text, rule }) => {
      const lines = wrapped(`${text} (${rule})`, columns - 2, "    ");
      return `  - ${lines.trimStart()}`;
    })
    .join("\n");
}

function heading(text: string, line: string): string {
  return `${text}\n${line.repeat(text.length)}`;
}

/** The dates of registration, oldest first. */
function dates(declared: readonly AnyCapability[]): string[] {
  return declared
    .flatMap(({ registration, responseCodes = [] }) => [
      registration?.date ?? null,
      ...responseCodes.map(({ registered }) => registered),
    ])
    .filter((date) => date !== null)
    .toSorted();
}
