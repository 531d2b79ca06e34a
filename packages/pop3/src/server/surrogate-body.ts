// The surrogate of a body in wire form, made while it is read. What a surrogate is is known to `protocol/surrogate.ts`; which
// messages need one, and which sessions, is for those who call.
import type { WireBody } from "../contracts/maildrop.js";
import { SurrogateEncoder } from "../protocol/surrogate.js";

/** What a session without UTF-8 mode gets of a message that needs it; reads no further into the body than it is asked for. */
export function surrogateOf(body: WireBody): WireBody {
  if (body instanceof Uint8Array) return whole(body);
  if (Symbol.iterator in body) return { [Symbol.iterator]: () => pieces(body) };
  return { [Symbol.asyncIterator]: () => piecesAsync(body) };
}

function whole(body: Uint8Array): Uint8Array {
  const encoder = new SurrogateEncoder();
  const octets = encoder.push(body);
  const end = encoder.finish();
  if (end.length === 0) return octets;
  const joined = new Uint8Array(octets.length + end.length);
  joined.set(octets);
  joined.set(end, octets.length);
  return joined;
}

function* pieces(body: Iterable<Uint8Array>): Generator<Uint8Array> {
  const encoder = new SurrogateEncoder();
  for (const piece of body) {
    const octets = encoder.push(piece);
    if (octets.length > 0) yield octets;
  }
  const end = encoder.finish();
  if (end.length > 0) yield end;
}

async function* piecesAsync(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new SurrogateEncoder();
  for await (const piece of body) {
    const octets = encoder.push(piece);
    if (octets.length > 0) yield octets;
  }
  const end = encoder.finish();
  if (end.length > 0) yield end;
}
