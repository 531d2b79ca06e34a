// Cases of the maildrop suite about sessions: leases, snapshots, deletion.
// Unique-ids, octets and deliveries are in `maildrop-message-cases.ts`. Knows no store; RESTARTS is for lasting ones alone.
import assert from "node:assert/strict";
import type { MaildropCases } from "./maildrop-harness.js";
import {
  assertFailure,
  bodies,
  fails,
  fill,
  listing,
  orFailure,
  peek,
  received,
  text,
  uniqueIds,
} from "./maildrop-probes.js";
import { oddOctets, receivedOctets } from "./message-octets.js";

export const LEASES: MaildropCases = {
  "a new maildrop is empty": async ({ store, user }) => {
    const maildrop = await store.open(user);
    assert.equal(maildrop.snapshot.count, 0);
    assert.equal(maildrop.snapshot.octets, 0);
    await maildrop.update([]);
  },
  "a maildrop that is open is in use, until it is released": async ({ store, user, otherUser }) => {
    const first = await store.open(user);
    await fails("in-use", () => store.open(user));
    await fails("in-use", () => store.open(user));
    const other = await store.open(otherUser);
    await other.release();
    await first.release();
    const second = await store.open(user);
    await second.release();
  },
  "of many who open at the same time, one gets the maildrop": async ({ store, user }) => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, async () => store.open(user)));
    const opened = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    assert.equal(opened.length, 1);
    for (const outcome of outcomes) if (outcome.status === "rejected") assertFailure(outcome.reason, "in-use");
    await opened[0]!.release();
  },
  "release may be repeated, and never touches the lease of a later session": async ({ store, user }) => {
    const first = await store.open(user);
    await first.release();
    await first.release();
    const second = await store.open(user);
    await first.release();
    await fails("in-use", () => store.open(user));
    await second.release();
  },
  "update gives the lease back, and release after it touches nobody's": async ({ store, user }) => {
    await store.deliver(user, text("one\r\n"));
    const first = await store.open(user);
    await first.update([0]);
    const second = await store.open(user);
    assert.equal(second.snapshot.count, 0);
    await first.release();
    await fails("in-use", () => store.open(user));
    await second.release();
  },
  "a session that lost its lease deletes nothing and takes nothing back": async ({ store, user, breakLease }) => {
    await fill(store, user, 3);
    const lost = await store.open(user);
    await breakLease(user);
    const owner = await store.open(user);
    await fails("any", () => lost.update([0, 1, 2]));
    await fails("in-use", () => store.open(user));
    await lost.release();
    await fails("in-use", () => store.open(user));
    assert.equal(owner.snapshot.count, 3);
    for (let position = 0; position < 3; position++) await receivedOctets(owner.read(position));
    await owner.update([1]);
    assert.deepEqual(await bodies(store, user), ["message 0\r\n", "message 2\r\n"]);
  },
  "a session that lost its lease cannot delete once the maildrop is free again": async ({
    store,
    user,
    breakLease,
  }) => {
    await fill(store, user, 2);
    const lost = await store.open(user);
    await breakLease(user);
    await (await store.open(user)).release();
    await fails("any", () => lost.update([0]));
    assert.equal((await bodies(store, user)).length, 2);
  },
};

export const SNAPSHOTS: MaildropCases = {
  "mail that arrives during a session shows up in the next one": async ({ store, user }) => {
    await fill(store, user, 2);
    const before = (await peek(store, user)).map(({ uniqueId, octets }) => ({ uniqueId, octets }));
    const session = await store.open(user);
    await store.deliver(user, text("late\r\n"));
    assert.deepEqual(listing(session), before);
    await store.deliver(user, text("later\r\n"));
    assert.deepEqual(listing(session), before);
    assert.equal(session.snapshot.count, 2);
    assert.equal(session.snapshot.octets, 22);
    assert.equal(await received(session, 1), "message 1\r\n");
    await session.release();
    assert.deepEqual(await bodies(store, user), ["message 0\r\n", "message 1\r\n", "late\r\n", "later\r\n"]);
  },
  "what a session has not yet asked for does not change either": async ({ store, user, breakLease }) => {
    await fill(store, user, 3);
    const session = await store.open(user);
    await breakLease(user);
    await (await store.open(user)).update([0]);
    await store.deliver(user, text("a longer message than the others\r\n"));
    assert.equal(session.snapshot.count, 3);
    assert.equal(session.snapshot.octets, 33);
    // The first message is gone, so its figures may be too; what is still there keeps its position.
    const next = await store.open(user);
    const reread = await orFailure(() => ({
      uniqueId: session.snapshot.uniqueIdAt(1),
      octets: session.snapshot.octetsAt(1),
    }));
    if (reread !== null) assert.deepEqual(reread, { uniqueId: next.snapshot.uniqueIdAt(0), octets: 11 });
    const body = await orFailure(() => received(session, 1));
    if (body !== null) assert.equal(body, "message 1\r\n");
    await next.release();
  },
  "octets of the maildrop are the sum over its messages": async ({ store, user }) => {
    for (const octets of [0, 2, 700, 70_000]) await store.deliver(user, oddOctets(octets));
    const { snapshot } = await store.open(user);
    let sum = 0;
    for (let position = 0; position < snapshot.count; position++) sum += snapshot.octetsAt(position);
    assert.equal(snapshot.octets, sum);
  },
  "messages stand in the order of their arrival": async ({ store, user }) => {
    await fill(store, user, 30);
    assert.deepEqual(
      await bodies(store, user),
      Array.from({ length: 30 }, (_, n) => `message ${n}\r\n`),
    );
  },
};

export const UPDATES: MaildropCases = {
  "update deletes what it is told, and nothing else": async ({ store, user, otherUser, reopen }) => {
    const given = await fill(store, user, 6);
    await fill(store, otherUser, 2);
    await (await store.open(user)).update([4, 0, 1]);
    const expected = ["message 2\r\n", "message 3\r\n", "message 5\r\n"];
    assert.deepEqual(await bodies(store, user), expected);
    assert.deepEqual(uniqueIds(await peek(store, user)), [given[2], given[3], given[5]]);
    assert.equal((await bodies(store, otherUser)).length, 2);
    if (reopen !== undefined) assert.deepEqual(await bodies(await reopen(), user), expected);
  },
  "update with nothing to delete deletes nothing, and so does release": async ({ store, user }) => {
    await fill(store, user, 2);
    await (await store.open(user)).update([]);
    await (await store.open(user)).release();
    assert.equal((await bodies(store, user)).length, 2);
  },
  "update of all messages leaves those that came meanwhile": async ({ store, user }) => {
    await fill(store, user, 3);
    const maildrop = await store.open(user);
    await store.deliver(user, text("late\r\n"));
    await maildrop.update([0, 1, 2]);
    assert.deepEqual(await bodies(store, user), ["late\r\n"]);
    const { snapshot } = await store.open(user);
    assert.equal(snapshot.octets, 6);
  },
  "after release a session can delete nothing": async ({ store, user }) => {
    await fill(store, user, 1);
    const maildrop = await store.open(user);
    await maildrop.release();
    await fails("any", () => maildrop.update([0]));
    assert.equal((await bodies(store, user)).length, 1);
  },
};

/** For stores whose maildrops outlive their process. */
export const RESTARTS: MaildropCases = {
  "a restart frees every lease and deletes nothing": async ({ store, user, reopen }) => {
    assert.ok(reopen, "a store whose maildrops last needs `reopen`");
    await fill(store, user, 2);
    await store.open(user);
    const after = await reopen();
    assert.equal((await bodies(after, user)).length, 2);
  },
};
