// The lines of drop, scan, unique-id and language listings, as a client reads them (RFC 1939 §5 and §7, RFC 6856 §3.2).
// Strict where a mistake would name another message; what real servers get wrong without harm is forgiven and noted.
import type { Parsed } from "../contracts/command.js";
import type { Quirk, QuirkNote } from "./quirks.js";

/** The answer to STAT. */
export interface DropListing {
  readonly count: number;
  /** Null where the server leaves it out. */
  readonly octets: number | null;
}

/** A line of LIST. */
export interface ScanListing {
  readonly number: number;
  /** Null where the server leaves it out. */
  readonly octets: number | null;
}

/** A line of UIDL. */
export interface UniqueIdListing {
  readonly number: number;
  readonly uniqueId: string;
}

/** A line of LANG. */
export interface LanguageListing {
  readonly tag: string;
  /** What the language calls itself. */
  readonly name: string;
}

/** More than any maildrop has; more digits are no number that could be meant. */
const NUMBER = /^\d{1,15}$/;

/** RFC 1939 §7: one to 70 characters from 0x21 to 0x7E. Whatever else stands there is kept whole: a part of it may not be unique. */
const UNIQUE_ID = /^[!-~]+(?: [!-~]+)*$/;
const UNIQUE_ID_OCTETS = 70;

function wordsOf(text: string, note: QuirkNote): readonly string[] {
  const words = text.split(" ");
  if (!words.includes("")) return words;
  note("extra-spaces");
  return words.filter((word) => word !== "");
}

function numberOf(word: string | undefined): number | null {
  return word !== undefined && NUMBER.test(word) ? Number(word) : null;
}

/** `count SP octets`; what follows is not looked at. */
export function parseDropListing(text: string, note: QuirkNote): Parsed<DropListing> {
  const [first, second] = wordsOf(text, note);
  const count = numberOf(first);
  if (count === null) return { problem: "STAT is answered with the number of messages and their octets" };
  const octets = numberOf(second);
  if (octets === null) note("count-missing");
  return { value: { count, octets } };
}

/** `number SP octets`; what follows is not looked at (RFC 1939 §5 allows it). */
export function parseScanListing(text: string, note: QuirkNote): Parsed<ScanListing> {
  const [first, second] = wordsOf(text, note);
  const number = numberOf(first);
  if (number === null || number === 0) return { problem: "a scan listing is a message number and its octets" };
  const octets = numberOf(second);
  if (octets === null) note("count-missing");
  return { value: { number, octets } };
}

/** `number SP unique-id`. */
export function parseUniqueIdListing(text: string, note: QuirkNote): Parsed<UniqueIdListing> {
  const [first, ...rest] = wordsOf(text, note);
  const number = numberOf(first);
  const uniqueId = rest.join(" ");
  if (number === null || number === 0 || !UNIQUE_ID.test(uniqueId)) {
    return { problem: "a unique-id listing is a message number and a unique-id of printable characters" };
  }
  if (rest.length > 1) note("spaced-unique-id");
  if (uniqueId.length > UNIQUE_ID_OCTETS) note("long-unique-id");
  return { value: { number, uniqueId } };
}

/** A line of a listing of many; null where the message has no unique-id, and cannot be told from others by one. */
export function parseUniqueIdLine(line: string, note: QuirkNote): Parsed<UniqueIdListing | null> {
  const text = /^\+OK (.*)$/.exec(line)?.[1];
  if (text !== undefined) note("status-in-listing");
  const listing = text ?? line;
  const number = numberOf(listing.trim());
  if (number === null || number === 0) return parseUniqueIdListing(listing, note);
  note("unique-id-missing");
  return { value: null };
}

/** The answer to LIST or UIDL for one message: the line itself, or what follows its number where the server leaves that out. */
export function parseListingOf<Listing extends { readonly number: number }>(
  wanted: number,
  text: string,
  note: QuirkNote,
  parse: (text: string, note: QuirkNote) => Parsed<Listing>,
): Parsed<Listing> {
  const noted: Quirk[] = [];
  const whole = parse(text, (quirk) => noted.push(quirk));
  if ("value" in whole && whole.value.number === wanted) {
    noted.forEach(note);
    return whole;
  }
  const [first, ...more] = text.split(" ").filter((word) => word !== "");
  if (first === undefined || more.length > 0) {
    return "problem" in whole ? whole : { problem: `message ${wanted} was asked for, and another one was answered` };
  }
  note("number-missing");
  return parse(`${wanted} ${first}`, note);
}

/** `tag SP name`. */
export function parseLanguageListing(text: string): Parsed<LanguageListing> {
  const [, tag, name = ""] = /^([A-Za-z0-9-]{1,60})(?: +(.*))?$/.exec(text) ?? [];
  if (tag === undefined) return { problem: "a language listing is a language tag and the language's name" };
  return { value: { tag, name } };
}
