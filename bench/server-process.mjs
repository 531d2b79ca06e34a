// A server under test as a process of its own: started on free loopback ports, awaited, ended by its process id.
// Knows no server's name; `servers/` does.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** From the start of a process to its greeting. */
const START_MS = 60_000;

/** From SIGTERM to the end; then SIGKILL. */
const STOP_MS = 10_000;

/**
 * What every server is given.
 *
 * @typedef {object} Ground
 * @property {string} directory empty, the server's own
 * @property {readonly import("./loads.mjs").User[]} users with maildrops to be filled
 * @property {string} certFile PEM
 * @property {string} keyFile PEM
 * @property {string | null} profiles where a Node server leaves CPU profiles, if it is to make them
 */

/**
 * @typedef {object} RunningServer
 * @property {number} pid the root of its process tree
 * @property {number} port POP3 in the clear
 * @property {number} tlsPort POP3 inside TLS
 * @property {() => Promise<void>} stop
 */

/**
 * A file of `servers/`.
 *
 * @typedef {object} ServerUnderTest
 * @property {string} name
 * @property {() => string | null} version null where the program is not installed
 * @property {(ground: Ground) => Promise<RunningServer>} start fills the maildrops and starts the server
 */

/** A port that is free now. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Whether somebody accepts connections there. @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/**
 * Starts a server and waits until it listens. What it prints goes to `server.log` in its directory.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ port: number, tlsPort: number, directory: string }} where
 * @returns {Promise<RunningServer>}
 */
export async function startProcess(program, args, { port, tlsPort, directory }) {
  const logFile = join(directory, "server.log");
  const log = openSync(logFile, "a");
  const child = spawn(program, args, { cwd: directory, stdio: ["ignore", log, log] });
  closeSync(log);
  let ended = false;
  /** @type {Promise<void>} */
  const end = new Promise((resolve) => {
    const note = () => {
      ended = true;
      resolve();
    };
    child.once("exit", note);
    child.once("error", note);
  });
  const stop = async () => {
    if (ended) return;
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await end;
    clearTimeout(late);
  };
  const lateMs = performance.now() + START_MS;
  while (!(await listens(port)) || !(await listens(tlsPort))) {
    if (ended || performance.now() > lateMs) {
      await stop();
      throw new Error(`${program} did not start:\n${readFileSync(logFile, "utf8").slice(-2000)}`);
    }
    await sleep(50);
  }
  return { pid: child.pid ?? 0, port, tlsPort, stop };
}

/** The flags with which Node leaves a CPU profile behind. @param {string | null} directory @param {string} name @returns {string[]} */
export function profileFlags(directory, name) {
  if (directory === null) return [];
  return ["--cpu-prof", `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}.cpuprofile`];
}
