// Where the clients of a load connect to, and what is seen of a run from there: the link counts what passes, the server of
// the huge message says when the client's memory is to be looked at. Knows no client.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { memoryOf } from "../process-tree.mjs";
import { startLink } from "./link.mjs";

const HUGE_SERVER = fileURLToPath(new URL("./huge-server.mjs", import.meta.url));

/** How often a client's memory is looked at. The peak is the system's own: only one of the last moment would be missed. */
const LOOK_MS = 10;

/** @typedef {import("./loads.mjs").ClientLoad} ClientLoad */
/** @typedef {import("./client-process.mjs").Ran} Ran */

/**
 * @typedef {object} Seen
 * @property {import("./slow-link.mjs").Visit} [visit] to the server, where there is a link
 * @property {{ beforeOctets: number, peakOctets: number }} [memory] of the client's process before RETR and at most
 */

/**
 * @typedef {object} Ground
 * @property {number} port
 * @property {(run: (started?: (pid: number) => void) => Promise<Ran>) => Promise<Ran & Seen>} watched lets a client run
 * @property {() => Promise<void>} stop
 */

/** The server itself. @param {number} port @returns {Ground} */
export function direct(port) {
  return { port, watched: (run) => run(), stop: async () => {} };
}

/**
 * Through a link. A client to whom less was sent than the messages have has not done its work.
 *
 * @param {ClientLoad} load
 * @param {import("./slow-link.mjs").Link} kind
 * @returns {Promise<Ground>}
 */
export async function linked({ maildrop }, kind) {
  const { port, visit, stop } = await startLink(kind);
  const least = maildrop.messages * maildrop.octets;
  return {
    port,
    stop,
    watched: async (run) => {
      const running = run();
      // The visit of one that fails ends as well, and is not the next one's.
      await running.catch(() => {});
      const seen = await visit();
      const ran = await running;
      if (seen.octets < least) throw new Error(`it was sent ${seen.octets} octets where the messages have ${least}`);
      return { ...ran, visit: seen };
    },
  };
}

/** At the server of one huge message. @param {ClientLoad} load @returns {Promise<Ground>} */
export async function atHugeMessage({ maildrop }) {
  const server = fork(HUGE_SERVER, [String(maildrop.octets)], { execArgv: [] });
  const [{ port }] = await once(server, "message");
  return {
    port,
    stop: async () => {
      server.kill();
      await once(server, "exit");
    },
    watched: async (run) => {
      let pid = 0;
      const memory = { beforeOctets: 0, peakOctets: 0 };
      const look = () => {
        const { peakOctets } = memoryOf(pid) ?? memory;
        memory.peakOctets = Math.max(memory.peakOctets, peakOctets);
      };
      /** @type {NodeJS.Timeout | undefined} */
      let looks;
      const retrieving = () => {
        memory.beforeOctets = memoryOf(pid)?.octets ?? 0;
        looks = setInterval(look, LOOK_MS);
        server.send("go on");
      };
      server.once("message", retrieving);
      try {
        const ran = await run((its) => (pid = its));
        if (looks === undefined) throw new Error("it did not ask for the message");
        return { ...ran, memory };
      } finally {
        clearInterval(looks);
        server.off("message", retrieving);
      }
    },
  };
}
