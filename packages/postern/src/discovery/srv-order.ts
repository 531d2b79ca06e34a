// The order in which the targets of SRV records are tried (RFC 2782): by priority, and among equals by chance according to weight.
// Asks nobody and draws no lots of its own.
import type { SrvRecord } from "./resolver.js";

/** Records that are ordered. An answer can hold thousands; nobody tries so many servers. */
const MOST_RECORDS = 16;

/** The records in the order to try them. `random` gives numbers from 0 up to and without 1. */
export function inOrder(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const left = records.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight).slice(0, MOST_RECORDS);
  const ordered: SrvRecord[] = [];
  while (left[0] !== undefined) {
    const { priority } = left[0];
    // Those without weight stand first, so that they have their small chance: a draw of 0 is theirs.
    const equals = left.filter((record) => record.priority === priority);
    const drawn = draw(equals, random);
    ordered.push(...left.splice(left.indexOf(drawn), 1));
  }
  return ordered;
}

function draw(records: readonly SrvRecord[], random: () => number): SrvRecord {
  const total = records.reduce((sum, { weight }) => sum + weight, 0);
  const lot = Math.floor(random() * (total + 1));
  let sum = 0;
  for (const record of records) {
    sum += record.weight;
    if (sum >= lot) return record;
  }
  return records.at(-1) as SrvRecord;
}
