// mpop, which keeps up to a hundred commands outstanding. An mbox that is /dev/null costs it less than any delivery agent.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "../entrant.mjs";

/** @type {import("../entrant.mjs").Entrant} */
export const mpop = {
  name: "mpop",
  version: () => firstLine("mpop", ["--version"]),
  missing: "not installed",
  command: ({ port, user, password, directory }) => {
    const file = join(directory, "mpoprc");
    const lines = [
      "account bench",
      "host 127.0.0.1",
      `port ${port}`,
      `user ${user}`,
      `password ${password}`,
      "auth user",
      "tls off",
      "pipelining on",
      "keep on",
      "received_header off",
      `uidls_file ${join(directory, "uidls")}`,
      "delivery mbox /dev/null",
    ];
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    return { program: "mpop", args: [`--file=${file}`, "--quiet", "bench"] };
  },
};
