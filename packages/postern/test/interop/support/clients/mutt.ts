// mutt, driven by keys on a terminal that Python makes: it tags every message and pipes them all, raw, to one file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../program.js";
import type { Ended } from "../program.js";
import { change, headerCompleted, secretScript } from "../client.js";
import type { Client, Visit } from "../client.js";

/** Runs a program on a terminal and ends as it did. */
const onTerminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const separator = "\n--- the next message ---\n";

async function lacks(method: string): Promise<string | null> {
  const { output } = await runProgram(tmpdir(), "mutt", "-v");
  const own = ["user", "apop", "oauthbearer", "xoauth2"].includes(method);
  return own || /\+USE_G?SASL\b/.test(output)
    ? null
    : "mutt has these mechanisms where it is built with a SASL library";
}

async function run({ server, way, user, login, after, folder }: Visit): Promise<Ended> {
  const { method, secret, certificate } = login;
  writeFileSync(
    join(folder, "muttrc"),
    [
      `set pop_user="${user}" pop_pass="${secret}" pop_delete=no pop_last=no pop_reconnect=no`,
      `set ssl_starttls=${way === "stls" ? "yes" : "no"} ssl_force_tls=${way === "plain" ? "no" : "yes"}`,
      `set ssl_ca_certificates_file="${server.certificateFile}"`,
      // What it chooses by itself is the strongest that its library knows, -PLUS, which it cannot do: see `without` below.
      `set pop_authenticators="${method ?? "scram-sha-256:user"}"`,
      `set pop_oauth_refresh_command="${secretScript(folder, secret)}"`,
      ...(certificate === undefined ? [] : [`set ssl_client_cert="${certificate.both}"`]),
      `set pipe_decode=no pipe_split=no pipe_sep="${separator.replaceAll("\n", String.raw`\n`)}"`,
      `set folder="${folder}"`,
      "set sort=mailbox-order auto_tag=yes wait_key=no sleep_time=0 beep=no delete=yes quit=yes",
    ].join("\n"),
    { mode: 0o600 },
  );
  const url = way === "tls" ? `pops://127.0.0.1:${server.portTls}/` : `pop://127.0.0.1:${server.port}/`;
  const pipe = "<tag-pattern>~A<enter><pipe-message>cat > mail<enter>";
  const keys = `${pipe}${after === "delete" ? "<delete-message>" : ""}<quit>`;
  const mutt = ["mutt", "-n", "-F", "muttrc", "-f", url, "-e", `push "${keys}"`];
  return runProgram(folder, "python3", "-c", onTerminal, ...mutt);
}

export const mutt: Client = {
  name: "mutt",
  programs: ["mutt", "python3"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "LF",
  changes: [
    change("a message without a header gets an empty one", (text) =>
      /^(\r\n|[!-9;-~]+:)/.test(text) ? text : `\r\n${text}`,
    ),
    headerCompleted,
    change("a line ends at its first NUL", (text) => text.replaceAll(/\0.*?(?=\r\n)/gs, "")),
  ],
  inUse: { status: 0, says: /\[IN-USE\]/ },
  refused: { status: 0, says: /authentication failed|Login failed/i },
  methods: {
    user: { logged: "PASS", proof: "password" },
    plain: { logged: "PLAIN", proof: "password" },
    login: { logged: "LOGIN", proof: "password" },
    "cram-md5": { logged: "CRAM-MD5", proof: "password" },
    "scram-sha-1": { logged: "SCRAM-SHA-1", proof: "password" },
    "scram-sha-256": { logged: "SCRAM-SHA-256", proof: "password" },
    apop: { logged: "APOP", proof: "password" },
    oauthbearer: { logged: "OAUTHBEARER", proof: "token" },
    xoauth2: { logged: "XOAUTH2", proof: "token" },
    external: { logged: "EXTERNAL", proof: "certificate" },
  },
  without: {
    "SCRAM-SHA-256-PLUS":
      "mutt with GNU SASL has no channel binding to give, cancels with `*`, and takes the reply to that for the reply to its next command",
  },
  lacks,
  run,
  received: (folder) => {
    const file = join(folder, "mail");
    const mail = existsSync(file) ? readFileSync(file, "latin1") : "";
    return mail
      .split(separator)
      .slice(0, -1)
      .map((text) => Buffer.from(text, "latin1"));
  },
};
