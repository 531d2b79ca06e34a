// The client against servers that other people wrote: every way to connect and to log in, and every message octet for octet as the server
// sends it. `servers.test.ts` has asked a program that shares no code with this one what that is.
import { setTimeout as pause } from "node:timers/promises";
import { mechanisms } from "@postern/pop3/server";
import { CommandRefused, Pop3Client, type AuthOptions, type ConnectOptions, type TlsMode } from "@postern/pop3/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { messages } from "./messages.js";
import { servers } from "./servers/all.js";
import type { RunningInteropServer } from "./servers/server.js";

const SERVER_START_MS = 120_000;

test.for(servers.filter((server) => server.missing() !== null))("$name", (server, { skip }) =>
  skip(server.missing() ?? ""),
);

describe.each(servers.filter((server) => server.missing() === null))("$name", (server) => {
  const carried = [...messages.values()].filter((message) => server.delivers(message) !== null);
  // Some servers write into a maildrop while they read it, so every test has one of its own.
  const expected = carried.map((message) => digits(server.delivers(message)!));
  let running: RunningInteropServer;

  beforeAll(async () => {
    running = await server.start({ messages: carried });
  }, SERVER_START_MS);
  beforeEach(() => filled(running, carried));
  afterAll(async () => running[Symbol.asyncDispose]());

  const connect = (tls: TlsMode, auth: Partial<AuthOptions>, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> =>
    Pop3Client.connect({
      host: "localhost",
      port: tls === "implicit" ? running.tlsPort! : running.port,
      tls,
      tlsOptions: { ca: running.ca },
      auth: { user: running.user, password: running.password, cleartext: true, ...auth },
      ...more,
    });

  describe.each(["none", "required", "implicit"] as const)("TLS: %s", (tls) => {
    const missing = (): string | null => {
      if (tls === "required" && !running.stls) return "it has no STLS";
      return tls === "implicit" && running.tlsPort === null ? "it has no port for TLS" : null;
    };

    test("all messages are identical, as a whole and as streams, and in whatever order", async ({ skip }) => {
      const reason = missing();
      if (reason !== null) skip(reason);
      const client = await connect(tls, {});
      const asked = carried.map((_, at) => client.retrieve(at + 1));
      const whole: string[] = [];
      for (const message of asked) whole.push(digits(await message.bytes()));
      expect(whole).toEqual(expected);
      expect(await client.quit()).toEqual({ deleted: [] });

      await filled(running, carried);
      const streamed: string[] = [];
      await using another = await connect(tls, {}, { prefetchListings: true });
      for await (const message of another.messages({ order: "descending" })) {
        const pieces: Uint8Array[] = [];
        for await (const piece of message) pieces.push(piece);
        streamed.unshift(digits(withoutUniqueId(Buffer.concat(pieces))));
      }
      expect(streamed).toEqual(expected);
    });

    test("what is listed agrees with itself", async ({ skip }) => {
      const reason = missing();
      if (reason !== null) skip(reason);
      await using client = await connect(tls, {});
      const { count } = await client.stat();
      const listed = await client.listing();
      expect([count, listed.length]).toEqual([carried.length, carried.length]);
      const [first] = listed;
      expect(await client.list(1)).toMatchObject({ number: 1 });
      expect(await client.uniqueIds(1)).toEqual({ number: 1, uniqueId: first!.uniqueId });
      const top = Buffer.from(await client.top(1, 0).bytes()).toString("latin1");
      expect(top.startsWith("From: Ann <ann@example.org>\r\n") && top.endsWith("\r\n\r\n")).toBe(true);
      await expect(client.retrieve(carried.length + 1).bytes()).rejects.toThrow(CommandRefused);
    });

    test("every mechanism that both have lets the user in", async ({ skip }) => {
      const reason = missing();
      if (reason !== null) skip(reason);
      const usable = mechanisms.map(({ name }) => name).filter((name) => isUsable(running, name, tls));
      for (const name of usable) {
        const auth = { methods: [name], ...(running.token !== null && { token: running.token }) };
        await using client = await connect(tls, auth);
        expect(client.loginMethod).toBe(name);
        expect(await client.stat()).toMatchObject({ count: carried.length });
      }
    });

    test("USER lets the user in, and APOP where there is one for it", async ({ skip }) => {
      const reason = missing();
      if (reason !== null) skip(reason);
      const users = { USER: running.user, ...(running.apopUser !== null && { APOP: running.apopUser }) };
      for (const [name, user] of Object.entries(users)) {
        await using client = await connect(tls, { user, methods: [name] });
        expect(client.loginMethod).toBe(name);
        expect(await client.stat()).toMatchObject({ count: carried.length });
      }
    });
  });

  test("deletions are there before QUIT and gone after it", async () => {
    await filled(running, [mail("one"), mail("two"), mail("three")]);
    const dropped = await connect("none", {});
    await dropped.delete(1);
    dropped.close();
    const client = await connect("none", {});
    const [, , three] = await client.uniqueIds();
    await Promise.all([client.delete(1), client.delete(2)]);
    expect(await client.quit()).toEqual({ deleted: [1, 2] });
    await using again = await connect("none", {});
    expect(await again.uniqueIds()).toEqual([{ number: 1, uniqueId: three!.uniqueId }]);
  });
});

/** Whether both sides have it here. Of those that bind the channel, none is for tls-unique alone, which TLS 1.3 does not have. */
function isUsable({ mechanisms, channelBinding }: RunningInteropServer, name: string, tls: TlsMode): boolean {
  if (!mechanisms.includes(name)) return false;
  return !name.endsWith("-PLUS") || (tls !== "none" && channelBinding !== "tls-unique");
}

/** A server may hold on to what a session left for a moment after it has ended. */
async function filled(running: RunningInteropServer, messages: readonly Uint8Array[]): Promise<void> {
  for (let tries = 10; ; tries--) {
    try {
      await running.fill(messages);
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await pause(100);
    }
  }
}

/** GNU Mailutils writes the unique-id into a message once UIDL was asked for, in the same session. */
function withoutUniqueId(message: Buffer): Uint8Array {
  return Buffer.from(message.toString("latin1").replace(/^X-UIDL: .*\r\n/m, ""), "latin1");
}

/** So that a difference is shown as octets, and no text is taken for another. */
function digits(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex");
}

function mail(subject: string): Uint8Array {
  return Buffer.from(`From: ann@example.org\nSubject: ${subject}\n\n${subject}\n`);
}
