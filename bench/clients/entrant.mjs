// What a client under test is to the benchmark, and the means that several of them are described with.
// Knows no client's name; `entrants/` does.
import { spawnSync } from "node:child_process";

/**
 * What is to be fetched: every message of one maildrop once, and none deleted.
 *
 * @typedef {object} Errand
 * @property {number} port in the clear, on 127.0.0.1
 * @property {string} user
 * @property {string} password
 * @property {number} messages
 * @property {string} directory empty at each run, for the client's files
 * @property {string} home the client's own, the same at all runs of a load
 */

/**
 * A file of `entrants/`. Messages go nowhere, by the cheapest way that the client has for it.
 *
 * @typedef {object} Entrant
 * @property {string} name
 * @property {() => string | null} version null where it is missing
 * @property {string} missing what to say then
 * @property {(errand: Errand) => Command} command writes what files it needs
 * @property {(errand: Errand) => Command} [before] run once before all runs, and not measured
 */

/** @typedef {{ readonly program: string, readonly args: readonly string[] }} Command */

/**
 * What an entrant that is a script prints about itself, as JSON, so that its interpreter's start can be left out.
 *
 * @typedef {object} Told
 * @property {number} messages
 * @property {number} [octets] of all messages, where it has them as they were sent
 * @property {number} ms from before it connected to after QUIT
 * @property {number} cpuMs meanwhile
 */

/** The first line of what a program says about its version. @param {string} program @param {readonly string[]} args @returns {string | null} */
export function firstLine(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? (stdout.split("\n")[0] ?? "").trim() : null;
}
