// Pieces of a body that wait to be read: each with memory of its own, and never so small that keeping it costs more than it holds.
// Knows no exchange. The decoder's pieces share memory with a chunk of the connection; a reader may transfer what he is given.

import { joined } from "../protocol/octets.js";

/** Two pieces that are no longer than this together become one: a server may send an octet at a time. */
const SMALL_OCTETS = 512;

/** The same octets, in memory that nobody else has. */
export function owned(piece: Uint8Array): Uint8Array {
  return piece.length === piece.buffer.byteLength ? piece : new Uint8Array(piece);
}

/** Puts a piece behind the others. */
export function keep(pieces: Uint8Array[], piece: Uint8Array): void {
  const last = pieces.at(-1);
  if (last === undefined || last.length + piece.length > SMALL_OCTETS) pieces.push(owned(piece));
  else pieces[pieces.length - 1] = joined([last, piece], last.length + piece.length);
}
