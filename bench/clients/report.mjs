// The clients' figures as tables, one for each way of measuring. Knows no client; how a number is written is in `../figures.mjs`.
import { amount, digits, medianOf, ranged, spreadOf, table, time } from "../figures.mjs";
import { FAR } from "./loads.mjs";

/** @typedef {import("./loads.mjs").ClientLoad} ClientLoad */
/** @typedef {import("./measurement.mjs").Contest} Contest */
/** @typedef {import("./measurement.mjs").Measured} Measured */

const WAYS = {
  far: {
    headings: ["whole process", "ratio", "to the last message", "ratio", "connected", "connections", "CPU", "runs"],
    cells: farCells,
  },
  near: {
    headings: ["octets/s", "without its start", "CPU for 1 GB", "without its start"],
    cells: nearCells,
  },
  huge: {
    headings: ["memory before RETR", "at most above it", "octets/s", "CPU for 1 GB"],
    cells: hugeCells,
  },
};

/** @param {ClientLoad} load @returns {number} */
function octetsOf({ maildrop }) {
  return maildrop.messages * maildrop.octets;
}

/** The time that the bandwidth alone needs. @param {ClientLoad} load @returns {number} */
export function leastMs(load) {
  return (octetsOf(load) * 1000) / FAR.octetsPerSecond;
}

/** @param {readonly Measured[]} runs @param {(run: Measured) => number} figure */
function median(runs, figure) {
  return medianOf(runs.map(figure));
}

/** @param {ClientLoad} load @param {readonly Measured[]} runs @returns {string[]} */
function farCells(load, runs) {
  const filledMs = median(runs, ({ visit }) => visit?.filledMs ?? Number.NaN);
  return [
    ranged(spreadOf(runs.map(({ wallMs }) => wallMs)), time),
    (median(runs, ({ wallMs }) => wallMs) / leastMs(load)).toFixed(2),
    time(filledMs),
    (filledMs / leastMs(load)).toFixed(2),
    time(median(runs, ({ visit }) => visit?.spanMs ?? Number.NaN)),
    String(median(runs, ({ visit }) => visit?.connections ?? 0)),
    time(median(runs, ({ cpuMs }) => cpuMs)),
    String(runs.length),
  ];
}

/** @param {ClientLoad} load @param {readonly Measured[]} runs @returns {string[]} */
function nearCells(load, runs) {
  const octets = octetsOf(load);
  const told = runs.every((run) => run.told !== null);
  return [
    ranged(spreadOf(runs.map(({ wallMs }) => (octets * 1000) / wallMs)), amount),
    told ? amount((octets * 1000) / median(runs, (run) => run.told?.ms ?? 0)) : "",
    cpuForOneGb(load, runs),
    told ? `${digits((median(runs, (run) => run.told?.cpuMs ?? 0) * 1e6) / octets)} s` : "",
  ];
}

/** @param {ClientLoad} load @param {readonly Measured[]} runs @returns {string[]} */
function hugeCells(load, runs) {
  const above = runs.map(({ memory }) => (memory?.peakOctets ?? 0) - (memory?.beforeOctets ?? 0));
  return [
    amount(median(runs, ({ memory }) => memory?.beforeOctets ?? 0)),
    ranged(spreadOf(above), amount),
    amount((octetsOf(load) * 1000) / median(runs, ({ wallMs }) => wallMs)),
    cpuForOneGb(load, runs),
  ];
}

/** @param {ClientLoad} load @param {readonly Measured[]} runs @returns {string} */
function cpuForOneGb(load, runs) {
  return `${digits((median(runs, ({ cpuMs }) => cpuMs) * 1e6) / octetsOf(load))} s`;
}

/** @param {ClientLoad} load @param {readonly Contest[]} contests @returns {string} */
export function clientTable(load, contests) {
  const { headings, cells } = WAYS[load.way];
  const rows = contests.map(({ client, obstacle, runs }) => [
    client,
    ...(obstacle === null ? cells(load, runs) : [obstacle, ...headings.slice(1).map(() => "")]),
  ]);
  return `${load.name}: ${load.title}\n\n${table([["client", ...headings], ...rows])}\n`;
}
