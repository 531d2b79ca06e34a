// The octets that the wire grammar names, and text in and out of them. Nothing here knows a command or a reply.
// A string here has one character an octet, but for the Unicode that `utf8Octets` takes; what the octets mean is for those who call.

export const CR = 0x0d;
export const LF = 0x0a;
export const DOT = 0x2e;

/** CRLF and the line that ends a multi-line response (RFC 1939 §3). */
export const CRLF: Uint8Array = Uint8Array.of(CR, LF);
export const TERMINATOR: Uint8Array = Uint8Array.of(DOT, CR, LF);

/** Octets to a string of one character an octet, 0x00 to 0xFF: nothing is lost and nothing is interpreted. */
export function octetString(octets: Uint8Array, start = 0, end: number = octets.length): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(octets[at]!);
  return text;
}

/** The inverse of `octetString`; a character over 0xFF is a `RangeError`, because it has no single octet. */
export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) throw new RangeError(`U+${code.toString(16).padStart(4, "0")} is not one octet`);
    octets[at] = code;
  }
  return octets;
}

const encoder = new TextEncoder();

/** Unicode to UTF-8; half of a surrogate pair, which has no encoding, becomes U+FFFD. */
export function utf8Octets(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Pieces as one; `octets` is how many they hold together. */
export function joined(pieces: readonly Uint8Array[], octets: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(octets);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
