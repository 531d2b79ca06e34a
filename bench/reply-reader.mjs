// A server's octets in, finished replies out: cuts the stream by status lines and terminators (RFC 1939 §3) and counts.
// Built to cost less than any server: no string and no copy for a reply that is as it should be.
import { Buffer } from "node:buffer";

const LF = 0x0a;
const CR = 0x0d;
const PLUS = 0x2b;
const TERMINATOR = Buffer.from("\r\n.\r\n");
/** The end of the status line is the first half of an empty body's terminator. */
const MATCHED_BY_STATUS_LINE = 2;

/** How much of the terminator is there after one more octet. @param {number} matched @param {number} octet @returns {number} */
function step(matched, octet) {
  if (octet === TERMINATOR[matched]) return matched + 1;
  return octet === CR ? 1 : 0;
}

/** Reads one connection's replies. */
export class ReplyReader {
  /** Whether each awaited reply is a multi-line one, in the order of the commands. @type {boolean[]} */
  #awaited = [];
  #first = 0;
  #inBody = false;
  #lineOctets = 0;
  #bodyOctets = 0;
  #matched = 0;
  /** @type {(bodyOctets: number) => void} */
  #onReply;

  /** @param {(bodyOctets: number) => void} onReply told the octets between status line and terminator line */
  constructor(onReply) {
    this.#onReply = onReply;
  }

  /** @param {boolean} multiLine */
  expect(multiLine) {
    this.#awaited.push(multiLine);
  }

  /** Replies that are still to come. @returns {number} */
  get outstanding() {
    return this.#awaited.length - this.#first;
  }

  /**
   * Throws where a reply is negative or nobody asked for it.
   *
   * @param {Buffer} chunk
   */
  push(chunk) {
    let at = 0;
    while (at < chunk.length) at = this.#inBody ? this.#body(chunk, at) : this.#statusLine(chunk, at);
  }

  /** @param {Buffer} chunk @param {number} at @returns {number} where the next part begins */
  #statusLine(chunk, at) {
    if (this.#lineOctets === 0 && (chunk[at] !== PLUS || this.outstanding === 0)) {
      throw new Error(`unexpected reply: ${chunk.toString("latin1", at, at + 100).split("\r\n")[0]}`);
    }
    const found = chunk.indexOf(LF, at);
    if (found === -1) {
      this.#lineOctets += chunk.length - at;
      return chunk.length;
    }
    this.#lineOctets = 0;
    if (this.#awaited[this.#first]) {
      this.#inBody = true;
      this.#bodyOctets = MATCHED_BY_STATUS_LINE;
      this.#matched = MATCHED_BY_STATUS_LINE;
    } else {
      this.#finished(0);
    }
    return found + 1;
  }

  /** @param {Buffer} chunk @param {number} from @returns {number} where the next part begins */
  #body(chunk, from) {
    const end = chunk.length;
    let at = from;
    while (this.#matched > 0 && at < end) {
      this.#matched = step(this.#matched, /** @type {number} */ (chunk[at]));
      at++;
      if (this.#matched === TERMINATOR.length) return this.#bodyEnded(from, at);
    }
    if (at === end) {
      this.#bodyOctets += end - from;
      return end;
    }
    const found = chunk.indexOf(TERMINATOR, at);
    if (found !== -1) return this.#bodyEnded(from, found + TERMINATOR.length);
    for (let tail = Math.max(at, end - TERMINATOR.length + 1); tail < end; tail++) {
      this.#matched = step(this.#matched, /** @type {number} */ (chunk[tail]));
    }
    this.#bodyOctets += end - from;
    return end;
  }

  /** @param {number} from @param {number} end @returns {number} */
  #bodyEnded(from, end) {
    this.#inBody = false;
    this.#finished(this.#bodyOctets + end - from - TERMINATOR.length);
    return end;
  }

  /** @param {number} bodyOctets the body's own, without the CRLF that belongs to the status line */
  #finished(bodyOctets) {
    this.#first++;
    if (this.#first === 1024 || this.#first === this.#awaited.length) {
      this.#awaited.splice(0, this.#first);
      this.#first = 0;
    }
    this.#onReply(bodyOctets);
  }
}
