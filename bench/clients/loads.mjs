// What the clients are put to: how many messages of what size, over which link, and which clients. A table; knows no socket.
// A new load needs no change elsewhere, as long as it is measured in one of the ways that are here.

/**
 * In the shape that the servers' files take their users from (`../loads.mjs`): one connection, in the clear.
 *
 * @typedef {object} ClientLoad
 * @property {string} name
 * @property {string} title
 * @property {"message"} unit
 * @property {1} connections
 * @property {false} tls
 * @property {import("../loads.mjs").MaildropShape} maildrop
 * @property {"far" | "near" | "huge"} way far: through a link that is slow; near: on loopback; huge: from a server that makes
 *   up its one message, with an eye on memory
 * @property {readonly string[]} clients by name
 */

const KIB = 1024;
const ONE_SESSION = /** @type {const} */ ({ unit: "message", connections: 1, tls: false });

/** The link of what is far: a round trip of 100 ms, 20 Mbit/s in each direction. */
export const FAR = { octetsPerSecond: 20e6 / 8, delayMs: 50 };

/** @type {readonly ClientLoad[]} */
export const clientLoads = [
  {
    name: "far",
    title: "500 messages of 5 KiB over 20 Mbit/s with a round trip of 100 ms",
    ...ONE_SESSION,
    maildrop: { messages: 500, octets: 5 * KIB },
    way: "far",
    clients: ["postern", "postern-later", "mpop", "fetchmail", "getmail", "curl", "poplib", "node-pop3"],
  },
  {
    name: "near-20k",
    title: "10,000 messages of 20 KiB on loopback",
    ...ONE_SESSION,
    maildrop: { messages: 10_000, octets: 20 * KIB },
    way: "near",
    clients: ["postern", "mpop", "curl", "poplib"],
  },
  {
    name: "near-1m",
    title: "250 messages of 1 MiB on loopback",
    ...ONE_SESSION,
    maildrop: { messages: 250, octets: KIB * KIB },
    way: "near",
    clients: ["postern", "mpop", "curl", "poplib"],
  },
  {
    name: "huge",
    title: "one message of 1 GiB on loopback",
    ...ONE_SESSION,
    maildrop: { messages: 1, octets: KIB * KIB * KIB },
    way: "huge",
    clients: ["postern", "mpop", "curl"],
  },
];
