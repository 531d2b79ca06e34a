// One measurement: the load generator on one server, and what the server used meanwhile.
// The server's processes are looked at from outside, at the beginning and the end of the generator's window.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { machineCpuMs, usageOf } from "./process-tree.mjs";

const GENERATOR = fileURLToPath(new URL("./generator.mjs", import.meta.url));

/** Shortest warm-up: code compiled, files in the cache. */
const WARM_UP_MS = 500;

/** Every connection has to finish a unit before the window opens; behind a password hash for each that takes seconds. */
const LONGEST_WARM_UP_MS = 45_000;

/**
 * @typedef {object} Measured
 * @property {number} units
 * @property {number} octets
 * @property {number} wallMs
 * @property {number} serverCpuMs
 * @property {number} generatorCpuMs
 * @property {number} otherCpuMs of everything else on the machine
 * @property {number} readOctets that the server read from files and sockets
 * @property {number[]} openMs
 * @property {number[]} doneMs
 */

/**
 * @param {import("./loads.mjs").Load} load
 * @param {import("./server-process.mjs").RunningServer} server
 * @param {Readonly<Record<string, number>>} bodyOctets
 * @param {number} windowMs
 * @returns {Promise<Measured>}
 */
export function measured(load, server, bodyOctets, windowMs) {
  const generator = fork(GENERATOR, { execArgv: [] });
  /** @type {Promise<Measured>} */
  const outcome = new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error("the load generator did not come to an end")),
      LONGEST_WARM_UP_MS + windowMs,
    );
    let before = { cpuMs: 0, readOctets: 0 };
    let machineBefore = 0;
    generator.on("error", reject);
    generator.on("exit", () => {
      clearTimeout(late);
      reject(new Error("the load generator ended early"));
    });
    generator.on(
      "message",
      (/** @type {{ begin?: true, end?: import("./generator.mjs").Work, failed?: string }} */ told) => {
        if (told.begin === true) {
          before = usageOf(server.pid);
          machineBefore = machineCpuMs();
        }
        if (told.failed !== undefined) reject(new Error(told.failed));
        if (told.end === undefined) return;
        const after = usageOf(server.pid);
        const { cpuMs: generatorCpuMs, ...work } = told.end;
        const serverCpuMs = after.cpuMs - before.cpuMs;
        resolve({
          ...work,
          generatorCpuMs,
          serverCpuMs,
          otherCpuMs: Math.max(0, machineCpuMs() - machineBefore - serverCpuMs - generatorCpuMs),
          readOctets: after.readOctets - before.readOctets,
        });
      },
    );
  });
  const port = load.tls ? server.tlsPort : server.port;
  generator.send({ load, port, bodyOctets, windowMs, warmUpMs: WARM_UP_MS });
  return outcome.finally(() => generator.kill("SIGKILL"));
}
