import { expect, test } from "vitest";
import { openSource } from "../../src/delivery/open-source.js";
import { fixtureFolder } from "./fixture-folder.js";

test("each format, with paths relative to the working directory", async () => {
  const folder = await fixtureFolder({ "m/cur/1.a": "a", "c/1.": "b", "e/x.eml": "c", box: "From a\nx\n" });
  for (const from of ["maildir:m", "cyrus:c", "eml:e"]) expect((await openSource(from, "auto", folder)).count).toBe(1);
  expect((await openSource("mbox:box", "auto", folder)).octets).toBe(9);
  expect((await openSource(`mbox:${folder}/box`, "auto", "/")).octets).toBe(9);
});

test.each(["", "mbox", "mbox:", "tar:x", "/var/mail/mia", "constructor:x", "MBOX:x"])(
  "%j names no source",
  async (from) => {
    await expect(openSource(from, "auto", "/")).rejects.toThrow(/write maildir:DIR, mbox:FILE/);
  },
);

test("message files have no other server's unique-ids", async () => {
  await expect(openSource("eml:/tmp", "dovecot", "/")).rejects.toThrow(/leave --unique-ids away/);
});
