// Scan listings and unique-id listings as octets. A listing without deletion marks is made once per snapshot and shared by
// all who ask for it. Knows no session.
import { Buffer } from "node:buffer";
import type { Snapshot } from "../contracts/maildrop.js";

/** Which of a snapshot's listings. */
export type ListingKind = keyof typeof FIGURES;

const FIGURES = {
  scan: (snapshot: Snapshot, position: number): number => snapshot.octetsAt(position),
  /** For sessions without UTF-8 mode. */
  "ascii-scan": (snapshot: Snapshot, position: number): number =>
    snapshot.asciiOctetsAt?.(position) ?? snapshot.octetsAt(position),
  "unique-id": (snapshot: Snapshot, position: number): string => snapshot.uniqueIdAt(position),
} as const;

const made: Record<ListingKind, WeakMap<Snapshot, Uint8Array>> = {
  scan: new WeakMap(),
  "ascii-scan": new WeakMap(),
  "unique-id": new WeakMap(),
};

/** One line for each message that is not marked, in wire form; `marked` is null where none is. */
export function listing(kind: ListingKind, snapshot: Snapshot, marked: Uint8Array | null): Uint8Array {
  if (marked !== null) return lines(kind, snapshot, marked);
  let octets = made[kind].get(snapshot);
  if (octets === undefined) {
    octets = lines(kind, snapshot, null);
    made[kind].set(snapshot, octets);
  }
  return octets;
}

function lines(kind: ListingKind, snapshot: Snapshot, marked: Uint8Array | null): Uint8Array {
  const figure = FIGURES[kind];
  let text = "";
  for (let position = 0; position < snapshot.count; position++) {
    if (marked?.[position] === 1) continue;
    text += `${position + 1} ${figure(snapshot, position)}\r\n`;
  }
  return Buffer.from(text, "latin1");
}
