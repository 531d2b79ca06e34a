import { expect, test } from "vitest";
import { courierNameUniqueId, parseCourierList } from "../../src/delivery/courier-unique-ids.js";

test("each of the three forms that Courier has had", () => {
  const list = parseCourierList(
    "/3 51 1795437287\n1.M0P1.host:2,S 196 1:1795437287:0\n2.M1P1.host 942 2:0:1\n3.M2P1.host:2, 18 0:1795437287:0\n",
  );
  expect(list?.malformed).toBe(0);
  expect([...(list?.uniqueIds ?? [])]).toEqual([
    ["1.M0P1.host", "UID1-1795437287"],
    ["2.M1P1.host", "UID2"],
    ["3.M2P1.host", "3.M2P1.host"],
  ]);
});

test("version 2 lacks the last field", () => {
  expect(parseCourierList("/2 7 99\nname with blanks 12 6:99\n")?.uniqueIds.get("name with blanks")).toBe("UID6-99");
});

test("names are escaped where Courier escapes them", () => {
  expect(courierNameUniqueId(`17.a'b"c+d e\xe9~!`)).toBe("17.a+27b+22c+2Bd+20e+E9~!");
});

test("lines that are none are counted", () => {
  const list = parseCourierList("/3 7 99\nshort 12\n 1 2:3:4\nname 1 x:3:4\ngood 1 2:3:0\n");
  expect(list?.malformed).toBe(3);
  expect([...(list?.uniqueIds ?? [])]).toEqual([["good", "UID2-3"]]);
});

test.each(["", "/4 1 2\n", "name 17\n", "/3\n"])("%j is no list that is understood", (text) => {
  expect(parseCourierList(text)).toBeNull();
});
