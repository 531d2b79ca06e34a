// What is in a maildrop, as two sessions of an examination compare it: octets, and unique-ids where the server announces UIDL.
// Says what was lost, never why. Checks judge that.
import type { Conversation } from "../conversation.js";
import { CheckFailed } from "../outcome.js";
import type { Proof } from "../proof.js";
import type { Listed } from "../samples.js";
import { shown } from "./lines.js";

/** A message as the listings give it. */
export interface Content extends Listed {
  /** Null where UIDL is not announced. */
  readonly uniqueId: string | null;
}

/** A line of the unique-id listing. */
export interface UniqueId {
  readonly number: number;
  readonly uniqueId: string;
}

/** The messages that are not marked as deleted. */
export async function contentsOf(proof: Proof, session: Conversation): Promise<readonly Content[]> {
  const listed = await proof.messages(session);
  const uniqueIds = proof.facts.lists("UIDL") ? await uniqueIdListing(session) : [];
  const byNumber = new Map(uniqueIds.map(({ number, uniqueId }) => [number, uniqueId]));
  return listed.map((one) => ({ ...one, uniqueId: byNumber.get(one.number) ?? null }));
}

/** What UIDL lists, by whatever grammar. Throws `CheckFailed` where it is refused or a line has no number. */
export async function uniqueIdListing(session: Conversation): Promise<readonly UniqueId[]> {
  const { answer, body } = await session.multi("UIDL");
  if (body === null) throw new CheckFailed(`UIDL was refused: ${answer.line}`);
  return body.lines.map((line) => {
    const [, number, uniqueId] = /^ *(\d{1,10}) +(.*)$/.exec(line) ?? [];
    if (uniqueId === undefined) throw new CheckFailed(`UIDL has the line ${shown(line)}`);
    return { number: Number(number), uniqueId };
  });
}

/** Those that are not there any more. Without unique-ids, the octets have to tell. */
export function lost(earlier: readonly Content[], later: readonly Content[]): readonly Content[] {
  const left = new Map<string, number>();
  for (const one of later) left.set(nameOf(one), (left.get(nameOf(one)) ?? 0) + 1);
  return earlier.filter((one) => {
    const count = left.get(nameOf(one)) ?? 0;
    left.set(nameOf(one), count - 1);
    return count <= 0;
  });
}

/** The message for a finding. */
export function named({ number, octets, uniqueId }: Content): string {
  return uniqueId === null ? `message ${number}, of ${octets} octets,` : `message ${number}, ${shown(uniqueId)},`;
}

function nameOf({ octets, uniqueId }: Content): string {
  return uniqueId ?? `${octets} octets`;
}
