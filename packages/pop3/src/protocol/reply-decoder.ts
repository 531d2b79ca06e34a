// Replies in, lines and bodies out: a server's stream as a client sees it (RFC 1939 §3). Incremental, with a bound on every line.
// Knows no command: whether a line is followed by a body is the sink's answer. What a line says is read by `reply.ts`.
import { DotDecoder } from "./dot-stuffing.js";
import { CR, joined, LF, octetString } from "./octets.js";

/** What comes behind a line or a body: another line, a body, or nothing that may be read yet. */
export type Next = "line" | "body" | "nothing";

/** Who takes what the decoder finds, in order. */
export interface ReplySink {
  /** A line without its end, one character an octet. */
  line(line: string): Next;
  /** A piece of a body, un-stuffed, one for each chunk; it may share memory with that. */
  body(piece: Uint8Array): void;
  /** `behind` is the octet that stands behind the terminator, where it is there already. */
  bodyEnd(behind: number | undefined): Next;
  /** A line was longer than the limit. Has to throw. */
  overlong(): never;
}

/** Cuts one server's stream into lines and bodies. Holds at most one line. */
export class ReplyDecoder {
  /** The longest line accepted outside of bodies, in octets with its line end; may be changed between lines. */
  limitOctets: number;
  /** A line came that ended in LF alone; bodies are then taken to do so too. */
  lineFeeds = false;
  #partial = "";
  #body: DotDecoder | null = null;
  #stopped = false;

  constructor(limitOctets: number) {
    this.limitOctets = limitOctets;
  }

  /** Reads on behind a `nothing`. */
  resume(): void {
    this.#stopped = false;
  }

  /**
   * Takes the next chunk and gives what it holds to the sink. Returns how many octets of it were taken: all, unless the sink said
   * that nothing may follow. What the sink throws passes through, and the decoder is of no use then.
   */
  push(chunk: Uint8Array, sink: ReplySink): number {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      at = this.#body === null ? this.#readLine(chunk, at, sink) : this.#readBody(this.#body, chunk, at, sink);
    }
    return at;
  }

  #readLine(chunk: Uint8Array, at: number, sink: ReplySink): number {
    const lineFeed = chunk.indexOf(LF, at);
    const end = lineFeed === -1 ? chunk.length : lineFeed + 1;
    if (this.#partial.length + end - at > this.limitOctets) sink.overlong();
    if (lineFeed === -1) {
      this.#partial += octetString(chunk, at, end);
      return end;
    }
    let line: string;
    let crlf: boolean;
    if (this.#partial === "") {
      crlf = lineFeed > at && chunk[lineFeed - 1] === CR;
      line = octetString(chunk, at, crlf ? lineFeed - 1 : lineFeed);
    } else {
      line = this.#partial + octetString(chunk, at, lineFeed);
      this.#partial = "";
      crlf = line.endsWith("\r");
      if (crlf) line = line.slice(0, -1);
    }
    this.lineFeeds = !crlf;
    this.#follow(sink.line(line));
    return end;
  }

  #readBody(body: DotDecoder, chunk: Uint8Array, at: number, sink: ReplySink): number {
    const { pieces, end } = body.push(chunk, at);
    // One piece a chunk, so that a body of nothing but dots costs its reader no more than any other.
    if (pieces.length > 1) sink.body(joined(pieces, octetsIn(pieces)));
    else if (pieces.length === 1) sink.body(pieces[0]!);
    if (end === -1) return chunk.length;
    this.#body = null;
    this.#follow(sink.bodyEnd(chunk[end]));
    return end;
  }

  #follow(next: Next): void {
    if (next === "body") this.#body = new DotDecoder(this.lineFeeds);
    else if (next === "nothing") this.#stopped = true;
  }
}

function octetsIn(pieces: readonly Uint8Array[]): number {
  let octets = 0;
  for (const { length } of pieces) octets += length;
  return octets;
}
