// Listings as values, from answers to the values that the client gives (RFC 1939 §5 and §7). A line that cannot be read breaks the protocol.
// The grammar of a line is `protocol/listing-lines.ts`'s; who asks, and what is remembered of the answers, is `client.ts`'s.
import type { Parsed } from "../contracts/command.js";
import { ProtocolViolation } from "../contracts/errors.js";
import { type LanguageListing, parseLanguageListing, parseListingOf } from "../protocol/listing-lines.js";
import type { QuirkNote } from "../protocol/quirks.js";
import { type Answer, linesOf } from "./answer.js";
import { UnreadableLine } from "./exchange.js";
import { forPeople } from "./received-reply.js";

type LineParser<Listing> = (text: string, note: QuirkNote) => Parsed<Listing>;

/** The value, or the violation that ends the session. */
export function valueOf<Value>(parsed: Parsed<Value>, line: string): Value {
  if ("problem" in parsed) throw new UnreadableLine(parsed.problem, line);
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

/**
 * A listing of many messages, at most so many. A number that comes twice would make two messages one, and is a violation.
 */
export function listingsOf<Listing extends { readonly number: number }>(
  { body }: Answer,
  parse: LineParser<Listing | null>,
  mostMessages: number,
  note: QuirkNote,
): Listing[] {
  const seen = new Set<number>();
  const listings: Listing[] = [];
  for (const line of linesOf(body!)) {
    const listing = valueOf(parse(line, note), line);
    if (listing === null) continue;
    if (seen.has(listing.number)) throw new UnreadableLine("a listing names the same message twice", line);
    if (seen.add(listing.number).size > mostMessages) {
      throw new ProtocolViolation(
        `the listing has more than ${mostMessages} messages: raise limits.listingMessages if the maildrop is that large`,
      );
    }
    listings.push(listing);
  }
  return listings;
}

export function languagesOf({ body }: Answer): LanguageListing[] {
  return Array.from(linesOf(body!), (line) => valueOf(parseLanguageListing(forPeople(line)), line));
}
