// The header with which a proxy tells who its client is: the PROXY protocol, versions 1 and 2, of HAProxy's proxy-protocol.txt.
// Octets in, a header out. Knows no socket and trusts nobody: who may send one, and by when, is for `server/proxy.ts`.
import { formatAddress, parseIPv4, parseIPv6 } from "./ip-address.js";
import { CR, LF, octetString } from "./octets.js";

/** One end of the client's connection to the proxy. */
export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
}

/** What the proxy says of the TLS between its client and itself (§2.2.6). */
export interface ProxyTls {
  /** As the proxy's library calls it: `TLSv1.3`. */
  readonly version: string | null;
  /** The client gave a certificate, and the proxy verified it. */
  readonly certificateVerified: boolean;
  /** The common name of that certificate's subject, verified or not. */
  readonly commonName: string | null;
}

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** The proxy itself is the client, as for a health check. */
  readonly local: boolean;
  /** Null where the proxy is the client itself, does not know its client, or has it on something other than TCP. */
  readonly source: ProxyEndpoint | null;
  readonly destination: ProxyEndpoint | null;
  /** The host that the client asked for, as by SNI. */
  readonly authority: string | null;
  /** Null where the client did not use TLS, or nothing is said of it. */
  readonly tls: ProxyTls | null;
  /** At most 128 octets. */
  readonly uniqueId: Uint8Array | null;
}

/** A header and how many octets it took; what is wrong with it; or null while more octets are needed. */
export type ProxyHeaderReading =
  { readonly header: ProxyHeader; readonly octets: number } | { readonly problem: string } | null;

/** The longest header of version 1, with its CRLF (§2.1). */
const V1_OCTETS = 107;
/** The most that type-length-values may take here; the certificate's names that HAProxy adds need a few hundred. */
export const TLV_OCTETS = 4096;

const V1_START = "PROXY ";
const V2_SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const V2_FIXED_OCTETS = 16;
const UNIX_OCTETS = 216;
const UNIQUE_ID_OCTETS = 128;
const AUTHORITY_OCTETS = 255;

const NOTHING_SAID = {
  local: false,
  source: null,
  destination: null,
  authority: null,
  tls: null,
  uniqueId: null,
} as const;

/** Reads the header that a connection begins with from all that has come so far; octets behind it are left alone. */
export function readProxyHeader(octets: Uint8Array): ProxyHeaderReading {
  const start = octetString(octets, 0, Math.min(octets.length, V2_SIGNATURE.length));
  if (V2_SIGNATURE.startsWith(start)) return octets.length < V2_FIXED_OCTETS ? null : readV2(octets);
  if (V1_START.startsWith(start.slice(0, V1_START.length))) return readV1(octets);
  return { problem: "the connection does not begin with a PROXY header" };
}

function readV1(octets: Uint8Array): ProxyHeaderReading {
  const end = Math.min(octets.length, V1_OCTETS);
  for (let at = 1; at < end; at++) {
    if (octets[at] === LF && octets[at - 1] === CR) {
      const header = parseV1(octetString(octets, 0, at - 1));
      return "problem" in header ? header : { header, octets: at + 1 };
    }
  }
  return octets.length < V1_OCTETS ? null : { problem: `the PROXY line has no CRLF within ${V1_OCTETS} octets` };
}

function parseV1(line: string): ProxyHeader | { problem: string } {
  const [, family, ...rest] = line.split(" ");
  // Whatever follows UNKNOWN is to be ignored (§2.1).
  if (family === "UNKNOWN") return { version: 1, ...NOTHING_SAID };
  const parse = family === "TCP4" ? parseIPv4 : family === "TCP6" ? parseIPv6 : null;
  if (parse === null) return { problem: "the PROXY line names neither TCP4, TCP6 nor UNKNOWN" };
  const [from, to, fromPort, toPort, ...more] = rest;
  if (fromPort === undefined || toPort === undefined || more.length > 0) {
    return { problem: "the PROXY line does not hold two addresses and two ports" };
  }
  const addresses = [from!, to!].map(parse);
  const ports = [fromPort, toPort].map(parsePort);
  if (addresses.includes(null)) return { problem: `the PROXY line holds an address that is none of ${family}` };
  if (ports.includes(null)) return { problem: "the PROXY line holds a port that is no decimal number up to 65535" };
  return {
    version: 1,
    ...NOTHING_SAID,
    source: { address: formatAddress(addresses[0]!), port: ports[0]! },
    destination: { address: formatAddress(addresses[1]!), port: ports[1]! },
  };
}

function parsePort(text: string): number | null {
  return /^(0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

/** Octets that the addresses take, by the octet of family and protocol (§2.2); null where the protocol is none of POP3's. */
const FAMILIES: ReadonlyMap<number, { readonly octets: number; readonly addressOctets: 4 | 16 | null }> = new Map([
  [0x00, { octets: 0, addressOctets: null }],
  [0x11, { octets: 12, addressOctets: 4 }],
  [0x12, { octets: 12, addressOctets: null }],
  [0x21, { octets: 36, addressOctets: 16 }],
  [0x22, { octets: 36, addressOctets: null }],
  [0x31, { octets: UNIX_OCTETS, addressOctets: null }],
  [0x32, { octets: UNIX_OCTETS, addressOctets: null }],
]);

function readV2(octets: Uint8Array): ProxyHeaderReading {
  const command = octets[12]!;
  const family = FAMILIES.get(octets[13]!);
  const length = uint16(octets, 14);
  const end = V2_FIXED_OCTETS + length;
  if (command >> 4 !== 2) return { problem: `the PROXY header is of version ${command >> 4}, not 2` };
  const local = command === 0x20;
  if (!local && command !== 0x21) return { problem: "the PROXY header's command is neither LOCAL nor PROXY" };
  // The family of a LOCAL header is to be ignored, so any length may belong to it.
  const fixed = local ? UNIX_OCTETS : family?.octets;
  if (fixed === undefined) return { problem: "the PROXY header's address family or protocol is unknown" };
  if (!local && length < fixed) return { problem: "the PROXY header is too short for its addresses" };
  if (length > fixed + TLV_OCTETS) return { problem: `the PROXY header is longer than is accepted: ${length} octets` };
  if (octets.length < end) return null;
  if (local) return { header: { version: 2, ...NOTHING_SAID, local }, octets: end };

  const told = readTlvs(octets.subarray(0, end), V2_FIXED_OCTETS + fixed);
  if ("problem" in told) return told;
  const size = family?.addressOctets ?? null;
  const endpoint = (which: 0 | 1): ProxyEndpoint | null => {
    if (size === null) return null;
    const at = V2_FIXED_OCTETS + which * size;
    return {
      address: formatAddress(octets.subarray(at, at + size)),
      port: uint16(octets, V2_FIXED_OCTETS + 2 * size + 2 * which),
    };
  };
  const header = { version: 2, local, source: endpoint(0), destination: endpoint(1), ...told } as const;
  return { header, octets: end };
}

/** Types of the values that are read here (§2.2.1 and on); others are passed over. */
const AUTHORITY = 0x02;
const CRC32C = 0x03;
const UNIQUE_ID = 0x05;
const SSL = 0x20;
const SSL_VERSION = 0x21;
const SSL_COMMON_NAME = 0x22;
/** Bits of the SSL value's first octet: the client used TLS; it gave a certificate, on this connection or earlier in the session. */
const CLIENT_SSL = 0x01;
const CLIENT_CERTIFICATE = 0x06;
const SSL_FIXED_OCTETS = 5;

type Told = Pick<ProxyHeader, "authority" | "tls" | "uniqueId">;

function readTlvs(header: Uint8Array, from: number): Told | { problem: string } {
  const values = tlvsIn(header.subarray(from), [AUTHORITY, CRC32C, UNIQUE_ID, SSL]);
  if ("problem" in values) return values;
  const checksum = values.get(CRC32C);
  if (checksum !== undefined) {
    const at = checksum.byteOffset - header.byteOffset;
    if (checksum.length !== 4 || crc32c(header, at) !== uint32(checksum, 0)) {
      return { problem: "the PROXY header's checksum is wrong" };
    }
  }
  const authority = values.has(AUTHORITY) ? textOf(values.get(AUTHORITY)!, AUTHORITY_OCTETS) : null;
  if (authority === "") return { problem: "the PROXY header's host is no text of a host's length" };
  const uniqueId = values.get(UNIQUE_ID);
  if (uniqueId !== undefined && uniqueId.length > UNIQUE_ID_OCTETS) {
    return { problem: `the PROXY header's identifier is longer than ${UNIQUE_ID_OCTETS} octets` };
  }
  const ssl = values.get(SSL);
  const tls = ssl === undefined ? null : readSsl(ssl);
  if (tls !== null && "problem" in tls) return tls;
  // A copy, because the octets are a socket's.
  return { authority, tls, uniqueId: uniqueId === undefined ? null : Uint8Array.from(uniqueId) };
}

function readSsl(value: Uint8Array): ProxyTls | null | { problem: string } {
  if (value.length < SSL_FIXED_OCTETS) return { problem: "what the PROXY header says of TLS is cut short" };
  const values = tlvsIn(value.subarray(SSL_FIXED_OCTETS), [SSL_VERSION, SSL_COMMON_NAME]);
  if ("problem" in values) return values;
  const client = value[0]!;
  if ((client & CLIENT_SSL) === 0) return null;
  const version = values.has(SSL_VERSION) ? textOf(values.get(SSL_VERSION)!, TLV_OCTETS) : null;
  const commonName = values.has(SSL_COMMON_NAME) ? textOf(values.get(SSL_COMMON_NAME)!, TLV_OCTETS) : null;
  return {
    version: version === "" ? null : version,
    // A proxy that saw no certificate reports the result 0 too.
    certificateVerified: (client & CLIENT_CERTIFICATE) !== 0 && uint32(value, 1) === 0,
    commonName: commonName === "" ? null : commonName,
  };
}

/** The values of the types wanted; each may come once. */
function tlvsIn(octets: Uint8Array, wanted: readonly number[]): Map<number, Uint8Array> | { problem: string } {
  const values = new Map<number, Uint8Array>();
  for (let at = 0; at < octets.length;) {
    const start = at + 3;
    const end = start > octets.length ? start : start + uint16(octets, at + 1);
    if (end > octets.length) return { problem: "a value of the PROXY header reaches over its end" };
    const type = octets[at]!;
    if (values.has(type)) return { problem: `the PROXY header holds two values of type ${type}` };
    if (wanted.includes(type)) values.set(type, octets.subarray(start, end));
    at = end;
  }
  return values;
}

/** UTF-8 that can stand in a log; empty where it is not. */
function textOf(octets: Uint8Array, limitOctets: number): string {
  if (octets.length > limitOctets) return "";
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    return /\p{Cc}/u.test(text) ? "" : text;
  } catch {
    return "";
  }
}

function uint16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

function uint32(octets: Uint8Array, at: number): number {
  return ((uint16(octets, at) << 16) | uint16(octets, at + 2)) >>> 0;
}

/** Castagnoli's polynomial, octets low bit first (RFC 9260 appendix A). */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  return crc;
});

/** The checksum over a header whose own checksum, the 4 octets from `zeroAt`, counts as zeros (§2.2.3). */
function crc32c(octets: Uint8Array, zeroAt: number): number {
  let crc = 0xffff_ffff;
  for (let at = 0; at < octets.length; at++) {
    const octet = at >= zeroAt && at < zeroAt + 4 ? 0 : octets[at]!;
    crc = CRC32C_TABLE[(crc ^ octet) & 0xff]! ^ (crc >>> 8);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
