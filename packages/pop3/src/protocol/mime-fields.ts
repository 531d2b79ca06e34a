// Content-Type and Content-Disposition: a value and its parameters (RFC 2045 §5.1, RFC 2183), read from any field and
// written without UTF-8 (RFC 2231). Knows no message; what a type means for a message's parts is in `mime-structure.ts`.
import { escaped } from "./encoded-word.js";
import { isPlain, spaceTrimmed, WORD_OCTETS, type FoldedField } from "./folded-field.js";
import { contentOf, headerTokens, type HeaderGrammar, type HeaderToken } from "./header-lexer.js";

/** Comments are not looked for: `name=report(1).pdf` is common, and a comment in such a field is not. */
const PARAMETERS: HeaderGrammar = { specials: ";=", comments: false, literals: false };

/** A name longer than this leaves too little of a line. */
const NAME_OCTETS = 40;
const SEGMENT_OCTETS = 74;
const NAME = /^[A-Za-z0-9!#$&+.^_`{|}~*-]+$/;
const CONTINUATION = /^(.+)\*(\d{1,6})$/;
const EXTENDED_LITERAL = /^[A-Za-z0-9!#$&+.^_`{|}~-]$/;
/** A value in RFC 2231's form holds these besides. */
const EXTENDED_SYNTAX = /^[%'*]$/;
const CHARSET = "UTF-8''";

const utf8 = new TextEncoder();

export interface MimeParameter {
  /** As written; `name*`, `name*0` and `name*0*` are RFC 2231's forms. */
  readonly name: string;
  readonly value: string;
  /** The whole of it, without the semicolon. */
  readonly raw: string;
}

export interface MimeValue {
  /** The type, or the disposition, as written. */
  readonly main: string;
  readonly parameters: readonly MimeParameter[];
}

/** Reads an unfolded value; nothing is too odd to be read somehow. */
export function mimeValue(value: string): MimeValue {
  const parts: HeaderToken[][] = [[]];
  for (const token of headerTokens(value, PARAMETERS)) {
    if (token.kind === "special" && token.raw === ";") parts.push([]);
    else parts.at(-1)!.push(token);
  }
  const [main = [], ...parameters] = parts;
  return { main: rawText(main), parameters: parameters.map(parameter).filter(({ raw }) => raw !== "") };
}

/** Writes a value; false where it says nothing in ASCII. */
export function writeMimeValue(field: FoldedField, { main, parameters }: MimeValue): boolean {
  if (main === "" || !isPlain(main)) return false;
  field.verbatim(main);
  // Segments of one value are written alike: the charset stands in the first of them.
  const extended = new Set(
    parameters.filter(({ raw }) => !isPlain(raw)).map(({ name }) => CONTINUATION.exec(name)?.[1]),
  );
  for (const { name, value, raw } of parameters) {
    const base = CONTINUATION.exec(name)?.[1];
    if (isPlain(raw) && (base === undefined || !extended.has(base))) {
      field.word("", ";");
      field.verbatim(raw);
      continue;
    }
    for (const part of extendedParts(name, value)) {
      field.word("", ";");
      field.word(" ", part);
    }
  }
  return true;
}

function parameter(tokens: readonly HeaderToken[]): MimeParameter {
  const equals = tokens.findIndex(({ kind, raw }) => kind === "special" && raw === "=");
  const raw = rawText(tokens);
  if (equals === -1) return { name: "", value: "", raw };
  return {
    name: rawText(tokens.slice(0, equals)),
    value: spaceTrimmed(
      tokens
        .slice(equals + 1)
        .map(contentOf)
        .join(""),
    ),
    raw,
  };
}

function rawText(tokens: readonly HeaderToken[]): string {
  return spaceTrimmed(tokens.map(({ raw }) => raw).join(""));
}

/** The parameter in RFC 2231's form, in as many segments as the lines need; nothing where that cannot be. */
function extendedParts(name: string, value: string): string[] {
  if (!NAME.test(name) || name.length > NAME_OCTETS) return [];
  const segment = CONTINUATION.exec(name);
  let only: string;
  if (name.endsWith("*")) {
    // In RFC 2231's form already, but for characters that should have been encoded.
    only = `${name}=${percentEncoded(value, EXTENDED_SYNTAX)}`;
  } else if (segment !== null) {
    only = `${name}*=${Number(segment[2]) === 0 ? CHARSET : ""}${percentEncoded(value)}`;
  } else {
    only = `${name}*=${CHARSET}${percentEncoded(value)}`;
    if (only.length > SEGMENT_OCTETS) return segments(name, value);
  }
  return only.length <= WORD_OCTETS ? [only] : [];
}

function segments(name: string, value: string): string[] {
  const parts: string[] = [];
  let part = `${name}*0*=${CHARSET}`;
  for (const character of value) {
    const encoded = percentEncoded(character);
    if (part.length + encoded.length > SEGMENT_OCTETS) {
      parts.push(part);
      part = `${name}*${parts.length}*=`;
    }
    part += encoded;
  }
  parts.push(part);
  return parts;
}

function percentEncoded(value: string, besides?: RegExp): string {
  return Array.from(value, (character) =>
    EXTENDED_LITERAL.test(character) || besides?.test(character) === true
      ? character
      : escaped("%", utf8.encode(character)),
  ).join("");
}
