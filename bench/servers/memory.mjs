// The library's server on maildrops in memory: what protocol and sockets cost, without any store.
import process from "node:process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, profileFlags, startProcess } from "../server-process.mjs";

const PROGRAM = fileURLToPath(new URL("./memory-server.mjs", import.meta.url));

/** @type {import("../server-process.mjs").ServerUnderTest} */
export const memory = {
  name: "memory",
  version: () => "@postern/pop3, MemoryMaildrops",
  start: async ({ directory, users, certFile, keyFile, profiles }) => {
    const where = { directory, port: await freePort(), tlsPort: await freePort() };
    const settings = join(directory, "settings.json");
    await writeFile(settings, JSON.stringify({ ...where, users, certFile, keyFile }));
    return startProcess(process.execPath, [...profileFlags(profiles, "memory"), PROGRAM, settings], where);
  },
};
