// The loads: what each one asks of a server, of which maildrops, and what counts as one unit of its work.
// A table read by the runner and by the load generator; knows no server and no socket.

/**
 * What makes up the maildrops of a load: one for each connection, so that no session waits for another's lease.
 *
 * @typedef {object} MaildropShape
 * @property {number} messages
 * @property {number} octets of each message
 */

/**
 * @typedef {object} Load
 * @property {string} name
 * @property {string} title
 * @property {string} unit what is counted
 * @property {number} connections open at a time
 * @property {boolean} tls
 * @property {MaildropShape} maildrop
 * @property {readonly string[]} [session] the commands between login and QUIT, one after the other: a unit is a session
 * @property {{ readonly keyword: string, readonly outstanding: number }} [pipeline] one command again and again in
 *   sessions that stay open, so many of them without waiting for the reply: a unit is a command
 * @property {true} [bodiesUnread] the server must not read the messages' octets for this
 */

const KIB = 1024;
const EIGHT_READERS = { unit: "message", connections: 8, tls: false, pipeline: { keyword: "RETR", outstanding: 16 } };

/** @type {readonly Load[]} */
export const loads = [
  {
    name: "poll",
    title: "connect, USER, PASS, STAT, QUIT",
    unit: "session",
    connections: 50,
    tls: false,
    maildrop: { messages: 10, octets: 2 * KIB },
    session: ["STAT"],
  },
  {
    name: "poll-tls",
    title: "the same inside TLS 1.3, each with a full handshake",
    unit: "session",
    connections: 50,
    tls: true,
    maildrop: { messages: 10, octets: 2 * KIB },
    session: ["STAT"],
  },
  { name: "retr-2k", title: "RETR of 2 KiB", ...EIGHT_READERS, maildrop: { messages: 100, octets: 2 * KIB } },
  { name: "retr-20k", title: "RETR of 20 KiB", ...EIGHT_READERS, maildrop: { messages: 100, octets: 20 * KIB } },
  { name: "retr-1m", title: "RETR of 1 MiB", ...EIGHT_READERS, maildrop: { messages: 8, octets: KIB * KIB } },
  {
    name: "stat",
    title: "STAT",
    unit: "command",
    connections: 8,
    tls: false,
    maildrop: { messages: 10, octets: 2 * KIB },
    pipeline: { keyword: "STAT", outstanding: 16 },
  },
  {
    name: "listing",
    title: "login, LIST, UIDL, QUIT with 10,000 messages",
    unit: "session",
    connections: 2,
    tls: false,
    maildrop: { messages: 10_000, octets: KIB / 2 },
    session: ["LIST", "UIDL"],
    bodiesUnread: true,
  },
  {
    name: "open",
    title: "login, UIDL, QUIT with 100,000 messages",
    unit: "session",
    connections: 1,
    tls: false,
    maildrop: { messages: 100_000, octets: KIB },
    session: ["UIDL"],
    bodiesUnread: true,
  },
];

/** The password of all users. */
export const PASSWORD = "benchmark";

/** The user of a load's connection. @param {Load} load @param {number} slot @returns {string} */
export function userOf(load, slot) {
  return `${load.name}-${slot}`;
}

/** @typedef {{ readonly name: string } & MaildropShape} User */

/** All users of some loads. @param {readonly Load[]} wanted @returns {User[]} */
export function usersOf(wanted) {
  return wanted.flatMap((load) =>
    Array.from({ length: load.connections }, (_, slot) => ({ name: userOf(load, slot), ...load.maildrop })),
  );
}

/** Whether replies to this command have several lines. @param {string} keyword @returns {boolean} */
export function isMultiLine(keyword) {
  return keyword !== "STAT";
}
