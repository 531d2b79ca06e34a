// mpop, which pipelines, handing each message to a delivery agent.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { filesIn, interop, storeScript } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

async function run({ server, way, user, after, folder }: Visit): Promise<Ended> {
  writeFileSync(
    join(folder, "mpoprc"),
    [
      "account postern",
      "host 127.0.0.1",
      `port ${way === "tls" ? server.portTls : server.port}`,
      `user ${user}`,
      `password ${password}`,
      `tls ${way === "plain" ? "off" : "on"}`,
      `tls_starttls ${way === "stls" ? "on" : "off"}`,
      `tls_trust_file ${server.certificateFile}`,
      "auth user",
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

interop({
  name: "mpop",
  programs: ["mpop"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "LF",
  changes: [],
  inUse: { status: 77, says: /\[IN-USE\]/ },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
});
