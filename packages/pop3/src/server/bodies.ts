// Bodies in wire form as the session handles them: taken in pieces, or cut to a message's top. Knows no reply and no socket.
// Line ends and stuffing are the store's work, done at delivery; where a top ends is known to `protocol/top.ts`.
import type { WireBody } from "../contracts/maildrop.js";
import { TopCut } from "../protocol/top.js";
import { BATCH_OCTETS } from "./limits.js";

/** The pieces of a body, one at a time; a whole one is sliced so that no more than a batch waits for the peer. */
export function piecesOf(body: WireBody): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  if (body instanceof Uint8Array) return slicesOf(body);
  return Symbol.iterator in body ? body[Symbol.iterator]() : body[Symbol.asyncIterator]();
}

function* slicesOf(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += BATCH_OCTETS) yield octets.subarray(at, at + BATCH_OCTETS);
}

/** The top of a message (RFC 1939 §7); reads no further into the body than it must. */
export function topOf(body: WireBody, lines: number): WireBody {
  const cut = new TopCut(lines);
  if (body instanceof Uint8Array) return body.subarray(0, cut.end(body).end);
  return Symbol.iterator in body ? cutPieces(body, cut) : cutPiecesAsync(body, cut);
}

function* cutPieces(body: Iterable<Uint8Array>, cut: TopCut): Generator<Uint8Array> {
  for (const piece of body) {
    const { end, done } = cut.end(piece);
    yield piece.subarray(0, end);
    if (done) return;
  }
}

async function* cutPiecesAsync(body: AsyncIterable<Uint8Array>, cut: TopCut): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    const { end, done } = cut.end(piece);
    yield piece.subarray(0, end);
    if (done) return;
  }
}
