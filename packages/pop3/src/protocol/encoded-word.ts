// Text outside ASCII as encoded-words (RFC 2047), cut between characters. Knows no field and no line; where the words go
// is for `folded-field.ts`. The charset is always UTF-8.
import { octetString } from "./octets.js";

/** RFC 2047 §2. */
const ENCODED_WORD_CHARACTERS = 75;

/** Room for one encoded-word of one character, whichever that is. */
export const SHORTEST_ENCODED_WORD = 24;

/** What stands for itself in a Q-encoded word wherever the word may stand, a phrase included (RFC 2047 §5). */
const Q_LITERAL = /^[A-Za-z0-9!*+/-]$/;
const Q_BEFORE = "=?UTF-8?Q?";
const B_BEFORE = "=?UTF-8?B?";
const AFTER = "?=";

const utf8 = new TextEncoder();

/** The text as encoded-words, the first of them in `room` characters; in the shorter of both encodings. */
export function encodedWords(text: string, room: number): string[] {
  const characters = Array.from(text, (character) => ({ character, octets: utf8.encode(character) }));
  let octets = 0;
  let quoted = 0;
  for (const each of characters) {
    octets += each.octets.length;
    quoted += quotedLength(each.character, each.octets);
  }
  const base64 = Math.ceil(octets / 3) * 4 < quoted;

  const words: string[] = [];
  let limit = Math.min(ENCODED_WORD_CHARACTERS, Math.max(SHORTEST_ENCODED_WORD, room));
  let inWord = "";
  let used = 0;
  const end = (): void => {
    words.push(base64 ? `${B_BEFORE}${btoa(inWord)}${AFTER}` : `${Q_BEFORE}${inWord}${AFTER}`);
    limit = ENCODED_WORD_CHARACTERS;
    inWord = "";
    used = 0;
  };
  for (const { character, octets } of characters) {
    const payload = limit - Q_BEFORE.length - AFTER.length;
    const most = base64 ? Math.floor(payload / 4) * 3 : payload;
    const more = base64 ? octets.length : quotedLength(character, octets);
    if (used + more > most) end();
    used += more;
    inWord += base64 ? octetString(octets) : quotedCharacter(character, octets);
  }
  if (inWord !== "") end();
  return words;
}

function quotedLength(character: string, octets: Uint8Array): number {
  return character === " " || Q_LITERAL.test(character) ? 1 : 3 * octets.length;
}

function quotedCharacter(character: string, octets: Uint8Array): string {
  if (character === " ") return "_";
  return Q_LITERAL.test(character) ? character : escaped("=", octets);
}

/** Each octet as the sign and two hexadecimal digits. */
export function escaped(sign: "=" | "%", octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += sign + octet.toString(16).toUpperCase().padStart(2, "0");
  return text;
}
