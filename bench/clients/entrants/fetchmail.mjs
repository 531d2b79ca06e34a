// fetchmail. It has no pipelining for POP3; a batch file that is /dev/null costs it less than any delivery agent.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "../entrant.mjs";

/** @type {import("../entrant.mjs").Entrant} */
export const fetchmail = {
  name: "fetchmail",
  version: () => /fetchmail release [^+]+/.exec(firstLine("fetchmail", ["--version"]) ?? "")?.[0] ?? null,
  missing: "not installed",
  command: ({ port, user, password, directory }) => {
    const file = join(directory, "fetchmailrc");
    const lines = [
      "set no bouncemail",
      `poll 127.0.0.1 service ${port} protocol pop3 auth password`,
      `  user "${user}" password "${password}" keep fetchall no rewrite sslproto ""`,
      `  bsmtp "/dev/null"`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    const own = ["--idfile", join(directory, "ids"), "--pidfile", join(directory, "pid")];
    return { program: "fetchmail", args: ["--fetchmailrc", file, ...own, "--silent", "--invisible"] };
  },
};
