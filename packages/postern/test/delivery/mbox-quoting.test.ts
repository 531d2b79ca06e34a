import { expect, test } from "vitest";
import { unquoted } from "../../src/delivery/mbox-quoting.js";
import { inAllCuts, textOf } from "./fixture-folder.js";

test.each([
  [">From a\n", "From a\n"],
  [">>>From a\n", ">>From a\n"],
  ["From a\n>From b", "From a\nFrom b"],
  [">From", ">From"],
  [">Fro\n>From c\n", ">Fro\nFrom c\n"],
  [">From:\n>\n>>\nx>From \n> From \n", ">From:\n>\n>>\nx>From \n> From \n"],
  ["\r>From \n\n\n>From \r\n>F>From \n", "\r>From \n\n\nFrom \r\n>F>From \n"],
  [">", ">"],
  [">>F", ">>F"],
  ["\0\xff\n>>From \xfe", "\0\xff\n>From \xfe"],
  ["", ""],
])("%j becomes %j, wherever it is cut", async (quoted, plain) => {
  await inAllCuts(quoted, async (pieces) => {
    expect(await textOf(unquoted(pieces))).toBe(plain);
  });
});
