// What a process and all that descend from it have used so far, and the whole machine, as Linux counts it under /proc.
// Knows nothing of servers; a process that has ended counts with the parent that has waited for it.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** Clock ticks a second, the unit of /proc/PID/stat. */
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/**
 * @typedef {object} Usage
 * @property {number} cpuMs user and system time
 * @property {number} readOctets what was read by system calls from files and sockets
 */

/** Null where the process has ended. @param {string} path @returns {string | null} */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat from the third on. @param {number} pid @returns {number[] | null} */
function statOf(pid) {
  const text = textOf(`/proc/${pid}/stat`);
  // The second field is the name in parentheses, which may hold anything.
  return text === null
    ? null
    : text
        .slice(text.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
}

/** @param {number} root @returns {Usage} */
export function usageOf(root) {
  /** @type {Map<number, number[]>} */
  const stats = new Map();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat !== null) stats.set(Number(name), stat);
  }
  const inTree = new Set([root]);
  for (let before = 0; before !== inTree.size;) {
    before = inTree.size;
    for (const [pid, [, parent = 0]] of stats) if (inTree.has(parent)) inTree.add(pid);
  }
  let ticks = 0;
  let readOctets = 0;
  for (const pid of inTree) {
    // utime, stime, and the same of children that have ended: fields 14 to 17.
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stats.get(pid)?.slice(11, 15) ?? [];
    ticks += user + system + endedUser + endedSystem;
    readOctets += Number(/^rchar: (\d+)$/m.exec(textOf(`/proc/${pid}/io`) ?? "")?.[1] ?? 0);
  }
  return { cpuMs: (ticks * 1000) / TICKS, readOctets };
}

/** Processor time of this process's children that have ended, theirs included. @returns {number} */
export function endedCpuMs() {
  const [endedUser = 0, endedSystem = 0] = statOf(process.pid)?.slice(13, 15) ?? [];
  return ((endedUser + endedSystem) * 1000) / TICKS;
}

/** Resident memory of one process; null where it has ended. @param {number} pid @returns {{ octets: number, peakOctets: number } | null} */
export function memoryOf(pid) {
  const text = textOf(`/proc/${pid}/status`) ?? "";
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(text) ?? [];
  const [, now] = /^VmRSS:\s+(\d+) kB$/m.exec(text) ?? [];
  return peak === undefined ? null : { octets: Number(now) * 1024, peakOctets: Number(peak) * 1024 };
}

/** Processor time that all processes of the machine have used, in milliseconds. @returns {number} */
export function machineCpuMs() {
  const [, user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = (textOf("/proc/stat") ?? "")
    .slice(0, 200)
    .split(/\s+/)
    .map(Number);
  return ((user + nice + system + interrupts + softInterrupts) * 1000) / TICKS;
}
