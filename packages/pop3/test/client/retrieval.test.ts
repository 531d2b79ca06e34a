// Messages that are read late, in another order, in part or not at all: nothing waits for ever, and nothing is held without bound.
// What a hostile server does meanwhile is `hostile.test.ts`'s.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { base, ProtocolViolation, type Retrieval } from "@postern/pop3/client";
import { pause, scripted } from "../support/scripted-server.js";

const LARGE = `${"x".repeat(998)}\r\n`.repeat(600);
const PIPELINED = { capabilities: ["PIPELINING", "UIDL", "TOP"] };

async function textOf(retrieval: Retrieval): Promise<string> {
  return Buffer.from(await retrieval.bytes()).toString("latin1");
}

test.each([PIPELINED, { capabilities: [] }])("messages are read in any order: %o", async (script) => {
  const messages = [LARGE, `${LARGE}two\r\n`, ".three\r\n"];
  await using server = await scripted({ ...script, messages });
  await using client = await server.connect();
  const [one, two, three] = [client.retrieve(1), client.retrieve(2), client.retrieve(3)];
  expect(await textOf(three)).toBe(messages[2]);
  expect(await textOf(two)).toBe(messages[1]);
  expect(await textOf(one)).toBe(messages[0]);
});

test.each([PIPELINED, { capabilities: [] }])(
  "a listing is answered behind messages that nobody reads: %o",
  async (script) => {
    await using server = await scripted({ ...script, messages: [LARGE, LARGE] });
    await using client = await server.connect();
    const [one, two] = [client.retrieve(1), client.retrieve(2)];
    expect(await client.list()).toHaveLength(2);
    // More than the buffer holds is still unread, and what is asked for now has nothing before it.
    expect(await client.uniqueIds()).toHaveLength(2);
    expect((await textOf(two)).length).toBe(LARGE.length);
    expect((await textOf(one)).length).toBe(LARGE.length);
  },
);

test("a message is read to its end though more than the buffer holds is unread before it", async () => {
  const half = LARGE.slice(0, LARGE.length / 2);
  await using server = await scripted({
    ...PIPELINED,
    answers: {
      RETR: async (number, peer) => {
        if (number === "1") return `+OK\r\n${LARGE}.\r\n`;
        for (const piece of ["+OK\r\n", half, half, "end\r\n.\r\n"]) {
          await peer.send(piece);
          await pause(30);
        }
        return undefined;
      },
    },
  });
  await using client = await server.connect();
  const [one, two] = [client.retrieve(1), client.retrieve(2)];
  expect((await textOf(two)).endsWith("end\r\n")).toBe(true);
  expect(await textOf(one)).toBe(LARGE);
});

test("a message in part, and then a listing: the rest of the message waits its turn", async () => {
  await using server = await scripted({
    ...PIPELINED,
    messages: [LARGE, LARGE],
    answers: {
      NOOP: async (_, peer) => {
        await pause(100);
        await peer.send("+OK");
        await pause(100);
        return "\r\n";
      },
    },
  });
  await using client = await server.connect();
  const one = client.retrieve(1);
  const reader = one[Symbol.asyncIterator]();
  const first = await reader.next();
  const two = client.retrieve(2);
  expect(await client.list()).toHaveLength(2);
  const answered = client.noop();
  await pause(30);
  // Taking one more piece leaves more than the buffer holds, and an answer on its way.
  const second = await reader.next();
  await answered;
  expect(await textOf(two)).toBe(LARGE);
  let octets = (first.value?.length ?? 0) + (second.value?.length ?? 0);
  for (let step = await reader.next(); step.done !== true; step = await reader.next()) octets += step.value.length;
  expect(octets).toBe(LARGE.length);
});

test("a server waits while nobody reads, however long the message is, and memory stays bounded", async () => {
  const total = 300 * 1024 * 1024;
  const chunk = Buffer.alloc(1024 * 1024, `${"y".repeat(62)}\r\n`);
  let sent = 0;
  await using server = await scripted({
    ...PIPELINED,
    answers: {
      RETR: async (_, peer) => {
        await peer.send("+OK\r\n");
        for (; sent < total; sent += chunk.length) await peer.send(chunk);
        return ".\r\n";
      },
    },
  });
  await using client = await server.connect({ deadlines: { silenceMs: 300 } });
  const message = client.retrieve(1);
  // Longer than the deadline for silence, which is not for the server while it is made to wait.
  await pause(800);
  const held = message.receivedOctets;
  expect(held).toBeLessThan(4 * 1024 * 1024);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  await pause(100);
  expect(message.receivedOctets).toBe(held);
  let octets = 0;
  let most = 0;
  for await (const piece of message.stream()) {
    octets += piece.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  expect(octets).toBe(total);
  expect(most).toBeLessThan(128 * 1024 * 1024);
  await client.noop();
});

test("a slow reader of a message that a chunk brought whole is not taken for a silent server", async () => {
  await using server = await scripted({ ...PIPELINED, messages: ["small\r\n"] });
  await using client = await server.connect({ deadlines: { silenceMs: 150 } });
  const message = client.retrieve(1);
  await client.noop();
  await pause(400);
  expect(await textOf(message)).toBe("small\r\n");
  await client.noop();
});

test("leaving the loop over a message drops the rest, and the next command is answered", async () => {
  await using server = await scripted({ ...PIPELINED, messages: [LARGE, "two\r\n"] });
  await using client = await server.connect();
  for await (const piece of client.retrieve(1)) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  expect(await textOf(client.retrieve(2))).toBe("two\r\n");
});

test("a cancelled stream drops the rest", async () => {
  await using server = await scripted({ ...PIPELINED, messages: [LARGE, "two\r\n"] });
  await using client = await server.connect();
  const reader = client.retrieve(1).stream().getReader();
  expect((await reader.read()).done).toBe(false);
  await reader.cancel();
  expect(await textOf(client.retrieve(2))).toBe("two\r\n");
});

test("leaving messages() early sends no more than was sent, and the session goes on", async () => {
  const messages = Array.from({ length: 50 }, (_, at) => `message ${at + 1}\r\n`);
  await using server = await scripted({ messages });
  await using client = await server.connect();
  for await (const message of client.messages()) {
    expect(await textOf(message)).toBe("message 1\r\n");
    break;
  }
  await client.noop();
  // One at a time: the second was asked for at most when the loop was left.
  expect(server.peer.lines.filter((line) => line.startsWith("RETR")).length).toBeLessThanOrEqual(2);
});

test("a message that is refused is refused to who reads it, and the loop goes on", async () => {
  await using server = await scripted({
    ...PIPELINED,
    messages: ["one\r\n", "two\r\n", "three\r\n"],
    answers: { RETR: (number) => (number === "2" ? "-ERR [SYS/TEMP] later\r\n" : `+OK\r\n${number}\r\n.\r\n`) },
  });
  await using client = await server.connect();
  const seen: string[] = [];
  for await (const message of client.messages()) {
    seen.push(await textOf(message).catch((error: unknown) => String((error as { code: unknown }).code)));
  }
  expect(seen).toEqual(["1\r\n", "SYS/TEMP", "3\r\n"]);
});

test("a message that is cancelled before it was asked for is not asked for", async () => {
  await using server = await scripted({ messages: ["one\r\n", "two\r\n", "three\r\n"] });
  await using client = await server.connect();
  const [one, two, three] = [client.retrieve(1), client.retrieve(2), client.retrieve(3)];
  two.cancel();
  expect(await textOf(three)).toBe("three\r\n");
  expect(await textOf(one)).toBe("one\r\n");
  await expect(textOf(two)).rejects.toThrow(/dropped/);
  expect(server.peer.lines).not.toContain("RETR 2");
});

test("a whole message has a bound, and the session goes on behind it", async () => {
  await using server = await scripted({ ...PIPELINED, messages: [LARGE, "two\r\n"] });
  await using client = await server.connect({ limits: { messageOctets: 100_000 } });
  await expect(client.retrieve(1).bytes()).rejects.toThrow(/longer than 100000 octets/);
  expect(await textOf(client.retrieve(2))).toBe("two\r\n");
});

test("what waits behind more unread octets than the limit is told so", async () => {
  await using server = await scripted({ ...PIPELINED, messages: [LARGE, LARGE] });
  await using client = await server.connect({ limits: { bufferOctets: 1000, unreadOctets: 200_000 } });
  client.retrieve(1);
  const error = await client.stat().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(String(error)).toContain("read or cancel");
});

test("a message has one reader at a time", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { RETR: () => undefined } });
  await using client = await server.connect();
  const message = client.retrieve(1);
  const first = message.bytes();
  await expect(message.bytes()).rejects.toThrow(TypeError);
  client.close();
  await expect(first).rejects.toThrow(/closed/);
});

test("only an answer with a body can be streamed", async () => {
  const list = base.commands?.find(({ keyword }) => keyword === "LIST");
  await using server = await scripted({ messages: ["one\r\n"] });
  await using client = await server.connect();
  expect(() => client.stream(list!, 1)).toThrow(TypeError);
  expect(await textOf(client.stream(list!, null))).toBe("1 5\r\n");
});
