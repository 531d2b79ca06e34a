// Deletions: marked by answered DELEs, committed by an answered QUIT, and told of where a connection is lost before that.
// That the server keeps its side is the server's tests'.
import { expect, test } from "vitest";
import { CommandRefused, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { pause, scripted } from "../support/scripted-server.js";
import { world } from "../support/world.js";

const MESSAGES = ["one\r\n", "two\r\n", "three\r\n"];
const PIPELINED = { capabilities: ["PIPELINING", "UIDL"], messages: MESSAGES };

async function failureOf(work: Promise<unknown>): Promise<Error & { uncommitted?: readonly number[] }> {
  return work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}

test.each([PIPELINED, { messages: MESSAGES }])("quit commits what was marked, and says what: %o", async (script) => {
  await using server = await scripted(script);
  const client = await server.connect();
  await client.delete(1);
  await client.delete(3);
  expect(client.marked).toEqual([1, 3]);
  expect(await client.quit()).toEqual({ deleted: [1, 3] });
  expect(client.marked).toEqual([]);
  expect(server.peer.lines.slice(-3)).toEqual(["DELE 1", "DELE 3", "QUIT"]);
});

test("deletions that were asked for and not waited for are part of the commit", async () => {
  await using server = await scripted(PIPELINED);
  const client = await server.connect();
  const marks = [client.delete(1), client.delete(2)];
  expect(await client.quit()).toEqual({ deleted: [1, 2] });
  await Promise.all(marks);
});

test("a deletion that was refused is no part of it", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { DELE: (n) => (n === "2" ? "-ERR\r\n" : "+OK\r\n") } });
  const client = await server.connect();
  const marks = [client.delete(1), client.delete(2)];
  const refused = failureOf(marks[1]!);
  expect(await client.quit()).toEqual({ deleted: [1] });
  expect(await refused).toBeInstanceOf(CommandRefused);
});

test("RSET takes the marks back", async () => {
  await using server = await scripted(PIPELINED);
  const client = await server.connect();
  await client.delete(1);
  await client.reset();
  expect(await client.quit()).toEqual({ deleted: [] });
});

test("a QUIT that is refused says what is still there", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { QUIT: "-ERR [SYS/TEMP] not now\r\n" } });
  const client = await server.connect();
  await client.delete(2);
  const error = await failureOf(client.quit());
  expect(error).toBeInstanceOf(CommandRefused);
  expect(error).toMatchObject({ code: "SYS/TEMP", uncommitted: [2], keyword: "QUIT" });
  expect(client.state).toBe("ended");
});

const losses: readonly [how: string, lose: (server: Awaited<ReturnType<typeof scripted>>) => void][] = [
  ["closed", (server) => server.peer.end()],
  ["reset", (server) => server.peer.reset()],
];

test.each(losses)(
  "a connection that is %s says what was not committed, to all who wait and to those who come",
  async (_, lose) => {
    await using server = await scripted({
      ...PIPELINED,
      answers: { NOOP: () => undefined, DELE: (n) => (n === "3" ? undefined : "+OK\r\n") },
    });
    const lost: Error[] = [];
    const client = await server.connect({ listeners: { "connection.lost": (error) => lost.push(error) } });
    await client.delete(1);
    const waiting = [client.noop(), client.delete(3)].map(failureOf);
    await pause(20);
    lose(server);
    for (const error of [
      ...(await Promise.all(waiting)),
      await failureOf(client.stat()),
      await failureOf(client.quit()),
    ]) {
      expect(error).toBeInstanceOf(TransportLost);
      // The third was asked for, and whether the server heard of it nobody knows.
      expect(error).toMatchObject({ reason: "closed", uncommitted: [1, 3] });
    }
    expect(lost).toEqual([expect.objectContaining({ uncommitted: [1, 3] })]);
  },
);

test("a connection that is lost behind QUIT says what may be there", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { QUIT: (_, peer) => (peer.end(), undefined) } });
  const client = await server.connect();
  await client.delete(2);
  expect(await failureOf(client.quit())).toMatchObject({ name: "TransportLost", reason: "closed", uncommitted: [2] });
});

test("deletions in flight with a QUIT that is lost may be there or not, and are told of", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { DELE: (_, peer) => (peer.reset(), undefined) } });
  const client = await server.connect();
  const marked = failureOf(client.delete(2));
  expect(await failureOf(client.quit())).toMatchObject({ name: "TransportLost", uncommitted: [2] });
  expect(await marked).toMatchObject({ name: "TransportLost", uncommitted: [2] });
});

test("a violation says what was not committed, too", async () => {
  await using server = await scripted({ ...PIPELINED, answers: { NOOP: "what\r\n" } });
  const client = await server.connect();
  await client.delete(1);
  const error = await failureOf(client.noop());
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(error).toMatchObject({ uncommitted: [1], line: "what" });
});

test("close deletes nothing", async () => {
  await using server = await world();
  const client = await Pop3Client.connect({
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    auth: { user: "ann", password: "secret", cleartext: true },
  });
  await client.delete(1);
  client.close();
  await pause(50);
  expect(server.maildrops.messages("ann")).toHaveLength(3);
});

async function disposed(work: (client: Pop3Client) => Promise<void> | void): Promise<readonly string[]> {
  await using server = await scripted(PIPELINED);
  {
    await using client = await server.connect();
    await work(client);
  }
  await server.peer.closed;
  return server.peer.lines;
}

test("disposing ends politely where nothing is marked", async () => {
  expect((await disposed(() => {})).at(-1)).toBe("QUIT");
});

test("disposing drops marks instead of committing them", async () => {
  expect(await disposed((client) => client.delete(1))).not.toContain("QUIT");
});

test("disposing does not commit a mark that nobody waited for", async () => {
  expect(await disposed((client) => void client.delete(1).catch(() => {}))).not.toContain("QUIT");
});

test("a deletion that was given up when it had been sent is marked nevertheless", async () => {
  const stop = new AbortController();
  await using server = await scripted({
    ...PIPELINED,
    answers: { DELE: async () => (stop.abort(), await pause(20), "+OK\r\n") },
  });
  const client = await server.connect();
  await expect(client.delete(1, { signal: stop.signal })).rejects.toThrow(/abort/i);
  await client.noop();
  expect(client.marked).toEqual([1]);
  expect(await client.quit()).toEqual({ deleted: [1] });
});

test("a message is deleted in the loop over messages, with others asked for ahead", async () => {
  const messages = Array.from({ length: 40 }, (_, at) => `${`${at}`.repeat(60)}\r\n`.repeat(500));
  await using server = await scripted({ ...PIPELINED, messages });
  const client = await server.connect({ limits: { bufferOctets: 10_000 } });
  for await (const message of client.messages()) {
    expect((await message.bytes()).length).toBe(message.octets);
    await client.delete(message.number);
  }
  const { deleted } = await client.quit();
  expect(deleted).toHaveLength(40);
});

test.each([
  ["leaves the octets out", (number: number) => `${number}`],
  ["says one octet", (number: number) => `${number} 1`],
])("a server that %s does not have all of its messages asked for behind a deletion", async (_, line) => {
  const messages = Array.from({ length: 100 }, (_, at) => `${`${at}`.repeat(60)}\r\n`.repeat(500));
  await using server = await scripted({
    ...PIPELINED,
    messages,
    answers: { LIST: `+OK\r\n${messages.map((_, at) => `${line(at + 1)}\r\n`).join("")}.\r\n` },
  });
  const client = await server.connect();
  for await (const message of client.messages({ window: 40_000 })) {
    await client.delete(message.number);
    break;
  }
  expect(server.peer.lines.filter((line) => line.startsWith("RETR")).length).toBeLessThan(45);
});

test("quit does not wait for messages that nobody reads", async () => {
  await using server = await scripted({ ...PIPELINED, messages: [`${"x".repeat(500_000)}\r\n`] });
  const client = await server.connect();
  client.retrieve(1);
  expect(await client.quit()).toEqual({ deleted: [] });
});
