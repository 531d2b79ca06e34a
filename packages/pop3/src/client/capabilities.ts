// What a server announces, typed by the declarations and kept verbatim (RFC 2449 §5). A value: a new answer to CAPA is a new one.
// Knows no tag: the caller names a capability by its declaration, or an undeclared one by its tag.
import type { AnyClientCapability, ClientCapability } from "../contracts/capability.js";
import { type CapabilityLine, parseCapabilityLine } from "../protocol/capability-line.js";
import type { QuirkNote } from "../protocol/quirks.js";
import type { Declarations } from "../registry/declarations.js";

/** A line that does not say what its declaration asks for. */
export interface MalformedCapability {
  readonly line: string;
  readonly problem: string;
}

/** One answer to CAPA. */
export class Capabilities {
  /** The lines without their ends, in the server's order. */
  readonly lines: readonly string[];
  /** The server answered CAPA; where it did not, nothing is known, and nothing is ruled out. */
  readonly answered: boolean;
  /** Lines whose tag no declaration has: private ones, and slips. */
  readonly undeclared: readonly CapabilityLine[];
  readonly malformed: readonly MalformedCapability[];
  /** By tag in upper case: the declaration that the caller holds may be the whole of the one that is known here. */
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #tags: ReadonlySet<string>;

  /** @internal `lines` is null where CAPA was refused. */
  constructor(lines: readonly string[] | null, declarations: Declarations, note: QuirkNote) {
    this.answered = lines !== null;
    this.lines = lines ?? [];
    const values = new Map<string, unknown>();
    const tags = new Set<string>();
    const undeclared: CapabilityLine[] = [];
    const malformed: MalformedCapability[] = [];
    for (const line of this.lines) {
      const parsed = parseCapabilityLine(line);
      if ("problem" in parsed) {
        malformed.push({ line, problem: parsed.problem });
        continue;
      }
      if (/^ | {2}| $/.test(line)) note("extra-spaces");
      const { params } = parsed.value;
      const tag = parsed.value.tag.toUpperCase();
      tags.add(tag);
      const capability = declarations.capability(tag);
      if (capability === undefined) {
        undeclared.push(parsed.value);
        continue;
      }
      if (values.has(tag)) continue;
      const argument = capability.argument.parse(params);
      if ("problem" in argument) malformed.push({ line, problem: argument.problem });
      else values.set(tag, argument.value);
    }
    if (malformed.length > 0) note("malformed-capability");
    this.#values = values;
    this.#tags = tags;
    this.undeclared = undeclared;
    this.malformed = malformed;
  }

  /** Whether the server lists it; a malformed argument does not count against it. */
  has(capability: AnyClientCapability | string): boolean {
    const tag = typeof capability === "string" ? capability : capability.tag;
    return tag !== null && this.#tags.has(tag.toUpperCase());
  }

  /** The argument that the server lists, typed by the declaration; undefined where it lists none, or a malformed one. */
  get<Argument>(capability: ClientCapability<Argument>): Argument | undefined {
    return this.#values.get(capability.tag?.toUpperCase() ?? "") as Argument | undefined;
  }

  /** Whether both say the same, in whatever order. */
  equals(other: Capabilities): boolean {
    if (this.answered !== other.answered || this.lines.length !== other.lines.length) return false;
    const lines = new Set(other.lines);
    return this.lines.every((line) => lines.has(line));
  }
}
