// Cases of the maildrop suite about messages that need UTF-8: their figures for sessions without it (RFC 6856 §2.1).
// Octets of messages as they are belong into `maildrop-message-cases.ts`. Knows no store; it makes the surrogates as a session does.
import assert from "node:assert/strict";
import type { Maildrop, MaildropStore, Snapshot } from "../contracts/maildrop.js";
import { surrogateOf } from "../server/surrogate-body.js";
import type { MaildropCases } from "./maildrop-harness.js";
import { received, text } from "./maildrop-probes.js";
import { inPieces, receivedOctets } from "./message-octets.js";

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Messages by whether they need UTF-8. */
const MESSAGES: readonly (readonly [string, boolean, Uint8Array])[] = [
  ["ASCII", false, text("Subject: hello\r\n\r\nHello.\r\n")],
  ["an address", true, utf8("From: Jøran <jøran@example.com>\nTo: a@b\n\n.Hei på deg!\n")],
  ["a field that is left out", true, utf8("Subject: hello\nX-Mailer: größer\n\nHello.\n")],
  ["all of it left out", true, utf8("größer")],
  ["a surrogate of as many octets", true, utf8(`X: ${"é".repeat(5)}x\nSubject: é${"x".repeat(12)}\n\n`)],
  ["UTF-8 in the body", false, utf8("Subject: hello\n\ngrößer\n")],
  ["Latin-1", false, text("Subject: gr\xf6\xdfer\r\n\r\n")],
  ["UTF-8 and Latin-1", false, text("Subject: gr\xc3\xb6\xdfer\r\nX: \xc3\xb6\r\n\r\n")],
  [
    "UTF-8 in a part's header",
    true,
    utf8(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename="ä.txt"\n\n--b--\n',
    ),
  ],
  ["empty", false, text("")],
  ["large", true, utf8(`Subject: ${"größer ".repeat(2000)}\nX: é\n\n${"x\n.\n".repeat(200_000)}`)],
];

/** What the snapshot says and what a session without UTF-8 mode would get agree, message by message and in sum. */
async function assertFigures(maildrop: Maildrop, expected: readonly number[]): Promise<void> {
  const { snapshot } = maildrop;
  let sum = 0;
  for (const [position, index] of expected.entries()) {
    const [name, needsUtf8] = MESSAGES[index]!;
    assert.equal(needsUtf8At(snapshot, position), needsUtf8, `${name}: whether it needs UTF-8`);
    const body = await maildrop.read(position);
    const sent = (await receivedOctets(needsUtf8 ? surrogateOf(body) : body)).length;
    assert.equal(asciiOctetsAt(snapshot, position), sent, `${name}: octets of what is sent without UTF-8`);
    sum += sent;
  }
  assert.equal(snapshot.count, expected.length);
  assert.equal(snapshot.asciiOctets ?? snapshot.octets, sum, "the sum of what is sent without UTF-8");
}

function needsUtf8At(snapshot: Snapshot, position: number): boolean {
  return snapshot.needsUtf8At?.(position) ?? false;
}

function asciiOctetsAt(snapshot: Snapshot, position: number): number {
  return snapshot.asciiOctetsAt?.(position) ?? snapshot.octetsAt(position);
}

async function figuresAre(store: MaildropStore, user: string, expected: readonly number[]): Promise<void> {
  const maildrop = await store.open(user);
  await assertFigures(maildrop, expected);
  await maildrop.release();
}

const ALL = Array.from(MESSAGES.keys());

export const SURROGATES: MaildropCases = {
  "octets for sessions without UTF-8 are those of the surrogates, now and after a restart": async ({
    store,
    user,
    reopen,
  }) => {
    for (const [, , message] of MESSAGES) await store.deliver(user, message);
    await figuresAre(store, user, ALL);
    if (reopen !== undefined) await figuresAre(await reopen(), user, ALL);
  },
  "they are the same in whatever pieces a message comes": async ({ store, user }) => {
    for (const [, , message] of MESSAGES) {
      if (message.length > 1000) continue;
      for (const octets of [1, 7, 64]) await store.deliver(user, inPieces(message, octets));
    }
    const small = ALL.filter((index) => MESSAGES[index]![2].length <= 1000);
    await figuresAre(
      store,
      user,
      small.flatMap((index) => [index, index, index]),
    );
  },
  "they stay right when messages are deleted, and when others come": async ({ store, user, reopen }) => {
    for (const [, , message] of MESSAGES) await store.deliver(user, message);
    await (await store.open(user)).update([1, 2, 5, 9]);
    const left = ALL.filter((index) => ![1, 2, 5, 9].includes(index));
    const session = await store.open(user);
    await store.deliver(user, MESSAGES[1]![2]);
    await assertFigures(session, left);
    await session.release();
    await figuresAre(store, user, [...left, 1]);
    const at = reopen === undefined ? store : await reopen();
    await figuresAre(at, user, [...left, 1]);
    await (await at.open(user)).update(Array.from(left.keys()));
    await figuresAre(at, user, [1]);
    await (await at.open(user)).update([0]);
    await figuresAre(at, user, []);
  },
  "a message that needs UTF-8 is kept as it came": async ({ store, user }) => {
    await store.deliver(user, MESSAGES[1]![2]);
    const maildrop = await store.open(user);
    const expected = Buffer.from(MESSAGES[1]![2]).toString("latin1").replaceAll("\n", "\r\n");
    assert.equal(await received(maildrop, 0), expected);
    assert.equal(maildrop.snapshot.octetsAt(0), expected.length);
    assert.equal(maildrop.snapshot.octets, expected.length);
    await maildrop.release();
  },
};
