// Servers that lie, go on for ever, or talk out of turn: each is a typed error at a bound, and nothing is held beyond it.
// Any octets at all are `any-octets.test.ts`'s; TLS and injection are `starttls.test.ts`'s.
import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { CommandRefused, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { auth, multi, pause, type Script, scripted, type ScriptedPeer } from "../support/scripted-server.js";

const PIPELINED = { capabilities: ["PIPELINING", "UIDL", "TOP"] };
const MEBIBYTE = 1024 * 1024;

async function failureOf(work: Promise<unknown>): Promise<Error & { readonly uncommitted?: readonly number[] }> {
  return work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}

/** What a script's server makes of one call; the session is over then. */
async function violation(script: Script, work: (client: Pop3Client) => Promise<unknown>): Promise<Error> {
  await using server = await scripted(script);
  const client = await server.connect();
  const error = await failureOf(work(client));
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(client.state).toBe("ended");
  await server.peer.closed;
  return error;
}

/** Sends for as long as the client takes it; the octets that it took. */
async function endlessly(peer: ScriptedPeer, piece: string, most = 400 * MEBIBYTE): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024, piece, "latin1");
  let octets = 0;
  for (; octets < most && !peer.socket.destroyed; octets += chunk.length) await peer.send(chunk);
  return octets;
}

const greetings: readonly [what: string, greeting: string, error: RegExp][] = [
  ["that never ends its line", "+OK ".padEnd(20_000, "x"), /line of more than 8192 octets/],
  ["of empty lines", "\r\n\r\n", /greeting begins with neither/],
  ["of another protocol", "* OK IMAP4rev1 ready\r\n", /greeting begins with neither/],
  ["of a mail server", "220 smtp.example.org ESMTP\r\n", /greeting begins with neither/],
  ["with a NUL", "\0+OK\r\n", /greeting begins with neither/],
  ["twice", "+OK one\r\n+OK two\r\n", /answers nothing/],
  ["with the next answer", "+OK\r\n-ERR too early\r\n+OK\r\n.\r\n", /behind a line that answers nothing/],
];

test.each(greetings)("a greeting %s", async (_, greeting, problem) => {
  await using server = await scripted({ greeting, answers: { CAPA: () => undefined } });
  const error = await failureOf(server.connect());
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(error.message).toMatch(problem);
  await server.peer.closed;
});

test("a greeting without an end is cut off at the bound", async () => {
  let taken: Promise<number> = Promise.resolve(0);
  await using server = await scripted({ instead: async (peer) => void (await (taken = endlessly(peer, "+OK "))) });
  expect(await failureOf(server.connect())).toBeInstanceOf(ProtocolViolation);
  expect(await taken).toBeLessThan(64 * MEBIBYTE);
});

test("a greeting that turns the client away", async () => {
  await using server = await scripted({ greeting: "-ERR [SYS/TEMP] too many connections\r\n" });
  const error = await failureOf(server.connect());
  expect(error).toBeInstanceOf(CommandRefused);
  expect(error).toMatchObject({ keyword: "", code: "SYS/TEMP", text: "too many connections" });
  await server.peer.closed;
});

test.each(["-ERR idle for too long\r\n", "-err\r\n"])(
  "a last word before the server hangs up is passed on: %j",
  async (word) => {
    await using server = await scripted();
    const lost: Error[] = [];
    const client = await server.connect({ listeners: { "connection.lost": (error) => lost.push(error) } });
    await server.peer.send(word);
    server.peer.end();
    await server.peer.closed;
    await pause(10);
    const error = await failureOf(client.noop());
    expect(error).toBeInstanceOf(TransportLost);
    expect(error).toMatchObject({ reason: "closed" });
    expect(error.message).toContain(word.trim());
    expect(lost).toEqual([error]);
  },
);

test.each(["+OK new mail\r\n", "\r\n", "* 3 EXISTS\r\n", "-ERR one\r\n-ERR two\r\n"])(
  "a line that nobody asked for: %j",
  async (line) => {
    await using server = await scripted();
    const client = await server.connect();
    await server.peer.send(line);
    await server.peer.closed;
    await pause(10);
    expect(await failureOf(client.noop())).toBeInstanceOf(ProtocolViolation);
  },
);

test("a server that goes on behind its last word is out of step", async () => {
  await using server = await scripted();
  const client = await server.connect();
  await server.peer.send("-ERR idle\r\n");
  await pause(30);
  expect(await failureOf(client.stat())).toBeInstanceOf(ProtocolViolation);
});

const answers: readonly [
  what: string,
  script: Script,
  work: (client: Pop3Client) => Promise<unknown>,
  problem: RegExp,
][] = [
  ["a status over the limit", { answers: { NOOP: `+OK ${"x".repeat(9000)}` } }, (c) => c.noop(), /more than 8192/],
  ["no status", { answers: { NOOP: "OK\r\n" } }, (c) => c.noop(), /neither \+OK nor -ERR/],
  ["a challenge outside of AUTH", { answers: { NOOP: "+ \r\n" } }, (c) => c.noop(), /neither/],
  ["no numbers to STAT", { answers: { STAT: "+OK\r\n" } }, (c) => c.stat(), /number of messages/],
  ["a negative count", { answers: { STAT: "+OK -1 5\r\n" } }, (c) => c.stat(), /number of messages/],
  [
    "a count beyond numbers",
    { answers: { STAT: `+OK ${"9".repeat(40)} 5\r\n` } },
    (c) => c.stat(),
    /number of messages/,
  ],
  ["a number beyond numbers", { answers: { LIST: multi([`${"9".repeat(40)} 5`]) } }, (c) => c.list(), /message number/],
  ["message 0", { answers: { LIST: multi(["0 5"]) } }, (c) => c.list(), /message number/],
  ["an exponent", { answers: { LIST: multi(["1e3 5"]) } }, (c) => c.list(), /message number/],
  ["a message twice", { answers: { LIST: multi(["1 5", "2 5", "1 6"]) } }, (c) => c.list(), /twice/],
  ["a unique-id twice for a number", { answers: { UIDL: multi(["1 a", "1 b"]) } }, (c) => c.uniqueIds(), /twice/],
  ["an empty line in a listing", { answers: { LIST: multi(["1 5", "", "2 5"]) } }, (c) => c.list(), /message number/],
  ["octets beyond ASCII in a unique-id", { answers: { UIDL: multi(["1 a\xffb"]) } }, (c) => c.uniqueIds(), /unique-id/],
  [
    "another message than asked for",
    { answers: { LIST: "+OK 2 5\r\n" } },
    (c) => c.list(1),
    /another one was answered/,
  ],
  ["a unique-id of another message", { answers: { UIDL: "+OK 2 abc\r\n" } }, (c) => c.uniqueIds(1), /another/],
  ["a listing of languages that is none", { answers: { LANG: multi(["!"]) } }, (c) => c.languages(), /language/],
  [
    "two answers to one command",
    { answers: { NOOP: "+OK\r\n+OK\r\n" } },
    async (c) => (await c.noop(), c.noop()),
    /nothing/,
  ],
];

test.each(answers)("a server that answers with %s", async (_, script, work, problem) => {
  expect((await violation(script, work)).message).toMatch(problem);
});

/** Lines with numbers from 1 up, as long as `octets` allow. */
function numbered(octets: number, rest: string): string {
  const lines: string[] = [];
  for (let number = 1, length = 0; length < octets; number++) {
    const line = `${number}${rest}\r\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join("");
}

const floods: readonly [
  keyword: string,
  what: string,
  said: () => string,
  work: (client: Pop3Client) => Promise<unknown>,
][] = [
  ["LIST", "the same line", () => "1234567 1\r\n".repeat(10 * MEBIBYTE), (client) => client.list()],
  ["LIST", "line feeds", () => "\n".repeat(100 * MEBIBYTE), (client) => client.list()],
  ["LIST", "dots", () => "..1\r\n".repeat(20 * MEBIBYTE), (client) => client.list()],
  ["LIST", "one long line", () => "1".repeat(100 * MEBIBYTE), (client) => client.list()],
  ["LIST", "messages, and the dot", () => `${numbered(40 * MEBIBYTE, " 1")}.\r\n`, (client) => client.list()],
  ["LIST", "line feeds, and the dot", () => `${"\n".repeat(40 * MEBIBYTE)}\r\n.\r\n`, (client) => client.list()],
  ["UIDL", "messages, and the dot", () => `${numbered(40 * MEBIBYTE, " a")}.\r\n`, (client) => client.uniqueIds()],
  ["CAPA", "tags, and the dot", () => `${"X\r\n".repeat(10 * MEBIBYTE)}.\r\n`, (client) => client.login({ ...auth })],
  ["LANG", "languages, and the dot", () => `${"x y\r\n".repeat(8 * MEBIBYTE)}.\r\n`, (client) => client.languages()],
];

test.each(floods)("%s answered with %s is cut off at the bound", async (keyword, _, flood, work) => {
  const octets = Buffer.from(flood(), "latin1");
  let asked = 0;
  await using server = await scripted({
    answers: {
      [keyword]: async (_, peer) => {
        // Once before the login that is tested here.
        if (keyword === "CAPA" && asked++ === 0) return "+OK\r\n.\r\n";
        await peer.send("+OK\r\n");
        for (let at = 0; at < octets.length; at += MEBIBYTE) await peer.send(octets.subarray(at, at + MEBIBYTE));
        return undefined;
      },
    },
  });
  const { port } = server;
  const login = keyword === "CAPA" ? {} : { auth };
  const client = await Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", ...login });
  const before = heldOctets();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, heldOctets() - before)), 5);
  expect(await failureOf(work(client))).toBeInstanceOf(ProtocolViolation);
  clearInterval(watch);
  most = Math.max(most, heldOctets() - before);
  // Twice a listing at its limit while it grows, and a million messages as objects.
  expect(most).toBeLessThan(320 * MEBIBYTE);
});

function heldOctets(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

test("a listing of more messages than anybody has", async () => {
  const lines = Array.from({ length: 1001 }, (_, at) => `${at + 1} 1`);
  await using server = await scripted({ answers: { LIST: multi(lines) } });
  const client = await server.connect({ limits: { listingMessages: 1000 } });
  expect((await failureOf(client.list())).message).toContain("more than 1000 messages");
});

test("a message line of any length is read", async () => {
  const line = `${"x".repeat(5 * MEBIBYTE)}\r\n`;
  await using server = await scripted({ ...PIPELINED, messages: [line] });
  await using client = await server.connect();
  expect((await client.retrieve(1).bytes()).length).toBe(line.length);
});

test("a message of nothing but short lines with dots is held within the bound", async () => {
  const total = 48 * MEBIBYTE;
  await using server = await scripted({
    ...PIPELINED,
    answers: {
      RETR: async (_, peer) => (await peer.send("+OK\r\n"), await endlessly(peer, "..\r\n", total), ".\r\n"),
      NOOP: "+OK\r\n",
    },
  });
  await using client = await server.connect({ limits: { unreadOctets: 8 * MEBIBYTE } });
  const message = client.retrieve(1);
  const before = process.memoryUsage().heapUsed;
  await pause(300);
  expect(message.receivedOctets).toBeLessThan(MEBIBYTE);
  const error = await failureOf(client.noop());
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * MEBIBYTE);
});

test.each([
  ["fewer", "1 9999999"],
  ["more", "1 1"],
])("a message with %s octets than listed is given as it came, and noted", async (_, line) => {
  await using server = await scripted({ ...PIPELINED, messages: ["one\r\n"], answers: { LIST: multi([line]) } });
  await using client = await server.connect();
  for await (const message of client.messages()) expect((await message.bytes()).length).toBe(5);
  expect(client.quirks).toContain("size-differs");
});

test.each([
  "+OK\r\nhalf a mess",
  "+OK\r\nhalf\r\n",
  "+OK\r\nhalf\r\n.",
  "+OK\r\nhalf\r\n.\r",
  "+OK\r\nhalf\r\n..\r\n",
  "+OK\r\nhalf\n.\n",
  "+OK\r",
])("a message without its dot never looks whole: %j", async (said) => {
  await using server = await scripted({
    ...PIPELINED,
    answers: { RETR: async (_, peer) => (await peer.send(said), peer.end(), undefined) },
  });
  const client = await server.connect();
  const pieces: Uint8Array[] = [];
  const error = await failureOf(
    (async () => {
      for await (const piece of client.retrieve(1).stream()) pieces.push(piece);
    })(),
  );
  expect(error).toMatchObject({ name: "TransportLost", reason: "closed" });
  expect(Buffer.concat(pieces).toString()).toMatch(said === "+OK\r" ? /^$/ : /^half/);
});

test("a server that answers in the wrong order is found out where numbers tell", async () => {
  await using server = await scripted({
    ...PIPELINED,
    answers: { LIST: () => undefined, UIDL: async (_, peer) => (await peer.send("+OK 2 b\r\n"), "+OK 1 5\r\n") },
  });
  const client = await server.connect();
  const [list, ids] = [failureOf(client.list(1)), failureOf(client.uniqueIds(2))];
  expect(await list).toBeInstanceOf(ProtocolViolation);
  expect(await ids).toBeInstanceOf(ProtocolViolation);
});

test("a server that drops who asks for CAPA is asked no more, and the session is whole", async () => {
  const lost: Error[] = [];
  await using server = await scripted({
    messages: ["one\r\n"],
    answers: { CAPA: (_, peer) => (peer.end(), undefined) },
  });
  await using client = await server.connect({ listeners: { "connection.lost": (error) => lost.push(error) } });
  expect(client.state).toBe("TRANSACTION");
  expect(client.quirks).toContain("capa-hangs-up");
  expect(await client.stat()).toEqual({ count: 1, octets: 5 });
  expect(server.peers).toHaveLength(2);
  expect(lost).toEqual([]);
});

test("a connection that is lost while it is made is told to who connects alone", async () => {
  const lost: Error[] = [];
  await using server = await scripted({ greeting: null, instead: (peer) => peer.end() });
  expect(
    await failureOf(server.connect({ listeners: { "connection.lost": (error) => lost.push(error) } })),
  ).toMatchObject({ reason: "closed" });
  await pause(10);
  expect(lost).toEqual([]);
});

describe("a message that is cut by a dot which nobody stuffed", () => {
  const cut = "+OK\r\nSubject: cut\r\n\r\n.\r\nThe rest.\r\n.\r\n";
  const messages = ["Subject: cut\r\n\r\n.\r\nThe rest.\r\n", "two\r\n"];

  test("is not taken for whole where its rest stands behind it", async () => {
    await using server = await scripted({ ...PIPELINED, messages, answers: { RETR: () => cut } });
    const client = await server.connect();
    const [first] = await Array.fromAsync(client.messages(), (message) => failureOf(message.bytes())).catch(
      (error: unknown) => [error as Error],
    );
    expect(first).toBeInstanceOf(ProtocolViolation);
    expect(first?.message).toMatch(/^message 1 ends after 16 of 30 octets, and goes on behind its end/);
  });

  test("is as the server says where the next reply stands behind it", async () => {
    const short = "+OK\r\nSubject: cut\r\n\r\n.\r\n";
    await using server = await scripted({ ...PIPELINED, messages, answers: { RETR: () => short } });
    const client = await server.connect();
    const octets = await Array.fromAsync(client.messages(), async (message) => (await message.bytes()).length);
    expect(octets).toEqual([16, 16]);
  });
});
