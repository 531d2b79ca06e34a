// fetchmail, handing each message to a delivery agent. It is told not to trace itself in the header (`--invisible`), to leave
// addresses as they are (`no rewrite`) and to hand over CRLF (`no stripcr`).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { filesIn, headerCompleted, interop, storeScript } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

const tlsOptions = {
  plain: 'sslproto ""',
  stls: 'sslproto "tls1.2+" sslcertck',
  tls: 'ssl sslproto "tls1.2+" sslcertck',
} as const;

async function run({ server, way, user, after, folder }: Visit): Promise<Ended> {
  const port = way === "tls" ? server.portTls : server.port;
  writeFileSync(
    join(folder, "fetchmailrc"),
    [
      "set no bouncemail",
      `poll localhost service ${port} protocol pop3 timeout 20 bad-header accept`,
      `  user "${user}" password "${password}" ${after === "keep" ? "keep" : "no keep"} fetchall no rewrite no stripcr`,
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

interop({
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
  run,
  received: (folder) => filesIn(join(folder, "mail")),
});
