// Holds the source of both packages against the rules of the house: directions of imports (house.mjs) and what each
// file does by itself (source-rules.mjs). `npm run check:imports` runs it, and test/architecture.test.ts.
import { readdir, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import { house, importRules } from "./house.mjs";
import { breaches, declaredNames } from "./source-rules.mjs";

/**
 * @param {string} root the folder that holds packages/
 * @returns {Promise<{ files: number, names: number, findings: string[] }>} how much was looked at, and what is wrong
 */
export async function inspect(root) {
  const sources = (await Promise.all(Object.keys(house).map((name) => sourcesOf(root, name)))).flat();
  const names = new Set(sources.flatMap(({ declares, path, text }) => (declares ? declaredNames(path, text) : [])));
  const findings = [
    ...sources.flatMap(({ path, room, ...rest }) =>
      room === undefined
        ? [`${path}:1: ${path.split("/")[3]} is not a room of the house: give it a storey in scripts/house.mjs`]
        : breaches({ path, room, ...rest }, names),
    ),
    ...(await wrongImports(root, sources)),
  ];
  return { files: sources.length, names: names.size, findings };
}

/** @param {string} root @param {string} name */
async function sourcesOf(root, name) {
  const src = `packages/${name}/src`;
  const entries = await readdir(resolve(root, src), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => resolve(entry.parentPath, entry.name).slice(resolve(root).length + 1));
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const [, , , room = ""] = path.split("/");
      return {
        path,
        text: await readFile(resolve(root, path), "utf8"),
        room: house[name]?.[room],
        declares: path.startsWith("packages/pop3/src/capabilities/"),
        // A check says on its own what must be sent and answered: taken from the declarations, it could not tell that one of them is wrong.
        // A scenario says what other servers were seen to say.
        examines: ["conformance/checks/", "testing/scenarios/"].some((part) =>
          path.startsWith(`packages/pop3/src/${part}`),
        ),
        timeless: name === "pop3" && ["protocol", "registry"].includes(room),
      };
    }),
  );
}

/** @param {string} root @param {readonly { path: string }[]} sources */
async function wrongImports(root, sources) {
  const { output } = await cruise(
    Object.keys(house).map((name) => `packages/${name}/src`),
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: importRules() },
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules|/dist/" },
      enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "default"] },
    },
  );
  if (typeof output === "string")
    throw new TypeError("dependency-cruiser answered with text where a result was expected");
  // A cruiser that cannot read TypeScript reports no violation at all, so it has to prove that it saw every file.
  const seen = new Set(output.modules.map(({ source }) => source));
  const unseen = sources
    .filter(({ path }) => !seen.has(path))
    .map(({ path }) => `${path}:1: dependency-cruiser did not read it`);
  const wrong = output.summary.violations.map(({ rule, from, to, cycle }) => {
    const way = cycle === undefined ? to : cycle.map((step) => step.name).join(" -> ");
    return `${from}: imports ${way}, against the rule "${rule.name}"`;
  });
  return [...unseen, ...wrong];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, names, findings } = await inspect(resolve(dirname(fileURLToPath(import.meta.url)), ".."));
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  process.stdout.write(`${files} files, ${names} tags and keywords, ${findings.length} findings\n`);
  if (findings.length > 0 || files === 0 || names === 0) process.exitCode = 1;
}
