// Every vendor's session, played whole and cut in every way: the client makes the same plain values of it, which are written down.
// The tables are beside this file; sessions that a transcript shows only in part are in `sessions.test.ts`.
import { Buffer } from "node:buffer";
import { connect } from "node:tls";
import { describe, expect, test } from "vitest";
import { identity } from "../support/identity.mjs";
import { programs } from "./expected-programs.js";
import { providers } from "./expected-providers.js";
import { recorded } from "./expected-recorded.js";
import { stores } from "./expected-stores.js";
import { played } from "./outcome.js";
import { CUTS, peer, type Cut } from "./peer.js";
import { transcriptOf, transcripts, type Transcript } from "./transcripts.js";
import { MESSAGES, topOf, UNIQUE_IDS } from "./vendor-server.js";

const all = transcripts();
const expected = { ...programs, ...providers, ...recorded, ...stores };

const MAILDROP = {
  stat: { count: 3, octets: MESSAGES.join("").length },
  list: MESSAGES.map(({ length }, position) => ({ number: position + 1, octets: length })),
  listed: { number: 2, octets: MESSAGES[1]!.length },
  uniqueIds: UNIQUE_IDS.map((uniqueId, position) => ({ number: position + 1, uniqueId })),
  identified: { number: 3, uniqueId: UNIQUE_IDS[2] },
  messages: MESSAGES.map((message, position) => `${UNIQUE_IDS[position]} ${message}`),
  top: topOf(MESSAGES[1]!, 1),
  again: MESSAGES[2],
};

test("every transcript has its values, and no values are of none", () => {
  expect(Object.keys(expected).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
});

describe.each(all)("$name", (transcript) => {
  test.each(Object.entries(CUTS))("%s", async (_, cut) => {
    const { outcome, lines, maildrop } = await played(transcript, cut);
    expect(outcome).toEqual(expected[transcript.name]);
    for (const [when, listed] of Object.entries(linesOf(transcript))) expect(lines[when] ?? [], when).toEqual(listed);
    const loggedIn = outcome.refused?.["login"] === undefined && outcome.refused?.["greeting"] === undefined;
    expect(maildrop).toEqual(loggedIn ? MAILDROP : null);
  });
});

/** What the client has to keep verbatim. After a refused login there is no list to be seen. */
function linesOf({ name, before, afterStls, afterLogin }: Transcript): Readonly<Record<string, readonly string[]>> {
  const loggedIn = expected[name]?.refused?.["login"] === undefined;
  return {
    before: before?.lines ?? [],
    ...(afterStls !== null && { afterStls: afterStls.lines }),
    ...(afterLogin !== null && loggedIn && { afterLogin: afterLogin.lines }),
  };
}

test.each(["in the clear", "under TLS"])("what is cut arrives cut, %s", async (how) => {
  const cut: Cut = CUTS["one octet at a time"]!;
  const implicitTls = how === "under TLS";
  const stream = peer(() => ({ greeting: "+OK hello\r\n", answer: () => "+OK\r\n" }), { cut, implicitTls })();
  const reading = implicitTls ? connect({ socket: stream, ca: identity.cert, host: "localhost" }) : stream;
  const pieces: string[] = [];
  for await (const piece of reading) {
    pieces.push(Buffer.from(piece as Uint8Array).toString("latin1"));
    if (pieces.join("").endsWith("\n")) break;
  }
  expect(pieces).toEqual("+OK hello\r\n".split(""));
});

test.each([
  ["a word that is no field", "serve: x\nseen: y\n"],
  ["no source", "server: x\n== AUTHORIZATION greeting\n+OK\n"],
  ["an unknown part", "server: x\nseen: y\n== AUTHORIZATION greetings\n+OK\n"],
  ["a list without its dot", "server: x\nseen: y\n== AUTHORIZATION capa\n+OK\nTOP\n"],
  ["a list twice", "server: x\nseen: y\n== AUTHORIZATION capa\n+OK\n.\n== AUTHORIZATION capa\n+OK\n.\n"],
  ["nobody says it", "server: x\nseen: y\n== AUTHORIZATION exchange\nTOP\n"],
])("a slip in a transcript is found: %s", (_, text) => {
  expect(() => transcriptOf("slip", text)).toThrow("slip: ");
});
