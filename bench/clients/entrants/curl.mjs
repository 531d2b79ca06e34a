// curl: one URL for each message, all in one invocation and so on one connection, one after the other.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "../entrant.mjs";

/** @type {import("../entrant.mjs").Entrant} */
export const curl = {
  name: "curl",
  version: () => firstLine("curl", ["--version"])?.split(" (")[0] ?? null,
  missing: "not installed",
  command: ({ port, user, password, messages, directory }) => {
    const file = join(directory, "curlrc");
    const lines = [
      "silent",
      "show-error",
      "fail-early",
      `user = "${user}:${password}"`,
      `url = "pop3://127.0.0.1:${port}/[1-${messages}]"`,
      `output = "/dev/null"`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    return { program: "curl", args: ["--disable", "--config", file] };
  },
};
