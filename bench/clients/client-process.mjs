// One run of a client: its process from the start to the end, what it took, and what it tells about itself.
// Knows no client and no load.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import process from "node:process";
import { endedCpuMs } from "../process-tree.mjs";

/** The longest that any client is waited for. One that waits a few round trips for each message takes most of it. */
const LATE_MS = 240_000;

/** As much of what it prints is kept. */
const MOST_PRINTED = 64 * 1024;

/**
 * @typedef {object} Ran
 * @property {number} wallMs of the whole process
 * @property {number} cpuMs of it and what it started; in steps of 10 ms
 * @property {import("./entrant.mjs").Told | null} told where it is a script of ours
 */

/**
 * Throws where it fails or does not end.
 *
 * @param {(errand: import("./entrant.mjs").Errand) => import("./entrant.mjs").Command} command
 * @param {import("./entrant.mjs").Errand} errand
 * @param {(pid: number) => void} [started]
 * @returns {Promise<Ran>}
 */
export async function ranClient(command, errand, started) {
  rmSync(errand.directory, { recursive: true, force: true });
  mkdirSync(errand.directory, { recursive: true, mode: 0o700 });
  mkdirSync(errand.home, { recursive: true, mode: 0o700 });
  const { program, args } = command(errand);
  const beganCpuMs = endedCpuMs();
  const beganMs = performance.now();
  const child = spawn(program, args, {
    cwd: errand.directory,
    env: { ...process.env, HOME: errand.directory, FETCHMAILHOME: errand.directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { out: "", err: "" };
  child.stdout.on("data", (text) => (printed.out = `${printed.out}${text}`.slice(-MOST_PRINTED)));
  child.stderr.on("data", (text) => (printed.err = `${printed.err}${text}`.slice(-MOST_PRINTED)));
  let endedMs = 0;
  child.once("exit", () => (endedMs = performance.now()));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, LATE_MS);
  if (child.pid !== undefined) started?.(child.pid);
  /** @type {[number | null, string | null]} */
  const [status, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...ended) => resolve(ended));
  }).finally(() => clearTimeout(timer));
  if (late) throw new Error(`not at the end after ${LATE_MS / 1000} s`);
  if (status !== 0) throw new Error(`${reasonIn(printed.err || printed.out)} (${signal ?? `status ${status}`})`);
  const wallMs = endedMs - beganMs;
  return { wallMs, cpuMs: endedCpuMs() - beganCpuMs, told: toldIn(printed.out) };
}

/** The line that says why: of an exception the one that names it, else the last. @param {string} text @returns {string} */
function reasonIn(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const named = lines.find((line) => /^\w*(?:Error|Exception)\b/.test(line)) ?? lines.at(-1);
  return (named ?? "it failed without a word").trim();
}

/** @param {string} text @returns {import("./entrant.mjs").Told | null} */
function toldIn(text) {
  return text.startsWith("{") ? JSON.parse(text) : null;
}
