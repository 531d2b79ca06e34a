// A link in a process of its own, and whether it does what it promises. Knows `link-child.mjs` by its messages only.
import { Buffer } from "node:buffer";
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { medianOf } from "../figures.mjs";

const CHILD = fileURLToPath(new URL("./link-child.mjs", import.meta.url));

/** What is sent to see that the link is as fast as it should be, and no faster. */
const PROBE_OCTETS = 2_560_000;

/** Round trips before it; the first of them are not those of a process that is warm. */
const PROBE_TURNS = 10;

/**
 * @typedef {object} RunningLink
 * @property {number} port
 * @property {() => Promise<import("./slow-link.mjs").Visit>} visit
 * @property {() => Promise<void>} stop
 */

/** @param {import("./slow-link.mjs").Link} link @returns {Promise<RunningLink>} */
export async function startLink(link) {
  const child = fork(CHILD, { execArgv: [], serialization: "advanced" });
  child.send(link);
  const [{ port }] = await once(child, "message");
  return {
    port,
    visit: async () => {
      child.send("visit");
      const [visit] = await once(child, "message");
      return visit;
    },
    stop: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

/**
 * A link of this kind by itself: how long an octet takes there and back, and how long many take from their request.
 *
 * @param {Omit<import("./slow-link.mjs").Link, "port">} kind
 * @returns {Promise<{ octets: number, roundTripMs: number, transferMs: number }>}
 */
export async function linkAlone(kind) {
  // Answers an octet with one, and the last of them with all.
  const listener = createServer((peer) => {
    peer.setNoDelay(true);
    let turns = 0;
    peer.on("data", () => (turns++ < PROBE_TURNS ? peer.write("x") : peer.end(Buffer.alloc(PROBE_OCTETS))));
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const link = await startLink({ ...kind, port: typeof address === "object" && address !== null ? address.port : 0 });
  try {
    const socket = connect({ host: "127.0.0.1", port: link.port });
    await once(socket, "connect");
    // The connection's own set-up is not asked about.
    await new Promise((resolve) => setTimeout(resolve, 4 * kind.delayMs));
    const turnsMs = [];
    for (let turn = 0; turn < PROBE_TURNS; turn++) {
      const sentMs = performance.now();
      socket.write("x");
      await once(socket, "data");
      turnsMs.push(performance.now() - sentMs);
    }
    const askedMs = performance.now();
    socket.write("x");
    for await (const _ of socket);
    const transferMs = performance.now() - askedMs;
    return { octets: PROBE_OCTETS, roundTripMs: medianOf(turnsMs), transferMs };
  } finally {
    await link.stop();
    listener.close();
  }
}
