// What a kind of fault is made of: what it is meant for by itself, which options it takes, and the strike it makes of them.
// A new kind is one entry in a family's file, and its line in `index.ts`. Knows no kind.
import { isResponseCode } from "../../protocol/response-code.js";
import type { Aim, Strike, Target } from "../engine/fault-book.js";

/** What an option may be; a fault is data, so this is asked of whatever a file holds. */
export interface OptionRule {
  /** `a whole number of milliseconds, from 0 up`, for the error that says what is wrong. */
  readonly text: string;
  readonly needed: boolean;
  accepts(value: unknown): boolean;
}

export interface FaultKind {
  /** What it is meant for where the fault does not say. */
  readonly on: Target;
  readonly options: Readonly<Record<string, OptionRule>>;
  /** Called with options that their rules have accepted. */
  strike(fault: object): Strike;
}

/** A fault of a kind: its name, its aim, and the options that the kind has. */
export interface FaultOf<Kind extends string> extends Aim {
  readonly fault: Kind;
}

type OptionNames<Fault> = Exclude<keyof Fault, keyof FaultOf<string>>;

export function faultKind<Fault extends FaultOf<string>>(
  on: Target,
  options: { readonly [Name in OptionNames<Fault>]-?: OptionRule },
  strike: (fault: Fault) => Pick<Strike, "play"> & Partial<Strike>,
): FaultKind {
  return { on, options, strike: (fault) => ({ carriedOut: true, ...strike(fault as Fault) }) };
}

function rule(text: string, accepts: (value: unknown) => boolean): OptionRule {
  return { text, needed: false, accepts };
}

export function needed(optional: OptionRule): OptionRule {
  return { ...optional, needed: true };
}

/** Nobody waits longer, and no timer could much. */
const LONGEST_MS = 24 * 3_600_000;

export const ms: OptionRule = rule(
  "a whole number of milliseconds from 0 to a day",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST_MS,
);

export const count: OptionRule = rule(
  "a whole number from 0 up",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

export const integer: OptionRule = rule("a whole number", (value) => Number.isSafeInteger(value));

export const factor: OptionRule = rule(
  "a number from 0 up",
  (value) => Number.isFinite(value) && (value as number) >= 0,
);

export const yes: OptionRule = rule("true or false", (value) => typeof value === "boolean");

export const integers: OptionRule = rule(
  "a list of whole numbers",
  (value) => Array.isArray(value) && value.length > 0 && value.every((one) => Number.isSafeInteger(one)),
);

export const responseCode: OptionRule = rule(
  "a response code without its brackets, as SYS/TEMP",
  (value) => typeof value === "string" && isResponseCode(value),
);

export const word: OptionRule = rule(
  "one or more printable ASCII characters and no space",
  (value) => typeof value === "string" && /^[!-~]+$/.test(value),
);

/** One character an octet, any octet. */
export const octetsText: OptionRule = rule(
  "octets, as text of one character an octet",
  (value) => typeof value === "string" && isOctetText(value),
);

/** The same without a line end. */
export const lineText: OptionRule = rule(
  "one line without its line end, one character an octet",
  (value) => typeof value === "string" && isOctetText(value) && !/[\r\n]/.test(value),
);

export const lines: OptionRule = rule(
  "a list of lines without their line ends",
  (value) => Array.isArray(value) && value.every((one) => lineText.accepts(one)),
);

export const functionRule: OptionRule = rule("a function", (value) => typeof value === "function");

export function oneOf(...words: readonly string[]): OptionRule {
  return rule(`one of ${words.join(", ")}`, (value) => words.includes(value as string));
}

function isOctetText(text: string): boolean {
  return !/[^\0-\xff]/.test(text);
}
