// What the cases of the maildrop suite have in common: filling maildrops, looking into them, expecting failures.
// Holds no case and knows no store: it asks for nothing but what `contracts/maildrop.ts` promises.
import assert from "node:assert/strict";
import { MaildropFailure, type MaildropFailureKind } from "../contracts/errors.js";
import type { Depository, Maildrop, MaildropStore } from "../contracts/maildrop.js";
import { canonicalOctets, receivedOctets } from "./message-octets.js";

export function text(content: string): Uint8Array {
  return Buffer.from(content, "latin1");
}

/** Delivers that many messages and gives back their unique-ids. */
export async function fill(store: Depository, user: string, count: number): Promise<string[]> {
  const given: string[] = [];
  for (let n = 0; n < count; n++) given.push((await store.deliver(user, text(`message ${n}\r\n`))).uniqueId);
  return given;
}

export interface Listed {
  readonly uniqueId: string;
  readonly octets: number;
}

export function listing({ snapshot }: Maildrop): Listed[] {
  return Array.from({ length: snapshot.count }, (_, position) => ({
    uniqueId: snapshot.uniqueIdAt(position),
    octets: snapshot.octetsAt(position),
  }));
}

/** All that a session of its own sees. */
export async function peek(store: MaildropStore, user: string): Promise<(Listed & { readonly body: string })[]> {
  const maildrop = await store.open(user);
  const seen = [];
  for (const [position, listed] of listing(maildrop).entries())
    seen.push({ ...listed, body: await received(maildrop, position) });
  await maildrop.release();
  return seen;
}

export function uniqueIds(listed: readonly Listed[]): string[] {
  return listed.map(({ uniqueId }) => uniqueId);
}

export async function bodies(store: MaildropStore, user: string): Promise<string[]> {
  return (await peek(store, user)).map(({ body }) => body);
}

export async function received(maildrop: Maildrop, position: number): Promise<string> {
  return Buffer.from(await receivedOctets(maildrop.read(position))).toString("latin1");
}

/** The maildrop holds exactly these messages in canonical form, and says their octets. */
export async function comesBack(
  store: MaildropStore,
  user: string,
  sent: readonly (readonly [string, Uint8Array])[],
): Promise<void> {
  const maildrop = await store.open(user);
  assert.equal(maildrop.snapshot.count, sent.length);
  for (const [position, [name, message]] of sent.entries()) {
    const expected = Buffer.from(canonicalOctets(message));
    const actual = await receivedOctets(maildrop.read(position));
    assert.ok(expected.equals(actual), `${name}: not the octets that were delivered, in canonical form`);
    assert.equal(maildrop.snapshot.octetsAt(position), expected.length, `${name}: octets`);
  }
  await maildrop.release();
}

export async function fails(kind: MaildropFailureKind | "any", action: () => unknown): Promise<void> {
  await assert.rejects(
    async () => action(),
    (error) => assertFailure(error, kind),
  );
}

export function assertFailure(error: unknown, kind: MaildropFailureKind | "any"): true {
  assert.ok(error instanceof MaildropFailure, `expected a MaildropFailure, got ${String(error)}`);
  if (kind !== "any") assert.equal(error.kind, kind);
  return true;
}

/** The value, or null where a `MaildropFailure` says that there is none any more. */
export async function orFailure<T>(action: () => T | Promise<T>): Promise<T | null> {
  try {
    return await action();
  } catch (error) {
    assertFailure(error, "any");
    return null;
  }
}
