// curl: one process fetches all messages over one connection, into a file per message number.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { change, filesIn, interop } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

/** The range of message numbers that the maildrop holds, as curl writes it in a URL. */
async function numbers(visit: Visit): Promise<string> {
  return `[0001-${String(await visit.server.messageCount(visit.user)).padStart(4, "0")}]`;
}

async function run(visit: Visit): Promise<Ended> {
  const { server, way, user, after, folder } = visit;
  const all = await numbers(visit);
  const url = `${way === "tls" ? `pop3s://127.0.0.1:${server.portTls}` : `pop3://127.0.0.1:${server.port}`}/${all}`;
  const access = ["--silent", "--show-error", "--fail-early", "--user", `${user}:${password}`];
  const tls = way === "plain" ? [] : ["--ssl-reqd", "--cacert", server.certificateFile];
  mkdirSync(join(folder, "mail"), { recursive: true });
  const fetched = await runProgram(folder, "curl", ...access, ...tls, url, "--output", "mail/#1");
  if (fetched.status !== 0 || after === "keep") return fetched;
  return runProgram(folder, "curl", ...access, ...tls, url, "--head", "--request", "DELE");
}

interop({
  name: "curl",
  programs: ["curl"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "CRLF",
  changes: [change("a message without an octet becomes an empty line", (text) => text || "\r\n")],
  inUse: { status: 67, says: /curl: \(67\) / },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
});
