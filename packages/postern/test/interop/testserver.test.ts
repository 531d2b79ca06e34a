// `postern testserver` from Python: the example of docs/guides/testing-clients.md, run as it stands there, with a `postern` in its path that
// is this source.
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { scenarioJsonSchema } from "../../src/config/scenario-file.js";
import { absence, runProgram } from "./support/program.js";

const folder = mkdtempSync(join(tmpdir(), "postern-testserver-"));
afterAll(() => rmSync(folder, { recursive: true }));

const files = ["scenario.toml", "test_collect.py"];
const pathOf = (file: string): string => fileURLToPath(new URL(`testserver/${file}`, import.meta.url));

const guide = readFileSync(new URL("../../../../docs/guides/testing-clients.md", import.meta.url), "utf8");

test("the guide's table has every key of a scenario file", () => {
  const [, table = ""] = /^\| in a file .*?\n(.*?)^$/ms.exec(guide) ?? [];
  const { properties } = scenarioJsonSchema() as { readonly properties: object };
  const named = [...table.matchAll(/`\[*([a-z_]+)\]*`/g)].map(([, name]) => name);
  expect(named).toEqual(expect.arrayContaining(Object.keys(properties).filter((key) => key !== "$schema")));
});

test("the guide shows the scenario and the test that are run", () => {
  for (const file of files) {
    const language = file.endsWith(".py") ? "python" : "toml";
    expect(guide).toContain(`\`\`\`${language}\n${readFileSync(pathOf(file), "utf8")}\`\`\`\n`);
  }
});

test("unittest and poplib", async (ctx) => {
  const missing = absence("python3");
  if (missing !== null) ctx.skip(missing);
  for (const file of files) copyFileSync(pathOf(file), join(folder, file));
  const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const words = [process.execPath, "--import", source("../cli/from-source.mjs"), source("../../src/cli/main.ts")];
  const shim = join(folder, "postern");
  writeFileSync(shim, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(shim, 0o755);
  const inPath = 'PATH="$PWD:$PATH" exec python3 -B -m unittest -v test_collect';
  const { status, output } = await runProgram(folder, "sh", "-c", inPath);
  expect([status, output]).toEqual([0, expect.stringMatching(/^Ran 2 tests in [\s\S]*^OK$/m)]);
  expect(output).not.toContain("Warning");
});
