// The guide's table of quirks and the table in the source say the same, in both directions.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { QUIRKS } from "@postern/pop3/client";

const guide = readFileSync(new URL("../../../../docs/guides/client-quirks.md", import.meta.url), "utf8");

test("the guide lists every quirk, in order and in the same words, and says what the client does", () => {
  const rows = guide
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .replaceAll("\\", "")
        .split("|")
        .map((cell) => cell.trim()),
    );
  expect(rows.map(([, name, what, seen]) => [name, what, seen])).toEqual(
    Object.entries(QUIRKS).map(([name, { what, seen }]) => [`\`${name}\``, what, seen]),
  );
  expect(rows.filter((cells) => cells.length !== 6 || cells[4] === "")).toEqual([]);
});
