// What every client has to do: fetch all messages in the clear, after STLS and inside TLS, each octet for octet; delete
// what it has fetched; and bear that another session has the maildrop. How it is told to is known to `clients/`.
import { mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical } from "./canonical.js";
import { changesOf, faults } from "./client.js";
import type { Client, Visit, Way } from "./client.js";
import { messages } from "./messages.js";
import { absence } from "./program.js";
import { password, startServer } from "./server.js";
import type { Server } from "./server.js";

/** The tests of a client; one that is skipped, with the reason, where a program is missing. */
export function interop(client: Client): void {
  const missing = client.programs.map(absence).find((reason) => reason !== null);
  if (missing === undefined) tried(client);
  else untried(client, missing);
}

function untried({ name }: Client, reason: string): void {
  test(name, ({ skip }) => skip(reason));
}

function tried(client: Client): void {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => server.stop());
  const visit = (way: Way, user: string, after: Visit["after"]): Visit => {
    const login = { method: null, proof: "password", secret: password } as const;
    return { server, way, user, login, after, folder: mkdtempSync(join(server.folder, "client-")) };
  };

  const { beyond = {} } = client;
  for (const [name, reason] of Object.entries(beyond)) test(`${client.name}: ${name}`, ({ skip }) => skip(reason));
  const carried = [...messages].filter(([name]) => beyond[name] === undefined);

  describe(`${client.name} fetches every message`, () => {
    beforeAll(async () =>
      server.addUser(
        "reader",
        carried.map(([, octets]) => octets),
      ),
    );

    test.each(client.ways)("%s", async (way) => {
      const run = visit(way, "reader", "keep");
      const { status, output } = await client.run(run);
      expect(status, output).toBe(0);
      const received = client.received(run.folder);
      expect(received.length, output).toBe(carried.length);
      const names = carried.map(([name]) => name);
      expect(faults(client, names, received)).toEqual([]);
      expect(await server.messageCount("reader")).toBe(carried.length);
    });
  });

  test.each(changesOf(client))(`${client.name}, something changes, and only where it must: $why`, ({ made }) => {
    const concerned = carried.filter(([, octets]) => !made(canonical(octets)).equals(canonical(octets)));
    expect(concerned.length).toBeGreaterThan(0);
  });

  test(`${client.name} leaves an empty maildrop where it is told to delete`, async () => {
    const few = carried.slice(0, 5).map(([, octets]) => octets);
    await server.addUser("mover", few);
    const run = visit(client.ways[0] ?? "plain", "mover", "delete");
    const { status, output } = await client.run(run);
    expect(status, output).toBe(0);
    expect(client.received(run.folder).length).toBe(few.length);
    expect(await server.messageCount("mover")).toBe(0);
  });

  describe(`${client.name} while another session has the maildrop`, () => {
    let session: Socket;
    beforeAll(async () => {
      await server.addUser(
        "busy",
        carried.slice(0, 2).map(([, octets]) => octets),
      );
      session = await server.occupy("busy");
    });
    afterAll(() => session.destroy());

    test("is told so, and fetches when it is free", async () => {
      const run = visit(client.ways[0] ?? "plain", "busy", "keep");
      const { status, output } = await client.run(run);
      expect(output).toMatch(client.inUse.says);
      expect(status, output).toBe(client.inUse.status);
      expect(client.received(run.folder)).toEqual([]);
      session.destroy();
      const fetched = async (): Promise<number> => {
        await client.run(run);
        return client.received(run.folder).length;
      };
      await expect.poll(fetched, { timeout: 20_000 }).toBe(2);
    });
  });
}
