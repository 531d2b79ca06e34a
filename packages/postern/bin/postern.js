#!/usr/bin/env node
// The launcher: says in one sentence what is missing on an older Node, where the program itself would not even load.
// It uses nothing that Node 20 does not have, and imports the program only after the version is known to do.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 24 || (major === 24 && minor >= 11)) {
  await import("../dist/cli/main.js");
} else {
  const sentence = `postern needs Node.js 24.11 or newer and this is ${process.versions.node}: install one from nodejs.org`;
  process.stderr.write(`${sentence}, or run it as \`npx -p node@24 -p postern postern\`.\n`);
  process.exitCode = 2;
}
