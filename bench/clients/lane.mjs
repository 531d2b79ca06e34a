// One direction of a link as a model: when octets that are sent now arrive. No socket and no clock of its own in here; the
// caller tells the time and moves what has arrived. `slow-link.mjs` does that with sockets, the test with numbers.
// TCP's slow start and lost packets are no part of it.

/** Octets arrive in packets of this many, the payload of a full Ethernet frame; the headers around it cost nothing here. */
const PACKET_OCTETS = 1460;

/**
 * How many octets may be on the way until the sender is held up. Four times what 20 Mbit/s and a round trip of 100 ms hold,
 * as a socket's send buffer and a router's queue do together: less would slow a sender down that waits for nobody, more would
 * only let a server run ahead of its peer, and never changes when an octet arrives.
 */
const MOST_HELD_OCTETS = 1024 * 1024;

/** A packet counts as arrived this much of it too early, so that no rounding makes its time come twice. */
const ROUNDING = 1e-6;

/**
 * Octets that were sent in one go and have not all arrived.
 *
 * @typedef {object} Flight
 * @property {Buffer} octets
 * @property {number} beginMs when the first octet begins to leave
 */

export class Lane {
  /** @type {number} */
  #octetsPerMs;
  /** @type {number} */
  #delayMs;
  /** @type {Flight[]} */
  #flights = [];
  #heldOctets = 0;
  #freeAtMs = 0;

  /** @param {{ octetsPerSecond: number, delayMs: number }} link a rate of Infinity is one that costs no time */
  constructor({ octetsPerSecond, delayMs }) {
    this.#octetsPerMs = octetsPerSecond / 1000;
    this.#delayMs = delayMs;
  }

  /** Whether the sender has to wait until something has arrived. @returns {boolean} */
  get full() {
    return this.#heldOctets >= MOST_HELD_OCTETS;
  }

  /** Octets leave one behind the other: at the end of those before them, or now. @param {Buffer} octets @param {number} nowMs */
  send(octets, nowMs) {
    const beginMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = beginMs + octets.length / this.#octetsPerMs;
    this.#heldOctets += octets.length;
    this.#flights.push({ octets, beginMs });
  }

  /** Until then nothing leaves, be it sent or not. @param {number} ms */
  holdUntil(ms) {
    this.#freeAtMs = Math.max(this.#freeAtMs, ms);
  }

  /** When an end of the stream arrives that is sent now, behind all octets. @param {number} nowMs @returns {number} */
  endAtMs(nowMs) {
    return Math.max(nowMs, this.#freeAtMs) + this.#delayMs;
  }

  /** What has arrived by now and was not taken before. @param {number} nowMs @returns {Buffer[]} */
  take(nowMs) {
    /** @type {Buffer[]} */
    const arrived = [];
    for (let flight; (flight = this.#flights[0]) !== undefined;) {
      const { octets, beginMs } = flight;
      if (this.#arrivalMs(flight, octets.length) <= nowMs) {
        this.#flights.shift();
        this.#heldOctets -= octets.length;
        arrived.push(octets);
        continue;
      }
      const packets = ((nowMs - this.#delayMs - beginMs) * this.#octetsPerMs) / PACKET_OCTETS;
      const there = Math.floor(packets + ROUNDING) * PACKET_OCTETS;
      if (there > 0) {
        this.#heldOctets -= there;
        arrived.push(octets.subarray(0, there));
        this.#flights[0] = { octets: octets.subarray(there), beginMs: beginMs + there / this.#octetsPerMs };
      }
      break;
    }
    return arrived;
  }

  /** When the next packet is there to be taken; null where nothing is on the way. @returns {number | null} */
  get nextMs() {
    const [flight] = this.#flights;
    return flight === undefined ? null : this.#arrivalMs(flight, Math.min(PACKET_OCTETS, flight.octets.length));
  }

  /** @param {Flight} flight @param {number} octets of it @returns {number} */
  #arrivalMs({ beginMs }, octets) {
    return beginMs + octets / this.#octetsPerMs + this.#delayMs;
  }
}
