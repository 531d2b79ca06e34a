// What the tests of surrogates share: making one from a message as it arrives, and reading it the way a mail program does.
// Decoding is written here anew, from RFC 2047 and RFC 2231, so that a mistake in the encoding cannot hide.
import { Buffer } from "node:buffer";
import { SurrogateEncoder, type SurrogateFacts } from "../../src/protocol/surrogate.js";
import { wireForm, type WireFacts } from "../../src/protocol/wire-form.js";
import { text } from "./cuts.js";

export interface Surrogate {
  /** Wire form, one character an octet. */
  readonly wire: string;
  readonly facts: SurrogateFacts;
}

/** The surrogate of a wire form that comes in these pieces. */
export function surrogate(pieces: readonly Uint8Array[]): Surrogate {
  const encoder = new SurrogateEncoder();
  const out = pieces.map((piece) => Uint8Array.from(encoder.push(piece)));
  out.push(Uint8Array.from(encoder.finish()));
  return { wire: text(out), facts: encoder.facts };
}

/** The surrogate of a message as it arrives, in UTF-8. */
export function surrogateOfMessage(message: string): Surrogate & { readonly wireFacts: WireFacts } {
  const { wire, facts } = wireForm(Buffer.from(message));
  return { ...surrogate([wire]), wireFacts: facts };
}

/** Without the dots that stuff lines. */
export function unstuffed(wire: string): string {
  return wire.replaceAll(/(^|\r\n)\./g, "$1");
}

/** Encoded-words read, white space between two of them left out (RFC 2047 §6.2). */
export function decoded(value: string): string {
  return value
    .replaceAll(/(=\?[^?\s]+\?[BQ]\?[^?\s]*\?=)[ \t]+(?==\?[^?\s]+\?[BQ]\?[^?\s]*\?=)/gi, "$1")
    .replaceAll(/(?:=\?UTF-8\?[BQ]\?[^?\s]*\?=)+/gi, (words) =>
      Buffer.concat(
        Array.from(words.matchAll(/=\?UTF-8\?([BQ])\?([^?\s]*)\?=/gi), ([, encoding = "", payload = ""]) =>
          encoding.toUpperCase() === "B" ? Buffer.from(payload, "base64") : quotedOctets(payload),
        ),
      ).toString("utf8"),
    );
}

/** The value of `name*0*=…; name*1*=…` (RFC 2231). */
export function parameterValue(field: string, name: string): string {
  const segments = Array.from(field.matchAll(new RegExp(`[; ]${name}(?:\\*(\\d+))?\\*=([^;\\s]*)`, "g")));
  const value = segments
    .toSorted((one, other) => Number(one[1] ?? 0) - Number(other[1] ?? 0))
    .map(([, , segment = ""]) => segment)
    .join("");
  return decodeURIComponent(value.replace(/^UTF-8''/, ""));
}

/** One line without folding. */
export function unfolded(lines: string): string {
  return lines.replaceAll(/\r\n(?=[ \t])/g, "");
}

function quotedOctets(payload: string): Buffer {
  const octets = payload
    .replaceAll("_", " ")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, "latin1");
}
