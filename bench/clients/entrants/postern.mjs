// The client of @postern/pop3, twice: on its first visit to a server, and on a later one, when it remembers the server's
// capabilities. What is asked of it is in the script beside this file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const PACKAGE = new URL("../../../packages/pop3/", import.meta.url);
const DOOR = new URL("dist/client/index.js", PACKAGE);
const SCRIPT = fileURLToPath(new URL("./postern-script.mjs", import.meta.url));

function version() {
  if (!existsSync(DOOR)) return null;
  return `@postern/pop3 ${JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8")).version}`;
}

/** @param {import("../entrant.mjs").Errand} errand @param {string} visit @returns {import("../entrant.mjs").Command} */
function command({ port, user, password, home }, visit) {
  const args = [SCRIPT, DOOR.href, String(port), user, password, visit, join(home, "remembered.json")];
  return { program: process.execPath, args };
}

/** @type {import("../entrant.mjs").Entrant} */
export const posternFirst = {
  name: "postern",
  version,
  missing: "not built",
  command: (errand) => command(errand, "first"),
};

/** @type {import("../entrant.mjs").Entrant} */
export const posternLater = {
  name: "postern-later",
  version,
  missing: "not built",
  before: (errand) => command(errand, "first"),
  command: (errand) => command(errand, "later"),
};
