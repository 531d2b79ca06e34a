// The Content-Type field where it stands in a header, as octets: found at a glance, because every message that is delivered is
// looked through for it. What its value says is read by `mime-fields.ts`, what follows from it is in `mime-structure.ts`.
import { octetsOf, octetString } from "./octets.js";

const NAME = "content-type";
/** Letters of both cases are the same with this bit. */
const CASE = 0x20;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const HYPHEN = 0x2d;
const LETTER_M = 0x6d;

/** The octets that the field may begin with. */
export const CONTENT_TYPE_INITIALS: readonly number[] = [0x43, 0x63];

/** The type of a message with UTF-8 in its header (RFC 6532 §3.7), and what it is called once there is none. */
export const GLOBAL: RegExp = /^message\/global(?![^\s;(])/i;
export const RFC822 = "message/rfc822";

/** Whether the field that begins there is Content-Type. */
export function isContentType(octets: Uint8Array, at: number): boolean {
  if ((octets[at]! | CASE) !== NAME.charCodeAt(0) || octets[at + 7] !== HYPHEN) return false;
  for (let index = 1; index < NAME.length; index++) {
    if ((octets[at + index]! | CASE) !== NAME.charCodeAt(index)) return false;
  }
  let end = at + NAME.length;
  while (octets[end] === SPACE || octets[end] === TAB) end++;
  return octets[end] === COLON;
}

/** Whether such a field may name a type that has headers within its body: one that begins with M. */
export function mayHaveParts(octets: Uint8Array, at: number): boolean {
  let type = octets.indexOf(COLON, at) + 1;
  while (octets[type]! <= SPACE) type++;
  return (octets[type]! | CASE) === LETTER_M;
}

/** The unfolded value of such a field; one character an octet. */
export function contentTypeValue(field: string): string {
  return field.slice(field.indexOf(":") + 1).replaceAll("\r\n", "");
}

/** Such a field, of ASCII, for a message without UTF-8 in its header; null where it may stay as it is. */
export function withoutGlobal(field: Uint8Array): Uint8Array | null {
  if (!mayHaveParts(field, 0)) return null;
  const [start = "", type = ""] = /^[^:]*:\s*(\S*)/.exec(octetString(field)) ?? [];
  if (!GLOBAL.test(type)) return null;
  const renamed = Uint8Array.from(field);
  renamed.set(octetsOf(RFC822), start.length - type.length);
  return renamed;
}
