// mutt, driven by keys on a terminal that Python makes: it tags every message and pipes them all, raw, to one file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { change, headerCompleted, interop } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

/** Runs a program on a terminal and ends as it did. */
const onTerminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const separator = "\n--- the next message ---\n";

async function run({ server, way, user, after, folder }: Visit): Promise<Ended> {
  writeFileSync(
    join(folder, "muttrc"),
    [
      `set pop_user="${user}" pop_pass="${password}" pop_delete=no pop_last=no pop_reconnect=no`,
      `set ssl_starttls=${way === "stls" ? "yes" : "no"} ssl_force_tls=${way === "plain" ? "no" : "yes"}`,
      `set ssl_ca_certificates_file="${server.certificateFile}"`,
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

interop({
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
  run,
  received: (folder) => {
    const file = join(folder, "mail");
    const mail = existsSync(file) ? readFileSync(file, "latin1") : "";
    return mail
      .split(separator)
      .slice(0, -1)
      .map((text) => Buffer.from(text, "latin1"));
  },
});
