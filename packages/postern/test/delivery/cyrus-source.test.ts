import { expect, test } from "vitest";
import { cyrusSource } from "../../src/delivery/cyrus-source.js";
import { cyrusIndex } from "./cyrus-fixture.js";
import { fixtureFolder, readAll } from "./fixture-folder.js";

const index = cyrusIndex({
  version: 17,
  uidValidity: 0x6b04_3313,
  records: [
    { uid: 2, arrivedSeconds: 1_600_000_002 },
    { uid: 9, arrivedSeconds: 1_600_000_009, expunged: true },
    { uid: 10, arrivedSeconds: 1_600_000_010 },
  ],
});
const files = {
  "10.": "Subject: ten\r\n",
  "2.": "Subject: two\r\n",
  "9.": "Subject: nine\r\n",
  "cyrus.header": "",
  "3": "no",
};

test("messages in the order of uids, without the expunged ones, with their arrivals", async () => {
  const source = await cyrusSource(await fixtureFolder({ ...files, "cyrus.index": index }), "auto");
  const all = await readAll(source);
  expect(all.map(({ text, message }) => [text, message.uniqueId, message.arrivedMs])).toEqual([
    ["Subject: two\r\n", "1795437331.2", 1_600_000_002_000],
    ["Subject: ten\r\n", "1795437331.10", 1_600_000_010_000],
  ]);
  expect(source.notes).toEqual(["Left out, because they are deleted and Cyrus has not removed them yet: 1."]);
  expect([source.count, source.octets]).toEqual([2, 28]);
});

test.each([
  ["cyrus", "1795437331.2"],
  ["dovecot", "000000026b043313"],
  ["courier", "1795437331-2"],
  ["uidonly", "2"],
  ["none", undefined],
] as const)("the form of uidl_format %s", async (way, uniqueId) => {
  const all = await readAll(await cyrusSource(await fixtureFolder({ ...files, "cyrus.index": index }), way));
  expect(all[0]?.message.uniqueId).toBe(uniqueId);
});

test("a folder from before uidvalidity came into unique-ids has the uid alone, whatever uidl_format says", async () => {
  const old = cyrusIndex({ version: 17, uidValidity: 5, shortUniqueIds: true, records: [] });
  const folder = await fixtureFolder({ ...files, "cyrus.index": old });
  for (const way of ["auto", "dovecot"] as const) {
    expect((await readAll(await cyrusSource(folder, way)))[0]?.message.uniqueId).toBe("2");
  }
});

test("without an index there are new unique-ids, and a note says so", async () => {
  const folder = await fixtureFolder(files);
  const source = await cyrusSource(folder, "auto");
  expect((await readAll(source)).map(({ message }) => message.uniqueId)).toEqual([undefined, undefined, undefined]);
  expect(source.notes[0]).toContain("no cyrus.index");
  await expect(cyrusSource(folder, "cyrus")).rejects.toThrow(/cyrus\.index cannot be read/);
});

test("a damaged index is refused, and so is a folder of something else", async () => {
  await expect(cyrusSource(await fixtureFolder({ ...files, "cyrus.index": "no" }), "auto")).rejects.toThrow(/damaged/);
  await expect(cyrusSource(await fixtureFolder({ "a.eml": "" }), "auto")).rejects.toThrow(/no folder of Cyrus/);
});
