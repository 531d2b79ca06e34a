// Line ends of fetched messages: CRLF on the wire, LF in files that programs of Unix read. A CR that is not part of a CRLF is text and
// stays. Incremental; knows no format.

const CR = 0x0d;
const LF = 0x0a;
const carriageReturn = Buffer.of(CR);

/** The octets with LF for every CRLF. */
export async function* unixLines(message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // A CR at the end of a piece waits for what follows it.
  let waiting = false;
  for await (const octets of message) {
    if (octets.length === 0) continue;
    const piece = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    if (waiting && piece[0] !== LF) yield carriageReturn;
    waiting = piece.at(-1) === CR;
    const end = waiting ? piece.length - 1 : piece.length;
    const lines = withoutCarriageReturns(piece.subarray(0, end));
    if (lines.length > 0) yield lines;
  }
  if (waiting) yield carriageReturn;
}

/** A copy without the CRs that an LF follows; the piece itself where there is none. */
function withoutCarriageReturns(piece: Buffer): Buffer {
  let at = piece.indexOf("\r\n", 0, "latin1");
  if (at === -1) return piece;
  const lines = Buffer.allocUnsafe(piece.length);
  let from = 0;
  let length = 0;
  while (at !== -1) {
    length += piece.copy(lines, length, from, at);
    from = at + 1;
    at = piece.indexOf("\r\n", from + 1, "latin1");
  }
  length += piece.copy(lines, length, from);
  return lines.subarray(0, length);
}
