// Writes every file that follows from others, or with --check says which are stale.
// A generator is one line of a table; it returns the text, which is formatted here as all other files are.
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { capabilityIndex, clientCapabilities } from "./generators/capability-index.mjs";
import { checkReportSchema } from "./generators/check-report.mjs";
import { clientsAndFaults } from "./generators/clients-and-faults.mjs";
import { configurationPage, configurationSchema } from "./generators/configuration.mjs";
import { findingsPage } from "./generators/findings.mjs";
import { languageIndex } from "./generators/language-index.mjs";
import { clientMechanisms, mechanismIndex } from "./generators/mechanism-index.mjs";
import { referencePages } from "./generators/reference.mjs";
import { scenarioSchema } from "./generators/scenario.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const capabilities = resolve(root, "packages/pop3/src/capabilities");
const languages = resolve(root, "packages/pop3/src/languages");
const mechanisms = resolve(root, "packages/pop3/src/mechanisms");

/** @typedef {{ readonly file: string, readonly make: () => string | Promise<string> }} Generator */

/**
 * Parts of the packages' own source: made first, and from source text alone.
 *
 * @type {readonly Generator[]}
 */
const sources = [
  { file: "packages/pop3/src/capabilities/index.ts", make: async () => capabilityIndex(await readdir(capabilities)) },
  { file: "packages/pop3/src/client/standard.ts", make: async () => clientCapabilities(await readdir(capabilities)) },
  { file: "packages/pop3/src/client/mechanisms.ts", make: async () => clientMechanisms(await readdir(mechanisms)) },
  { file: "packages/pop3/src/languages/index.ts", make: async () => languageIndex(await readdir(languages)) },
  { file: "packages/pop3/src/mechanisms/index.ts", make: async () => mechanismIndex(await readdir(mechanisms)) },
];

/**
 * Pages and schemas that the built packages know best: `make` imports what it needs from dist, when it is called.
 *
 * @type {readonly Generator[]}
 */
const pages = [
  { file: "docs/clients-and-faults.md", make: clientsAndFaults },
  { file: "docs/findings.md", make: findingsPage },
  { file: "docs/reference/configuration.md", make: configurationPage },
  { file: "packages/postern/postern.schema.json", make: configurationSchema },
  { file: "packages/postern/check-report.schema.json", make: checkReportSchema },
  { file: "packages/postern/scenario.schema.json", make: scenarioSchema },
];

/** @param {Generator} generator @returns {Promise<boolean>} whether the file on disk was another one */
async function run({ file, make }) {
  const path = resolve(root, file);
  const text = await format(await make(), { ...(await resolveConfig(path)), filepath: path });
  if (text === (await readFile(path, "utf8").catch(() => null))) return false;
  if (!checking) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  process.stdout.write(
    checking ? `${file} is stale: run \`npm run generate\` and commit the result.\n` : `wrote ${file}\n`,
  );
  return true;
}

const checking = process.argv.includes("--check");
let changed = 0;
for (const generator of sources) if (await run(generator)) changed += 1;
if (!checking) execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
const all = [...pages, ...(await referencePages())];
for (const generator of all) if (await run(generator)) changed += 1;

const total = sources.length + all.length;
process.stdout.write(`${total - changed} of ${total} generated files ${checking ? "are" : "were"} up to date.\n`);
if (checking && changed > 0) process.exitCode = 1;
