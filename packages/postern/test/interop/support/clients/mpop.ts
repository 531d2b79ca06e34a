// mpop, which pipelines, handing each message to a delivery agent.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { filesIn, storeScript } from "../client.js";
import type { Client, Visit } from "../client.js";

/** The methods that this mpop lists; -PLUS came with later versions of it, or comes. */
async function lacks(method: string): Promise<string | null> {
  if (method === "on") return null;
  const { output } = await runProgram(tmpdir(), "mpop", "--version");
  const listed = /^Supported authentication methods:\n(.*)$/m.exec(output)?.[1]?.split(" ") ?? [];
  return listed.includes(method) ? null : `this mpop does not list ${method} among its methods`;
}

async function run({ server, way, user, login, after, folder }: Visit): Promise<Ended> {
  const { method, secret, certificate } = login;
  writeFileSync(
    join(folder, "mpoprc"),
    [
      "account postern",
      "host 127.0.0.1",
      `port ${way === "tls" ? server.portTls : server.port}`,
      `user ${user}`,
      // It would ask for a password that is not there.
      ...(secret === "" ? [] : [`password ${secret}`]),
      ...(certificate === undefined
        ? []
        : [`tls_cert_file ${certificate.certificate}`, `tls_key_file ${certificate.key}`]),
      `tls ${way === "plain" ? "off" : "on"}`,
      `tls_starttls ${way === "stls" ? "on" : "off"}`,
      `tls_trust_file ${server.certificateFile}`,
      `auth ${method ?? "user"}`,
      "pipelining on",
      `keep ${after === "keep" ? "on" : "off"}`,
      "received_header off",
      `uidls_file ${join(folder, "uidls")}`,
      `delivery mda sh ${storeScript(folder)} ${join(folder, "mail")}`,
    ].join("\n"),
    { mode: 0o600 },
  );
  return runProgram(folder, "mpop", "--file=mpoprc", "--debug", "postern");
}

export const mpop: Client = {
  name: "mpop",
  programs: ["mpop"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "LF",
  changes: [],
  inUse: { status: 77, says: /\[IN-USE\]/ },
  refused: { status: 77, says: /authentication failed/ },
  methods: {
    // Its own choice: in TLS PLAIN comes before everything else.
    on: { logged: "PLAIN", proof: "password" },
    user: { logged: "PASS", proof: "password" },
    plain: { logged: "PLAIN", proof: "password" },
    login: { logged: "LOGIN", proof: "password" },
    "cram-md5": { logged: "CRAM-MD5", proof: "password" },
    "scram-sha-1": { logged: "SCRAM-SHA-1", proof: "password" },
    "scram-sha-1-plus": { logged: "SCRAM-SHA-1-PLUS", proof: "password" },
    "scram-sha-256": { logged: "SCRAM-SHA-256", proof: "password" },
    "scram-sha-256-plus": { logged: "SCRAM-SHA-256-PLUS", proof: "password" },
    apop: { logged: "APOP", proof: "password" },
    oauthbearer: { logged: "OAUTHBEARER", proof: "token" },
    xoauth2: { logged: "XOAUTH2", proof: "token" },
    external: { logged: "EXTERNAL", proof: "certificate" },
  },
  lacks,
  run,
  received: (folder) => filesIn(join(folder, "mail")),
};
