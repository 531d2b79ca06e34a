// Text in the messages of mechanisms: UTF-8 in and out, and names and passwords in the form in which they are compared.
// Knows no mechanism. What a peer sent and may not be used is null; what the caller may not use is a RangeError.
import type { StringPreparation } from "../../contracts/authenticator.js";

/** A message without octets. */
export const NOTHING: Uint8Array = new Uint8Array(0);

// Without `ignoreBOM` a decoder swallows U+FEFF, and two names would be one.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const CONTROL = /\p{Cc}/u;
const ASCII = /^[\x20-\x7e]*$/;

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Null where the octets are not UTF-8, or where there are none to read. */
export function textOf(octets: Uint8Array | null): string | null {
  if (octets === null) return null;
  try {
    return decoder.decode(octets);
  } catch {
    return null;
  }
}

/** NUL, line ends and their like: never part of a name or a password, in any mechanism. */
export function hasControls(text: string): boolean {
  return CONTROL.test(text);
}

/** A name or password of the peer, prepared; null where it may not be used or nothing is left of it (RFC 4616 §2). */
export function prepared(text: string, prepare: StringPreparation): string | null {
  if (ASCII.test(text)) return text === "" ? null : text;
  try {
    const form = prepare(text);
    return form === "" ? null : form;
  } catch {
    return null;
  }
}

/** A name or password of the caller, prepared. `what` names it in the error, which never holds it. */
export function given(text: string, what: string, prepare: StringPreparation): string {
  if (text === "") throw new RangeError(`${what} is expected`);
  if (hasControls(text) || /\p{Cs}/u.test(text)) {
    throw new RangeError(`${what} holds control characters or halves of characters`);
  }
  const form = ASCII.test(text) ? text : prepare(text);
  if (form === "") throw new RangeError(`${what} is empty once it is prepared`);
  return form;
}
