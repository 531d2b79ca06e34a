// getmail, handing each message to a delivery agent. It has no STLS. It reads each message into Python's mail classes and
// writes it anew, so that only what those keep can arrive.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { change, filesIn, headerCompleted, interop, storeScript } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

/** getmail misses the end of a delivery agent that ends before it has begun to wait for it, and then waits in vain. */
const unhurried = 'sh "$0" "$1" && sleep 0.05';

async function run({ server, way, user, after, folder }: Visit): Promise<Ended> {
  const tls = way === "tls";
  writeFileSync(
    join(folder, "getmailrc"),
    [
      "[retriever]",
      `type = ${tls ? "SimplePOP3SSLRetriever" : "SimplePOP3Retriever"}`,
      "server = 127.0.0.1",
      `port = ${tls ? server.portTls : server.port}`,
      ...(tls ? [`ca_certs = ${server.certificateFile}`] : []),
      `username = ${user}`,
      `password = ${password}`,
      "timeout = 20",
      "[destination]",
      "type = MDA_external",
      "path = /bin/sh",
      `arguments = ("-c", '${unhurried}', "${storeScript(folder)}", "${join(folder, "mail")}")`,
      "unixfrom = false",
      "allow_root_commands = true",
      "[options]",
      "read_all = true",
      `delete = ${after === "delete"}`,
      "delivered_to = false",
      "received = false",
      "verbose = 2",
    ].join("\n"),
    { mode: 0o600 },
  );
  return runProgram(folder, "getmail", "--getmaildir", folder, "--rcfile", "getmailrc");
}

interop({
  name: "getmail",
  programs: ["getmail"],
  ways: ["plain", "tls"],
  lineEnds: "LF",
  adds: /^Return-Path: <unknown>\r\n/,
  changes: [
    change("a message without a header gets an empty one", (text) =>
      /^(\r\n|[!-9;-~]+:)/.test(text) ? text : `\r\n${text}`,
    ),
    headerCompleted,
    change("a lone CR becomes a line end", (text) => text.replaceAll(/\r+\n|\r/g, "\r\n")),
  ],
  beyond: { "a header line of 900 octets": "getmail folds long header lines" },
  inUse: { status: 127, says: /\[IN-USE\]/ },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
});
