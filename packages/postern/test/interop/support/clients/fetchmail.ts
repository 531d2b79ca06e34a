// fetchmail, handing each message to a delivery agent. It is told not to trace itself in the header (`--invisible`), to leave
// addresses as they are (`no rewrite`) and to hand over CRLF (`no stripcr`).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { filesIn, headerCompleted, storeScript } from "../client.js";
import type { Client, Visit } from "../client.js";

const tlsOptions = {
  plain: 'sslproto ""',
  stls: 'sslproto "tls1.2+" sslcertck',
  tls: 'ssl sslproto "tls1.2+" sslcertck',
} as const;

async function run({ server, way, user, login, after, folder }: Visit): Promise<Ended> {
  const port = way === "tls" ? server.portTls : server.port;
  const { method, secret } = login;
  const protocol = method === "apop" ? "apop" : `pop3 auth ${method ?? "any"}`;
  writeFileSync(
    join(folder, "fetchmailrc"),
    [
      "set no bouncemail",
      `poll localhost service ${port} protocol ${protocol} timeout 20 bad-header accept`,
      `  user "${user}" password "${secret}" ${after === "keep" ? "keep" : "no keep"} fetchall no rewrite no stripcr`,
      `  ${tlsOptions[way]} sslcertfile "${server.certificateFile}"`,
      `  mda "sh ${storeScript(folder)} ${join(folder, "mail")}"`,
    ].join("\n"),
    { mode: 0o600 },
  );
  const files = ["--fetchmailrc", "fetchmailrc", "--idfile", "ids", "--pidfile", "pid"];
  return runProgram(folder, "fetchmail", ...files, "--invisible");
}

/** The header that it writes for a message that begins with an empty line or has no octet. */
const ownHeader = /^From: FETCHMAIL-DAEMON\r\nTo: .*\r\nSubject: Headerless mail .*\r\n/;

export const fetchmail: Client = {
  name: "fetchmail",
  programs: ["fetchmail"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "CRLF",
  adds: ownHeader,
  changes: [headerCompleted],
  beyond: {
    "a line of 100,000 octets": "fetchmail breaks lines of more than 8 KiB",
    "a line of 100,000 dots": "fetchmail breaks lines of more than 8 KiB",
  },
  inUse: { status: 9, says: /lock busy/i },
  refused: { status: 3, says: /Authorization failure/ },
  methods: {
    any: { logged: "CRAM-MD5", proof: "password" },
    password: { logged: "PASS", proof: "password" },
    "cram-md5": { logged: "CRAM-MD5", proof: "password" },
    // The protocol APOP never asks for STLS, whatever `sslproto` says.
    apop: { logged: "APOP", proof: "password", ways: ["tls"] },
  },
  without: {
    SCRAM: "fetchmail has no SCRAM",
    OAUTHBEARER: "fetchmail has no tokens",
    EXTERNAL: 'fetchmail has `auth external` for IMAP alone, and ends with "run out of allowed authenticators" here',
  },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
};
