// Base64 inside the messages of a mechanism (RFC 4648 §4): padded, canonical, nothing else between.
// The Base64 around a message is POP3's, and not known here.
import { octetsOf, octetString } from "../../protocol/octets.js";

export function base64(octets: Uint8Array): string {
  return btoa(octetString(octets));
}

/** Null where the text is not Base64, or not the one way to write its octets. */
export function octetsOfBase64(text: string): Uint8Array | null {
  try {
    const octets = octetsOf(atob(text));
    return base64(octets) === text ? octets : null;
  } catch {
    return null;
  }
}
