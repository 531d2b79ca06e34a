// What the clients did when they were last recorded, in `outcomes.json`: the table of docs/clients-and-faults.md.
// Written by a run with POSTERN_FAULTS=record, never by hand.
import { readFileSync, writeFileSync } from "node:fs";
import { faultCases } from "./cases.js";
import type { Outcome } from "./outcome.js";

const FILE = new URL("outcomes.json", import.meta.url);

export interface Outcomes {
  /** Of the clients, by their names. */
  readonly versions: Readonly<Record<string, string>>;
  /** By the names of case and client; one that is missing was not tried. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, Outcome>>>>;
}

export const recorded = JSON.parse(readFileSync(FILE, "utf8")) as Outcomes;

/** Puts what a client did in the place of what it did before. */
export function record(client: string, version: string, observed: Readonly<Record<string, Outcome>>): void {
  const { versions, outcomes } = JSON.parse(readFileSync(FILE, "utf8")) as Outcomes;
  const rows = faultCases.map(({ name }) => {
    const { [client]: _, ...others } = outcomes[name] ?? {};
    const outcome = observed[name];
    return [name, sorted(outcome === undefined ? others : { ...others, [client]: outcome })] as const;
  });
  const all: Outcomes = { versions: sorted({ ...versions, [client]: version }), outcomes: Object.fromEntries(rows) };
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
}

/** The same however the runs went. */
function sorted<Value>(row: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
