// The load generator's process: puts one load on one server for a while and tells how much of it was done.
// Gets an `Order` by message, answers `begin` and `end` around the measured window, and is then ended by its parent.
import process from "node:process";
import { Client } from "./client.mjs";
import { isMultiLine, PASSWORD, userOf } from "./loads.mjs";

/**
 * @typedef {object} Order
 * @property {import("./loads.mjs").Load} load
 * @property {number} port
 * @property {Readonly<Record<string, number>>} bodyOctets what each multi-line reply must hold, by keyword
 * @property {number} warmUpMs at least; and until every connection has done a unit
 * @property {number} windowMs
 */

/**
 * @typedef {object} Work what was done in the window
 * @property {number} units
 * @property {number} octets of message and listing bodies
 * @property {number} wallMs
 * @property {number} cpuMs of the generator
 * @property {number[]} openMs of each session: from PASS to its reply
 * @property {number[]} doneMs of each session: from PASS to the last reply before QUIT
 */

/** The longest list of times that is kept; more would not change a median. */
const MOST_TIMES = 20_000;

/** @type {Work} */
let work = { units: 0, octets: 0, wallMs: 0, cpuMs: 0, openMs: [], doneMs: [] };

/** @param {Error} error @returns {never} */
function fail(error) {
  process.send?.({ failed: error.message }, () => process.exit(1));
  throw error;
}

/** @param {number[]} times @param {number} ms */
function note(times, ms) {
  if (times.length < MOST_TIMES) times.push(ms);
}

/** @param {string} keyword @param {number} bodyOctets @param {Order} order */
function count(keyword, bodyOctets, { bodyOctets: expected }) {
  if (isMultiLine(keyword) && bodyOctets !== expected[keyword]) {
    fail(new Error(`${keyword} was answered with ${bodyOctets} octets where ${expected[keyword]} were expected`));
  }
  work.octets += bodyOctets;
}

/** Every connection has a loopback address of its own: closed connections never use up the ports of one. @param {number} slot */
const localAddressOf = (slot) => `127.0.1.${slot + 1}`;

/** Sessions one after the other. @param {Order} order @param {number} slot @param {() => void} finished told after each */
function runSessions(order, slot, finished) {
  const { load, port } = order;
  const user = userOf(load, slot);
  const inside = load.session ?? [];
  const lines = [`USER ${user}`, `PASS ${PASSWORD}`, ...inside, "QUIT"];
  let sent = 0;
  let passedAt = 0;
  const client = new Client(
    { port, tls: load.tls, localAddress: localAddressOf(slot) },
    {
      failed: fail,
      received: () => {},
      replied: (bodyOctets) => {
        const replied = lines[sent - 1] ?? "";
        if (inside.includes(replied)) count(replied, bodyOctets, order);
        if (sent === 2) note(work.openMs, performance.now() - passedAt);
        if (sent === lines.length - 1) note(work.doneMs, performance.now() - passedAt);
        const line = lines[sent];
        sent++;
        if (line === undefined) {
          work.units++;
          client.quitted(() => {
            finished();
            runSessions(order, slot, finished);
          });
          return;
        }
        if (sent === 2) passedAt = performance.now();
        client.send(`${line}\r\n`, 1, inside.includes(line) && isMultiLine(line));
      },
    },
  );
}

/** One session that stays open, with commands always outstanding. @param {Order} order @param {number} slot @param {() => void} finished */
function runPipeline(order, slot, finished) {
  const { load, port } = order;
  const { keyword, outstanding } = load.pipeline ?? { keyword: "", outstanding: 0 };
  const multiLine = isMultiLine(keyword);
  let replies = 0;
  let next = slot;
  const client = new Client(
    { port, tls: load.tls, localAddress: localAddressOf(slot) },
    {
      failed: fail,
      replied: (bodyOctets) => {
        replies++;
        // The first three answer the connection, USER and PASS.
        if (replies === 1) client.send(`USER ${userOf(load, slot)}\r\n`, 1, false);
        else if (replies === 2) client.send(`PASS ${PASSWORD}\r\n`, 1, false);
        else if (replies > 3) {
          count(keyword, bodyOctets, order);
          work.units++;
          if (replies === 4) finished();
        }
      },
      received: () => {
        const free = outstanding - client.outstanding;
        if (replies < 3 || free === 0) return;
        let lines = "";
        for (let sent = 0; sent < free; sent++) {
          lines += multiLine ? `${keyword} ${(next++ % load.maildrop.messages) + 1}\r\n` : `${keyword}\r\n`;
        }
        client.send(lines, free, multiLine);
      },
    },
  );
}

/** @param {Order} order */
function generate(order) {
  const { load } = order;
  const startedAt = performance.now();
  const warm = new Set();
  const openWindow = () => {
    process.send?.({ begin: true });
    work = { units: 0, octets: 0, wallMs: 0, cpuMs: 0, openMs: [], doneMs: [] };
    const beganAt = performance.now();
    const beganCpu = process.cpuUsage();
    setTimeout(() => {
      const { user, system } = process.cpuUsage(beganCpu);
      const done = { ...work, wallMs: performance.now() - beganAt, cpuMs: (user + system) / 1000 };
      process.send?.({ end: done });
    }, order.windowMs);
  };
  const start = load.session === undefined ? runPipeline : runSessions;
  for (let slot = 0; slot < load.connections; slot++) {
    start(order, slot, () => {
      if (warm.size === load.connections) return;
      warm.add(slot);
      if (warm.size < load.connections) return;
      setTimeout(openWindow, Math.max(0, startedAt + order.warmUpMs - performance.now()));
    });
  }
}

process.once("message", (order) => generate(/** @type {Order} */ (order)));
