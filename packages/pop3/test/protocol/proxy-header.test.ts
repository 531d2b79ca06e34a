// PROXY headers of both versions against HAProxy's proxy-protocol.txt (sections in brackets): each valid one however it is
// cut, with octets behind it; each malformed one refused, and as early as it can be told.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readProxyHeader,
  TLV_OCTETS,
  type ProxyHeader,
  type ProxyHeaderReading,
} from "../../src/protocol/proxy-header.js";
import { cutsOf, octets } from "../support/cuts.js";
import { ADDRESSES4, checked, crc32c, SIGNATURE, TCP4, TCP6, tlv, v2 } from "../support/proxy-header.js";

const nothing = { local: false, source: null, destination: null, authority: null, tls: null, uniqueId: null };
const four = {
  source: { address: "192.0.2.7", port: 50_000 },
  destination: { address: "198.51.100.9", port: 995 },
};

/** Reads piece by piece, as from a socket, until there is an answer. */
function readInPieces(pieces: readonly Uint8Array[]): { reading: ProxyHeaderReading; taken: number } {
  let held = Buffer.alloc(0);
  for (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    const reading = readProxyHeader(held);
    if (reading !== null) return { reading, taken: held.length };
  }
  return { reading: null, taken: held.length };
}

const valid: [string, Uint8Array, Partial<ProxyHeader>][] = [
  ["v1 TCP4", octets("PROXY TCP4 192.0.2.7 198.51.100.9 50000 995\r\n"), { version: 1, ...four }],
  [
    "v1 TCP4 of the longest",
    octets("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
    {
      version: 1,
      source: { address: "255.255.255.255", port: 65_535 },
      destination: { address: "255.255.255.255", port: 65_535 },
    },
  ],
  [
    "v1 TCP4 with port 0",
    octets("PROXY TCP4 0.0.0.0 192.0.2.1 0 110\r\n"),
    { version: 1, source: { address: "0.0.0.0", port: 0 }, destination: { address: "192.0.2.1", port: 110 } },
  ],
  [
    "v1 TCP6",
    octets("PROXY TCP6 2001:DB8::7 ::ffff:192.0.2.1 50000 995\r\n"),
    {
      version: 1,
      source: { address: "2001:db8::7", port: 50_000 },
      destination: { address: "::ffff:192.0.2.1", port: 995 },
    },
  ],
  ["v1 UNKNOWN", octets("PROXY UNKNOWN\r\n"), { version: 1 }],
  [
    "v1 UNKNOWN of 107 octets, whose rest is ignored [2.1]",
    octets(`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`),
    { version: 1 },
  ],
  ["v1 UNKNOWN with a lone CR and a lone LF", octets("PROXY UNKNOWN a\rb\nc\r\n"), { version: 1 }],
  ["v2 TCP4", v2(TCP4, [ADDRESSES4]), { version: 2, ...four }],
  [
    "v2 TCP6",
    v2(TCP6, [Buffer.from(`20010db8${"00".repeat(11)}07${"00".repeat(15)}01c35003e3`, "hex")]),
    { version: 2, source: { address: "2001:db8::7", port: 50_000 }, destination: { address: "::1", port: 995 } },
  ],
  ["v2 UNSPEC", v2(0x00, []), { version: 2 }],
  [
    "v2 UNSPEC that names the host",
    v2(0x00, [tlv(0x02, "pop.example.net")]),
    { version: 2, authority: "pop.example.net" },
  ],
  ["v2 UNIX", v2(0x31, [Buffer.alloc(216, "/")]), { version: 2 }],
  ["v2 of datagrams, which fall back to UNSPEC [2.2]", v2(0x12, [ADDRESSES4]), { version: 2 }],
  ["v2 LOCAL", v2(0x00, [], 0x20), { version: 2, local: true }],
  [
    "v2 LOCAL, whose rest is discarded [2.2]",
    v2(0x99, [octets("\x20\xff\xff no value")], 0x20),
    { version: 2, local: true },
  ],
  [
    "v2 with values that nobody asked for, one of them empty",
    v2(TCP4, [ADDRESSES4, tlv(0x01, "pop3"), tlv(0x04, ""), tlv(0x04, "padding"), tlv(0xe0, "\0\xff")]),
    { version: 2, ...four },
  ],
  [
    "v2 with host and identifier",
    v2(TCP4, [ADDRESSES4, tlv(0x02, Buffer.from("p\u00f6p.example")), tlv(0x05, "x".repeat(128))]),
    { version: 2, ...four, authority: "p\u00f6p.example", uniqueId: Uint8Array.from(octets("x".repeat(128))) },
  ],
  [
    "v2 with its checksum",
    checked(TCP4, [ADDRESSES4, tlv(0x02, "a.example")]),
    { version: 2, ...four, authority: "a.example" },
  ],
  ["v2 as long as it may be", v2(TCP4, [ADDRESSES4, tlv(0x04, "x".repeat(TLV_OCTETS - 3))]), { version: 2, ...four }],
  [
    "v2 with TLS and a verified certificate",
    v2(TCP4, [
      ADDRESSES4,
      tlv(0x20, Buffer.concat([octets("\x07\0\0\0\0"), tlv(0x21, "TLSv1.3"), tlv(0x22, "ann"), tlv(0x23, "AES")])),
    ]),
    { version: 2, ...four, tls: { version: "TLSv1.3", certificateVerified: true, commonName: "ann" } },
  ],
  [
    "v2 with TLS and a certificate given earlier in the session",
    v2(TCP4, [ADDRESSES4, tlv(0x20, "\x05\0\0\0\0")]),
    { version: 2, ...four, tls: { version: null, certificateVerified: true, commonName: null } },
  ],
  [
    "v2 with TLS and no certificate, for which the result is 0 too",
    v2(TCP4, [ADDRESSES4, tlv(0x20, "\x01\0\0\0\0")]),
    { version: 2, ...four, tls: { version: null, certificateVerified: false, commonName: null } },
  ],
  [
    "v2 with TLS and a certificate that failed, and names that cannot stand in a log",
    v2(TCP4, [
      ADDRESSES4,
      tlv(0x20, Buffer.concat([octets("\x03\0\0\0\x12"), tlv(0x22, "a\r\nb"), tlv(0x21, "\xff")])),
    ]),
    { version: 2, ...four, tls: { version: null, certificateVerified: false, commonName: null } },
  ],
  [
    "v2 that says that the client used no TLS",
    v2(TCP4, [ADDRESSES4, tlv(0x20, "\0\0\0\0\x01")]),
    { version: 2, ...four },
  ],
];

describe("valid headers", () => {
  for (const [name, header, expected] of valid) {
    test(name, () => {
      for (const behind of ["", "CAPA\r\n", "\x16\x03\x01\0\xf1\x01", "\r\n"]) {
        for (const cut of cutsOf(Buffer.concat([header, octets(behind)]))) {
          const { reading } = readInPieces(cut);
          expect(reading).toEqual({ header: { ...nothing, ...expected }, octets: header.length });
        }
      }
      for (let end = 0; end < header.length; end++) expect(readProxyHeader(header.subarray(0, end))).toBeNull();
    });
  }
});

const address = "192.0.2.7 198.51.100.9";
const malformed: [string, Uint8Array, RegExp][] = [
  ["a command", octets("CAPA\r\n"), /does not begin/],
  ["a TLS handshake", octets("\x16\x03\x01\0\xf1\x01"), /does not begin/],
  ["v1 in lower case", octets("proxy TCP4"), /does not begin/],
  ["v1 without a space", octets("PROXY\r\n"), /does not begin/],
  ["v1 with a strange family", octets(`PROXY UDP4 ${address} 1 2\r\n`), /TCP4, TCP6 nor UNKNOWN/],
  ["v1 with something behind UNKNOWN", octets("PROXY UNKNOWNS\r\n"), /TCP4, TCP6 nor UNKNOWN/],
  ["v1 with no family", octets("PROXY \r\n"), /TCP4, TCP6 nor UNKNOWN/],
  ["v1 with two spaces", octets(`PROXY TCP4  ${address} 1 2\r\n`), /two addresses and two ports/],
  ["v1 with a space at the end", octets(`PROXY TCP4 ${address} 1 2 \r\n`), /two addresses and two ports/],
  ["v1 with one port", octets(`PROXY TCP4 ${address} 1\r\n`), /two addresses and two ports/],
  ["v1 with a leading zero in a port", octets(`PROXY TCP4 ${address} 01 2\r\n`), /a port that is/],
  ["v1 with a port over 65535", octets(`PROXY TCP4 ${address} 1 65536\r\n`), /a port that is/],
  ["v1 with a sign", octets(`PROXY TCP4 ${address} +1 2\r\n`), /a port that is/],
  ["v1 with a leading zero in an address", octets("PROXY TCP4 192.0.02.7 198.51.100.9 1 2\r\n"), /none of TCP4/],
  ["v1 with a number over 255", octets("PROXY TCP4 192.0.2.7 256.51.100.9 1 2\r\n"), /none of TCP4/],
  ["v1 TCP4 with IPv6", octets("PROXY TCP4 ::1 ::1 1 2\r\n"), /none of TCP4/],
  ["v1 TCP6 with IPv4", octets(`PROXY TCP6 ${address} 1 2\r\n`), /none of TCP6/],
  ["v1 TCP6 with a zone", octets("PROXY TCP6 fe80::1%1 ::1 1 2\r\n"), /none of TCP6/],
  ["v1 with a lone LF before its CRLF", octets(`PROXY TCP4 ${address} 1 2\nCAPA\r\n`), /./],
  ["v1 with a CR too many", octets(`PROXY TCP4 ${address} 1 2\r\r\n`), /a port that is/],
  ["v1 of 108 octets", octets(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`), /within 107/],
  ["v1 without end", octets(`PROXY TCP4 ${"1".repeat(96)}`), /within 107/],
  ["v2 with a broken signature", Buffer.concat([SIGNATURE.subarray(0, 11), octets("\r")]), /does not begin/],
  ["v2 that is version 1", v2(TCP4, [ADDRESSES4], 0x11), /version 1/],
  ["v2 with a strange command", v2(TCP4, [ADDRESSES4], 0x22), /neither LOCAL nor PROXY/],
  ["v2 with a strange family", v2(0x41, [ADDRESSES4]), /unknown/],
  ["v2 with a strange protocol", v2(0x13, [ADDRESSES4]), /unknown/],
  ["v2 with a family and no protocol", v2(0x10, [ADDRESSES4]), /unknown/],
  ["v2 too short for its addresses", v2(TCP4, [ADDRESSES4], 0x21, 11), /too short/],
  ["v2 longer than is accepted", v2(TCP4, [], 0x21, 12 + TLV_OCTETS + 1), /longer than is accepted/],
  ["v2 LOCAL longer than is accepted", v2(0, [], 0x20, 0xffff), /longer than is accepted/],
  ["v2 with a value over its end", v2(TCP4, [ADDRESSES4, octets("\x04\0\x05abcd")]), /over its end/],
  ["v2 with a value cut in its length", v2(TCP4, [ADDRESSES4, octets("\x04\0")]), /over its end/],
  [
    "v2 with a checksum of another header",
    Buffer.concat([checked(TCP4, [ADDRESSES4]).subarray(0, -1), octets("?")]),
    /checksum/,
  ],
  ["v2 with a checksum of 3 octets", v2(TCP4, [ADDRESSES4, tlv(0x03, "abc")]), /checksum/],
  ["v2 with two checksums", v2(TCP4, [ADDRESSES4, tlv(0x03, "abcd"), tlv(0x03, "abcd")]), /two values of type 3/],
  ["v2 with two hosts", v2(TCP4, [ADDRESSES4, tlv(0x02, "a"), tlv(0x02, "b")]), /two values of type 2/],
  ["v2 with a host that is no UTF-8", v2(TCP4, [ADDRESSES4, tlv(0x02, "\xff")]), /host/],
  ["v2 with a host that would break a line", v2(TCP4, [ADDRESSES4, tlv(0x02, "a\r\nb")]), /host/],
  ["v2 with a host of 256 octets", v2(TCP4, [ADDRESSES4, tlv(0x02, "h".repeat(256))]), /host/],
  ["v2 with an identifier of 129 octets", v2(TCP4, [ADDRESSES4, tlv(0x05, "x".repeat(129))]), /identifier/],
  ["v2 with TLS cut short", v2(TCP4, [ADDRESSES4, tlv(0x20, "\x01\0\0\0")]), /cut short/],
  [
    "v2 with a value of TLS over its end",
    v2(TCP4, [ADDRESSES4, tlv(0x20, "\x01\0\0\0\0\x21\0\x09TLS")]),
    /over its end/,
  ],
];

describe("malformed headers", () => {
  for (const [name, header, problem] of malformed) {
    test(name, () => {
      for (const cut of cutsOf(header)) {
        expect(readInPieces(cut).reading).toEqual({ problem: expect.stringMatching(problem) as string });
      }
    });
  }

  test.each([
    ["the first octet that is no header's", octets("QUIT\r\n"), 1],
    ["a signature that breaks in the middle", Buffer.concat([SIGNATURE.subarray(0, 6), octets("broken")]), 7],
    ["a length over the bound, before what it announces", v2(TCP4, [Buffer.alloc(0xffff)]), 16],
    ["107 octets without CRLF", octets(`PROXY ${"x".repeat(1000)}`), 107],
  ])("%s is enough to be refused", (_, header, taken) => {
    const octetByOctet = Array.from(header, (_, at) => header.subarray(at, at + 1));
    expect(readInPieces(octetByOctet)).toEqual({ reading: { problem: expect.any(String) as string }, taken });
  });
});

test("the test's own checksum is Castagnoli's: RFC 3720 appendix B.4", () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});

test("each octet that changes under a checksum is noticed", () => {
  const whole = checked(TCP4, [ADDRESSES4, tlv(0x04, "padding")]);
  for (let at = 16; at < 28; at++) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    expect(readProxyHeader(changed)).toEqual({ problem: "the PROXY header's checksum is wrong" });
  }
});

test("property: whatever comes, the answer is a header within the octets, a problem or nothing, and never changes its mind", () => {
  const begun = fc.constantFrom(octets(""), octets("PROXY TCP4 "), SIGNATURE, v2(TCP4, [ADDRESSES4], 0x21, 40));
  fc.assert(
    fc.property(begun, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const whole = Buffer.concat([start, rest]);
      let first: ProxyHeaderReading = null;
      for (let end = 0; end <= whole.length; end++) {
        const reading = readProxyHeader(whole.subarray(0, end));
        if (first === null) first = reading;
        else expect(reading).toEqual(first);
        if (reading !== null && "octets" in reading) expect(reading.octets).toBeLessThanOrEqual(end);
      }
    }),
  );
});
