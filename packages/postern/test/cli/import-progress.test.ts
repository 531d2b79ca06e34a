import { expect, test } from "vitest";
import { shownOctets, shownSeconds } from "../../src/cli/figures.js";
import { ImportProgress } from "../../src/cli/import-progress.js";
import type { Imported } from "../../src/delivery/importer.js";

function imported(octets: number, outcome: Imported["outcome"]): Imported {
  const message = { name: "", octets, key: () => Promise.resolve(""), open: async function* () {} };
  return { message, outcome };
}

test("counts, rate and time left", () => {
  const progress = new ImportProgress(4, 4_194_304, 1000);
  expect(progress.line(1000, 200)).toBe("0 of 4 messages, 0 octets of 4.0 MiB, 0 octets/s");
  progress.note(imported(1_048_576, { kind: "known" }));
  progress.note(imported(524_288, { kind: "failed", problem: "" }));
  const delivered = { uniqueId: "U", octets: 600_000 };
  progress.note(imported(524_288, { kind: "imported", delivered, lostUniqueId: "V" }));
  expect(progress.line(5000, 200)).toBe("3 of 4 messages, 1 failed, 2.0 MiB of 4.0 MiB, 512.0 KiB/s, 4 s left");
  expect(progress.line(5000, 20)).toBe("3 of 4 messages, 1 f");
  expect(progress).toMatchObject({ imported: 1, importedOctets: 600_000, known: 1, failed: 1, renamed: 1 });
});

test("a source that is not counted", () => {
  const progress = new ImportProgress(null, 10, 0);
  progress.note(imported(10, { kind: "known" }));
  expect(progress.line(2000, 200)).toBe("1 messages, 10 octets of 10 octets, 5 octets/s, 0 s left");
});

test.each([
  [0, "0 octets"],
  [1, "1 octet"],
  [1023, "1023 octets"],
  [1536, "1.5 KiB"],
  [3 * 1024 ** 3, "3.0 GiB"],
])("%i octets are %j", (octets, text) => {
  expect(shownOctets(octets)).toBe(text);
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [65, "1 min 05 s"],
  [7815, "2 h 10 min"],
])("%f seconds are %j", (seconds, text) => {
  expect(shownSeconds(seconds)).toBe(text);
});
