// Checks both packages as npm would publish them: packs each one and looks at the archive, not at the folder.
// publint and attw judge the doors (every file there, types and code agreeing); this file judges what is in the archive.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** What a package consists of: built code and its types, the launcher, data that it names, and three texts. */
const expected = /^(dist\/.*\.(js|d\.ts)|bin\/[a-z-]+\.js|[a-z-]+\.schema\.json|package\.json|README\.md|LICENSE)$/;
const texts = ["package.json", "README.md", "LICENSE"];

/** @param {string} folder @param {string} destination @returns {Promise<string[]>} what is wrong with it */
async function check(folder, destination) {
  /** @type {{ dependencies?: Record<string, string>, bin?: Record<string, string> }} */
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const command = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const [packed] = JSON.parse(
    execFileSync("npm", command, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  /** @type {{ path: string, mode: number }[]} */
  const files = packed.files;
  const archive = join(destination, packed.filename);
  const present = new Set(files.map(({ path }) => path));

  /** @type {string[]} */
  const findings = [];
  const strangers = [...present].filter((path) => !expected.test(path));
  if (strangers.length > 0) {
    const some = strangers.slice(0, 3).join(" ");
    findings.push(`${strangers.length} files should not be published (see "files" in package.json): ${some} ...`);
  }
  for (const path of present) {
    const source = join(folder, path.replace(/^dist\//, "src/").replace(/\.(d\.ts|js)$/, ".ts"));
    if (path.startsWith("dist/") && expected.test(path) && !existsSync(source)) {
      findings.push(`${path} has no source any more: remove dist and build`);
    }
  }
  for (const path of texts) if (!present.has(path)) findings.push(`${path} is missing from the published package`);
  for (const path of Object.values(manifest.bin ?? {})) {
    const mode = files.find((file) => file.path === path)?.mode ?? 0;
    if ((mode & 0o111) === 0) findings.push(`${path} is not there or not executable: chmod +x it`);
  }
  if (packed.name === "@postern/pop3" && Object.keys(manifest.dependencies ?? {}).length > 0) {
    findings.push("dependencies: the library has none, and each one would be every user's");
  }
  if (!files.some(({ path }) => path.startsWith("dist/")))
    findings.push("dist is not in the published package: build first");
  return [
    ...findings,
    ...judge("publint", [archive, "--strict"]),
    ...judge("attw", [archive, "--profile", "esm-only"]),
  ];
}

/** @param {string} tool @param {string[]} args @returns {string[]} */
function judge(tool, args) {
  const { status, stdout, stderr } = spawnSync(resolve(root, "node_modules/.bin", tool), args, { encoding: "utf8" });
  return status === 0 ? [] : [`${tool} is not content:\n${stdout}${stderr}`];
}

const destination = await mkdtemp(join(tmpdir(), "postern-pack-"));
try {
  for (const name of ["pop3", "postern"]) {
    const findings = await check(resolve(root, "packages", name), destination);
    for (const finding of findings) process.stdout.write(`packages/${name}: ${finding}\n`);
    if (findings.length > 0) process.exitCode = 1;
    else process.stdout.write(`packages/${name}: publishable\n`);
  }
} finally {
  await rm(destination, { recursive: true });
}
