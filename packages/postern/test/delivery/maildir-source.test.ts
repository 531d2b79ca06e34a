import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { maildirSource } from "../../src/delivery/maildir-source.js";
import { fixtureFolder, readAll } from "./fixture-folder.js";

const files = {
  "cur/1700000002.M2P1.host,S=999:2,S": "Subject: second\n",
  "cur/1700000001.M1P1.host:2,RS": "Subject: first\r\n",
  "new/1700000003.M3P1.host": "Subject: third\n\n\xff\0\n.\nno end",
  "tmp/1700000004.M4P1.host": "half of a mess",
  "cur/.hidden": "no",
};

test("cur and new in the order of arrival, tmp and dotfiles left alone", async () => {
  const folder = await fixtureFolder({ ...files, ".Sent/cur/1.x": "a", ".Old/new/2.x": "b" });
  const source = await maildirSource(folder, "none");
  const all = await readAll(source);
  expect(all.map(({ text }) => text)).toEqual([
    "Subject: first\r\n",
    "Subject: second\n",
    "Subject: third\n\n\xff\0\n.\nno end",
  ]);
  expect(all.map(({ message }) => [message.uniqueId, message.arrivedMs])).toEqual([
    [undefined, 1_700_000_001_000],
    [undefined, 1_700_000_002_000],
    [undefined, 1_700_000_003_000],
  ]);
  expect([source.count, source.octets]).toEqual([3, 16 + 16 + 27]);
  expect(source.notes).toEqual(["Subfolders are not imported, because POP3 has none: .Old, .Sent."]);
});

test("within a second by the microseconds in the names, then by the names", async () => {
  const names = ["1700000001.M9P1.a", "1700000001.M10P1.a", "1700000001.M10P2.a", "1700000002.b", "1700000002.c"];
  const files = Object.fromEntries(names.toReversed().map((name) => [`new/${name}`, name]));
  const all = await readAll(await maildirSource(await fixtureFolder(files), "none"));
  expect(all.map(({ text }) => text)).toEqual(names);
});

test("the key stays when a message moves from new to cur and gets flags", async () => {
  const [before] = await readAll(await maildirSource(await fixtureFolder({ "new/17.a": "text" }), "none"));
  const [after] = await readAll(await maildirSource(await fixtureFolder({ "cur/17.a:2,ST": "text" }), "none"));
  const [other] = await readAll(await maildirSource(await fixtureFolder({ "cur/17.a:2,ST": "other text" }), "none"));
  expect(after?.key).toBe(before?.key);
  expect(other?.key).not.toBe(before?.key);
});

test("Dovecot's list gives unique-ids and order; what it does not list comes last and anew", async () => {
  const list = "3 V1795437210 N9 Gx\n3 :1700000002.M2P1.host,S=999:2,\n5 P17-1 :1700000001.M1P1.host\n";
  const folder = await fixtureFolder({ ...files, "dovecot-uidlist": list, courierpop3dsizelist: "/3 1 1\n" });
  for (const way of ["auto", "dovecot"] as const) {
    const all = await readAll(await maildirSource(folder, way));
    expect(all.map(({ text, message }) => [text.slice(0, 15), message.uniqueId])).toEqual([
      ["Subject: second", "000000036b04329a"],
      ["Subject: first\r", "17-1"],
      ["Subject: third\n", undefined],
    ]);
  }
});

test("Courier's list; without one the base names, in Courier's way or as they are", async () => {
  const listed = await fixtureFolder({
    ...files,
    courierpop3dsizelist: "/3 9 77\n1700000002.M2P1.host,S=999:2, 9 4:77:0\nx\n",
  });
  const source = await maildirSource(listed, "auto");
  expect((await readAll(source)).map(({ message }) => message.uniqueId)).toEqual([undefined, "UID4-77", undefined]);
  expect(source.notes).toContain("Malformed lines of courierpop3dsizelist: 1; their messages get new unique-ids.");

  const plain = await fixtureFolder({ "cur/17.a+b:2,S": "x" });
  expect((await readAll(await maildirSource(plain, "auto")))[0]?.message.uniqueId).toBe("17.a+b");
  expect((await readAll(await maildirSource(plain, "courier")))[0]?.message.uniqueId).toBe("17.a+2Bb");
  expect((await readAll(await maildirSource(plain, "none")))[0]?.message.uniqueId).toBeUndefined();
});

test("links, folders and names that come twice are no messages", async () => {
  const folder = await fixtureFolder({
    "cur/17.a:2,": "kept",
    "new/17.a": "again",
    "cur/18.folder/x": "x",
    secret: "secret",
  });
  await symlink(join(folder, "secret"), join(folder, "cur", "19.link"));
  const source = await maildirSource(folder, "none");
  expect((await readAll(source)).map(({ text }) => text)).toEqual(["kept"]);
  expect(source.notes[0]).toMatch(/^Left out of cur and new.*: 3\.$/);
});

test("names need not be UTF-8", async () => {
  const folder = await fixtureFolder({ "cur/placeholder": "" });
  const name = Buffer.concat([Buffer.from(`${folder}/cur/`), Buffer.from("17.\xe9", "latin1")]);
  const { writeFile } = await import("node:fs/promises");
  await writeFile(name, "octets");
  const all = await readAll(await maildirSource(folder, "courier"));
  expect(all.map(({ text, message }) => [text, message.uniqueId])).toContainEqual(["octets", "17.+E9"]);
});

test("a compressed message is an error, not mail", async () => {
  const folder = await fixtureFolder({ "cur/17.a": "\x1f\x8b\x08\x00rest" });
  const source = await maildirSource(folder, "none");
  await expect(readAll(source)).rejects.toThrow(/compressed/);
});

test("what is refused, and what to do instead", async () => {
  const files17 = { "cur/17.a": "x" };
  await expect(maildirSource(await fixtureFolder({ "a.eml": "" }), "auto")).rejects.toThrow(
    /neither a cur nor a new folder/,
  );
  await expect(maildirSource(await fixtureFolder({ "cyrus.index": "" }), "auto")).rejects.toThrow(/--from cyrus:/);
  await expect(maildirSource(await fixtureFolder(files17), "dovecot")).rejects.toThrow(/no dovecot-uidlist/);
  await expect(maildirSource(await fixtureFolder(files17), "cyrus")).rejects.toThrow(/--from cyrus:/);
  await expect(maildirSource(await fixtureFolder({ ...files17, "dovecot-uidlist": "9\n" }), "auto")).rejects.toThrow(
    /unknown/,
  );
  await expect(maildirSource("/nowhere/at/all", "auto")).rejects.toThrow(/there is no such file/);
});
