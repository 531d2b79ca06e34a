// All clients of one load, taking turns, each run a process of its own. One that fails says why and leaves the others alone.
// Knows no client by name.
import { join } from "node:path";
import { PASSWORD, userOf } from "../loads.mjs";
import { verified } from "../verification.mjs";
import { ranClient } from "./client-process.mjs";
import { atHugeMessage, direct, linked } from "./grounds.mjs";
import { FAR } from "./loads.mjs";

/** What takes this long in its first run waits for round trips. It is not run again: that would change no digit. */
const ONCE_MS = 15_000;

/** A link that costs no time, to count what passes. */
const COUNTED = { octetsPerSecond: Infinity, delayMs: 0, tcpSetUp: false };

/** @typedef {import("./loads.mjs").ClientLoad} ClientLoad */
/** @typedef {import("./entrant.mjs").Entrant} Entrant */
/** @typedef {import("./grounds.mjs").Ground} Ground */
/** @typedef {import("./client-process.mjs").Ran & import("./grounds.mjs").Seen} Measured */

/**
 * @typedef {object} Contest
 * @property {string} client
 * @property {string | null} obstacle why it took no part or came to no end
 * @property {Measured[]} runs
 */

/**
 * @typedef {object} How
 * @property {number} port of the server
 * @property {number} runs
 * @property {boolean} tcpSetUp
 * @property {string} directory
 * @property {(text: string) => void} say progress
 */

/** One run. @param {ClientLoad} load @param {Entrant} entrant @param {Ground} ground @param {string} directory @param {boolean} [before] the one before all others */
function run(load, entrant, ground, directory, before = false) {
  const { messages, octets } = load.maildrop;
  const own = join(directory, load.name, entrant.name);
  const errand = {
    port: ground.port,
    user: userOf(load, 0),
    password: PASSWORD,
    messages,
    directory: join(own, "run"),
    home: join(own, "home"),
  };
  const command = (before ? entrant.before : undefined) ?? entrant.command;
  return ground.watched(async (started) => {
    const ran = await ranClient(command, errand, started);
    const { told } = ran;
    if (told !== null && told.messages !== messages) throw new Error(`it got ${told.messages} of ${messages} messages`);
    if (told?.octets !== undefined && told.octets !== messages * octets) {
      throw new Error(`it got ${told.octets} octets where the messages have ${messages * octets}`);
    }
    return ran;
  });
}

/** @param {ClientLoad} load @param {How} how @returns {Promise<{ ground: Ground, counted: Ground | null }>} */
async function groundsOf(load, { port, tcpSetUp }) {
  if (load.way === "huge") return { ground: await atHugeMessage(load), counted: null };
  await verified(load, port);
  if (load.way === "far") return { ground: await linked(load, { ...FAR, port, tcpSetUp }), counted: null };
  return { ground: direct(port), counted: await linked(load, { ...COUNTED, port }) };
}

/**
 * @param {ClientLoad} load
 * @param {readonly Entrant[]} entrants
 * @param {How} how
 * @returns {Promise<Contest[]>}
 */
export async function contested(load, entrants, how) {
  const { ground, counted } = await groundsOf(load, how);
  const contests = entrants.map((entrant) => ({
    entrant,
    client: entrant.name,
    obstacle: entrant.version() === null ? entrant.missing : /** @type {string | null} */ (null),
    runs: /** @type {Measured[]} */ ([]),
  }));
  /** @param {typeof contests[number]} contest @param {() => Promise<void>} work */
  const attempt = async (contest, work) => {
    if (contest.obstacle !== null) return;
    await work().catch((/** @type {unknown} */ error) => {
      contest.obstacle = error instanceof Error ? error.message : String(error);
      how.say(`${contest.client}: ${contest.obstacle}`);
    });
  };
  try {
    for (const contest of contests) {
      await attempt(contest, async () => {
        if (counted !== null) await run(load, contest.entrant, counted, how.directory);
        if (contest.entrant.before !== undefined) await run(load, contest.entrant, ground, how.directory, true);
      });
    }
    for (let turn = 0; turn < how.runs; turn++) {
      for (const contest of contests) {
        if ((contest.runs[0]?.wallMs ?? 0) > ONCE_MS) continue;
        await attempt(contest, async () => {
          contest.runs.push(await run(load, contest.entrant, ground, how.directory));
        });
      }
    }
  } finally {
    await ground.stop();
    await counted?.stop();
  }
  return contests.map(({ client, obstacle, runs }) => ({ client, obstacle, runs }));
}
