// curl, which lists nothing by itself: one process fetches all messages over one connection, a second one deletes them.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesIn } from "../../support/client.js";
import { runProgram, runUntil } from "../../support/program.js";
import { told, type FaultedClient } from "../client.js";

export const curl: FaultedClient = {
  name: "curl",
  program: "curl",
  ways: ["plain", "stls", "tls"],
  good: [0],
  remembers: false,
  version: async () => told((await runProgram(tmpdir(), "curl", "--version")).output, /^curl (\S+)/),
  run: async ({ port, way, caFile, user, password, messages, silenceSeconds, folder, signal }) => {
    mkdirSync(join(folder, "mail"), { recursive: true });
    const url = `${way === "tls" ? "pop3s" : "pop3"}://localhost:${port}/[1-${messages}]`;
    // For each message. What is for silence alone, --speed-time, does not hold while a reply is waited for.
    const patience = ["--max-time", `${silenceSeconds}`];
    const access = ["--silent", "--show-error", "--fail-early", "--user", `${user}:${password}`, "--cacert", caFile];
    const options = [...access, ...patience, ...(way === "plain" ? [] : ["--ssl-reqd"]), url];
    const fetched = await runUntil(signal, folder, "curl", ...options, "--output", "mail/#1");
    if (fetched.status !== 0) return fetched;
    return runUntil(signal, folder, "curl", ...options, "--head", "--request", "DELE");
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
