// A link between a client and a server on loopback: connections are handed on, their octets delayed and held to a rate by a
// lane for each direction. Knows no protocol. A sender that is too fast is held up by not reading, as by TCP's window.
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { Lane } from "./lane.mjs";

/** Timers know whole milliseconds: what arrives within half of one is handed over now, so that the error is even. */
const EARLY_MS = 0.5;

/** And they fire late, by a millisecond as a rule: they are set for this much before the time, and then once more. */
const LEAD_MS = 1;

/** No answer to QUIT is longer, and no message of a benchmark this short. */
const FAREWELL_OCTETS = 128;

/**
 * @typedef {object} Link
 * @property {number} port of the server
 * @property {number} octetsPerSecond in each direction
 * @property {number} delayMs of each octet, each way
 * @property {boolean} tcpSetUp whether connecting costs time as well. A client on a real network is connected after a round
 *   trip, and the server hears of it half a round trip later, so that a greeting arrives two round trips after the client
 *   began to connect. Without this the connection stands at once on both sides, and the greeting takes the delay alone.
 */

/**
 * What passed since the visit before.
 *
 * @typedef {object} Visit
 * @property {number} connections
 * @property {number} spanMs from the first connection's begin to the moment when the client had closed the last
 * @property {number} filledMs from the same begin to the moment when the client had everything but the last octets, which
 *   answer QUIT
 * @property {number} octets that the client was sent
 */

/** One direction of one connection. */
class Passage {
  /** @type {Lane} */
  #lane;
  /** @type {Socket} */
  #from;
  /** @type {Socket} */
  #to;
  /** @type {(octets: number) => void} */
  #passed;
  #choked = true;
  /** @type {number | null} */
  #endMs = null;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {Lane} lane @param {Socket} from @param {Socket} to @param {(octets: number) => void} passed */
  constructor(lane, from, to, passed) {
    this.#lane = lane;
    this.#from = from;
    this.#to = to;
    this.#passed = passed;
    from.on("data", (octets) => {
      lane.send(octets, performance.now());
      if (lane.full) from.pause();
      this.#advance();
    });
    from.once("end", () => {
      this.#endMs = lane.endAtMs(performance.now());
      this.#advance();
    });
    to.on("drain", () => this.open());
    to.once("close", () => clearTimeout(this.#timer));
  }

  /** The receiver is there, or there again. */
  open() {
    this.#choked = false;
    this.#advance();
  }

  /** Hands over what has arrived, and comes back when the next does. */
  #advance() {
    if (this.#choked || this.#to.destroyed) return;
    const nowMs = performance.now() + EARLY_MS;
    const arrived = this.#lane.take(nowMs);
    this.#to.cork();
    for (const octets of arrived) {
      this.#passed(octets.length);
      if (!this.#to.write(octets)) this.#choked = true;
    }
    this.#to.uncork();
    if (!this.#lane.full && this.#from.isPaused()) this.#from.resume();
    clearTimeout(this.#timer);
    const nextMs = this.#lane.nextMs ?? this.#endMs;
    if (nextMs === null) return;
    if (nextMs <= nowMs && this.#lane.nextMs === null) this.#to.end();
    else this.#timer = setTimeout(() => this.#advance(), Math.max(1, Math.floor(nextMs - performance.now() - LEAD_MS)));
  }
}

/** @param {Socket} client @param {Link} link @param {(octets: number) => void} received by the client */
function connectThrough(client, link, received) {
  const { port, delayMs, tcpSetUp } = link;
  const server = new Socket({ allowHalfOpen: true });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ]) {
    one?.setNoDelay(true);
    one?.once("error", () => other?.destroy());
    one?.once("close", (hadError) => hadError && other?.destroy());
  }
  const [up, down] = [new Lane(link), new Lane(link)];
  const upwards = new Passage(up, client, server, () => {});
  const downwards = new Passage(down, server, client, received);
  if (tcpSetUp) up.holdUntil(performance.now() + 2 * delayMs);
  server.once("connect", () => upwards.open());
  downwards.open();
  setTimeout(() => !client.destroyed && server.connect({ host: "127.0.0.1", port }), tcpSetUp ? 3 * delayMs : 0);
}

/** @param {Link} link */
export async function slowLink(link) {
  /** @type {Set<Socket>} */
  const open = new Set();
  let connections = 0;
  let octets = 0;
  /** How many octets had come when, as far back as the answer to QUIT may begin. @type {{ octets: number, ms: number }[]} */
  let lately = [];
  let [beganMs, endedMs] = [0, 0];
  /** @type {() => void} */
  let alone = () => {};
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (connections++ === 0) beganMs = performance.now();
    open.add(client);
    const gone = () => {
      if (!open.delete(client)) return;
      endedMs = performance.now();
      if (open.size === 0) alone();
    };
    client.once("end", gone).once("close", gone);
    connectThrough(client, link, (more) => {
      octets += more;
      lately.push({ octets, ms: performance.now() });
      while ((lately[0]?.octets ?? octets) < octets - FAREWELL_OCTETS) lately.shift();
    });
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    /** Waits until the client has closed what it opened. @returns {Promise<Visit>} */
    visit: async () => {
      if (open.size > 0) await new Promise((resolve) => (alone = () => resolve(undefined)));
      const filledMs = (lately[0]?.ms ?? endedMs) - beganMs;
      const seen = { connections, spanMs: endedMs - beganMs, filledMs, octets };
      [connections, octets, lately] = [0, 0, []];
      return seen;
    },
    close: () => {
      listener.close();
      for (const client of open) client.destroy();
    },
  };
}
