// The closing line of a run is what CI believes, so it is tested on runs of its own, bad ones above all.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const good = 'test("good", () => { expect(1).toBe(1); });\n';

async function runOf(
  files: Readonly<Record<string, string>>,
): Promise<{ status: number | null; lines: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "postern-closing-"));
  try {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const config =
      `import { ClosingLine } from ${JSON.stringify(join(root, "test/closing-line.ts"))};\n` +
      'export default { test: { include: ["*.test.js"], reporters: ["default", new ClosingLine()] } };\n';
    await writeFile(join(folder, "vitest.config.ts"), config);
    for (const [name, text] of Object.entries(files)) {
      const imports = 'import { beforeAll, describe, expect, test } from "vitest";\n';
      await writeFile(join(folder, `${name}.test.js`), imports + text);
    }
    const runner = join(root, "node_modules/vitest/vitest.mjs");
    const { status, stdout } = spawnSync(process.execPath, [runner, "run", "--root", folder], { encoding: "utf8" });
    return { status, lines: stdout.trimEnd().split("\n") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a good run ends with its figures and status 0, the reasons of skipped tests before them", async () => {
  const skipping = 'test("needs mpop", ({ skip }) => skip("mpop is not installed"));\ntest.skip("later", () => {});\n';
  const { status, lines } = await runOf({ a: good + skipping, b: good });
  expect(lines.at(-1)).toBe("2 passed, 0 failed, 2 skipped");
  expect(lines).toContain("skipped: a.test.js > needs mpop: mpop is not installed");
  expect(lines).toContain("skipped: a.test.js > later: no reason given");
  expect(status).toBe(0);
});

const bad: readonly [what: string, text: string, line: string][] = [
  ["a test fails", `${good}test("bad", () => { expect(1).toBe(2); });`, "2 passed, 1 failed, 0 skipped"],
  ["a file does not load", 'import "./nowhere.js";', "1 passed, 1 failed, 0 skipped"],
  [
    "a hook throws",
    `describe("d", () => { beforeAll(() => { throw new Error(); }); ${good} });`,
    "1 passed, 1 failed, 1 skipped",
  ],
  ["nobody awaits an error", `${good}Promise.reject(new Error("lost"));`, "2 passed, 1 failed, 0 skipped"],
];

test.each(bad)("a run in which %s ends with a failure counted and status 1", async (_, text, line) => {
  const { status, lines } = await runOf({ bad: text, good });
  expect(lines.at(-1)).toBe(line);
  expect(status).toBe(1);
});

test("a run in which no test ran is no success", async () => {
  const { status, lines } = await runOf({ a: 'test.skip("later", () => {});' });
  expect(lines.at(-1)).toBe("0 passed, 0 failed, 1 skipped");
  expect(status).toBe(1);
});
