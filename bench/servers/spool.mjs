// `postern serve` on its embedded store, filled through the store itself; one worker, as one core is what is compared. All else is the default.
import { readFileSync } from "node:fs";
import process from "node:process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PASSWORD } from "../loads.mjs";
import { message } from "../messages.mjs";
import { freePort, profileFlags, startProcess } from "../server-process.mjs";

const PACKAGE = new URL("../../packages/postern/", import.meta.url);

/** Deliveries under way at a time: they share one synchronization of the disk. */
const DELIVERIES_AT_ONCE = 250;

/** @param {string} data @param {readonly import("../loads.mjs").User[]} users */
async function fill(data, users) {
  const { openRooms } = await import("../../packages/postern/dist/service/rooms.js");
  const { accounts, maildrops, close } = openRooms({ data }, { create: true });
  try {
    await Promise.all(users.map(({ name }) => accounts.add(name, PASSWORD)));
    for (const { name, messages, octets } of users) {
      for (let first = 1; first <= messages; first += DELIVERIES_AT_ONCE) {
        const count = Math.min(DELIVERIES_AT_ONCE, messages - first + 1);
        const numbers = Array.from({ length: count }, (_, offset) => first + offset);
        await Promise.all(numbers.map((number) => maildrops.deliver(name, message(number, octets))));
      }
    }
  } finally {
    close();
  }
}

/** @type {import("../server-process.mjs").ServerUnderTest} */
export const spool = {
  name: "spool",
  version: () =>
    `postern ${JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8")).version}, embedded store`,
  start: async ({ directory, users, certFile, keyFile, profiles }) => {
    const data = join(directory, "data");
    await fill(data, users);
    const where = { directory, port: await freePort(), tlsPort: await freePort() };
    const program = fileURLToPath(new URL("bin/postern.js", PACKAGE));
    const options = [
      "--data",
      data,
      "--workers",
      "1",
      "--tls-cert",
      certFile,
      "--tls-key",
      keyFile,
      "--allow-plaintext-login",
    ];
    const listen = ["--listen", `127.0.0.1:${where.port}`, "--listen-tls", `127.0.0.1:${where.tlsPort}`];
    const args = [...profileFlags(profiles, "spool"), program, "serve", ...options, ...listen];
    return startProcess(process.execPath, args, where);
  },
};
