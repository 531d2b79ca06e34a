import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emlSource } from "../../src/delivery/eml-source.js";
import { fixtureFolder, readAll } from "./fixture-folder.js";

test("files *.eml at any depth, in the order of their paths, nothing else", async () => {
  const folder = await fixtureFolder({
    "b.eml": "b",
    "a/2.EML": "a2",
    "a/10.eml": "a10",
    "c.txt": "no",
    eml: "no",
    "a/.x.eml": "hidden",
  });
  await symlink(join(folder, "c.txt"), join(folder, "link.eml"));
  await symlink(folder, join(folder, "loop"));
  const source = await emlSource(folder);
  const all = await readAll(source);
  expect(all.map(({ text }) => text)).toEqual(["hidden", "a10", "a2", "b"]);
  expect(all[0]?.message.arrivedMs).toBe(1_700_000_000_000);
  expect([source.count, source.octets]).toEqual([4, 12]);
  expect(source.notes).toEqual(["Left out, because they are symbolic links: 1."]);
});

test("many files, in the order of their names", async () => {
  const names = Array.from({ length: 40 }, (_, at) => `${(at * 7919) % 97}.eml`);
  const source = await emlSource(await fixtureFolder(Object.fromEntries(names.map((name) => [name, name]))));
  expect((await readAll(source)).map(({ text }) => text)).toEqual(names.toSorted());
});

test("equal messages have different keys, the same ones on every run and wherever the files lie", async () => {
  const one = await readAll(
    await emlSource(await fixtureFolder({ "a.eml": "same", "b.eml": "same", "c.eml": "other" })),
  );
  const two = await readAll(
    await emlSource(await fixtureFolder({ "d/x.eml": "same", "e.eml": "other", "f.eml": "same" })),
  );
  const [a, b, c] = one.map(({ key }) => key);
  expect(new Set([a, b, c]).size).toBe(3);
  expect(two.map(({ key }) => key)).toEqual([a, c, b]);
  expect(a).toBe("sha256:0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5");
});

test("a message that changes between key and reading is an error", async () => {
  const folder = await fixtureFolder({ "a.eml": "one" });
  const { writeFile } = await import("node:fs/promises");
  for await (const message of (await emlSource(folder)).messages()) {
    await message.key();
    await writeFile(join(folder, "a.eml"), "two");
    await expect(Array.fromAsync(message.open())).rejects.toThrow(/changed while/);
  }
  expect.assertions(1);
});

test("a folder without messages, and none at all", async () => {
  await expect(emlSource(await fixtureFolder({ "a.txt": "" }))).rejects.toThrow(/no file whose name ends in \.eml/);
  await expect(emlSource("/nowhere/at/all")).rejects.toThrow(/cannot be read/);
});
