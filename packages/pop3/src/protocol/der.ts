// Values of ASN.1 in DER (X.690), as far as a certificate has to be read for them: tags, contents, object identifiers.
// Bounded and without recursion: a reader names the way it goes. What the values mean is `certificate.ts`'s business.

export interface DerValue {
  /** The identifier octet. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** The tag `[number]` of a constructed value. */
export function explicit(number: number): number {
  return 0xa0 | number;
}

/** The tag `[number]` of a value that is not constructed. */
export function implicit(number: number): number {
  return 0x80 | number;
}

/** The values that lie one behind the other in these octets; none at all where they are no DER from end to end. */
export function derValues(octets: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets[at]!;
    const first = octets[at + 1];
    // A tag of several octets and a length that is not told do not occur in certificates.
    if ((tag & 0x1f) === 0x1f || first === undefined || first === 0x80 || first > 0x84) return [];
    const lengthOctets = first & 0x80 ? first & 0x7f : 0;
    const start = at + 2 + lengthOctets;
    if (start > octets.length) return [];
    let length = first;
    if (lengthOctets > 0) {
      length = 0;
      for (let digit = at + 2; digit < start; digit++) length = length * 256 + octets[digit]!;
    }
    const end = start + length;
    if (end > octets.length) return [];
    values.push({ tag, content: octets.subarray(start, end) });
    at = end;
  }
  return values;
}

/** The values inside the value, where it has the tag; else none. */
export function derInside(value: DerValue | undefined, tag: number): readonly DerValue[] {
  return value?.tag === tag ? derValues(value.content) : [];
}

/** The content of an object identifier in decimal numbers and dots, or null where the value is none. */
export function objectIdentifier(value: DerValue | undefined): string | null {
  if (value?.tag !== OBJECT_IDENTIFIER) return null;
  const numbers: number[] = [];
  let number = 0;
  for (const [at, octet] of value.content.entries()) {
    number = number * 128 + (octet & 0x7f);
    // No identifier that anybody looks for is so large.
    if (number > 0xffff_ffff) return null;
    if ((octet & 0x80) !== 0) {
      if (at === value.content.length - 1) return null;
      continue;
    }
    if (numbers.length === 0) {
      const root = Math.min(2, Math.floor(number / 40));
      numbers.push(root, number - 40 * root);
    } else {
      numbers.push(number);
    }
    number = 0;
  }
  return numbers.join(".");
}
