// IP addresses between text and octets: dotted decimal (RFC 791), and RFC 4291 §2.2 read, RFC 5952 written, for IPv6.
// Strict, because who may do what hangs on them. Knows no network and no port; `server/address.ts` says what counts as one place.

/** The 4 octets of a dotted decimal address, or null; a leading zero would be octal to some and is refused. */
export function parseIPv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const octets = new Uint8Array(4);
  for (const [at, part] of parts.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    octets[at] = Number(part);
  }
  return octets;
}

/** The 16 octets of an IPv6 address without a zone, or null. */
export function parseIPv6(text: string): Uint8Array | null {
  const sides = text.split("::");
  if (sides.length > 2) return null;
  const head = groupsOf(sides[0]!, sides.length === 1);
  const tail = sides.length === 2 ? groupsOf(sides[1]!, true) : [];
  if (head === null || tail === null) return null;
  const given = head.length + tail.length;
  // `::` stands for one group at least.
  if (sides.length === 2 ? given > 7 : given !== 8) return null;
  const octets = new Uint8Array(16);
  const groups = [...head, ...Array<number>(8 - given).fill(0), ...tail];
  for (const [at, group] of groups.entries()) {
    octets[2 * at] = group >> 8;
    octets[2 * at + 1] = group & 0xff;
  }
  return octets;
}

/** The groups of 16 bits on one side of `::`; the last 32 bits of an address may be in dotted decimal. */
function groupsOf(side: string, last: boolean): number[] | null {
  if (side === "") return [];
  const groups: number[] = [];
  const parts = side.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const dotted = last && at === parts.length - 1 ? parseIPv4(part) : null;
    if (dotted === null) return null;
    groups.push((dotted[0]! << 8) | dotted[1]!, (dotted[2]! << 8) | dotted[3]!);
  }
  return groups;
}

/** The text of 4 or 16 octets. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  if (isMapped(octets)) return `::ffff:${octets.subarray(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, at) => (octets[2 * at]! << 8) | octets[2 * at + 1]!);
  // RFC 5952 §4.2: the longest run of zeros, the first of equals, and never a single group.
  let [from, length] = [0, 1];
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (groups[at + run] === 0) run++;
    if (run > length) [from, length] = [at, run];
  }
  const hexadecimal = (some: number[]): string => some.map((group) => group.toString(16)).join(":");
  if (length === 1) return hexadecimal(groups);
  return `${hexadecimal(groups.slice(0, from))}::${hexadecimal(groups.slice(from + length))}`;
}

/** 16 octets that stand for an IPv4 address (RFC 4291 §2.5.5.2). */
export function isMapped(octets: Uint8Array): boolean {
  return octets.length === 16 && octets.subarray(0, 12).every((octet, at) => octet === (at < 10 ? 0 : 0xff));
}

/**
 * The octets of an address in either text form: 4 for IPv4 and for IPv4 that is mapped into IPv6, else 16; null where it is none.
 * A zone (`%eth0`), as a system gives it for a link-local peer, is left out.
 */
export function addressOctets(text: string): Uint8Array | null {
  const octets = text.includes(":") ? parseIPv6(text.replace(/%.*$/s, "")) : parseIPv4(text);
  return octets !== null && isMapped(octets) ? octets.subarray(12) : octets;
}
