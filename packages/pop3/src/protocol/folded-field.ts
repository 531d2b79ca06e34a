// One header field on its way out: words put one behind the other, folded into lines (RFC 5322 §2.2.3, RFC 2047 §2).
// Knows no field's meaning; the fields of surrogates are written with it.
import { encodedWords, SHORTEST_ENCODED_WORD } from "./encoded-word.js";

/** Lines that hold an encoded-word are no longer (RFC 2047 §2); the others are not either where white space allows it. */
const LINE_OCTETS = 76;

/** Words up to this fit a line of 998 octets (RFC 5322 §2.1.1) behind any name and any white space written here. */
export const WORD_OCTETS = 700;

/** White space between two words up to this is kept as it is. */
const SPACE_OCTETS = 100;

/** Words that may stand in a phrase as they are: atoms (RFC 5322 §3.2.3), and encoded-words in the forms that are seen. */
export const PHRASE_WORD: RegExp = /^(?:[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+|=\?[^?\s]+\?[bq]\?[^?\s()<>,;:\\"[\]]*\?=)$/i;

/** Words that may stand in unstructured text as they are. */
export const PRINTABLE: RegExp = /^[!-~]+$/;

const ENCODED_WORD = /^=\?[^?\s]+\?[bq]\?[^?\s]*\?=$/i;

export class FoldedField {
  #text: string;
  #column: number;
  #empty = true;

  constructor(name: string) {
    this.#text = `${name}:`;
    this.#column = this.#text.length;
  }

  /** A word of ASCII behind white space, in a new line where this one has no room for it. */
  word(space: string, word: string): void {
    if (space !== "" && !this.#empty && this.#column + space.length + word.length > LINE_OCTETS) this.#fold();
    this.#put(space + word);
  }

  /** Any text as encoded-words. */
  encoded(space: string, text: string): void {
    const room = LINE_OCTETS - this.#column - space.length;
    const fold = room < SHORTEST_ENCODED_WORD && !this.#empty;
    const words = encodedWords(text, fold ? LINE_OCTETS - space.length : room);
    for (const [index, word] of words.entries()) {
      if (index > 0 || fold) this.#fold();
      this.#put((index > 0 ? " " : space) + word);
    }
  }

  /** Text word by word: what is `plain` as it is, the rest encoded, so that decoding gives back the text. */
  text(value: string, plain: RegExp): void {
    const tokens = spaceTrimmed(value).split(/([ \t]+)/);
    if (tokens[0] === "") return;
    if (tokens.some((token, at) => token.length > (at % 2 === 0 ? WORD_OCTETS : SPACE_OCTETS))) {
      this.encoded(" ", spaceTrimmed(value));
      return;
    }
    let space = " ";
    let afterEncoded = false;
    let at = 0;
    while (at < tokens.length) {
      const word = tokens[at]!;
      if (plain.test(word)) {
        this.word(space, word);
        afterEncoded = ENCODED_WORD.test(word);
        space = tokens[at + 1] ?? "";
        at += 2;
        continue;
      }
      // Neighbours that need it are encoded with the white space between them: between encoded-words it would be lost.
      let end = at + 1;
      while (end + 1 < tokens.length && !plain.test(tokens[end + 1]!)) end += 2;
      let run = tokens.slice(at, end).join("");
      let behind = tokens[end] ?? "";
      if (afterEncoded) {
        run = space + run;
        space = " ";
      }
      if (ENCODED_WORD.test(tokens[end + 1] ?? "")) {
        run += behind;
        behind = " ";
      }
      this.encoded(space, run);
      afterEncoded = false;
      space = behind;
      at = end + 1;
    }
  }

  /** Printable ASCII as it is, folded at its white space. */
  verbatim(text: string): void {
    let space = " ";
    for (const [at, token] of spaceTrimmed(text)
      .split(/([ \t]+)/)
      .entries()) {
      if (at % 2 === 1) space = token.length > SPACE_OCTETS ? " " : token;
      else this.word(space, token);
    }
  }

  /** The lines, with the last CRLF. */
  end(): string {
    return `${this.#text}\r\n`;
  }

  #fold(): void {
    this.#text += "\r\n";
    this.#column = 0;
  }

  #put(text: string): void {
    this.#text += text;
    this.#column += text.length;
    this.#empty = false;
  }
}

/** Whether text can be written by `verbatim`: printable ASCII, no word too long for a line. */
export function isPlain(text: string): boolean {
  return /^[\t -~]*$/.test(text) && !text.split(/[ \t]+/).some((word) => word.length > WORD_OCTETS);
}

/** Without the spaces and tabs at both ends, and without a regular expression that is slow on many of them. */
export function spaceTrimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start]!)) start++;
  while (end > start && isSpace(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function isSpace(character: string): boolean {
  return character === " " || character === "\t";
}
