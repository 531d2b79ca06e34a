// curl: one process fetches all messages over one connection, into a file per message number. A method is what stands behind
// `AUTH=` in its login options, with further options behind that.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { change, filesIn } from "../client.js";
import type { Client, Login, Visit } from "../client.js";

const methods: Client["methods"] = {
  // Its own choice, which is the first of these that the server offers: SCRAM (with GNU SASL), CRAM-MD5, PLAIN, LOGIN, APOP, USER.
  "*": { logged: "CRAM-MD5", proof: "password" },
  PLAIN: { logged: "PLAIN", proof: "password" },
  "PLAIN --sasl-ir": { logged: "PLAIN", proof: "password" },
  LOGIN: { logged: "LOGIN", proof: "password" },
  "CRAM-MD5": { logged: "CRAM-MD5", proof: "password" },
  "SCRAM-SHA-1": { logged: "SCRAM-SHA-1", proof: "password" },
  "SCRAM-SHA-256": { logged: "SCRAM-SHA-256", proof: "password" },
  "+APOP": { logged: "APOP", proof: "password" },
  OAUTHBEARER: { logged: "OAUTHBEARER", proof: "token" },
  // A token of hundreds of octets does not fit curl's command line, so that it is sent by itself all the same.
  "OAUTHBEARER --sasl-ir": { logged: "OAUTHBEARER", proof: "token" },
  EXTERNAL: { logged: "EXTERNAL", proof: "certificate" },
  "EXTERNAL --sasl-ir": { logged: "EXTERNAL", proof: "certificate" },
};

async function lacks(method: string): Promise<string | null> {
  const { output } = await runProgram(tmpdir(), "curl", "--version");
  const gsasl = / gsasl\b/i.test(output);
  if (method === "*") return gsasl ? "curl with GNU SASL chooses SCRAM by itself" : null;
  return method.startsWith("SCRAM") && !gsasl ? "curl has SCRAM where it is built with GNU SASL" : null;
}

/** The range of message numbers that the maildrop holds, as curl writes it in a URL. */
async function numbers(visit: Visit): Promise<string> {
  const count = await visit.server.messageCount(visit.user);
  return `[0001-${String(Math.max(1, count)).padStart(4, "0")}]`;
}

function credentials(user: string, { method, proof, secret, certificate }: Login): readonly string[] {
  const [name = "*", ...options] = method?.split(" ") ?? [];
  return [
    ...options,
    "--login-options",
    `AUTH=${name}`,
    // With a colon behind the name it does not ask for a password.
    "--user",
    `${user}:${proof === "password" ? secret : ""}`,
    ...(proof === "token" ? ["--oauth2-bearer", secret] : []),
    ...(certificate === undefined ? [] : ["--cert", certificate.certificate, "--key", certificate.key]),
  ];
}

async function run(visit: Visit): Promise<Ended> {
  const { server, way, user, login, after, folder } = visit;
  const all = await numbers(visit);
  const url = `${way === "tls" ? `pop3s://127.0.0.1:${server.portTls}` : `pop3://127.0.0.1:${server.port}`}/${all}`;
  const access = ["--silent", "--show-error", "--fail-early", ...credentials(user, login)];
  const tls = way === "plain" ? [] : ["--ssl-reqd", "--cacert", server.certificateFile];
  mkdirSync(join(folder, "mail"), { recursive: true });
  const fetched = await runProgram(folder, "curl", ...access, ...tls, url, "--output", "mail/#1");
  if (fetched.status !== 0 || after === "keep") return fetched;
  return runProgram(folder, "curl", ...access, ...tls, url, "--head", "--request", "DELE");
}

export const curl: Client = {
  name: "curl",
  programs: ["curl"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "CRLF",
  changes: [change("a message without an octet becomes an empty line", (text) => text || "\r\n")],
  inUse: { status: 67, says: /curl: \(67\) / },
  refused: { status: 67, says: /curl: \(67\) / },
  methods,
  lacks,
  run,
  received: (folder) => filesIn(join(folder, "mail")),
};
