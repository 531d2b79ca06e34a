// Cases of the maildrop suite about messages: unique-ids, octets, delivery.
// Leases and deletion are in `maildrop-session-cases.ts`. Knows no store; what octets must become is known to `message-octets.ts`.
import assert from "node:assert/strict";
import type { MessageSource } from "../contracts/maildrop.js";
import type { MaildropCases } from "./maildrop-harness.js";
import { assertFailure, bodies, comesBack, fails, fill, peek, received, text, uniqueIds } from "./maildrop-probes.js";
import { canonicalOctets, cutInTwo, FORM_CASES, inPieces, oddOctets, receivedOctets } from "./message-octets.js";

export const UNIQUE_IDS: MaildropCases = {
  "unique-ids keep to the grammar and differ": async ({ store, user }) => {
    const given = await fill(store, user, 100);
    const listed = (await peek(store, user)).map(({ uniqueId }) => uniqueId);
    assert.deepEqual(listed, given);
    assert.equal(new Set(listed).size, 100);
    for (const uniqueId of listed) assert.match(uniqueId, /^[!-~]{1,70}$/);
  },
  "unique-ids stay the same over sessions, deletions and restarts": async ({ store, user, reopen }) => {
    const given = await fill(store, user, 4);
    await (await store.open(user)).update([1]);
    const expected = [given[0], given[2], given[3]];
    assert.deepEqual(uniqueIds(await peek(store, user)), expected);
    if (reopen !== undefined) assert.deepEqual(uniqueIds(await peek(await reopen(), user)), expected);
  },
  "a unique-id is never given out again": async ({ store, user, reopen }) => {
    const seen = new Set<string>();
    let at = store;
    for (let round = 0; round < 4; round++) {
      for (const uniqueId of await fill(at, user, 3)) {
        assert.ok(!seen.has(uniqueId), `${uniqueId} was given out twice`);
        seen.add(uniqueId);
      }
      const maildrop = await at.open(user);
      const last = maildrop.snapshot.count - 1;
      await maildrop.update(round % 2 === 0 ? [last] : Array.from({ length: last + 1 }, (_, position) => position));
      if (reopen !== undefined) at = await reopen();
    }
  },
  "a unique-id from elsewhere is kept as it is": async ({ store, user, reopen }) => {
    const kept = ["!", "~", "0000001a5f3c2b1d", "UID17-1088", `${"a".repeat(69)}~`, '"\\%<>&', "constructor"];
    for (const uniqueId of kept)
      assert.equal((await store.deliver(user, text("x\r\n"), { uniqueId })).uniqueId, uniqueId);
    const own = (await store.deliver(user, text("y\r\n"))).uniqueId;
    assert.deepEqual(uniqueIds(await peek(store, user)), [...kept, own]);
    if (reopen !== undefined) assert.deepEqual(uniqueIds(await peek(await reopen(), user)), [...kept, own]);
  },
  "a malformed unique-id is refused and its message not taken": async ({ store, user }) => {
    for (const uniqueId of ["", "a".repeat(71), "a b", " a", "a\r\n", "a\0", "\x7f", "ä", "\u{1f4e7}"]) {
      await fails("permanent", () => store.deliver(user, text("x\r\n"), { uniqueId }));
    }
    assert.equal((await peek(store, user)).length, 0);
  },
  "a unique-id that was used is refused, whether its message is still there or not": async ({
    store,
    user,
    otherUser,
    reopen,
  }) => {
    await store.deliver(user, text("kept\r\n"), { uniqueId: "kept" });
    await store.deliver(user, text("gone\r\n"), { uniqueId: "gone" });
    const { uniqueId: own } = await store.deliver(user, text("own\r\n"));
    const { uniqueId: ownGone } = await store.deliver(user, text("own, gone\r\n"));
    await (await store.open(user)).update([1, 3]);
    const at = reopen === undefined ? store : await reopen();
    for (const uniqueId of ["kept", "gone", own, ownGone]) {
      await fails("permanent", () => at.deliver(user, text("again\r\n"), { uniqueId }));
    }
    assert.deepEqual(await bodies(at, user), ["kept\r\n", "own\r\n"]);
    assert.equal((await at.deliver(otherUser, text("elsewhere\r\n"), { uniqueId: "kept" })).uniqueId, "kept");
  },
  "of many deliveries with one unique-id, one is taken": async ({ store, user }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => store.deliver(user, inPieces(text("x\r\n"), 1), { uniqueId: "the-same" })),
    );
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    for (const outcome of outcomes) if (outcome.status === "rejected") assertFailure(outcome.reason, "permanent");
    assert.deepEqual(uniqueIds(await peek(store, user)), ["the-same"]);
  },
};

export const OCTETS: MaildropCases = {
  "every message comes back in canonical form, with its exact octets": async ({ store, user }) => {
    for (const message of Object.values(FORM_CASES)) await store.deliver(user, message);
    await comesBack(store, user, Object.entries(FORM_CASES));
  },
  "the pieces in which a message comes make no difference": async ({ store, user }) => {
    const message = text("A: b\r\n\n.\n..\r\r\n.x\rz\r\n\r\r\n.\r");
    const sources: [string, MessageSource][] = [];
    for (let cut = 0; cut <= message.length; cut++) {
      sources.push(
        [`cut at ${cut}`, cutInTwo(message, cut)],
        [`cut at ${cut}, asynchronous`, inPieces(message, cut || 1)],
      );
    }
    for (const [, source] of sources) await store.deliver(user, source);
    await comesBack(
      store,
      user,
      sources.map(([name]) => [name, message]),
    );
  },
  "a source without pieces, or with empty ones, is an empty message": async ({ store, user }) => {
    const empty = new Uint8Array(0);
    for (const source of [empty, [], [empty, empty], inPieces(empty, 1)]) {
      assert.equal((await store.deliver(user, source)).octets, 0);
    }
    await comesBack(
      store,
      user,
      Array.from({ length: 4 }, () => ["empty", empty]),
    );
  },
  "a source may use its buffer again for the next piece": async ({ store, user }) => {
    // Canonical already, so that no encoder has a reason to copy it.
    const message = text(Array.from({ length: 4000 }, (_, n) => `line ${n}\r\n`).join(""));
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const buffer = new Uint8Array(1000);
      for (let at = 0; at < message.length; at += 1000) {
        buffer.set(message.subarray(at, at + 1000));
        yield buffer.subarray(0, Math.min(1000, message.length - at));
      }
    }
    await store.deliver(user, reusing());
    await comesBack(store, user, [["reused buffer", message]]);
  },
  "a message of several MiB comes and goes in pieces": async ({ store, user }) => {
    const message = oddOctets(5 * 1024 * 1024 + 7);
    const delivered = await store.deliver(user, inPieces(message, 60_001));
    assert.equal(delivered.octets, canonicalOctets(message).length);
    await comesBack(store, user, [["large", message]]);
  },
  "a message can be read again, and left half read": async ({ store, user }) => {
    const message = oddOctets(2 * 1024 * 1024);
    await store.deliver(user, message);
    await store.deliver(user, text("small\r\n"));
    const maildrop = await store.open(user);
    const body = await maildrop.read(0);
    // One piece, then no more: what a session does when its client goes away or asked for the top only.
    if (!(body instanceof Uint8Array)) for await (const piece of body) if (piece.length > 0) break;
    assert.equal(await received(maildrop, 1), "small\r\n");
    for (let time = 0; time < 2; time++) {
      assert.ok(Buffer.from(canonicalOctets(message)).equals(await receivedOctets(maildrop.read(0))));
    }
    await maildrop.update([0]);
    assert.deepEqual(await bodies(store, user), ["small\r\n"]);
  },
};

export const DELIVERIES: MaildropCases = {
  "deliveries at the same time all arrive, once each": async ({ store, user }) => {
    const messages = Array.from({ length: 40 }, (_, n) => text(`Subject: ${n}\r\n\r\n${"line\r\n".repeat(n * 40)}`));
    const given = await Promise.all(
      messages.map((message, n) => store.deliver(user, n % 2 === 0 ? message : inPieces(message, 100))),
    );
    const arrived = await peek(store, user);
    assert.deepEqual(new Set(uniqueIds(arrived)), new Set(given.map(({ uniqueId }) => uniqueId)));
    for (const { uniqueId, body } of arrived) {
      assert.equal(
        body,
        Buffer.from(messages[given.findIndex((delivered) => delivered.uniqueId === uniqueId)]!).toString("latin1"),
      );
    }
  },
  "a delivery that waits for its source holds nobody up": async ({ store, user }) => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    async function* waiting(): AsyncGenerator<Uint8Array> {
      yield oddOctets(3 * 1024 * 1024);
      await gate;
      yield text("the end\r\n");
    }
    const slow = store.deliver(user, waiting());
    await store.deliver(user, text("quick\r\n"));
    const session = await store.open(user);
    assert.equal(session.snapshot.count, 1);
    await session.update([0]);
    go();
    const { octets } = await slow;
    assert.deepEqual(
      (await peek(store, user)).map((message) => message.octets),
      [octets],
    );
  },
  "a source that fails delivers nothing, and its error comes through": async ({ store, user }) => {
    const broken = new Error("the source broke");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield oddOctets(2 * 1024 * 1024);
      throw broken;
    }
    await assert.rejects(store.deliver(user, failing()), (error) => error === broken);
    assert.equal((await peek(store, user)).length, 0);
    await store.deliver(user, text("next\r\n"));
    assert.deepEqual(await bodies(store, user), ["next\r\n"]);
  },
  "the time of arrival is the one given, or now": async ({ store, user, arrivedMs }) => {
    const given = await store.deliver(user, text("old\r\n"), { arrivedMs: 946_684_800_123 });
    const startMs = Date.now();
    const now = await store.deliver(user, text("new\r\n"));
    assert.equal(await arrivedMs(user, given.uniqueId), 946_684_800_123);
    const arrived = await arrivedMs(user, now.uniqueId);
    assert.ok(arrived >= startMs && arrived <= Date.now(), `${arrived} is not now`);
  },
};
