// The house stands (the rules of scripts/house.mjs and scripts/source-rules.mjs hold), and each rule would notice its breach:
// every breach below is written into a small house of its own and has to be reported.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inspect } from "../scripts/imports.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A house without a fault. */
const sound: Readonly<Record<string, string>> = {
  "packages/pop3/src/contracts/state.ts": "// State.\n// Knows nothing else.\nexport type State = string;\n",
  "packages/pop3/src/protocol/lines.ts":
    '// Lines.\n// Knows nothing else.\nimport type { State } from "../contracts/state.js";\nexport type Line = State;\n',
  "packages/pop3/src/capabilities/top.ts":
    '// TOP.\n// Knows nothing else.\nexport const top = { tag: "TOP", commands: [{ keyword: "TOP" }] };\n',
  "packages/pop3/src/maildrop/memory.ts": '// Memory.\n// Knows nothing else.\nimport "node:crypto";\n',
  "packages/pop3/src/server/tls.ts": '// TLS.\n// Knows nothing else.\nimport "node:tls";\n',
  "packages/postern/src/config/keys.ts": "// Keys.\n// Knows nothing else.\nexport const keys = 1;\n",
  "packages/postern/src/service/compose.ts":
    '// Compose.\n// Knows nothing else.\nimport { isIP } from "node:net";\nimport { keys } from "../config/keys.js";\nexport const is = [isIP, keys];\n',
};

async function findingsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "postern-house-"));
  try {
    for (const [path, text] of Object.entries({ ...sound, ...files })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return (await inspect(folder)).findings;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the packages keep the rules of the house", async () => {
  const { files, names, findings } = await inspect(root);
  expect(findings).toEqual([]);
  expect(files).toBeGreaterThan(90);
  // Thirteen tags and eleven more keywords: the whole of the registry.
  expect(names).toBeGreaterThanOrEqual(24);
});

test("a house without a fault is reported as one", async () => {
  expect(await findingsIn({})).toEqual([]);
});

const pop3 = "packages/pop3/src";
const postern = "packages/postern/src";
const breaches: readonly [rule: string, path: string, text: string, finding: RegExp][] = [
  ["upwards", `${pop3}/contracts/up.ts`, 'import "../protocol/lines.js";', /contracts imports from lower storeys only/],
  [
    "upwards, types",
    `${pop3}/protocol/up.ts`,
    'import type { top } from "../capabilities/top.js";',
    /lower storeys only/,
  ],
  ["upwards, re-exports", `${pop3}/protocol/up.ts`, 'export * from "../server/tls.js";', /lower storeys only/],
  [
    "upwards, by import()",
    `${pop3}/maildrop/up.ts`,
    'export const m = import("../server/tls.js");',
    /lower storeys only/,
  ],
  [
    "sideways",
    `${pop3}/maildrop/side.ts`,
    'import "../capabilities/top.js";',
    /maildrop imports from lower storeys only/,
  ],
  ["sideways, program", `${postern}/database/side.ts`, 'import "../config/keys.js";', /database imports from lower/],
  [
    "out of the index",
    `${pop3}/index.ts`,
    'export * from "./server/tls.js";',
    /index.ts imports from lower storeys only/,
  ],
  ["in a circle", `${pop3}/server/a.ts`, 'import "./b.js";', /no circular imports/],
  ["nowhere", `${pop3}/server/lost.ts`, 'import "./nowhere.js";', /every import is found/],
  ["a dependency", `${pop3}/server/dependency.ts`, 'import "vendored";', /has no dependency/],
  [
    "into the other package",
    `${postern}/cli/deep.ts`,
    'import "../../../pop3/src/server/tls.js";',
    /reaches into another package/,
  ],
  [
    "past a door",
    `${postern}/cli/deep.ts`,
    'import "@postern/pop3";\nimport "@postern/pop3/dist/tls.js";',
    /every import is found/,
  ],
  ["a room that nobody planned", `${pop3}/utils/misc.ts`, "", /utils is not a room of the house/],
  ["node: in the protocol", `${pop3}/protocol/node.ts`, 'import "node:buffer";', /node:buffer is not for this folder/],
  ["sockets in a store", `${pop3}/maildrop/net.ts`, 'import "node:net";', /node:net is not for this folder/],
  [
    "sockets in the service",
    `${postern}/service/net.ts`,
    'import { isIP, connect } from "node:net";',
    /node:net is not/,
  ],
  [
    "disks in the server",
    `${pop3}/server/disk.ts`,
    'import "node:fs/promises";',
    /node:fs\/promises is not for this folder/,
  ],
  ["a keyword", `${pop3}/server/word.ts`, 'export const is = (k: string) => k === "TOP";', /"TOP" is a tag or keyword/],
  [
    "a keyword in a template",
    `${postern}/cli/word.ts`,
    "export const top = (n: number) => `TOP ${n}`;",
    /"TOP" is a tag/,
  ],
  ["a keyword in a type", `${pop3}/client/word.ts`, "export type Word = `TOP`;", /"TOP" is a tag or keyword/],
  ["a promise", `${pop3}/protocol/promise.ts`, "export const p = Promise.resolve();", /no promise, timer or clock/],
  ["an async function", `${pop3}/registry/async.ts`, "export async function f() {}", /no promise, timer or clock/],
  ["a timer", `${pop3}/protocol/timer.ts`, "setTimeout(() => {}, 1);", /no promise, timer or clock/],
  ["a clock", `${pop3}/registry/clock.ts`, "export const now = Date.now();", /no promise, timer or clock/],
  ["a long file", `${pop3}/server/long.ts`, "\n".repeat(399), /401 lines and 400 is the limit/],
];

test.each(breaches)("a breach is reported: %s", async (_, path, text, finding) => {
  const others = {
    [`${pop3}/server/b.ts`]: '// B.\n// Knows C.\nimport "./c.js";\n',
    [`${pop3}/server/c.ts`]: `// C.\n// May know A.\n${path.endsWith("/a.ts") ? 'import "./a.js";' : ""}\n`,
    "node_modules/vendored/index.js": "module.exports = 1;\n",
    "node_modules/@postern/pop3/package.json": '{ "name": "@postern/pop3", "exports": { ".": "./dist/index.js" } }',
    "node_modules/@postern/pop3/dist/index.js": "",
    "node_modules/@postern/pop3/dist/tls.js": "",
  };
  const findings = await findingsIn({
    ...others,
    [path]: `// A breach.\n// It is reported.\n${text}`,
  });
  expect(findings).toEqual([expect.stringMatching(finding)]);
  expect(findings[0]).toContain(path);
});

test.each([
  ["no comment at the top", "export const silent = 1;\n", 0],
  ["a single line at the top", "// Silent.\nexport const silent = 1;\n", 1],
  ["a second line that says nothing", "// Silent.\n//\nexport const silent = 1;\n", 1],
  ["a second line that belongs to a declaration", "// Silent.\n\n// One.\nexport const silent = 1;\n", 1],
])("a breach is reported: %s", async (_, text, lines) => {
  const path = `${postern}/config/silent.ts`;
  expect(await findingsIn({ [path]: text })).toEqual([
    expect.stringMatching(`silent\\.ts:1: the file opens with ${lines} lines of comment and needs 2`),
  ]);
});

test("a generated file needs no more than the line that says so", async () => {
  expect(await findingsIn({ [`${pop3}/capabilities/index.ts`]: "// Generated by a script.\n" })).toEqual([]);
});
