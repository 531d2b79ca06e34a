// The forms that messages have in files: LF line ends, and mbox with its quoting. Each text is cut at every offset.
import { expect, test } from "vitest";
import { unquoted } from "../../src/delivery/mbox-quoting.js";
import { unixLines } from "../../src/sync/line-ends.js";
import { fromLineOctets, mboxForm } from "../../src/sync/mbox-form.js";
import { pieces, textOf, tortures } from "./workplace.js";

async function inAllCuts(
  text: string,
  check: (octets: () => AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  await check(() => pieces(text, 1));
  await check(() => pieces(text, 1_000_000));
  for (let at = 1; at < Math.min(text.length, 200); at++) {
    await check(async function* () {
      yield* pieces(text.slice(0, at), 1_000_000);
      yield new Uint8Array();
      yield* pieces(text.slice(at), 1_000_000);
    });
  }
}

const short = Object.entries(tortures).filter(([, text]) => text.length < 1_000);

test.each(short)("CRLF becomes LF and nothing else changes: %s", async (_, text) => {
  await inAllCuts(text, async (octets) =>
    expect(await textOf(unixLines(octets()))).toBe(text.replaceAll("\r\n", "\n")),
  );
});

test.each(short)(
  "a message in mbox form is quoted, ends with an empty line, and can be had back: %s",
  async (_, text) => {
    const lines = text.replaceAll("\r\n", "\n");
    const ended = lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`;
    await inAllCuts(text, async (octets) => {
      const form = await textOf(mboxForm(octets(), Date.UTC(2026, 3, 1, 3, 4, 5)));
      expect(form.slice(0, fromLineOctets)).toMatch(/^From [0-9a-f]{16}@postern\.invalid Wed Apr  1 03:04:05 2026\n$/);
      const body = form.slice(fromLineOctets);
      expect(body).toBe(`${ended.replaceAll(/^(>*From )/gm, ">$1")}\n`);
      expect(await textOf(unquoted(pieces(body)))).toBe(`${ended}\n`);
    });
  },
);

test("no two messages have the same From_ line", async () => {
  const lines = new Set<string>();
  for (let count = 0; count < 100; count++) lines.add(await textOf(mboxForm(pieces(""), 0)));
  expect(lines.size).toBe(100);
});
