// `npm run bench`: puts the loads on the servers, one after the other, and prints what each unit of work costs a server.
// All servers hold the same messages and run at the same time; only one is under load at any moment.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { certificate } from "./certificate.mjs";
import { loads, usersOf } from "./loads.mjs";
import { measured } from "./measurement.mjs";
import { about, chosen, positive, say, start } from "./options.mjs";
import { loadTable, readsBodies, summaryOf } from "./report.mjs";
import { dovecot } from "./servers/dovecot.mjs";
import { memory } from "./servers/memory.mjs";
import { spool } from "./servers/spool.mjs";
import { verified } from "./verification.mjs";

/** @typedef {import("./server-process.mjs").ServerUnderTest} ServerUnderTest */
/** @typedef {import("./server-process.mjs").RunningServer} RunningServer */

const ALL_SERVERS = [memory, spool, dovecot];

const USAGE = `npm run bench -- [options]

  --only LOAD,…      ${loads.map(({ name }) => name).join(", ")} (default: all)
  --servers NAME,…   ${ALL_SERVERS.map(({ name }) => name).join(", ")} (default: all that are installed)
  --seconds N        length of each measured window (default: 2)
  --runs N           measurements of each load on each server (default: 3)
  --json             the figures as JSON
  --profile DIR      CPU profiles of the Node servers, for a browser's developer tools; best with one load
`;

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      servers: { type: "string" },
      seconds: { type: "string", default: "2" },
      runs: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    help: values.help,
    json: values.json,
    wanted: chosen(loads, values.only),
    servers: chosen(ALL_SERVERS, values.servers),
    windowMs: positive("seconds", values.seconds) * 1000,
    runs: positive("runs", values.runs),
    profiles: values.profile === undefined ? null : resolve(values.profile),
  };
}

/**
 * All runs of one load, the servers taking turns.
 *
 * @param {import("./loads.mjs").Load} load
 * @param {readonly (readonly [string, RunningServer])[]} running
 * @param {{ runs: number, windowMs: number }} how
 */
async function runLoad(load, running, { runs, windowMs }) {
  const contests = [];
  for (const [name, server] of running) {
    const bodyOctets = await about(`${name}, ${load.name}`, verified(load, server.port));
    /** @type {import("./measurement.mjs").Measured[]} */
    const figures = [];
    contests.push({ name, server, bodyOctets, figures });
  }
  for (let run = 0; run < runs; run++) {
    for (const { name, server, bodyOctets, figures } of contests) {
      figures.push(await about(`${name}, ${load.name}`, measured(load, server, bodyOctets, windowMs)));
    }
  }
  return contests.map(({ name, figures }) => summaryOf(name, figures));
}

/** Starts what is installed. @param {string} directory @param {ReturnType<typeof options>} how @param {[string, RunningServer][]} running */
async function startServers(directory, { servers, wanted, profiles }, running) {
  const identity = await certificate(directory);
  /** @type {Record<string, string>} */
  const versions = {};
  for (const { name, version, start } of servers) {
    const installed = version();
    if (installed === null) {
      say(`${name}: not installed, left out`);
      continue;
    }
    say(`${name}: ${installed}; filling its maildrops`);
    versions[name] = installed;
    const own = join(directory, name);
    await mkdir(own);
    running.push([name, await about(name, start({ directory: own, users: usersOf(wanted), ...identity, profiles }))]);
  }
  return versions;
}

/** @param {ReturnType<typeof options>} how */
async function run(how) {
  const directory = await mkdtemp(join(tmpdir(), "postern-bench-"));
  /** @type {[string, RunningServer][]} */
  const running = [];
  const cleanUp = async () => {
    await Promise.all(running.map(([, server]) => server.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  try {
    const versions = await startServers(directory, how, running);
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}`;
    const figures = [];
    if (!how.json) process.stdout.write(`${machine}; ${how.runs} runs of ${how.windowMs / 1000} s, median (range)\n`);
    for (const load of how.wanted) {
      say(`${load.name} …`);
      const summaries = await runLoad(load, running, how);
      // A listing that needs the bodies is no question of speed but a defect.
      if (summaries.some((summary) => readsBodies(load, summary))) process.exitCode = 1;
      figures.push({ load: load.name, unit: load.unit, servers: summaries });
      if (!how.json) process.stdout.write(`\n${loadTable(load, summaries)}`);
    }
    const { runs, windowMs } = how;
    if (how.json) process.stdout.write(`${JSON.stringify({ machine, versions, runs, windowMs, figures }, null, 2)}\n`);
  } finally {
    await cleanUp();
  }
}

await start(USAGE, options, run);
