// node-pop3, a client for Node that does one command at a time, with a script beside this file.
// Found by its package, which has no door to its version.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./node-pop3-script.mjs", import.meta.url));

/** @type {import("../entrant.mjs").Entrant} */
export const nodePop3 = {
  name: "node-pop3",
  version: () => {
    try {
      const main = createRequire(import.meta.url).resolve("node-pop3");
      const { version } = JSON.parse(readFileSync(join(dirname(main), "..", "package.json"), "utf8"));
      return `node-pop3 ${version}`;
    } catch {
      return null;
    }
  },
  missing: "not installed: npm ci",
  command: ({ port, user, password }) => ({ program: process.execPath, args: [SCRIPT, String(port), user, password] }),
};
