// Addresses in text: what RFC 4291 §2.2 allows is read, what RFC 5952 recommends is written, and nothing else is an address.
import fc from "fast-check";
import { isIPv4, isIPv6 } from "node:net";
import { expect, test } from "vitest";
import { addressOctets, formatAddress, parseIPv4, parseIPv6 } from "../../src/protocol/ip-address.js";

test.each([
  ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
  ["FF01:0:0:0:0:0:0:101", "ff01::101"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:c000:0201", "::ffff:192.0.2.1"],
  ["::FFFF:192.0.2.1", "::ffff:192.0.2.1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
])("IPv6 %s is written %s", (text, written) => {
  expect(formatAddress(parseIPv6(text)!)).toBe(written);
});

test.each([
  "",
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4::5:6:7:8",
  "12345::",
  "g::",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  "fe80::1%eth0",
  "192.0.2.1::",
  "::192.0.2.01",
  "::192.0.2.1:1",
  " ::1",
  "::1\n",
])("%j is no IPv6 address", (text) => {
  expect(parseIPv6(text)).toBeNull();
});

test.each([
  "",
  "1.2.3",
  "1.2.3.4.5",
  "256.0.0.1",
  "01.2.3.4",
  "1.2.3.4 ",
  "1.2.3.-4",
  "1.2.3.0x4",
  "1..2.3",
  "1.2.3.4\n",
])("%j is no IPv4 address", (text) => {
  expect(parseIPv4(text)).toBeNull();
});

test("property: Node takes the same texts for addresses", () => {
  const piece = fc.constantFrom(":", "::", "0", "1", "ffff", "00001", ".", "192.0.2.1", "255", "256", "a:", "b:", "g");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV6(),
        fc.ipV4(),
        fc.array(piece, { maxLength: 12 }).map((some) => some.join("")),
      ),
      (text) => {
        expect([text, parseIPv6(text) !== null]).toEqual([text, isIPv6(text)]);
        expect([text, parseIPv4(text) !== null]).toEqual([text, isIPv4(text)]);
      },
    ),
    { numRuns: 2000 },
  );
});

test("property: what is written is read back", () => {
  const octets = fc.oneof(
    fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 }),
    fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
  );
  fc.assert(
    fc.property(octets, (some) => {
      const text = formatAddress(Uint8Array.from(some));
      expect([...(parseIPv4(text) ?? parseIPv6(text))!]).toEqual(some);
    }),
  );
});

test("a mapped IPv4 address has the octets of the IPv4 address, and a zone is left out", () => {
  expect(addressOctets("::ffff:192.0.2.1")).toEqual(addressOctets("192.0.2.1"));
  expect(addressOctets("fe80::1%eth0")).toEqual(parseIPv6("fe80::1"));
  expect(addressOctets("localhost")).toBeNull();
});
