// Addresses: how they are taken apart, and with what sentence others are refused. And what counts as the name of a host.
import { expect, test } from "vitest";
import { hostNameOf, isPort, isWithin } from "../../src/discovery/host-name.js";
import { AddressProblem, parseMailAddress } from "../../src/discovery/mail-address.js";

test.each([
  ["alice@example.net", "alice", "example.net"],
  ["Alice+pop@Mail.EXAMPLE.net", "Alice+pop", "mail.example.net"],
  ["a..b.@docs.example", "a..b.", "docs.example"],
  ["jürgen@münchen.example", "jürgen", "xn--mnchen-3ya.example"],
  ["a@xn--mnchen-3ya.example", "a", "xn--mnchen-3ya.example"],
  ["用户@例え。テスト.example", "用户", "xn--r8jz45g.xn--zckzah.example"],
])("%s", (text, localPart, domain) => {
  const [, typedDomain] = text.split("@");
  expect(parseMailAddress(text)).toEqual({ text, localPart, typedDomain, domain });
});

test.each([
  ["alice", /no @/],
  ["a@b@example.net", /more than one @/],
  ["@example.net", /nothing stands before/],
  ["alice@", /nothing stands behind/],
  ["al ice@example.net", /a space or a control character/],
  ["alice@example.net\r\nQUIT", /control character.*as user@example\.net/],
  ["alice\0@example.net", /control character/],
  ["al\u202eice@example.net", /control character/],
  ["alice\u00a0@example.net", /space/],
  ['"alice"@example.net', /quoting/],
  ["a(b)@example.net", /quoting/],
  [`${"a".repeat(65)}@example.net`, /longer than 64 octets/],
  [`${"ü".repeat(33)}@example.net`, /longer than 64 octets/],
  ["alice@[192.0.2.1]", /not for an IP address/],
  ["alice@[IPv6:2001:db8::1]", /not for an IP address/],
  ["alice@192.0.2.1", /not for an IP address/],
  ["alice@0x7f.0.0.0x1", /is no domain/],
  ["alice@localhost", /no dot/],
  ["alice@example.net.", /is no domain/],
  ["alice@.example.net", /is no domain/],
  ["alice@exa_mple.net", /is no domain/],
  ["alice@-example.net", /is no domain/],
  ["alice@example.net/path", /is no domain/],
  ["alice@example.net:995", /is no domain/],
  ["alice@ex%61mple.net", /is no domain/],
  [`alice@${"a".repeat(64)}.net`, /is no domain/],
  [`alice@${"a.".repeat(127)}net`, /is no domain/],
])("%j is refused", (text, sentence) => {
  expect(() => parseMailAddress(text)).toThrow(AddressProblem);
  expect(() => parseMailAddress(text)).toThrow(sentence);
  // The sentence goes to a terminal.
  expect(() => parseMailAddress(text)).not.toThrow(/[\0-\x1f]/);
});

test("names of hosts", () => {
  expect(hostNameOf("POP.Example.net.")).toBe("pop.example.net");
  expect(hostNameOf("3com.example")).toBe("3com.example");
  for (const text of [
    "",
    ".",
    "localhost",
    "pop.example.net..",
    "pop\r\n.example.net",
    "pop .example.net",
    "[::1]",
    "::1",
  ]) {
    expect(hostNameOf(text), JSON.stringify(text)).toBeNull();
  }
  for (const text of ["192.0.2.1", "192.0.2", "0x7f.1", "a.0x", "pop.\\000net", "pöp.example.net", "a-.net"]) {
    expect(hostNameOf(text), JSON.stringify(text)).toBeNull();
  }
  expect(isWithin("example.net", "example.net")).toBe(true);
  expect(isWithin("pop.example.net", "example.net")).toBe(true);
  expect(isWithin("popexample.net", "example.net")).toBe(false);
  expect(isWithin("net", "example.net")).toBe(false);
  expect([0, 1, 65_535, 65_536, 1.5, NaN].map(isPort)).toEqual([false, true, true, false, false, false]);
});
