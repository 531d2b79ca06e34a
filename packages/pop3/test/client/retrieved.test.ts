// What a reader gets of a message: all of it once, or an error; never a part that looks like the whole.
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type CommandSpec, Pop3Client, type RetrievedMessage, uidl } from "@postern/pop3/client";
import { type Part, puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function loggedIn({ port }: Puppet): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth });
}

const good = wellBehaved(["USER", "UIDL", "PIPELINING"]);

function answering(command: string, answer: string): Part {
  return (line, ...rest) => (line === command ? answer : good(line, ...rest));
}

test("a message that was read cannot be read again", async () => {
  await using server = await puppet(good);
  await using client = await loggedIn(server);
  const message = client.retrieve(1);
  await message.bytes();
  await expect(message.bytes()).rejects.toThrow(TypeError);
  expect(() => message.stream()).toThrow(TypeError);
  expect(() => message[Symbol.asyncIterator]()).toThrow(TypeError);
});

test("a message of a loop that went on cannot be read", async () => {
  await using server = await puppet(good);
  await using client = await loggedIn(server);
  const messages: RetrievedMessage[] = [];
  for await (const message of client.messages()) messages.push(message);
  for (const message of messages) await expect(message.bytes()).rejects.toThrow("dropped");
});

test("a message that is cancelled while it is read is not taken for whole", async () => {
  await using server = await puppet(answering("RETR 1", "+OK\r\nthe first half"));
  await using client = await loggedIn(server);
  const message = client.retrieve(1);
  const read = message.bytes();
  read.catch(() => {});
  while (message.receivedOctets === 0) await sleep(1);
  message.cancel();
  await expect(read).rejects.toThrow("dropped");
  client.close();
});

test("leaving a loop over the pieces drops the rest, and the session goes on", async () => {
  await using server = await puppet(answering("RETR 1", "+OK\r\none\r\n..two\r\n..three\r\n."));
  await using client = await loggedIn(server);
  for await (const _ of client.retrieve(1)) break;
  const reader = client.retrieve(1).stream().getReader();
  await reader.read();
  await reader.cancel();
  expect(await client.stat()).toEqual({ count: 2, octets: 6 });
});

test("the pieces are the reader's: giving the memory of one away leaves the others whole", async () => {
  await using server = await puppet(answering("RETR 1", `+OK\r\n${"x".repeat(600)}\r\n..two\r\n.`));
  await using client = await loggedIn(server);
  let octets = 0;
  for await (const piece of client.retrieve(1)) {
    octets += piece.length;
    // A stream of octets takes the memory of what is put into it.
    const start = (controller: ReadableByteStreamController): void => controller.enqueue(piece);
    await new ReadableStream({ type: "bytes", start }).cancel();
  }
  expect(octets).toBe(608);
});

test("no listener stays on a signal", async () => {
  await using server = await puppet(answering("RETR 1", "-ERR there is none"));
  await using client = await loggedIn(server);
  const { signal } = new AbortController();
  await expect(client.retrieve(1, { signal }).bytes()).rejects.toThrow("there is none");
  client.retrieve(2, { signal }).cancel();
  await client.noop({ signal });
  await client.retrieve(2, { signal }).bytes();
  client.retrieve(2, { signal });
  client.close();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a command whose answer is one line is no stream", async () => {
  await using server = await puppet(good);
  await using client = await loggedIn(server);
  const spec = uidl.commands[0] as CommandSpec<number | null>;
  expect(() => client.stream(spec, 1)).toThrow("use run");
  const pieces = [];
  for await (const piece of client.stream(spec, null)) pieces.push(piece);
  expect(pieces).toHaveLength(1);
});

test("a loop listens to its signal once, and ends with it", async () => {
  await using server = await puppet(good);
  await using client = await loggedIn(server);
  const given = new AbortController();
  const messages = client.messages(given);
  const { value: first } = await messages.next();
  expect(getEventListeners(given.signal, "abort")).toHaveLength(1);
  given.abort(new Error("given up"));
  await expect(first!.bytes()).rejects.toThrow("given up");
  await expect(messages.next()).rejects.toThrow("given up");
  expect(getEventListeners(given.signal, "abort")).toEqual([]);
  expect(await client.stat()).toEqual({ count: 2, octets: 6 });
});
