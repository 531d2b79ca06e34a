// Python's poplib, in the small program beside this file.
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesIn } from "../../support/client.js";
import { runProgram, runUntil } from "../../support/program.js";
import { told, type FaultedClient } from "../client.js";

const PROGRAM = fileURLToPath(new URL("poplib_program.py", import.meta.url));

/** The system's own, where another one stands before it in PATH. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

export const poplib: FaultedClient = {
  name: "poplib",
  program: "python3",
  ways: ["plain", "stls", "tls"],
  good: [0],
  remembers: false,
  version: async () => told((await runProgram(tmpdir(), PYTHON, "--version")).output, /Python (\d+\.\d+)/),
  run: ({ port, way, caFile, user, password, silenceSeconds, folder, signal }) => {
    const mail = join(folder, "mail");
    mkdirSync(mail, { recursive: true });
    const args = [way, `${port}`, caFile, user, password, `${silenceSeconds}`, mail];
    return runUntil(signal, folder, PYTHON, "-B", PROGRAM, ...args);
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
