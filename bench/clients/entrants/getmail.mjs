// getmail, into an LMTP server that the script beside this file is. With every other destination it starts a process for each
// message, and waits a minute for one that has ended before it looked.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { firstLine } from "../entrant.mjs";

const SCRIPT = fileURLToPath(new URL("./getmail-script.mjs", import.meta.url));

/** @type {import("../entrant.mjs").Entrant} */
export const getmail = {
  name: "getmail",
  version: () => firstLine("getmail", ["--version"]),
  missing: "not installed",
  command: ({ port, user, password, directory }) => {
    const lines = [
      "[retriever]",
      "type = SimplePOP3Retriever",
      "server = 127.0.0.1",
      `port = ${port}`,
      `username = ${user}`,
      `password = ${password}`,
      "[options]",
      "read_all = true",
      "delete = false",
      "delivered_to = false",
      "received = false",
      "",
    ];
    writeFileSync(join(directory, "getmailrc"), lines.join("\n"), { mode: 0o600 });
    return { program: process.execPath, args: [SCRIPT, directory] };
  },
};
