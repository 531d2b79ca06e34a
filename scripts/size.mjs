// Holds the client to its size: bundled for Node, minified and compressed with gzip as a download would be, the whole door.
// Build first. What weighs is listed with --modules, the heaviest first, as it was before it was minified.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const LIMIT_OCTETS = 25_000;
const root = fileURLToPath(new URL("../packages/pop3/dist/", import.meta.url));

const bundle = await rolldown({ input: `${root}client/index.js`, platform: "node" });
const { output } = await bundle.generate({ format: "esm", minify: true });
await bundle.close();

const [{ code, imports, modules }, ...more] = output;
const octets = gzipSync(code, { level: 9 }).length;
const strangers = imports.filter((name) => !name.startsWith("node:"));
process.stdout.write(
  `@postern/pop3/client: ${octets} octets minified and gzipped, of ${LIMIT_OCTETS} (${code.length} minified)\n`,
);

if (process.argv.includes("--modules")) {
  const weights = Object.entries(modules).map(([path, { renderedLength }]) => ({ path, renderedLength }));
  for (const { path, renderedLength } of weights.toSorted((a, b) => b.renderedLength - a.renderedLength)) {
    process.stdout.write(`${String(renderedLength).padStart(8)} ${path.slice(root.length)}\n`);
  }
}
if (more.length > 0) throw new Error(`one file was expected, and there are ${output.length}`);
if (strangers.length > 0) {
  process.stdout.write(`it imports what is no part of Node: ${strangers.join(" ")}\n`);
  process.exitCode = 1;
}
if (octets >= LIMIT_OCTETS) {
  process.stdout.write("that is too much: see what weighs with `node scripts/size.mjs --modules`\n");
  process.exitCode = 1;
}
