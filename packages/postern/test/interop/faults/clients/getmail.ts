// getmail, handing each message to a delivery agent, with its own memory of unique-ids. It has no STLS.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn, storeScript } from "../../support/client.js";
import { runProgram, runUntil } from "../../support/program.js";
import { told, type FaultedClient } from "../client.js";

/** getmail misses the end of a delivery agent that ends before it has begun to wait for it, and then waits in vain. */
const UNHURRIED = 'sh "$0" "$1" && sleep 0.05';

export const getmail: FaultedClient = {
  name: "getmail",
  program: "getmail",
  ways: ["plain", "tls"],
  good: [0],
  remembers: true,
  adds: /^Return-Path: <unknown>\n/,
  version: async () => told((await runProgram(tmpdir(), "getmail", "--version")).output, /getmail (\S+)/),
  run: ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    const lines = [
      "[retriever]",
      `type = ${way === "tls" ? "SimplePOP3SSLRetriever" : "SimplePOP3Retriever"}`,
      "server = localhost",
      `port = ${port}`,
      ...(way === "tls" ? [`ca_certs = ${caFile}`] : []),
      `username = ${user}`,
      `password = ${password}`,
      `timeout = ${silenceSeconds}`,
      "[destination]",
      "type = MDA_external",
      "path = /bin/sh",
      `arguments = ("-c", '${UNHURRIED}', "${storeScript(folder)}", "${join(folder, "mail")}")`,
      "unixfrom = false",
      "allow_root_commands = true",
      "[options]",
      "read_all = false",
      "delete = true",
      "delivered_to = false",
      "received = false",
    ];
    writeFileSync(join(folder, "getmailrc"), `${lines.join("\n")}\n`, { mode: 0o600 });
    return runUntil(signal, folder, "getmail", "--getmaildir", folder, "--rcfile", "getmailrc");
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
