// fetchmail, handing each message to a delivery agent, with its own memory of unique-ids.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn, storeScript } from "../../support/client.js";
import { runProgram, runUntil } from "../../support/program.js";
import { told, type FaultedClient } from "../client.js";

const tls = { plain: 'sslproto ""', stls: 'sslproto "tls1.2+" sslcertck', tls: 'ssl sslproto "tls1.2+" sslcertck' };

export const fetchmail: FaultedClient = {
  name: "fetchmail",
  program: "fetchmail",
  ways: ["plain", "stls", "tls"],
  // 1: there was no mail.
  good: [0, 1],
  remembers: true,
  version: async () => told((await runProgram(tmpdir(), "fetchmail", "--version")).output, /release ([\d.]+)/),
  run: ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    const lines = [
      "set no bouncemail",
      `poll localhost service ${port} protocol pop3 auth password timeout ${silenceSeconds} uidl bad-header accept`,
      `  user "${user}" password "${password}" no keep no rewrite no stripcr`,
      `  ${tls[way]} sslcertfile "${caFile}"`,
      `  mda "sh ${storeScript(folder)} ${join(folder, "mail")}"`,
    ];
    writeFileSync(join(folder, "fetchmailrc"), `${lines.join("\n")}\n`, { mode: 0o600 });
    const files = ["--fetchmailrc", "fetchmailrc", "--idfile", "ids", "--pidfile", "pid"];
    return runUntil(signal, folder, "fetchmail", ...files, "--invisible", "--nosyslog");
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
