// Nonces of SCRAM, the same on both sides. Where the random octets come from is the caller's business.
// An octet becomes one visible character other than the comma, of which there are 93 (RFC 5802 §7).

/** 24 characters of more than six bits of chance each: over 150 bits on each side. */
export const NONCE_OCTETS = 24;

const FIRST = 0x21;
const COMMA = 0x2c;
const CHARACTERS = 93;

export function nonceOf(random: Uint8Array): string {
  const codes = Array.from(random, (octet) => FIRST + (octet % CHARACTERS));
  return String.fromCharCode(...codes.map((code) => (code < COMMA ? code : code + 1)));
}
