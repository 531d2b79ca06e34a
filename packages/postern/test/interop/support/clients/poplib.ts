// Python's poplib, driven by `poplib_program.py`; what it lacks of SASL is in `sasl.py`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { filesIn } from "../client.js";
import type { Client, Visit } from "../client.js";

const program = fileURLToPath(new URL("poplib_program.py", import.meta.url));

/** Runs the program with options of its own. */
export async function runPoplib(visit: Visit, ...options: readonly string[]): Promise<Ended> {
  const { server, way, user, login, after, folder } = visit;
  const { method, secret, certificate } = login;
  const port = String(way === "tls" ? server.portTls : server.port);
  const mail = join(folder, "mail");
  mkdirSync(mail, { recursive: true });
  const own = certificate === undefined ? [] : ["--own", certificate.both];
  const fixed = [way, port, server.certificateFile, user, secret, method ?? "USER", after, mail];
  // -B: it leaves no compiled files among the sources.
  return runProgram(folder, "python3", "-B", program, ...own, ...options, "--", ...fixed);
}

export const poplib: Client = {
  name: "poplib",
  programs: ["python3"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "CRLF",
  changes: [],
  inUse: { status: 1, says: /\[IN-USE\]/ },
  refused: { status: 1, says: /error_proto: .*\[AUTH\]/ },
  methods: {
    USER: { logged: "PASS", proof: "password" },
    APOP: { logged: "APOP", proof: "password" },
    PLAIN: { logged: "PLAIN", proof: "password" },
    "SCRAM-SHA-1": { logged: "SCRAM-SHA-1", proof: "password" },
    "SCRAM-SHA-1-PLUS": { logged: "SCRAM-SHA-1-PLUS", proof: "password" },
    "SCRAM-SHA-256": { logged: "SCRAM-SHA-256", proof: "password" },
    "SCRAM-SHA-256-PLUS": { logged: "SCRAM-SHA-256-PLUS", proof: "password" },
    OAUTHBEARER: { logged: "OAUTHBEARER", proof: "token" },
    XOAUTH2: { logged: "XOAUTH2", proof: "token" },
    EXTERNAL: { logged: "EXTERNAL", proof: "certificate" },
  },
  without: {
    "tls-exporter": "Python's ssl module exports no keys, so that -PLUS is bound to the server's certificate",
  },
  run: (visit) => runPoplib(visit),
  received: (folder) => filesIn(join(folder, "mail")),
};

/** The same, asking for UTF-8. */
export const poplibUtf8: Client = {
  ...poplib,
  name: "poplib with UTF8",
  ways: ["tls"],
  utf8: true,
  run: (visit) => runPoplib(visit, "--utf8"),
};
