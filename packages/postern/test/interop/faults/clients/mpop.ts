// mpop, which pipelines, with a Maildir as its delivery and its own memory of unique-ids.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn } from "../../support/client.js";
import { runProgram, runUntil } from "../../support/program.js";
import { told, type FaultedClient } from "../client.js";

export const mpop: FaultedClient = {
  name: "mpop",
  program: "mpop",
  ways: ["plain", "stls", "tls"],
  good: [0],
  remembers: true,
  version: async () => told((await runProgram(tmpdir(), "mpop", "--version")).output, /version (\S+)/),
  run: ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    for (const part of ["tmp", "new", "cur"]) mkdirSync(join(folder, "mail", part), { recursive: true });
    const lines = [
      "account test",
      "host localhost",
      `port ${port}`,
      `user ${user}`,
      `password ${password}`,
      `tls ${way === "plain" ? "off" : "on"}`,
      `tls_starttls ${way === "stls" ? "on" : "off"}`,
      `tls_trust_file ${caFile}`,
      "auth user",
      `timeout ${silenceSeconds}`,
      "keep off",
      "received_header off",
      `uidls_file ${join(folder, "uidls")}`,
      `delivery maildir ${join(folder, "mail")}`,
    ];
    writeFileSync(join(folder, "mpoprc"), `${lines.join("\n")}\n`, { mode: 0o600 });
    return runUntil(signal, folder, "mpop", "--file=mpoprc", "--debug", "test");
  },
  kept: (folder) => filesIn(join(folder, "mail", "new")),
};
