// Signals and deadlines: while connecting, in TLS, at login, before and after a command was sent, and inside a body.
// What a lost connection leaves uncommitted is `commit.test.ts`'s.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Pop3Client, TransportLost } from "@postern/pop3/client";
import { auth, pause, type Script, scripted } from "../support/scripted-server.js";

const REASON = new Error("the user went away");
const PIPELINED = { capabilities: ["PIPELINING", "UIDL", "TOP"] };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "it did not fail",
    (error: unknown) => error,
  );
}

/** What a server does that never answers a handshake: the octets of a ClientHello are no commands, and some of them end lines. */
const SILENT: Script = { greeting: null, answers: { "*": () => undefined } };

/** Scripts that come to a stop while a session begins, each further than the one before. */
const stops: readonly [where: string, script: Script, more?: { readonly tls: "implicit" | "required" }][] = [
  ["before the greeting", { greeting: null }],
  ["in the middle of the greeting", { greeting: "+OK re" }],
  ["in the handshake of implicit TLS", SILENT, { tls: "implicit" }],
  ["before the answer to STLS", { answers: { STLS: () => undefined } }, { tls: "required" }],
  ["in the handshake behind STLS", { answers: { ...SILENT.answers, STLS: "+OK\r\n" } }, { tls: "required" }],
  ["at CAPA", { answers: { CAPA: () => undefined } }],
  ["in the listing of CAPA", { answers: { CAPA: "+OK\r\nUSER\r\n" } }],
  ["at USER", { answers: { USER: () => undefined } }],
  ["at PASS", { answers: { PASS: () => undefined } }],
  ["at AUTH", { capabilities: ["SASL PLAIN"], answers: { AUTH: () => undefined } }],
  [
    "behind a challenge",
    { capabilities: ["SASL SCRAM-SHA-256"], answers: { AUTH: "+ cj0x\r\n", "*": () => undefined } },
  ],
  [
    "at CAPA after the login",
    { answers: { PASS: "+OK\r\n", CAPA: (_, peer) => (peer.lines.length > 2 ? undefined : "+OK\r\n.\r\n") } },
  ],
];

test.each(stops)("a signal ends connecting %s", async (_, script, more) => {
  await using server = await scripted(script);
  const stop = new AbortController();
  const connecting = failureOf(server.connect({ ...more, signal: stop.signal }));
  await expect.poll(() => server.peers.length, { timeout: 10_000 }).toBe(1);
  await pause(60);
  stop.abort(REASON);
  expect(await connecting).toBe(REASON);
  await server.peer.closed;
});

test.each(stops)("a deadline ends connecting %s", async (_, script, more) => {
  await using server = await scripted(script);
  const error = await failureOf(server.connect({ ...more, deadlines: { connectMs: 80, silenceMs: 80 } }));
  expect(error).toBeInstanceOf(TransportLost);
  expect(error).toMatchObject({ reason: "deadline" });
  await server.peer.closed;
});

test("a server that says its greeting octet by octet is given up at the deadline", async () => {
  await using server = await scripted({
    instead: async (peer) => {
      for (let at = 0; at < 500 && !peer.socket.destroyed; at++) {
        await peer.send("+");
        await pause(5);
      }
    },
  });
  const error = await failureOf(server.connect({ deadlines: { connectMs: 100, silenceMs: 10_000 } }));
  expect(error).toMatchObject({ name: "TransportLost", reason: "deadline" });
});

test.each([REASON, null, "a text", undefined])("a signal that was given before nothing began: %s", async (reason) => {
  await using server = await scripted();
  const signal = AbortSignal.abort(reason);
  const error = await failureOf(server.connect({ signal }));
  expect(error).toBe(signal.reason);
});

test("a signal ends connecting to a host that does not answer", async () => {
  // A listener with a full backlog would do; a stream that never comes is the same for the client, and quicker.
  const stop = new AbortController();
  setTimeout(() => stop.abort(REASON), 30);
  const late = new PassThrough();
  let deliver: () => void = () => {};
  const stream = (): Promise<PassThrough> => new Promise((resolve) => (deliver = () => resolve(late)));
  expect(await failureOf(Pop3Client.connect({ host: "localhost", tls: "none", stream, signal: stop.signal }))).toBe(
    REASON,
  );
  deliver();
  await pause(10);
  expect(late.destroyed).toBe(true);
  const error = await failureOf(
    Pop3Client.connect({ host: "localhost", tls: "none", stream, deadlines: { connectMs: 30 } }),
  );
  expect(error).toMatchObject({ name: "TransportLost", reason: "deadline" });
});

test("a port where nobody listens", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const error = await failureOf(Pop3Client.connect({ host: "127.0.0.1", port, tls: "none" }));
  expect(error).toMatchObject({ name: "TransportLost", reason: "unreachable" });
});

test("a token provider that never answers is left at the signal, and is given it", async () => {
  await using server = await scripted({ capabilities: ["SASL OAUTHBEARER"] });
  const stop = new AbortController();
  let given: AbortSignal | undefined;
  const token = ({ signal }: { readonly signal: AbortSignal | undefined }): Promise<string> => {
    given = signal;
    setTimeout(() => stop.abort(REASON), 30);
    return new Promise(() => {});
  };
  const login = server.connect({ auth: { user: "ann", token, cleartext: true }, signal: stop.signal });
  expect(await failureOf(login)).toBe(REASON);
  expect(given?.aborted).toBe(true);
  await server.peer.closed;
});

test("a command that is given up before it was sent is not sent", async () => {
  await using server = await scripted({
    messages: ["one\r\n"],
    answers: { STAT: async () => (await pause(50), "+OK 1 5\r\n") },
  });
  const client = await server.connect();
  const stop = new AbortController();
  const stat = client.stat();
  const given = failureOf(client.noop({ signal: stop.signal }));
  const list = client.list();
  await pause(10);
  stop.abort(REASON);
  expect(await given).toBe(REASON);
  expect(await stat).toEqual({ count: 1, octets: 5 });
  expect(await list).toHaveLength(1);
  expect(server.peer.lines).not.toContain("NOOP");
  client.close();
});

test.each([PIPELINED, { capabilities: [] }])(
  "a command that is given up after it was sent is answered to nobody: %o",
  async (script) => {
    await using server = await scripted({
      ...script,
      messages: ["one\r\n"],
      answers: { UIDL: async () => (await pause(50), "+OK\r\n1 never-seen\r\n.\r\n") },
    });
    const client = await server.connect();
    const stop = new AbortController();
    const given = failureOf(client.uniqueIds({ signal: stop.signal }));
    await pause(10);
    stop.abort(REASON);
    expect(await given).toBe(REASON);
    expect(await client.stat()).toEqual({ count: 1, octets: 5 });
    client.close();
  },
);

test("a signal that was given before a command sends nothing", async () => {
  await using server = await scripted();
  const client = await server.connect();
  const signal = AbortSignal.abort(REASON);
  expect(await failureOf(client.noop({ signal }))).toBe(REASON);
  expect(await failureOf(client.retrieve(1, { signal }).bytes())).toBe(REASON);
  expect(await failureOf(client.delete(1, { signal }))).toBe(REASON);
  await client.stat();
  expect(server.peer.lines.slice(-1)).toEqual(["STAT"]);
  client.close();
});

test("a signal inside a body tells its reader, and the session goes on behind it", async () => {
  const stop = new AbortController();
  await using server = await scripted({
    ...PIPELINED,
    answers: {
      RETR: async (_, peer) => {
        await peer.sendInPieces("+OK\r\n", "the beginning\r\n");
        await pause(40);
        return "and the end\r\n.\r\n";
      },
    },
  });
  const client = await server.connect();
  const read: string[] = [];
  const error = await failureOf(
    (async () => {
      for await (const piece of client.retrieve(1, { signal: stop.signal })) {
        read.push(Buffer.from(piece).toString());
        stop.abort(REASON);
      }
    })(),
  );
  expect(error).toBe(REASON);
  expect(read).toEqual(["the beginning\r\n"]);
  await client.noop();
  client.close();
});

test("a signal ends the loop over messages", async () => {
  const stop = new AbortController();
  await using server = await scripted({
    ...PIPELINED,
    messages: Array.from({ length: 20 }, () => `${"x".repeat(70)}\r\n`),
  });
  const client = await server.connect();
  let read = 0;
  const error = await failureOf(
    (async () => {
      for await (const message of client.messages({ signal: stop.signal })) {
        await message.bytes();
        if (++read === 3) stop.abort(REASON);
      }
    })(),
  );
  expect(error).toBe(REASON);
  expect(read).toBe(3);
  await client.noop();
  client.close();
});

test("signals are left alone once what they were for has ended", async () => {
  await using server = await scripted({ ...PIPELINED, messages: ["one\r\n", "two\r\n"] });
  const client = await server.connect();
  const { signal } = new AbortController();
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listening.add(args[1]), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listening.delete(args[1]), remove(...args));
  await client.stat({ signal });
  await client.retrieve(1, { signal }).bytes();
  await failureOf(client.retrieve(9, { signal }).bytes());
  client.retrieve(2, { signal }).cancel();
  for await (const message of client.messages({ signal })) if (message.number === 1) break;
  await client.noop({ signal });
  expect(listening.size).toBe(0);
  client.retrieve(1, { signal });
  client.close();
  expect(listening.size).toBe(0);
});

test("silence while a reply is due ends the session", async () => {
  await using server = await scripted({ answers: { NOOP: () => undefined } });
  const client = await server.connect({ deadlines: { silenceMs: 80 } });
  await pause(200);
  await client.stat();
  const error = await failureOf(client.noop());
  expect(error).toMatchObject({ name: "TransportLost", reason: "deadline" });
  await server.peer.closed;
});

test("silence counts from the command, not from what was said before", async () => {
  await using server = await scripted({ answers: { NOOP: async () => (await pause(200), "+OK\r\n") } });
  const client = await server.connect({ deadlines: { silenceMs: 600 } });
  await client.stat();
  // The watch that the login began runs out now and then: never may it count the time in which nothing was asked.
  for (const idleMs of [450, 450, 450]) {
    await pause(idleMs);
    await client.noop();
  }
  client.close();
});

test("a deadline or a limit that makes no sense is refused", async () => {
  await using server = await scripted();
  await expect(server.connect({ deadlines: { silenceMs: 0 } })).rejects.toThrow(RangeError);
  await expect(server.connect({ limits: { lineOctets: 1.5 } })).rejects.toThrow(RangeError);
  expect(server.peers).toHaveLength(0);
});

test("disposing a session whose server is silent ends at the deadline", async () => {
  await using server = await scripted({ answers: { QUIT: () => undefined } });
  const client = await server.connect({ auth, deadlines: { quitMs: 50 } });
  await client[Symbol.asyncDispose]();
  expect(client.state).toBe("ended");
  await server.peer.closed;
});
