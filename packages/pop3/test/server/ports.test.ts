// What several servers of one process do with each other: hand a port over, drain, count together, resume each other's TLS sessions.
// One server by itself is `server.test.ts`'s.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "@postern/pop3/server";
import type { Admission, Pop3ServerOptions } from "@postern/pop3/server";
import { Wire } from "@postern/pop3/testing";
import { afterEach, expect, test } from "vitest";
import { identity } from "../support/identity.mjs";

const servers: Pop3Server[] = [];
afterEach(async () => Promise.all(servers.splice(0).map(async (server) => server.close({ graceMs: 0 }))));

function server(options: Partial<Pop3ServerOptions> = {}): Pop3Server {
  const made = new Pop3Server({
    maildrops: new MemoryMaildrops(),
    authenticator: new MemoryAccounts({ ann: "secret" }),
    tls: identity,
    cleartextLogin: "loopback",
    ...options,
  });
  servers.push(made);
  return made;
}

async function implementationAt(wire: Wire): Promise<string | undefined> {
  wire.send("CAPA\r\n");
  await wire.line();
  return (await wire.body()).find((line) => line.startsWith("IMPLEMENTATION"));
}

test("a port that is handed over leads to the new server, and a session on it stays with the old one", async () => {
  const [old, next] = [server({ implementation: "old" }), server({ implementation: "next" })];
  const { port } = await old.listen({ port: 0 });
  const before = await Wire.connect({ port });
  await before.line();

  expect(next.takeOver(old, { port })).toEqual({ address: "127.0.0.1", port });
  const after = await Wire.connect({ port });
  await after.line();
  expect(await implementationAt(after)).toBe("IMPLEMENTATION next");
  expect(await implementationAt(before)).toBe("IMPLEMENTATION old");
  expect(next.takeOver(old, { port })).toBeNull();

  const drained = old.drain();
  before.send("QUIT\r\n");
  expect(await before.line()).toMatch(/^\+OK/);
  before.close();
  await drained;
  expect(await implementationAt(after)).toBe("IMPLEMENTATION next");
});

test("a port can begin with TLS for the new server where it did not for the old one", async () => {
  const [old, next] = [server(), server()];
  const { port } = await old.listen();
  next.takeOver(old, { port, tls: "implicit" });
  const wire = await Wire.connect({ port, tls: true });
  expect(await wire.line()).toMatch(/^\+OK/);
});

test("of connections that come while a port is handed over, each gets its greeting", async () => {
  let current = server();
  const { port } = await current.listen();
  const greetings: Promise<string | null>[] = [];
  for (let at = 0; at < 200; at += 1) {
    greetings.push(Wire.connect({ port }).then(async (wire) => wire.line()));
    if (at % 20 === 0) {
      const next = server();
      next.takeOver(current, { port });
      void current.drain();
      current = next;
    }
    if (at % 7 === 0) await new Promise(setImmediate);
  }
  for (const greeting of await Promise.all(greetings)) expect(greeting).toMatch(/^\+OK/);
});

test("a server that drains takes nobody, and waits for its sessions as long as they last", async () => {
  const one = server();
  const { port } = await one.listen();
  const wire = await Wire.connect({ port });
  await wire.line();
  let drained = false;
  const draining = one.drain().then(() => (drained = true));
  await expect(Wire.connect({ port })).rejects.toThrow("ECONNREFUSED");
  wire.send("USER ann\r\nPASS secret\r\nNOOP\r\n");
  for (let line = 0; line < 3; line += 1) expect(await wire.line()).toMatch(/^\+OK/);
  expect(drained).toBe(false);
  wire.send("QUIT\r\n");
  await draining;
});

test("a close ends what a drain waits for", async () => {
  const one = server();
  const { port } = await one.listen();
  const wire = await Wire.connect({ port });
  await wire.line();
  const draining = one.drain();
  await one.close();
  await draining;
  expect(await wire.line()).toMatch(/^-ERR/);
});

test("servers that share counts keep one limit", async () => {
  let open = 0;
  const connectionCounts = {
    enter: (): Admission => (open < 2 ? ((open += 1), "ok") : "too-many"),
    leave: () => void (open -= 1),
  };
  const ports = await Promise.all(
    [server({ connectionCounts }), server({ connectionCounts })].map(async (one) => (await one.listen()).port),
  );
  const wires = [];
  for (const port of ports) {
    const wire = await Wire.connect({ port });
    expect(await wire.line()).toMatch(/^\+OK/);
    wires.push(wire);
  }
  expect(await (await Wire.connect({ port: ports[0]! })).line()).toMatch(/^-ERR \[SYS\/TEMP\] too many connections/);
  wires[1]!.send("QUIT\r\n");
  await expect.poll(() => open).toBe(1);
  expect(await (await Wire.connect({ port: ports[0]! })).line()).toMatch(/^\+OK/);
});

test("session ids begin with what the owner says", async () => {
  const one = server({ sessionPrefix: "w7-" });
  const opened = once(one, "session.opened");
  const socket = connect((await one.listen()).port, "127.0.0.1");
  expect(await opened).toMatchObject([{ session: expect.stringMatching(/^w7-./) as string }]);
  socket.destroy();
});

/** Begins a TLS session at one server and offers it to another. */
async function isResumed(first: Pop3Server, second: Pop3Server): Promise<boolean> {
  const dial = async (one: Pop3Server, session?: Buffer): Promise<TLSSocket> => {
    const { port } = await one.listen({ tls: "implicit" });
    const options = { port, host: "127.0.0.1", rejectUnauthorized: false, ...(session && { session }) };
    return connectTls(options).resume();
  };
  const socket = await dial(first);
  const [session] = (await once(socket, "session")) as [Buffer];
  socket.destroy();
  const again = await dial(second, session);
  await once(again, "secureConnect");
  const reused = again.isSessionReused();
  again.destroy();
  return reused;
}

test("servers that share ticket keys resume each other's TLS sessions, and others do not", async () => {
  const tls = { ...identity, ticketKeys: randomBytes(48) };
  expect(await isResumed(server({ tls }), server({ tls }))).toBe(true);
  expect(await isResumed(server(), server())).toBe(false);
});
