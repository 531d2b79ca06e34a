// What counts as one place and as this machine, in every form in which a system or a proxy may write an address.
import { expect, test } from "vitest";
import { addressPlace, isLoopback, isThisMachine } from "../../src/server/address.js";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8::/64"],
  ["2001:db8:0:0:ffff::1", "2001:db8::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["", ""],
])("%s is at %s", (address, place) => {
  expect(addressPlace(address)).toBe(place);
});

test("two networks of 64 bits are two places", () => {
  expect(addressPlace("2001:db8:0:1::1")).not.toBe(addressPlace("2001:db8:0:2::1"));
});

test.each([
  ["127.0.0.1", true],
  ["127.255.0.3", true],
  ["::ffff:127.0.0.1", true],
  ["::ffff:7f00:1", true],
  ["::1", true],
  ["0:0:0:0:0:0:0:1", true],
  ["128.0.0.1", false],
  ["::", false],
  ["::127.0.0.1", false],
  ["127.0.0.1.example", false],
  ["", false],
])("%j on this machine: %s", (address, loopback) => {
  expect(isLoopback(address)).toBe(loopback);
});

test.each([
  ["127.0.0.1", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["127.0.0.2", false],
  ["127.1.0.1", false],
  ["192.0.2.1", false],
  ["::2", false],
  ["", false],
])("%j is where this machine's own software connects from: %s", (address, own) => {
  expect(isThisMachine(address)).toBe(own);
});
