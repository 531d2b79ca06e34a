// What mail programs do when a server misbehaves, compared with what is recorded of them: the table of docs/clients-and-faults.md.
// POSTERN_FAULTS=all runs every client; POSTERN_FAULTS=record does too, and writes what it sees into faults/outcomes.json.
import { FAULT_KINDS } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { faultCases, type FaultCase } from "./faults/cases.js";
import type { FaultedClient } from "./faults/client.js";
import { faultedClients } from "./faults/clients/index.js";
import type { Outcome } from "./faults/outcome.js";
import { record, recorded } from "./faults/outcomes.js";
import { tried, type Trial } from "./faults/trial.js";
import { Turns } from "./faults/turns.js";
import { absence } from "./support/program.js";

const switched = process.env["POSTERN_FAULTS"];

/** What always runs: the clients of this repository, and the three that most others are like. */
const ALWAYS = ["postern-client", "postern-fetch", "poplib", "mpop", "curl"];

/** For a client that hangs, and for one that will end. */
const HANGING_MS = 6000;
const ENDING_MS = 20_000;

const turns = new Turns(10);

/** Pairs that make sense: the client has this kind of TLS, and a memory where it comes twice. */
function casesFor({ ways, remembers }: FaultedClient): readonly FaultCase[] {
  return faultCases.filter(({ way = "plain", visits = 1 }) => ways.includes(way) && (remembers || visits === 1));
}

function recordedOf(client: FaultedClient, given: FaultCase): Outcome | null {
  return recorded.outcomes[given.name]?.[client.name] ?? null;
}

/** Twice more where it differs: the machine may have been slow. */
async function observed(client: FaultedClient, given: FaultCase): Promise<Trial> {
  const known = recordedOf(client, given);
  const patienceMs = known === "hangs" || switched === "record" ? HANGING_MS : ENDING_MS;
  let trial = await turns.take(() => tried(client, given, patienceMs));
  for (let retries = 2; trial.outcome !== known && retries > 0; retries--)
    trial = await turns.take(() => tried(client, given, patienceMs));
  return trial;
}

test.concurrent.for(faultedClients.map((client) => [client.name, client] as const))(
  "%s does with each fault what is recorded",
  { timeout: 600_000 },
  async ([name, client], { skip }) => {
    if (switched === undefined && !ALWAYS.includes(name)) skip("runs with POSTERN_FAULTS=all");
    const missing = client.program === null ? null : absence(client.program);
    if (missing !== null) skip(missing);
    const version = (await client.version()) ?? "unknown";
    const expected = recorded.versions[name];
    if (switched !== "record" && client.program !== null && version !== expected)
      skip(`this is ${name} ${version}, and the table tells of ${expected}`);

    const cases = casesFor(client);
    const trials = await Promise.all(cases.map(async (given) => [given, await observed(client, given)] as const));
    const outcomes = Object.fromEntries(trials.map(([given, { outcome }]) => [given.name, outcome]));
    if (switched === "record") {
      record(name, version, outcomes);
      return;
    }
    const differing = trials.filter(([given, { outcome }]) => outcome !== recordedOf(client, given));
    const stories = differing.map(([given, { outcome, story }]) => `${given.name}: ${outcome}\n${story}`);
    expect(outcomes, stories.join("\n\n")).toEqual(
      Object.fromEntries(cases.map((given) => [given.name, recordedOf(client, given)])),
    );
  },
);

test("every kind of fault is in a case", () => {
  const used = new Set(faultCases.flatMap(({ faults }) => faults.map(({ fault }) => fault)));
  // `custom` is for code, and `shared-maildrop` harms nobody who comes alone.
  expect(new Set(FAULT_KINDS.filter((kind) => !used.has(kind)))).toEqual(new Set(["shared-maildrop", "custom"]));
});

test("no outcome is recorded that is not in a case of a client", () => {
  const pairs = new Set(
    faultedClients.flatMap((client) => casesFor(client).map((given) => `${given.name} ${client.name}`)),
  );
  const rows = Object.entries(recorded.outcomes).flatMap(([given, row]) =>
    Object.keys(row).map((client) => `${given} ${client}`),
  );
  expect(new Set(rows)).toEqual(pairs);
});
