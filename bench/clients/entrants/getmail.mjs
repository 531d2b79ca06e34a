// getmail. A delivery agent that does nothing is the one destination that it takes from every account, root's too; that
// costs some 4 ms a message, which the round trip of each hides.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "../entrant.mjs";

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
      "[destination]",
      "type = MDA_external",
      "path = /bin/true",
      "allow_root_commands = true",
      "[options]",
      "read_all = true",
      "delete = false",
      "delivered_to = false",
      "received = false",
    ];
    writeFileSync(join(directory, "getmailrc"), `${lines.join("\n")}\n`, { mode: 0o600 });
    return { program: "getmail", args: [`--getmaildir=${directory}`, "--rcfile=getmailrc", "--quiet"] };
  },
};
