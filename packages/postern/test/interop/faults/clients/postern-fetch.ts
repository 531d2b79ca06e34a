// `postern fetch --delete`, in this process, with its own memory of unique-ids, and tried once.
// Its exit statuses 1 and 2 say that something was left.
import { join } from "node:path";
import { runCli } from "../../../cli/run-cli.js";
import { filesIn } from "../../support/client.js";
import { ownVersion } from "../own-version.js";
import type { FaultedClient } from "../client.js";

const modes = { plain: ["none", "--allow-cleartext"], stls: ["required"], tls: ["implicit"] } as const;

export const posternFetch: FaultedClient = {
  name: "postern-fetch",
  program: null,
  ways: ["plain", "stls", "tls"],
  good: [0],
  remembers: true,
  version: async () => ownVersion("postern"),
  run: async ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    const url = `${way === "tls" ? "pop3s" : "pop3"}://${user}@localhost:${port}`;
    const args = ["fetch", url, "--to", "eml:mail", "--delete", "--tries", "1", "--ca", caFile];
    const more = ["--timeout", `${silenceSeconds}`, "--tls", ...modes[way]];
    const env = { XDG_STATE_HOME: join(folder, "state"), POSTERN_PASSWORD: password };
    const { status, stdout, stderr } = await runCli([...args, ...more], { cwd: folder, env, signal });
    return { status: signal.aborted ? null : status, output: `${stdout}${stderr}` };
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
