// The registry at run time: which declaration owns a keyword or a tag, what a session may do now, what CAPA lists.
// Every refusal that does not need the maildrop is made here, before a handler runs. It does not run handlers; `server/` does.
import type { AnyCapability } from "../contracts/capability.js";
import type { AnyCommandSpec, Parsed } from "../contracts/command.js";
import { DeclarationRefused, type RuleBroken } from "../contracts/errors.js";
import type { FailureCause, ResponseCode } from "../contracts/response-code.js";
import { say, type ReplyText, type Said } from "../contracts/sentence.js";
import type { SessionView } from "../contracts/session.js";
import type { Transaction } from "../contracts/transaction.js";
import { formatCapabilityLine } from "../protocol/capability-line.js";
import { COMMAND_OCTETS, parseCommand } from "../protocol/command.js";
import { octetsOf } from "../protocol/octets.js";
import { Declarations } from "./declarations.js";
import { declarationRules, setRules } from "./rules.js";

/** A command line that may be served: the spec, its parameters as parsed, and the capabilities that wrap it. */
export interface Resolved {
  readonly spec: AnyCommandSpec;
  readonly params: unknown;
  readonly hooks: readonly AnyCapability[];
}

/** A command line that is not served, and the sentence that says why. */
export interface Refused {
  readonly refusal: "malformed" | "unknown" | "wrong-state" | "unavailable";
  /** The declared keyword, or null where the line names none; never text of the peer's. */
  readonly keyword: string | null;
  readonly text: ReplyText;
}

export interface RegistryOptions {
  /** Tags of the capabilities to serve; all that have server behaviour where absent. Those without a tag are always served. */
  readonly enabled?: readonly string[];
}

/** A command of a served capability. */
interface Entry {
  readonly spec: AnyCommandSpec;
  readonly owner: AnyCapability;
  readonly hooks: readonly AnyCapability[];
  /** Those that may permit UTF-8 in its parameters. */
  readonly utf8: readonly AnyCapability[];
  /** Octets of its longest line, with CRLF. */
  readonly octets: number;
}

const NO_HOOKS: readonly AnyCapability[] = [];

/** A set of declarations that agree with each other and with RFC 2449 §9. */
export class Registry extends Declarations<AnyCapability> {
  /** Those with server behaviour that are enabled. */
  readonly served: readonly AnyCapability[];
  /** The longest command line, with CRLF, that any served capability asks for (RFC 2449 §4). */
  readonly commandOctets: number;
  readonly #admitting: readonly AnyCapability[];
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #codeOwners: ReadonlyMap<FailureCause, { readonly code: ResponseCode; readonly owner: AnyCapability }>;

  /** Throws `DeclarationRefused` with every rule that the declarations, or the tags in `enabled`, break. */
  constructor(capabilities: readonly AnyCapability[], options: RegistryOptions = {}) {
    for (const capability of capabilities) {
      const broken = declarationRules(capability);
      if (broken.length > 0) throw new DeclarationRefused(capability.tag ?? capability.name, broken);
    }
    const clashes = setRules(capabilities);
    if (clashes.length > 0) throw new DeclarationRefused("the set of capabilities", clashes);

    super(capabilities);
    this.served = withoutEmptyPromises(this.#select(options.enabled));
    this.commandOctets = Math.max(COMMAND_OCTETS, ...this.served.map(({ limits }) => limits?.commandOctets ?? 0));
    this.#entries = entriesOf(this.served);
    this.#admitting = this.served.filter(({ admit }) => admit !== undefined);
    this.#codeOwners = new Map(
      this.served.flatMap((owner) => (owner.responseCodes ?? []).map((code) => [code.cause, { code, owner }] as const)),
    );
  }

  #select(enabled: readonly string[] | undefined): readonly AnyCapability[] {
    if (enabled === undefined) return this.capabilities.filter(({ available }) => available !== undefined);
    const wanted = new Set(enabled.map(upper));
    const broken: RuleBroken[] = [];
    for (const tag of wanted) {
      const capability = this.capability(tag);
      if (capability?.available !== undefined) continue;
      const problem =
        capability === undefined
          ? "no capability of this tag is declared"
          : "is declared, but this version cannot serve it";
      broken.push({ field: tag, problem, rule: "a server announces what works, and nothing else" });
    }
    if (broken.length > 0) throw new DeclarationRefused("enabled capabilities", broken);
    return this.capabilities.filter(
      ({ tag, available }) => available !== undefined && (tag === null || wanted.has(upper(tag))),
    );
  }

  /** What a command line (one character an octet, without its line end) means in this session; every gate is here. */
  resolve(line: string, view: SessionView): Resolved | Refused {
    const parsed = parseCommand(line);
    if ("problem" in parsed) return { refusal: "malformed", keyword: null, text: parsed.problem };
    const entry = this.#entries.get(parsed.value.keyword);
    if (entry === undefined) return { refusal: "unknown", keyword: null, text: say("this command is not known here") };
    const { spec, owner, hooks } = entry;
    const { keyword } = spec;
    if (!spec.validIn.includes(view.state)) {
      return {
        refusal: "wrong-state",
        keyword,
        text: say(
          view.state === "AUTHORIZATION"
            ? "{keyword} is not valid in the {state} state: log in first"
            : "{keyword} is not valid in the {state} state: a session has one login",
          { keyword, state: view.state },
        ),
      };
    }
    if (!owner.available!(view)) {
      return {
        refusal: "unavailable",
        keyword,
        text: owner.unavailable?.(view) ?? say("{keyword} is not available in this session", { keyword }),
      };
    }
    if (line.length + 2 > entry.octets) {
      return {
        refusal: "malformed",
        keyword,
        text: say("a command line is limited to {octets} octets", { octets: entry.octets }),
      };
    }
    const { eightBit, rest } = parsed.value;
    const read = eightBit ? utf8Rest(entry, rest ?? "", view) : { value: rest };
    if ("problem" in read) return { refusal: "malformed", keyword, text: read.problem };
    const params = spec.params.parse(read.value);
    if ("problem" in params) {
      const usage = spec.params.text === "" ? keyword : `${keyword} ${spec.params.text}`;
      return { refusal: "malformed", keyword, text: say("{problem}: {usage}", { problem: params.problem, usage }) };
    }
    return {
      spec,
      params: params.value,
      hooks: hooks.length === 0 ? NO_HOOKS : hooks.filter((hook) => hook.available!(view)),
    };
  }

  /** What stands at the end of the greeting; mostly nothing. */
  greeting(view: SessionView): string {
    return this.served
      .flatMap((capability) =>
        capability.greeting !== undefined && capability.available!(view) ? [capability.greeting(view)] : [],
      )
      .join(" ");
  }

  /** The capabilities that have a say in whether a proved login is let in. */
  admitting(view: SessionView): readonly AnyCapability[] {
    return this.#admitting.filter((capability) => capability.available!(view));
  }

  /** Lets every capability that has a part in it see the maildrop that was opened. */
  afterLogin(transaction: Transaction, view: SessionView): void {
    for (const capability of this.served) {
      if (capability.afterLogin !== undefined && capability.available!(view)) capability.afterLogin(transaction, view);
    }
  }

  /** The same at QUIT, before messages are deleted. */
  beforeUpdate(transaction: Transaction, view: SessionView): void {
    for (const capability of this.served) {
      if (capability.beforeUpdate !== undefined && capability.available!(view))
        capability.beforeUpdate(transaction, view);
    }
  }

  /** The capability lines for a session, without CRLF, in the order of the declarations (RFC 2449 §5). */
  capabilityLines(view: SessionView): readonly string[] {
    const lines: string[] = [];
    for (const capability of this.served) {
      const { tag, announced, argument } = capability;
      if (tag === null || (announced.in !== "both" && announced.in !== view.state) || !capability.available!(view))
        continue;
      lines.push(formatCapabilityLine(tag, argument.format(capability.value(view))));
    }
    return lines;
  }

  /** The response code to send for a cause, or null where none may be sent. A null keyword stands for a reply to no command. */
  codeFor(cause: FailureCause | undefined, keyword: string | null, view: SessionView): string | null {
    if (cause === undefined) return null;
    const found = this.#codeOwners.get(cause);
    if (found === undefined || !found.owner.available!(view)) return null;
    const { code, commands } = found.code;
    if (commands !== "all" && (keyword === null || !commands.includes(keyword))) return null;
    return this.served.some((capability) => capability.permitsResponseCodes === true && capability.available!(view))
      ? code
      : null;
  }
}

/** Where no response code may be sent, nobody promises one. */
function withoutEmptyPromises(selected: readonly AnyCapability[]): readonly AnyCapability[] {
  if (selected.some(({ permitsResponseCodes }) => permitsResponseCodes === true)) return selected;
  return selected.filter(({ promisesResponseCodes }) => promisesResponseCodes !== true);
}

function entriesOf(served: readonly AnyCapability[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const owner of served) {
    for (const spec of owner.commands) {
      const hooks = served.filter(
        ({ around, affects }) => around !== undefined && affectsCommand(affects, spec.keyword),
      );
      const utf8 = served.filter(
        ({ permitsUtf8Params, affects }) => permitsUtf8Params !== undefined && affectsCommand(affects, spec.keyword),
      );
      const octets = Math.max(COMMAND_OCTETS, owner.limits?.commandOctets ?? 0);
      entries.set(spec.keyword, { spec, owner, hooks, utf8, octets });
    }
  }
  return entries;
}

function affectsCommand(affects: AnyCapability["affects"], keyword: string): boolean {
  return affects === "all" || (affects !== "none" && affects.includes(keyword));
}

/** Parameters that hold 8-bit octets as Unicode, or the sentence that refuses them. */
function utf8Rest({ utf8 }: Entry, rest: string, view: SessionView): Parsed<string, Said> {
  if (!utf8.some((owner) => owner.available!(view) && owner.permitsUtf8Params!(view))) {
    return { problem: say("a command holds printable ASCII characters only") };
  }
  try {
    return { value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octetsOf(rest)) };
  } catch {
    return { problem: say("this name or password holds characters that may not be used") };
  }
}

function upper(tag: string): string {
  return tag.toUpperCase();
}
