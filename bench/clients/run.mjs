// `npm run bench:clients`: has POP3 clients fetch the same messages from the same server, one after the other, and prints how
// long each takes, at what cost. The server is Dovecot, no client's own.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { certificate } from "../certificate.mjs";
import { digits, time } from "../figures.mjs";
import { usersOf } from "../loads.mjs";
import { about, chosen, positive, say, start } from "../options.mjs";
import { dovecot } from "../servers/dovecot.mjs";
import { curl } from "./entrants/curl.mjs";
import { fetchmail } from "./entrants/fetchmail.mjs";
import { getmail } from "./entrants/getmail.mjs";
import { mpop } from "./entrants/mpop.mjs";
import { nodePop3 } from "./entrants/node-pop3.mjs";
import { poplib } from "./entrants/poplib.mjs";
import { posternFirst, posternLater } from "./entrants/postern.mjs";
import { linkAlone } from "./link.mjs";
import { clientLoads, FAR } from "./loads.mjs";
import { contested } from "./measurement.mjs";
import { clientTable, leastMs } from "./report.mjs";

const ALL_CLIENTS = [posternFirst, posternLater, mpop, fetchmail, getmail, curl, poplib, nodePop3];

const USAGE = `npm run bench:clients -- [options]

  --only LOAD,…      ${clientLoads.map(({ name }) => name).join(", ")} (default: all)
  --clients NAME,…   ${ALL_CLIENTS.map(({ name }) => name).join(", ")} (default: all)
  --runs N           runs of each client at each load (default: 5); one that takes more than 15 s is run once
  --tcp-set-up       far: connecting costs the round trips of a real network as well
  --json             the figures as JSON
`;

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      clients: { type: "string" },
      runs: { type: "string", default: "5" },
      "tcp-set-up": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    help: values.help,
    json: values.json,
    wanted: chosen(clientLoads, values.only),
    entrants: chosen(ALL_CLIENTS, values.clients),
    runs: positive("runs", values.runs),
    tcpSetUp: values["tcp-set-up"],
  };
}

/** Dovecot with the maildrops of these loads; the huge message comes from elsewhere. @param {string} directory @param {readonly import("./loads.mjs").ClientLoad[]} wanted */
async function startDovecot(directory, wanted) {
  const stored = wanted.filter(({ way }) => way !== "huge");
  if (stored.length === 0) return { version: null, server: null };
  const version = dovecot.version();
  if (version === null) {
    throw new Error("Dovecot is not installed, and the clients need it: apt-get install dovecot-core dovecot-pop3d");
  }
  say(`${version}; filling its maildrops`);
  const own = join(directory, dovecot.name);
  await mkdir(own);
  const ground = { directory: own, users: usersOf(stored), ...(await certificate(directory)), profiles: null };
  return { version, server: await dovecot.start(ground) };
}

/** @param {ReturnType<typeof options>} how @param {string} directory @param {number} port */
async function measure({ wanted, entrants, runs, tcpSetUp, json }, directory, port) {
  const figures = [];
  for (const load of wanted) {
    say(`${load.name} …`);
    const link = load.way === "far" ? await linkAlone({ ...FAR, tcpSetUp }) : null;
    const taking = entrants.filter(({ name }) => load.clients.includes(name));
    const contests = await about(load.name, contested(load, taking, { port, runs, tcpSetUp, directory, say }));
    figures.push({ load: load.name, link, bandwidthAloneMs: link === null ? null : leastMs(load), contests });
    if (json) continue;
    process.stdout.write(`\n${clientTable(load, contests)}`);
    if (link === null) continue;
    const alone = `${time(link.roundTripMs)} there and back, ${digits(link.octets / 1e6)} MB asked for in ${time(link.transferMs)}`;
    const connecting = tcpSetUp ? "connecting takes two round trips to the greeting" : "connecting takes no time";
    process.stdout.write(`\nbandwidth alone: ${time(leastMs(load))}; the link by itself: ${alone}; ${connecting}\n`);
  }
  return figures;
}

/** @param {ReturnType<typeof options>} how */
async function run(how) {
  const directory = await mkdtemp(join(tmpdir(), "postern-bench-"));
  /** @type {import("../server-process.mjs").RunningServer | null} */
  let server = null;
  const cleanUp = async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  try {
    const started = await startDovecot(directory, how.wanted);
    server = started.server;
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}`;
    const taking = how.entrants.filter(({ name }) => how.wanted.some(({ clients }) => clients.includes(name)));
    const versions = Object.fromEntries(taking.map(({ name, version, missing }) => [name, version() ?? missing]));
    if (!how.json) {
      process.stdout.write(`${machine}; ${started.version ?? "no Dovecot"}; median (range)\n\n`);
      for (const [name, version] of Object.entries(versions)) process.stdout.write(`${name}: ${version}\n`);
    }
    const figures = await measure(how, directory, server?.port ?? 0);
    const { runs, tcpSetUp } = how;
    const all = { machine, server: started.version, versions, runs, tcpSetUp, figures };
    if (how.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  } finally {
    await cleanUp();
  }
}

await start(USAGE, options, run);
