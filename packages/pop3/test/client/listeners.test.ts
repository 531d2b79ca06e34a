// What the caller's functions are told, and that one that throws breaks nothing but itself.
import { expect, test } from "vitest";
import { type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function loggedIn({ port }: Puppet, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

const good = wellBehaved();

/** Runs `work` with the process's uncaught exceptions kept from the test runner, and gives them. */
async function uncaughtIn(work: () => Promise<void>): Promise<unknown[]> {
  const others = process.listeners("uncaughtException");
  const caught: unknown[] = [];
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => void caught.push(error));
  try {
    await work();
  } finally {
    await new Promise(setImmediate);
    process.removeAllListeners("uncaughtException");
    for (const listener of others) process.on("uncaughtException", listener);
  }
  return caught;
}

test("a listener that throws leaves nobody waiting", async () => {
  await using server = await puppet((line, socket, connection) => {
    if (line !== "NOOP") return good(line, socket, connection);
    socket.destroy();
    return null;
  });
  const mine = new Error("mine");
  const caught = await uncaughtIn(async () => {
    const lost = (): never => {
      throw mine;
    };
    const client = await loggedIn(server, { listeners: { "connection.lost": lost } });
    await expect(client.noop()).rejects.toMatchObject({ name: "TransportLost" });
  });
  expect(caught).toEqual([mine]);
});

test("a log that throws changes nothing on the wire", async () => {
  await using server = await puppet(good);
  const caught = await uncaughtIn(async () => {
    const log = (): never => {
      throw new Error("mine");
    };
    const client = await loggedIn(server, { log });
    await client.quit();
  });
  expect(server.heard).toEqual(["CAPA", "USER ann", "PASS secret", "CAPA", "QUIT"]);
  expect(caught.length).toBeGreaterThan(0);
});

test("a connection that is lost before there is a client is told by the rejection alone", async () => {
  await using server = await puppet((_, socket) => {
    socket.destroy();
    return null;
  });
  const lost: Error[] = [];
  await expect(
    loggedIn(server, { listeners: { "connection.lost": (error) => void lost.push(error) } }),
  ).rejects.toMatchObject({ name: "TransportLost" });
  expect(lost).toEqual([]);
});

test("one that is lost later is told once", async () => {
  await using server = await puppet(good);
  const lost = Promise.withResolvers<Error>();
  const client = await loggedIn(server, { listeners: { "connection.lost": lost.resolve } });
  server.sockets[0]!.destroy();
  expect(await lost.promise).toMatchObject({ name: "TransportLost", reason: "closed" });
  expect(client.state).toBe("ended");
}, 5000);
