// The farm itself: every server starts, holds what was filled in, lets the account in by what it says it has, and leaves nothing
// behind. Logins by hand, so that no code of ours but `Wire` is between; clients are tested elsewhere.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";
import { Wire } from "@postern/pop3/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messages } from "./messages.js";
import { servers } from "./servers/all.js";
import { fetchAll, referenceMissing } from "./servers/reference.js";
import type { RunningInteropServer } from "./servers/server.js";

test.for(servers.filter((server) => server.missing() !== null))("$name", (server, { skip }) =>
  skip(server.missing() ?? ""),
);

describe.each(servers.filter((server) => server.missing() === null))("$name", (server) => {
  const carried = [...messages].filter(([, message]) => server.delivers(message) !== null);
  let running: RunningInteropServer;
  const fill = async (count = carried.length): Promise<void> =>
    running.fill(carried.slice(0, count).map(([, message]) => message));

  beforeAll(async () => {
    running = await server.start({ messages: carried.map(([, message]) => message) });
  });
  afterAll(async () => running[Symbol.asyncDispose]());

  test("holds the messages", async () => {
    const wire = await greeted(running.port);
    await login(wire, running);
    expect(await said(wire, "STAT"), running.log()).toMatch(new RegExp(`^\\+OK ${carried.length} `));
    await quit(wire);
  });

  test("sends them as it is said to", async ({ skip }) => {
    const reason = referenceMissing();
    if (reason !== null) skip(reason);
    await fill();
    const received = await fetchAll(running);
    expect(received.length, running.log()).toBe(carried.length);
    const different = carried.filter(([, message], at) => !same(server.delivers(message), received[at]));
    expect(different.map(([name]) => name)).toEqual([]);
  });

  test("holds others after it was filled again", async () => {
    await fill(0);
    await fill(1);
    const wire = await greeted(running.port);
    await login(wire, running);
    expect(await said(wire, "STAT")).toMatch(/^\+OK 1 /);
    await quit(wire);
    await fill();
  });

  test("announces STLS and the mechanisms", async () => {
    const wire = await greeted(running.port);
    const inTheClear = await capabilities(wire);
    expect(inTheClear.includes("STLS")).toBe(running.stls);
    expect(mechanismsOf(inTheClear)).toEqual(running.mechanisms.filter((name) => !name.endsWith("-PLUS")).toSorted());
    if (running.stls) {
      expect(await said(wire, "STLS")).toMatch(/^\+OK/);
      await wire.startTls();
      expect(mechanismsOf(await capabilities(wire))).toEqual(running.mechanisms.toSorted());
      await login(wire, running);
      await quit(wire);
    }
    wire.close();
  });

  test("has a timestamp in its greeting and lets the user of APOP in, if it has one", async () => {
    const wire = await Wire.connect({ port: running.port });
    const [timestamp] = /<.*>/.exec((await wire.line()) ?? "") ?? [];
    expect(timestamp !== undefined).toBe(running.apopUser !== null);
    if (running.apopUser === null) return wire.close();
    const digest = createHash("md5").update(`${timestamp}${running.password}`).digest("hex");
    expect(await said(wire, `APOP ${running.apopUser} ${digest}`), running.log()).toMatch(/^\+OK/);
    expect(await said(wire, "STAT")).toMatch(new RegExp(`^\\+OK ${carried.length} `));
    await quit(wire);
  });

  test("has a certificate for localhost, if it has TLS", async () => {
    expect(running.tlsPort !== null).toBe(running.stls);
    if (running.tlsPort === null) return;
    const socket = connect({ host: running.host, port: running.tlsPort, ca: running.ca, servername: "localhost" });
    await once(socket, "secureConnect");
    expect(String((await once(socket, "data"))[0])).toMatch(/^\+OK/);
    socket.destroy();
  });

  test("refuses a wrong password", async () => {
    const wire = await greeted(running.port);
    await said(wire, `USER ${running.user}`);
    expect(await said(wire, "PASS wrong")).toMatch(/^-ERR/);
    wire.close();
  });

  test("leaves nothing behind", async () => {
    const other = await server.start({ messages: [] });
    const wire = await greeted(other.port);
    await login(wire, other);
    await other[Symbol.asyncDispose]();
    expect(await wire.line()).toBeNull();
    await expect(Wire.connect(other)).rejects.toThrow("ECONNREFUSED");
  });
});

function same(expected: Uint8Array | null, received: Uint8Array | undefined): boolean {
  return expected !== null && received !== undefined && Buffer.compare(expected, received) === 0;
}

async function greeted(port: number): Promise<Wire> {
  const wire = await Wire.connect({ port });
  expect(await wire.line()).toMatch(/^\+OK/);
  return wire;
}

async function said(wire: Wire, command: string): Promise<string> {
  wire.send(`${command}\r\n`);
  return (await wire.line()) ?? "the server has closed the connection";
}

async function login(wire: Wire, { user, password, log }: RunningInteropServer): Promise<void> {
  expect(await said(wire, `USER ${user}`)).toMatch(/^\+OK/);
  expect(await said(wire, `PASS ${password}`), log()).toMatch(/^\+OK/);
}

async function quit(wire: Wire): Promise<void> {
  expect(await said(wire, "QUIT")).toMatch(/^\+OK/);
  // The maildrop is free again once the server has closed.
  expect(await wire.line()).toBeNull();
}

/** None where the server knows no CAPA. */
async function capabilities(wire: Wire): Promise<string[]> {
  return (await said(wire, "CAPA")).startsWith("+OK") ? wire.body() : [];
}

function mechanismsOf(capabilities: readonly string[]): string[] {
  const line = capabilities.find((line) => line.startsWith("SASL ")) ?? "SASL";
  return line.split(" ").slice(1).toSorted();
}
