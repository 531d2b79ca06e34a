// Messages that an earlier version took in: it noted octets over 0x7F in a header and counted no surrogate. They are counted
// when their maildrop is first opened, which the migration marks; afterwards a poll reads one row as ever.
import { SurrogateEncoder } from "@postern/pop3/server";
import type { PosternDatabase } from "../../database/database.js";
import type { Bodies } from "./bodies.js";
import type { MaildropRow, MessageTable } from "./message-table.js";
import { wireBody } from "./wire-body.js";

const MESSAGES_AT_A_TIME = 500;

interface Found {
  readonly sequence: number;
  readonly surrogateOctets: number | null;
}

/** Completes a maildrop's figures. To be called by the holder of its lease, so that nothing is deleted meanwhile. */
export async function countSurrogates(
  { id }: MaildropRow,
  rooms: { readonly database: PosternDatabase; readonly table: MessageTable; readonly bodies: Bodies },
): Promise<void> {
  const { database, table } = rooms;
  const found = [...uncounted(id, rooms)];
  await database.write(() => {
    for (const { sequence, surrogateOctets } of found) table.setSurrogate(id, sequence, surrogateOctets);
    table.sumAsciiOctets(id);
  });
}

function* uncounted(id: number, { table, bodies }: { table: MessageTable; bodies: Bodies }): Generator<Found> {
  for (let behind = 0; ;) {
    const page = table.page(id, behind, MESSAGES_AT_A_TIME);
    for (const { sequence, octets, needsUtf8, surrogateOctets } of page) {
      behind = sequence;
      if (!needsUtf8 || surrogateOctets !== null) continue;
      const place = table.place(id, sequence);
      if (place === null) continue;
      const encoder = new SurrogateEncoder();
      const body = wireBody(bodies, place);
      if (body instanceof Uint8Array) encoder.push(body);
      else for (const piece of body) encoder.push(piece);
      encoder.finish();
      const { facts } = encoder;
      yield { sequence, surrogateOctets: facts.needsUtf8 ? octets + facts.addedOctets : null };
    }
    if (page.length < MESSAGES_AT_A_TIME) return;
  }
}
