// A message's octets as they are asked for: whole where they are one piece, else each piece when it is wanted.
// Where they lie is known to `bodies.ts` and `message-table.ts`; whose message it is, to those who call.
import { MaildropFailure } from "@postern/pop3/server";
import type { Bodies } from "./bodies.js";
import { guarded } from "./failure.js";
import type { BodyPlace } from "./message-table.js";

export function wireBody(bodies: Bodies, place: BodyPlace): Uint8Array | Iterable<Uint8Array> {
  if (place.wireOctets === 0) return new Uint8Array(0);
  if (place.first?.length === place.wireOctets) return place.first;
  return { [Symbol.iterator]: () => pieces(bodies, place) };
}

function* pieces(bodies: Bodies, { body, wireOctets, first }: BodyPlace): Generator<Uint8Array> {
  let readOctets = 0;
  for (let chunk = 0; readOctets < wireOctets; chunk++) {
    const piece = chunk === 0 ? first : guarded(() => bodies.chunk(body, chunk));
    if (piece === null)
      throw new MaildropFailure("temporary", "the message's octets are gone: the session lost its maildrop");
    readOctets += piece.length;
    yield piece;
  }
}
