// Listings as values, from answers to the values that the client gives (RFC 1939 §5 and §7). A line that cannot be read breaks the protocol.
// The grammar of a line is `protocol/listing-lines.ts`'s; who asks, and what is remembered of the answers, is `client.ts`'s.
import type { Parsed } from "../contracts/command.js";
import { ProtocolViolation } from "../contracts/errors.js";
import { type LanguageListing, parseLanguageListing, parseListingOf } from "../protocol/listing-lines.js";
import type { QuirkNote } from "../protocol/quirks.js";
import { type Answer, linesOf } from "./answer.js";
import { forPeople } from "./received-reply.js";

type LineParser<Listing> = (text: string, note: QuirkNote) => Parsed<Listing>;

/** The value, or the violation that ends the session. */
export function valueOf<Value>(parsed: Parsed<Value>, line: string): Value {
  if ("problem" in parsed) throw new ProtocolViolation(parsed.problem, line);
  return parsed.value;
}

/** The one line of an answer. */
export function lineOf<Listing>({ text }: Answer, parse: LineParser<Listing>, note: QuirkNote): Listing {
  return valueOf(parse(text, note), text);
}

/** The answer for one message, whose number it has to bear. */
export function listingOf<Listing extends { readonly number: number }>(
  { text }: Answer,
  wanted: number,
  parse: LineParser<Listing>,
  note: QuirkNote,
): Listing {
  return valueOf(parseListingOf(wanted, text, note, parse), text);
}

/** A listing of many messages. A number that comes twice would make two messages one, and is a violation. */
export function listingsOf<Listing extends { readonly number: number }>(
  { body }: Answer,
  parse: LineParser<Listing | null>,
  note: QuirkNote,
): Listing[] {
  const seen = new Set<number>();
  return linesOf(body!).flatMap((line) => {
    const listing = valueOf(parse(line, note), line);
    if (listing === null) return [];
    if (seen.has(listing.number)) throw new ProtocolViolation("a listing names the same message twice", line);
    seen.add(listing.number);
    return listing;
  });
}

export function languagesOf({ body }: Answer): LanguageListing[] {
  return linesOf(body!).map((line) => valueOf(parseLanguageListing(forPeople(line)), line));
}
