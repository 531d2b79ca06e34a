// Figures into text: medians with their range, in units that a person reads at a glance. Knows nothing of how they came about.

/** @typedef {import("./measurement.mjs").Measured} Measured */
/** @typedef {{ readonly median: number, readonly least: number, readonly most: number }} Spread */

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

/** @param {readonly number[]} values @returns {number} */
function medianOf(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** @param {readonly number[]} values @returns {Spread} */
function spreadOf(values) {
  return { median: medianOf(values), least: Math.min(...values), most: Math.max(...values) };
}

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

/** Three significant digits. @param {number} value @returns {string} */
function digits(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

/** @param {number} ms @returns {string} */
function time(ms) {
  return ms < 0.1 ? `${digits(ms * 1000)} µs` : `${digits(ms)} ms`;
}

/** @param {number} octets @returns {string} */
function amount(octets) {
  if (octets >= 1e6) return `${digits(octets / 1e6)} MB`;
  return octets >= 1e3 ? `${digits(octets / 1e3)} kB` : `${digits(octets)} B`;
}

/** @param {Spread} spread @param {(value: number) => string} text @returns {string} */
function ranged({ median, least, most }, text) {
  return `${text(median)} (${text(least)}–${text(most)})`;
}

/** Columns of equal width, as a Markdown table. @param {readonly (readonly string[])[]} rows the first one holds the headings @returns {string} */
function table(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
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
