// node-pop3, a client for Node without STLS, in the small program beside this file.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesIn } from "../../support/client.js";
import { runUntil } from "../../support/program.js";
import type { FaultedClient } from "../client.js";

const PROGRAM = fileURLToPath(new URL("node-pop3-program.mjs", import.meta.url));

export const nodePop3: FaultedClient = {
  name: "node-pop3",
  program: null,
  ways: ["plain", "tls"],
  good: [0],
  remembers: false,
  version: async () => {
    const main = createRequire(import.meta.url).resolve("node-pop3");
    return (JSON.parse(readFileSync(join(dirname(main), "..", "package.json"), "utf8")) as { version: string }).version;
  },
  run: ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    const mail = join(folder, "mail");
    mkdirSync(mail, { recursive: true });
    const args = [way, `${port}`, caFile, user, password, `${silenceSeconds}`, mail];
    return runUntil(signal, folder, process.execPath, PROGRAM, ...args);
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
