import { expect, test } from "vitest";
import { compareDovecot, dovecotUniqueId, parseDovecotList } from "../../src/delivery/dovecot-unique-ids.js";

const header = "3 V1795437210 N101 G0f85c2399a32046bed4d000083ecc375\n";

test("the default unique-id is uid and uidvalidity in lower-case hexadecimal", () => {
  expect(dovecotUniqueId(1, 1_795_437_210)).toBe("000000016b04329a");
  expect(dovecotUniqueId(0xffff_ffff, 0xabcd_ef01)).toBe("ffffffffabcdef01");
});

test("version 3: saved unique-ids win, an empty one is the base name, flags in names do not count", () => {
  const list = parseDovecotList(
    `${header}1 W20420 :1700000000.M0P1.host\n2 W38 P1795437210-2 :1700000001.M1P1.host:2,S\n4 P O7 S12 :1700000003.M3P1.host\n`,
  );
  expect(list?.malformed).toBe(0);
  expect([...(list?.entries ?? [])]).toEqual([
    ["1700000000.M0P1.host", { uniqueId: "000000016b04329a", order: null, uid: 1 }],
    ["1700000001.M1P1.host", { uniqueId: "1795437210-2", order: null, uid: 2 }],
    ["1700000003.M3P1.host", { uniqueId: "1700000003.M3P1.host", order: 7, uid: 4 }],
  ]);
});

test("version 1 has the uidvalidity in second place and no fields", () => {
  const list = parseDovecotList("1 1275660208 25022\n17 1276528487.M364837P9451.kurkku,S=1355,W=1394:2,\n");
  expect(list?.entries.get("1276528487.M364837P9451.kurkku,S=1355,W=1394")?.uniqueId).toBe("000000114c0907b0");
});

test("lines that are none are counted and the others are read", () => {
  const list = parseDovecotList(`${header}x\n0 :zero\n4294967296 :large\n5 w :small-letter\n6 :good\n7 :\n`);
  expect(list?.malformed).toBe(5);
  expect([...(list?.entries.keys() ?? [])]).toEqual(["good"]);
});

test.each(["", "3\n", "3 N4\n", "3 V0 N1\n", "3 V4294967296 N1\n", "2 17 4\n", "4 V17 N1\n", "hello\n"])(
  "%j is no list that is understood",
  (text) => {
    expect(parseDovecotList(text)).toBeNull();
  },
);

test("POP3's own order comes before the order of uids", () => {
  const entry = (uid: number, order: number | null) => ({ uid, order, uniqueId: "" });
  const sorted = [entry(1, null), entry(5, 2), entry(3, null), entry(9, 1), entry(4, 2)].toSorted(compareDovecot);
  expect(sorted.map(({ uid }) => uid)).toEqual([9, 4, 5, 1, 3]);
});
