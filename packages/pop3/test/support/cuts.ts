// Feeds octets to an incremental parser in every way in which a network may cut them.
import { Buffer } from "node:buffer";

/** Octets of a string of one character an octet. */
export function octets(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** A string of one character an octet. */
export function text(pieces: Uint8Array | readonly Uint8Array[]): string {
  return (pieces instanceof Uint8Array ? Buffer.from(pieces) : Buffer.concat(pieces)).toString("latin1");
}

/** All the ways: whole, one octet at a time, and cut in two at each offset (up to 2,000 of them, evenly spread). */
export function* cutsOf(whole: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [whole];
  yield Array.from(whole, (_, at) => whole.subarray(at, at + 1));
  const step = Math.max(1, Math.floor(whole.length / 2000));
  for (let at = 1; at < whole.length; at += step) yield [whole.subarray(0, at), whole.subarray(at)];
}
