// Stores that do as the one in memory does but for what a test changes: they fail, or give bodies in pieces.
import type { Maildrop, MaildropStore, WireBody } from "@postern/pop3/server";

/** A store whose maildrops have some of their members changed. */
export function changed(store: MaildropStore, change: (maildrop: Maildrop) => Partial<Maildrop>): MaildropStore {
  return {
    async open(user) {
      const maildrop = await store.open(user);
      return {
        snapshot: maildrop.snapshot,
        read: (position) => maildrop.read(position),
        update: (deleted) => maildrop.update(deleted),
        release: () => maildrop.release(),
        ...change(maildrop),
      };
    },
  };
}

/** The octets of a body that is at hand as a whole. */
export function whole(body: WireBody | Promise<WireBody>): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new TypeError("the store in memory gives bodies as a whole");
}

export function* inPieces(octets: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export async function* inPiecesLater(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (const piece of inPieces(octets, size)) {
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    yield piece;
  }
}
