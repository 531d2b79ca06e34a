// The messages of all maildrops: of an exact size, the same at every run, no two in a maildrop alike.
// Knows no store; every store gets the same octets.
import { Buffer } from "node:buffer";

const LINE = "Meadow, harbour, lantern, orchard; and so the text of this message goes on.\r\n";
/** Now and then a line that must be dot-stuffed (RFC 1939 §3), as a real message may have one. */
const DOTTED = ".hidden: a line that begins with a dot, and is one octet longer on the wire.\r\n";
const LINES_BETWEEN_DOTS = 20;

/** @param {number} number @returns {string} */
function headerOf(number) {
  return [
    "Date: Mon, 3 Aug 2026 08:00:00 +0000",
    "From: Sender <sender@example.org>",
    "To: Reader <reader@example.net>",
    `Subject: Message ${String(number).padStart(6, "0")}`,
    `Message-ID: <${String(number).padStart(6, "0")}@example.org>`,
    "",
    "",
  ].join("\r\n");
}

/** @type {Map<number, string>} */
const bodies = new Map();

/** @param {number} octets @returns {string} */
function bodyOf(octets) {
  let text = bodies.get(octets);
  if (text === undefined) {
    const lines = [];
    for (let left = octets - 2, at = 0; left > 0; at++) {
      const line = (at % LINES_BETWEEN_DOTS === LINES_BETWEEN_DOTS - 1 ? DOTTED : LINE).slice(0, left);
      lines.push(line);
      left -= line.length;
    }
    text = `${lines.join("").replace(/\r\n$/, "--").replace(/\r$/, "-")}\r\n`;
    bodies.set(octets, text);
  }
  return text;
}

/**
 * A message in canonical form.
 *
 * @param {number} number counts from 1
 * @param {number} octets its exact size
 * @returns {Buffer}
 */
export function message(number, octets) {
  const header = headerOf(number);
  return Buffer.from(header + bodyOf(octets - header.length), "latin1");
}

/** The same in wire form. @param {number} number @param {number} octets @returns {Buffer} */
export function wireMessage(number, octets) {
  return Buffer.from(message(number, octets).toString("latin1").replaceAll(/^\./gm, ".."), "latin1");
}
