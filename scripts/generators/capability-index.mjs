// Makes packages/pop3/src/capabilities/index.ts and the client's standard.ts: the list of all declarations, from the files of that folder.
// A declaration that is not in the order below is listed behind the others.
import { folderIndex } from "./folder-index.mjs";

/**
 * The order in which CAPA, pages and the client name the declarations: the base first, then the registry's own order
 * (https://www.iana.org/assignments/pop3-extension-mechanism).
 */
const order = `base capa apop
  top user sasl resp-codes login-delay pipelining expire uidl implementation
  stls auth-resp-code utf8 lang`.split(/\s+/);

/**
 * @param {readonly string[]} entryNames what is in the folder
 * @returns {string} TypeScript, not yet formatted
 */
export function capabilityIndex(entryNames) {
  return folderIndex(entryNames, {
    type: "AnyCapability",
    from: "../contracts/capability.js",
    list: "standard",
    about: "Every declaration of the standard, in the order in which CAPA lists them.",
    order,
  });
}

/**
 * The same as clients know them, for their own folder.
 *
 * @param {readonly string[]} entryNames
 */
export function clientCapabilities(entryNames) {
  return folderIndex(entryNames, {
    type: "AnyClientCapability",
    from: "../contracts/capability.js",
    list: "standard",
    about: "Every declaration of the standard as a client knows it.",
    path: "../capabilities/",
    suffix: "Client",
    order,
  });
}
