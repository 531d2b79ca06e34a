// getmail, handing each message to a delivery agent. It has no STLS. It reads each message into Python's mail classes and
// writes it anew, so that only what those keep can arrive.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { change, filesIn, headerCompleted, secretScript, storeScript } from "../client.js";
import type { Client, Visit } from "../client.js";

/** getmail misses the end of a delivery agent that ends before it has begun to wait for it, and then waits in vain. */
const unhurried = 'sh "$0" "$1" && sleep 0.05';

async function run({ server, way, user, login, after, folder }: Visit): Promise<Ended> {
  const tls = way === "tls";
  const { method, secret } = login;
  writeFileSync(
    join(folder, "getmailrc"),
    [
      "[retriever]",
      `type = ${tls ? "SimplePOP3SSLRetriever" : "SimplePOP3Retriever"}`,
      "server = 127.0.0.1",
      `port = ${tls ? server.portTls : server.port}`,
      ...(tls ? [`ca_certs = ${server.certificateFile}`] : []),
      `username = ${user}`,
      method === "password_command"
        ? `password_command = ("${secretScript(folder, secret)}",)`
        : `password = ${secret}`,
      `use_apop = ${method === "use_apop"}`,
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

export const getmail: Client = {
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
  refused: { status: 127, says: /\[AUTH\]/ },
  methods: {
    password: { logged: "PASS", proof: "password", ways: ["tls"] },
    password_command: { logged: "PASS", proof: "password", ways: ["tls"] },
    use_apop: { logged: "APOP", proof: "password", ways: ["tls"] },
  },
  without: {
    SASL: "getmail has no command AUTH",
    XOAUTH2: "getmail has `use_xoauth2` for IMAP alone",
    STLS: "getmail has TLS from the first octet alone",
  },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
};
