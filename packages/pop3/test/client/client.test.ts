// The client against the server of this package: every method, over TCP and TLS, pipelined and one at a time.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import {
  CommandRefused,
  LOGIN_METHODS,
  LoginImpossible,
  loginDelay,
  Pop3Client,
  TransportLost,
  user,
  type ConnectOptions,
} from "@postern/pop3/client";
import { identity } from "../support/identity.mjs";
import { world, type World } from "../support/world.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function inTheClear({ port }: World, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

test("a session in the clear", async () => {
  await using server = await world();
  const client = await inTheClear(server);
  expect(client.state).toBe("TRANSACTION");
  expect(client.tls).toBeNull();
  expect(await client.stat()).toEqual({ count: 3, octets: 158 });
  expect(await client.list()).toHaveLength(3);
  expect(await client.list(2)).toEqual({ number: 2, octets: expect.any(Number) });
  const ids = await client.uniqueIds();
  expect(await client.uniqueIds(3)).toEqual(ids[2]);
  const bytes = await client.retrieve(1).bytes();
  expect(Buffer.from(bytes).toString("latin1")).toContain("\r\n.A dot\r\n");
  expect(Buffer.from(await client.top(1, 0).bytes()).toString()).toBe("From: ann@example.org\r\nSubject: one\r\n\r\n");
  await client.noop();
  await client.delete(2);
  await expect(client.retrieve(2).bytes()).rejects.toThrow(CommandRefused);
  await client.reset();
  await client.delete(1);
  expect(client.marked).toEqual([1]);
  expect(await client.quit()).toEqual({ deleted: [1] });
  expect(client.state).toBe("ended");
  await expect(client.noop()).rejects.toThrow(TransportLost);
  expect(server.maildrops.messages("ann")).toHaveLength(2);
});

test.each(["implicit", "required", "opportunistic"] as const)("TLS: %s", async (tls) => {
  await using server = await world();
  const client = await Pop3Client.connect({
    host: "localhost",
    port: tls === "implicit" ? server.tlsPort : server.port,
    tls,
    tlsOptions: { ca: identity.cert },
    auth: { user: "ann", password: "secret" },
  });
  expect(client.tls).toMatchObject({ version: "TLSv1.3", authorized: true, alpn: "pop3" });
  expect(client.loginMethod).toBe("SCRAM-SHA-256-PLUS");
  const seen: string[] = [];
  for await (const message of client.messages())
    seen.push(`${message.number} ${message.uniqueId} ${(await message.bytes()).length}`);
  expect(seen).toHaveLength(3);
  await client[Symbol.asyncDispose]();
});

test("TLS may begin later, and what is announced then is learned anew", async () => {
  await using server = await world({ cleartextLogin: "never" });
  const changes: string[] = [];
  await using client = await Pop3Client.connect({
    host: "localhost",
    port: server.port,
    tls: "none",
    tlsOptions: { ca: identity.cert },
    listeners: { "capabilities.changed": ({ after }) => changes.push(after) },
  });
  expect(client.capabilities.has(user)).toBe(false);
  await client.startTls();
  expect(client.tls).toMatchObject({ authorized: true, problem: null });
  expect(client.capabilities.has(user)).toBe(true);
  expect(client.capabilitiesBeforeLogin).toBe(client.capabilities);
  expect(changes).toEqual(["stls"]);
  await expect(client.startTls()).rejects.toThrow(TypeError);
  await client.login({ user: "ann", password: "secret" });
  await expect(client.startTls()).rejects.toThrow(TypeError);
  expect(await client.stat()).toMatchObject({ count: 3 });
});

test("where TLS is refused the session goes on in the clear, and where it fails it ends", async () => {
  await using server = await world();
  await using client = await Pop3Client.connect({ host: "localhost", port: server.port, tls: "none" });
  // RFC 6856 §2.1: no TLS after UTF8.
  await client.utf8();
  await expect(client.startTls()).rejects.toThrow(CommandRefused);
  expect(client.tls).toBeNull();
  await client.login(auth);
  const distrustful = await Pop3Client.connect({ host: "localhost", port: server.port, tls: "none" });
  await expect(distrustful.startTls()).rejects.toThrow(/self-signed/);
  expect(distrustful.state).toBe("ended");
});

test("a certificate that was let pass is told apart, with the reason", async () => {
  await using server = await world();
  const connect = { host: "localhost", port: server.tlsPort, tlsOptions: { verified: false } };
  await using client = await Pop3Client.connect(connect);
  expect(client.tls).toMatchObject({ authorized: false, problem: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});

test("the ways to log in are listed with what they need", () => {
  expect(LOGIN_METHODS[0]).toMatchObject({ name: "SCRAM-SHA-256-PLUS", needs: "password", onRequest: false });
  const needs = (wanted: string): unknown => LOGIN_METHODS.find(({ name }) => name === wanted)?.needs;
  expect([needs("XOAUTH2"), needs("EXTERNAL"), needs("ANONYMOUS"), needs("USER"), needs("APOP")]).toEqual([
    "token",
    "certificate",
    null,
    "password",
    "password",
  ]);
});

test("a login that is not possible says why, and nothing is sent", async () => {
  await using server = await world();
  const refused = await inTheClear(server, {
    auth: { user: "ann", password: "secret", methods: ["PLAIN", "USER"] },
  }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LoginImpossible);
  expect((refused as LoginImpossible).obstacles.map(({ method }) => method)).toEqual(["PLAIN", "USER"]);
});

test("capabilities are typed by the declarations", async () => {
  await using server = await world();
  await using client = await inTheClear(server);
  const delay: { readonly seconds: number } | undefined = client.capabilities.get(loginDelay);
  expect(delay).toBeUndefined();
});

test("a visit with everything ahead says no more than a plain one, in fewer steps", async () => {
  await using server = await world();
  const said: string[] = [];
  const first = await inTheClear(server, { auth: { ...auth, methods: ["PLAIN"] } });
  const remembered = first.capabilitiesBeforeLogin.lines;
  await first.quit();
  const client = await inTheClear(server, {
    auth: { ...auth, methods: ["PLAIN"] },
    prefetchListings: true,
    pipelinedLogin: true,
    remembered,
    log: ({ who, line }) => void said.push(`${who} ${line.split(" ")[0]}`),
  });
  const octets: number[] = [];
  for await (const message of client.messages({ thenQuit: true })) octets.push((await message.bytes()).length);
  expect(octets).toEqual([67, 62, 29]);
  expect(client.state).toBe("ended");
  // Turns: what is sent at once stands together.
  const turns = said
    .filter((line) => !line.startsWith("*"))
    .map((line) => line[0])
    .join("")
    .replaceAll(/C+/g, "C")
    .replaceAll(/S+/g, "S");
  expect(turns).toBe("SCSCS");
});
