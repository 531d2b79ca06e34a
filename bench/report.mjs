// The figures of the servers into tables: what each load comes to on each of them. Knows nothing of how they came about.
// How a number is written is in `figures.mjs`.
import { amount, digits, medianOf, ranged, spreadOf, table, time } from "./figures.mjs";

/** @typedef {import("./measurement.mjs").Measured} Measured */
/** @typedef {import("./figures.mjs").Spread} Spread */

/**
 * What the runs of one load on one server come to; times in milliseconds.
 *
 * @typedef {object} Summary
 * @property {string} server
 * @property {Spread} cpuMs of the server for one unit
 * @property {Spread} unitsPerSecond
 * @property {number} octetsPerSecond
 * @property {number} generatorCpuMs for one unit
 * @property {number} serverLoad processors that the server kept busy
 * @property {number} otherLoad processors that everything else on the machine kept busy
 * @property {number | null} openMs median from PASS to its reply, where sessions were counted
 * @property {number | null} doneMs median from PASS to the last reply before QUIT
 * @property {number} readOctets for one unit, from files and sockets
 */

/** @param {string} server @param {readonly Measured[]} runs @returns {Summary} */
export function summaryOf(server, runs) {
  const [openMs, doneMs] = [runs.flatMap((run) => run.openMs), runs.flatMap((run) => run.doneMs)];
  return {
    server,
    cpuMs: spreadOf(runs.map((run) => run.serverCpuMs / run.units)),
    unitsPerSecond: spreadOf(runs.map((run) => (run.units * 1000) / run.wallMs)),
    octetsPerSecond: medianOf(runs.map((run) => (run.octets * 1000) / run.wallMs)),
    generatorCpuMs: medianOf(runs.map((run) => run.generatorCpuMs / run.units)),
    serverLoad: medianOf(runs.map((run) => run.serverCpuMs / run.wallMs)),
    otherLoad: medianOf(runs.map((run) => run.otherCpuMs / run.wallMs)),
    openMs: openMs.length === 0 ? null : medianOf(openMs),
    doneMs: doneMs.length === 0 ? null : medianOf(doneMs),
    readOctets: medianOf(runs.map((run) => run.readOctets / run.units)),
  };
}

/** Whether a server read about as much as all messages of a maildrop hold. @param {import("./loads.mjs").Load} load @param {Summary} summary @returns {boolean} */
export function readsBodies({ bodiesUnread, maildrop }, { readOctets }) {
  return bodiesUnread === true && readOctets > (maildrop.messages * maildrop.octets) / 2;
}

/**
 * One load's table. Ratios are to Dovecot where it took part, else to the first server.
 *
 * @param {import("./loads.mjs").Load} load
 * @param {readonly Summary[]} summaries
 * @returns {string}
 */
export function loadTable(load, summaries) {
  const sessions = load.session !== undefined;
  const measure = summaries.find(({ server }) => server === "dovecot") ?? summaries[0];
  const connections = load.connections === 1 ? "1 connection" : `${load.connections} connections at a time`;
  const outstanding = load.pipeline === undefined ? "" : `, ${load.pipeline.outstanding} commands outstanding on each`;
  const headings = [
    "server",
    `server CPU for one ${load.unit}`,
    `ratio to ${measure?.server ?? ""}`,
    `${load.unit}s/s`,
    "octets/s",
    ...(sessions
      ? ["PASS to +OK", `PASS to end of ${load.session?.at(-1)}`, "read by the server"]
      : ["server CPU for 1 GB"]),
    "processors busy",
    "with other work",
    "generator CPU",
  ];
  const rows = summaries.map((summary) => [
    summary.server,
    ranged(summary.cpuMs, time),
    (summary.cpuMs.median / (measure?.cpuMs.median ?? Number.NaN)).toFixed(2),
    ranged(summary.unitsPerSecond, digits),
    amount(summary.octetsPerSecond),
    ...(sessions
      ? [
          time(summary.openMs ?? Number.NaN),
          time(summary.doneMs ?? Number.NaN),
          `${amount(summary.readOctets)}${readsBodies(load, summary) ? ": reads the bodies!" : ""}`,
        ]
      : [summary.octetsPerSecond === 0 ? "" : `${digits((summary.serverLoad * 1e9) / summary.octetsPerSecond)} s`]),
    summary.serverLoad.toFixed(2),
    summary.otherLoad.toFixed(2),
    time(summary.generatorCpuMs),
  ]);
  return `${load.name}: ${load.title}; ${connections}${outstanding}\n\n${table([headings, ...rows])}\n`;
}
