import { describe, expect, test } from "vitest";
import { parseCyrusIndex } from "../../src/delivery/cyrus-index.js";
import { cyrusIndex } from "./cyrus-fixture.js";

describe.each([17, 20] as const)("version %i", (version) => {
  const octets = cyrusIndex({
    version,
    uidValidity: 1_795_437_331,
    records: [
      { uid: 1, arrivedSeconds: 1_600_000_000 },
      { uid: 7, arrivedSeconds: 1_600_000_060, expunged: true },
    ],
  });

  test("uidvalidity, arrivals and what is expunged", () => {
    expect(parseCyrusIndex(octets)).toEqual({
      uidValidity: 1_795_437_331,
      longUniqueIds: true,
      records: new Map([
        [1, { expunged: false, arrivedMs: 1_600_000_000_000 }],
        [7, { expunged: true, arrivedMs: 1_600_000_060_000 }],
      ]),
    });
  });

  test("a record that is not whole is no record", () => {
    expect([...(parseCyrusIndex(octets.subarray(0, -1))?.records.keys() ?? [])]).toEqual([1]);
  });

  test("folders from before uidvalidity came into unique-ids", () => {
    const old = cyrusIndex({ version, uidValidity: 5, shortUniqueIds: true, records: [] });
    expect(parseCyrusIndex(old)?.longUniqueIds).toBe(false);
  });

  test.each([
    ["no uidvalidity", version === 17 ? 44 : 92, 0],
    ["version 21", 8, 21],
    ["version 8", 8, 8],
    ["a header longer than the file", 12, 0x7fff_ffff],
    ["a header of no octets", 12, 0],
    ["records of no octets", 16, 0],
  ])("%s: not understood", (_what, at, value) => {
    const wrong = Buffer.from(octets);
    wrong.writeUInt32BE(value, at);
    expect(parseCyrusIndex(wrong)).toBeNull();
  });
});

test("too short for a header", () => {
  expect(parseCyrusIndex(new Uint8Array(95))).toBeNull();
});
