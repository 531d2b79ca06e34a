// A message in the form that it has in an mbox file (RFC 4155, the dialect mboxrd): a `From ` line, the message with LF line ends and a
// `>` before every line that is `From ` behind any number of `>`, an empty line. Incremental; knows no file.
// `delivery/mbox-quoting.ts` takes the quoting away again.
import { randomBytes } from "node:crypto";
import { unixLines } from "./line-ends.js";

const LF = 0x0a;
const GT = 0x3e;
const from = Buffer.from("From ");
const quote = Buffer.of(GT);
const lineEnd = Buffer.of(LF);

/** How long the `From ` line is, its line end counted in. */
export const fromLineOctets = 63;

/**
 * One message with its separators. Of the sender POP3 knows nothing: in its place stands an address that no other message has, so that
 * the message can be told from all others, and that leads nowhere (RFC 2606).
 */
export async function* mboxForm(message: AsyncIterable<Uint8Array>, receivedMs: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`From ${randomBytes(8).toString("hex")}@postern.invalid ${separatorTime(receivedMs)}\n`);
  let last = LF;
  for await (const piece of quoted(unixLines(message))) {
    last = piece.at(-1)!;
    yield piece;
  }
  if (last !== LF) yield lineEnd;
  yield lineEnd;
}

/** `Thu Jan  1 00:00:00 1970`, in UTC. */
function separatorTime(timeMs: number): string {
  const [, weekday, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(
    new Date(timeMs).toUTCString(),
  )!;
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

/** Quotes. Pieces are never empty. */
async function* quoted(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Whether the next octet is the first of a line, or the one behind its `>`s.
  let inFront = true;
  // A beginning of `From ` at the end of a piece, which waits for what follows it.
  let held = 0;
  for await (const next of lines) {
    const piece = held === 0 ? next : Buffer.concat([from.subarray(0, held), next]);
    held = 0;
    let sent = 0;
    let at = 0;
    while (at < piece.length) {
      if (!inFront) {
        const lineFeed = piece.indexOf(LF, at);
        if (lineFeed === -1) break;
        at = lineFeed + 1;
        inFront = true;
        continue;
      }
      if (piece[at] === GT) {
        at++;
        continue;
      }
      const matched = beginningOf(piece, at);
      if (matched === from.length) {
        if (at > sent) yield piece.subarray(sent, at);
        yield quote;
        sent = at;
      } else if (matched > 0 && at + matched === piece.length) {
        held = matched;
        break;
      }
      inFront = false;
    }
    const end = piece.length - held;
    if (end > sent) yield piece.subarray(sent, end);
  }
  if (held > 0) yield from.subarray(0, held);
}

/** How many octets there are as `From ` begins. */
function beginningOf(piece: Uint8Array, at: number): number {
  let matched = 0;
  while (matched < from.length && piece[at + matched] === from[matched]) matched++;
  return matched;
}
