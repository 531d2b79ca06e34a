// Messages that an earlier version took in, which counted no surrogate. They are counted when their maildrop is first opened, which
// the migration marks; afterwards a poll reads one row as ever.
import { setImmediate as othersTurn } from "node:timers/promises";
import { SurrogateEncoder } from "@postern/pop3/server";
import type { PosternDatabase } from "../../database/database.js";
import type { Bodies } from "./bodies.js";
import type { MaildropRow, MessageTable } from "./message-table.js";
import { wireBody } from "./wire-body.js";

/** What is counted is kept in portions, so that a stop in between loses little. */
const MESSAGES_AT_A_TIME = 100;

interface Rooms {
  readonly database: PosternDatabase;
  readonly table: MessageTable;
  readonly bodies: Bodies;
}

/** Completes a maildrop's figures. To be called by the holder of its lease, so that nothing is deleted meanwhile. */
export async function countSurrogates({ id }: MaildropRow, rooms: Rooms): Promise<void> {
  const { database, table } = rooms;
  for (let behind = 0; ;) {
    const found = new Map<number, number | null>();
    for (const sequence of table.uncounted(id, behind, MESSAGES_AT_A_TIME)) {
      found.set(sequence, addedOctets(id, sequence, rooms));
      behind = sequence;
      // A message is read whole: whoever else is served waits for one, not for all.
      await othersTurn();
    }
    await database.write(() => {
      for (const [sequence, added] of found) table.setSurrogate(id, sequence, added);
      if (found.size < MESSAGES_AT_A_TIME) table.sumAsciiOctets(id);
    });
    if (found.size < MESSAGES_AT_A_TIME) return;
  }
}

/** What a surrogate adds, null where the message needs none. */
function addedOctets(id: number, sequence: number, { table, bodies }: Rooms): number | null {
  const place = table.place(id, sequence);
  if (place === null) return null;
  const encoder = new SurrogateEncoder();
  const body = wireBody(bodies, place);
  for (const piece of body instanceof Uint8Array ? [body] : body) encoder.push(piece);
  encoder.finish();
  return encoder.facts.needsUtf8 ? encoder.facts.addedOctets : null;
}
