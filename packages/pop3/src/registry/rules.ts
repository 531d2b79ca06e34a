// The rules that a declaration must keep to be registered (RFC 2449 §3 to §5, §9), each as a function that lists what is broken.
// Knows no tag, keyword or code by name, and never throws: `registry.ts` refuses with these lists, `proposal.ts` judges with them.
import type { AnyCapability, Capability } from "../contracts/capability.js";
import type { RuleBroken } from "../contracts/errors.js";
import type { ResponseCode } from "../contracts/response-code.js";
import type { State } from "../contracts/session.js";
import { isCapabilityTag } from "../protocol/capability-line.js";
import { COMMAND_OCTETS, isKeyword } from "../protocol/command.js";
import { REPLY_OCTETS } from "../protocol/reply.js";
import { isResponseCode } from "../protocol/response-code.js";
import { clipped, quoted } from "./layout.js";

/** What is cited where no RFC says it but the registry cannot work without it. */
const HOUSE = "rule of this registry";

/** The rules about one declaration. An empty list means that it may join. */
export function declarationRules(capability: AnyCapability): RuleBroken[] {
  const { tag, commands, limits, responseCodes = [] } = capability;
  const broken: RuleBroken[] = [];
  if (tag !== null) broken.push(...taggedRules(tag, capability));
  broken.push(...nameRules(capability));
  for (const { keyword, validIn, serve } of commands) {
    broken.push(...keywordRules("Added commands", keyword));
    if (validIn.length === 0) broken.push(statesMissing(keyword));
    if (capability.available !== undefined && serve === undefined) {
      broken.push({
        field: "available",
        problem: `${keyword} has no "serve", so the capability cannot be announced; add it, or leave "available" out`,
        rule: "RFC 2449 §5",
      });
    }
  }
  if (Array.isArray(capability.affects)) {
    for (const keyword of capability.affects) broken.push(...keywordRules("Standard commands affected", keyword));
  }
  if (limits?.commandOctets !== undefined) broken.push(...limitRules(limits.commandOctets));
  for (const code of responseCodes) broken.push(...responseCodeRules(code));
  return broken;
}

/** The rules about a set: nothing in it is declared twice. Tags, keywords and codes are compared without regard to case. */
export function setRules(capabilities: readonly AnyCapability[]): RuleBroken[] {
  const tags = new Unique("CAPA tag", "the tag", "RFC 2449 §5");
  const names = new Unique("name", "the name", HOUSE);
  const keywords = new Unique("Added commands", "the command", "RFC 2449 §5");
  const codes = new Unique("response code", "the response code", "RFC 2449 §9");
  const causes = new Unique("response code", "the cause", HOUSE);
  const checks = new Unique("checks", "the check", HOUSE);
  for (const { tag, name, commands, responseCodes = [], checks: carried } of capabilities) {
    if (tag !== null) tags.add(tag, name);
    names.add(name, name);
    for (const { keyword } of commands) keywords.add(keyword, name);
    for (const { code, cause } of responseCodes) {
      codes.add(code, name);
      causes.add(cause, name);
    }
    for (const { id } of carried) checks.add(id, name);
  }
  return [tags, names, keywords, codes, causes, checks].flatMap(({ broken }) => broken);
}

/** A CAPA tag: its grammar, and for one that is to be registered the letter it must not begin with. */
export function tagRules(tag: string, registered: boolean): RuleBroken[] {
  if (!isCapabilityTag(tag) || tag.length > REPLY_OCTETS - 2) {
    return [
      {
        field: "CAPA tag",
        problem: `${quoted(tag)} is no tag: one or more printable ASCII characters, neither space nor "."`,
        rule: "RFC 2449 §3",
      },
    ];
  }
  if (registered && /^x/i.test(tag)) {
    return [
      {
        field: "CAPA tag",
        problem: `${clipped(tag)} begins with "X"; a registered tag must not`,
        rule: "RFC 2449 §9",
      },
    ];
  }
  return [];
}

/** A command keyword. */
export function keywordRules(field: string, keyword: string): RuleBroken[] {
  if (!isKeyword(keyword)) {
    return [
      {
        field,
        problem: `${quoted(keyword)} is no keyword: three or four printable ASCII characters`,
        rule: "RFC 2449 §3",
      },
    ];
  }
  if (keyword !== keyword.toUpperCase()) {
    return [
      {
        field,
        problem: `${keyword} is declared in upper case, as ${keyword.toUpperCase()}`,
        rule: "RFC 1939 §3",
      },
    ];
  }
  return [];
}

/** Where a capability is announced, against where its commands are valid. */
export function announcedRules(announced: Capability["announced"], validIn: readonly State[]): RuleBroken[] {
  const field = "Announced states / possible differences";
  const broken: RuleBroken[] = [];
  for (const only of new Set([announced.in, announced.optionally])) {
    if (only === undefined || only === "both") continue;
    const missed = validIn.find((state) => state !== only);
    if (missed !== undefined) {
      broken.push({
        field,
        problem: `a command is valid in ${missed}, so it must be announced in both states, not in ${only} only`,
        rule: "RFC 2449 §5",
      });
    }
  }
  if (announced.differs && announced.in !== "both") {
    broken.push({
      field,
      problem: `an argument differs after authentication only where it is announced in both states`,
      rule: "RFC 2449 §5",
    });
  }
  return broken;
}

/** A new limit for the command line, in octets with CRLF. */
export function limitRules(commandOctets: number): RuleBroken[] {
  if (Number.isSafeInteger(commandOctets) && commandOctets >= COMMAND_OCTETS) return [];
  return [
    {
      field: "New length limits",
      problem: `a command limit of ${commandOctets} is no whole number of at least ${COMMAND_OCTETS} octets, which every server with CAPA takes`,
      rule: "RFC 2449 §4",
    },
  ];
}

/** A response code with the fields that its registration must include. */
function responseCodeRules(declared: ResponseCode): RuleBroken[] {
  const { code, validFor, commands, meaning, clientBehavior, reference, registered, cause } = declared;
  const broken = codeRules(code);
  const missing = (field: string, what: string): void => {
    broken.push({ field, problem: `${code} ${what}`, rule: "RFC 2449 §9" });
  };
  if (validFor.length === 0) missing("Valid for responses", "says neither +OK nor -ERR");
  if (commands.length === 0) missing("Valid for commands", "names no command; write the keywords, or all");
  if (commands !== "all") for (const keyword of commands) broken.push(...keywordRules("Valid for commands", keyword));
  if (blank(meaning)) missing("Meaning", "has no definition of its meaning");
  if (blank(clientBehavior)) missing("Expected client behavior", "does not say what a client does with it");
  if (reference.length === 0 || reference.some(blank))
    missing("Specification reference", "names no permanent and readily available reference");
  if (registered !== null && !isMonth(registered)) missing("registered", `has no date of registration like 1998-11`);
  if (blank(cause)) missing("cause", "names no cause, so nothing would ever send it");
  return broken;
}

/** The grammar of a complete response code, without brackets. */
export function codeRules(code: string): RuleBroken[] {
  if (isResponseCode(code)) return [];
  return [
    {
      field: "Complete response code",
      problem: `${quoted(code)} is no response code: levels of printable ASCII characters without "]", parted by "/"`,
      rule: "RFC 2449 §3",
    },
  ];
}

/** Advice, not a refusal: a tag that stands for an optional command is the command's keyword. */
export function tagAdvice(tag: string, keywords: readonly string[]): RuleBroken[] {
  const same = keywords.some((keyword) => keyword.toUpperCase() === tag.toUpperCase());
  if (keywords.length === 0 || same) return [];
  return [
    {
      field: "CAPA tag",
      problem: `${clipped(tag)} adds ${clipped(keywords.join(", "))}; a tag should be the keyword of the command`,
      rule: "RFC 2449 §5",
    },
  ];
}

/** The obligations of a declaration that CAPA lists: the eight fields of the template. */
function taggedRules(tag: string, capability: AnyCapability): RuleBroken[] {
  const { argument, affects, announced, commands, reference, discussion, registration } = capability;
  const broken = tagRules(tag, registration !== null);
  const empty = (field: string, what: string): void => {
    broken.push({ field, problem: `is empty; ${what}`, rule: "RFC 2449 §9" });
  };
  if (blank(argument.text)) empty("Arguments", "describe them, or write none");
  if (affects.length === 0) empty("Standard commands affected", `list keywords, or write "none" or "all"`);
  if (reference.length === 0 || reference.some(blank))
    empty("Specification reference", "name the document that defines the capability");
  if (blank(discussion)) empty("Discussion", "say what the capability means");
  if (registration !== null && !isMonth(registration.date)) {
    broken.push({
      field: "registration",
      problem: "its date is a year and a month, like 1998-11",
      rule: "RFC 2449 §9",
    });
  }
  return [
    ...broken,
    ...announcedRules(
      announced,
      commands.flatMap(({ validIn }) => validIn),
    ),
  ];
}

/** The name: what pages and files call the declaration, and what the ids of its checks begin with. */
function nameRules({ tag, name, checks }: AnyCapability): RuleBroken[] {
  const broken: RuleBroken[] = [];
  if (tag === null ? blank(name) : name !== tag.toLowerCase()) {
    broken.push({
      field: "name",
      problem: `${JSON.stringify(name)} is no name for it; use ${tag === null ? "a word in lower case" : tag.toLowerCase()}`,
      rule: HOUSE,
    });
  }
  for (const { id } of checks) {
    if (!id.startsWith(`${name}-`)) {
      broken.push({
        field: "checks",
        problem: `the check ${id} belongs to ${name}, so its id begins with ${name}-`,
        rule: HOUSE,
      });
    }
  }
  return broken;
}

/** Values that may be taken once; a second taker is a broken rule that names the first. */
class Unique {
  readonly broken: RuleBroken[] = [];
  readonly #owners = new Map<string, string>();
  readonly #field: string;
  readonly #what: string;
  readonly #rule: string;

  constructor(field: string, what: string, rule: string) {
    this.#field = field;
    this.#what = what;
    this.#rule = rule;
  }

  add(value: string, owner: string): void {
    const key = value.toUpperCase();
    const first = this.#owners.get(key);
    if (first === undefined) {
      this.#owners.set(key, owner);
      return;
    }
    const declarers = first === owner ? `twice by ${owner}` : `by ${first} and by ${owner}`;
    this.broken.push({
      field: this.#field,
      problem: `${this.#what} ${value} is declared ${declarers}; keep one`,
      rule: this.#rule,
    });
  }
}

function statesMissing(keyword: string): RuleBroken {
  return {
    field: "Commands valid in states",
    problem: `${keyword} is valid in no state; write AUTHORIZATION, TRANSACTION or both`,
    rule: "RFC 2449 §5",
  };
}

function blank(text: string): boolean {
  return text.trim() === "";
}

/** `1998-11`. */
function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}
