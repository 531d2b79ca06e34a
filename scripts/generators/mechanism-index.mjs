// Makes packages/pop3/src/mechanisms/index.ts and the client's mechanisms.ts: the list of all SASL mechanisms, from the files of that folder.
// What several of them share lies in folders beside them, which are not listed.
import { folderIndex } from "./folder-index.mjs";

/**
 * Strongest first: what binds the channel, what proves both sides, what proves without a password, what reveals one; then
 * what is served on request alone. Servers list them and clients choose among them in this order.
 */
const order = `scram-sha-256-plus scram-sha-1-plus scram-sha-256 scram-sha-1
  external oauthbearer xoauth2 plain
  cram-md5 login anonymous`.split(/\s+/);

/**
 * @param {readonly string[]} entryNames what is in the folder
 * @returns {string} TypeScript, not yet formatted
 */
export function mechanismIndex(entryNames) {
  return folderIndex(entryNames, {
    type: "Mechanism",
    from: "../contracts/mechanism.js",
    list: "mechanisms",
    about: "Every mechanism, strongest first.",
    order,
  });
}

/**
 * The same as clients know them, for their own folder.
 *
 * @param {readonly string[]} entryNames
 */
export function clientMechanisms(entryNames) {
  return folderIndex(entryNames, {
    type: "ClientMechanism",
    from: "../contracts/mechanism.js",
    list: "mechanisms",
    about: "Every mechanism as a client knows it, strongest first.",
    path: "../mechanisms/",
    suffix: "Client",
    listed: true,
    order,
  });
}
