// One connection of the load generator: commands out, counted replies in, in the clear or inside TLS.
// Knows the order of a session, and no load.
import { Buffer } from "node:buffer";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";
import { ReplyReader } from "./reply-reader.mjs";

/** One read's octets; all connections share it, because what it holds is looked at before the next read. */
const RECEIVED = Buffer.allocUnsafeSlow(256 * 1024);

/** Not older than 1.3, and no tickets kept: each handshake is a full one. */
const TLS = { secureContext: createSecureContext({ minVersion: "TLSv1.3" }), rejectUnauthorized: false };

/**
 * @typedef {object} ClientHost what happens to a client
 * @property {(bodyOctets: number) => void} replied
 * @property {() => void} received all replies of one read were told
 * @property {(error: Error) => void} failed
 */

export class Client {
  /** @type {import("node:net").Socket} */
  #socket;
  /** @type {ReplyReader} */
  #reader;
  #quitting = false;

  /**
   * Connects; the greeting is the first reply.
   *
   * @param {{ port: number, tls: boolean, localAddress: string }} where
   * @param {ClientHost} host
   */
  constructor({ port, tls, localAddress }, host) {
    this.#reader = new ReplyReader(host.replied);
    this.#reader.expect(false);
    const take = (/** @type {Buffer} */ chunk) => {
      try {
        this.#reader.push(chunk);
        host.received();
      } catch (error) {
        this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const where = { host: "127.0.0.1", port, localAddress };
    if (tls) {
      this.#socket = connectTls({ ...where, ...TLS });
      this.#socket.on("data", take);
    } else {
      const callback = (/** @type {number} */ octets) => {
        take(RECEIVED.subarray(0, octets));
        return true;
      };
      this.#socket = connectTcp({ ...where, onread: { buffer: RECEIVED, callback } });
    }
    this.#socket.setNoDelay(true);
    this.#socket.on("error", host.failed);
    this.#socket.on("close", () => {
      if (!this.#quitting) host.failed(new Error("the server closed a connection"));
    });
  }

  /** Replies that are still to come. @returns {number} */
  get outstanding() {
    return this.#reader.outstanding;
  }

  /** Sends command lines; as many replies are awaited. @param {string} lines @param {number} count @param {boolean} multiLine */
  send(lines, count, multiLine) {
    for (let awaited = 0; awaited < count; awaited++) this.#reader.expect(multiLine);
    this.#socket.write(lines, "latin1");
  }

  /** The session is over: the server closes first, as after QUIT. @param {() => void} closed */
  quitted(closed) {
    this.#quitting = true;
    this.#socket.once("close", closed);
  }
}
