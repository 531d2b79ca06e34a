// Figures into text: medians with their range, in units that a person reads at a glance, and tables of them.
// Knows neither servers nor clients; both reports are made of these.

/** @typedef {{ readonly median: number, readonly least: number, readonly most: number }} Spread */

/** @param {readonly number[]} values @returns {number} */
export function medianOf(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** @param {readonly number[]} values @returns {Spread} */
export function spreadOf(values) {
  return { median: medianOf(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Three significant digits. @param {number} value @returns {string} */
export function digits(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

/** @param {number} ms @returns {string} */
export function time(ms) {
  return ms < 0.1 ? `${digits(ms * 1000)} µs` : `${digits(ms)} ms`;
}

/** @param {number} octets @returns {string} */
export function amount(octets) {
  if (octets >= 1e6) return `${digits(octets / 1e6)} MB`;
  return octets >= 1e3 ? `${digits(octets / 1e3)} kB` : `${digits(octets)} B`;
}

/** The median, and the range where there is one. @param {Spread} spread @param {(value: number) => string} text @returns {string} */
export function ranged({ median, least, most }, text) {
  return least === most ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}

/** Columns of equal width, as a Markdown table. @param {readonly (readonly string[])[]} rows the first one holds the headings @returns {string} */
export function table(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}
