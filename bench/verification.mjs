// Before a load is measured: whether the server answers its commands rightly, octet for octet, in one whole session.
// From here the load generator knows how many octets each of the server's multi-line replies must have.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect } from "node:net";
import { PASSWORD, userOf } from "./loads.mjs";
import { wireMessage } from "./messages.mjs";

/** A first open may have to make an index of 100,000 messages, and a first password to be hashed. */
const SESSION_MS = 60_000;

/** What the server says to a whole session that is sent at once. @param {number} port @param {string[]} lines @returns {Promise<Buffer>} */
async function dialog(port, lines) {
  const socket = connect({ host: "127.0.0.1", port });
  socket.setTimeout(SESSION_MS, () => socket.destroy(new Error(`no answer within ${SESSION_MS} ms`)));
  /** @type {Buffer[]} */
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  // The password waits for the greeting: a server that hands connections on may not take it before.
  await once(socket, "data");
  socket.write(`${lines.join("\r\n")}\r\n`);
  await once(socket, "close");
  return Buffer.concat(chunks);
}

/** @param {boolean} holds @param {string} what */
function assert(holds, what) {
  if (!holds) throw new Error(what);
}

/**
 * Throws where an answer is wrong.
 *
 * @param {import("./loads.mjs").Load} load
 * @param {number} port in the clear
 * @returns {Promise<Record<string, number>>} the octets that the body of each multi-line reply has, by keyword
 */
export async function verified(load, port) {
  const { messages, octets } = load.maildrop;
  const lines = [`USER ${userOf(load, 0)}`, `PASS ${PASSWORD}`, "STAT", `RETR ${messages}`, "LIST", "UIDL", "QUIT"];
  const answer = await dialog(port, lines);
  const text = answer.toString("latin1");
  const stat = `+OK ${messages} ${messages * octets}\r\n`;
  const statAt = text.indexOf(stat);
  assert(statAt > 0, `STAT was not answered with ${stat.trim()}, but: ${text.slice(0, 300)}`);

  const after = text.slice(statAt + stat.length);
  const [retrieved = "", scan = "", uniqueIds = ""] = bodiesOf(after, 3);
  // Which message it is does not matter: a store is filled by deliveries at the same time.
  const number = Number(/^Subject: Message (\d+)\r$/m.exec(retrieved)?.[1]);
  assert(
    retrieved === wireMessage(number, octets).toString("latin1"),
    `RETR ${messages} gave no message that was stored`,
  );
  const scanned = Array.from({ length: messages }, (_, position) => `${position + 1} ${octets}\r\n`).join("");
  assert(scan === scanned, "LIST did not give each message with its octets");
  assert((uniqueIds.match(/^\d+ [!-~]{1,70}\r$/gm) ?? []).length === messages, "UIDL did not list each message");
  return { RETR: retrieved.length, LIST: scan.length, UIDL: uniqueIds.length };
}

/** The bodies of the first multi-line replies. @param {string} text @param {number} count @returns {string[]} */
function bodiesOf(text, count) {
  const bodies = [];
  for (let at = 0; bodies.length < count;) {
    const begin = text.indexOf("\r\n", at) + 2;
    const end = text.indexOf("\r\n.\r\n", begin - 2);
    assert(text.startsWith("+OK", at) && end !== -1, `no multi-line reply: ${text.slice(at, at + 100)}`);
    bodies.push(text.slice(begin, end + 2));
    at = end + 5;
  }
  return bodies;
}
