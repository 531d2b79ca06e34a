// Faults where TLS begins and under it, and certificates that a client must not take. Seen with Node's TLS, a `Wire` and this client.
// What the honest server does where TLS begins is in `../server/`.
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { Pop3Client } from "@postern/pop3/client";
import { Wire, type Fault, type TestServer } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { stage } from "./stage.js";

/** How a TLS connection to the TLS port fails; null where it does not, "stalls" where nothing comes for so long. */
async function handshake(server: TestServer, patienceMs = 10_000): Promise<string | null> {
  const socket = connectTls({ host: "localhost", port: server.tlsPort, ca: server.ca });
  const failed = new Promise<string>((resolve) => {
    socket.on("error", ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    socket.on("close", () => resolve("closed"));
    setTimeout(() => resolve("stalls"), patienceMs).unref();
  });
  const outcome = await Promise.race([once(socket, "secureConnect").then(() => null), failed]);
  socket.destroy();
  return outcome;
}

const handshakes: readonly (readonly [how: "close" | "garbage" | "stall", outcome: RegExp])[] = [
  ["close", /^ECONNRESET$/],
  ["garbage", /^ERR_SSL_/],
  ["stall", /^stalls$/],
];

test.each(handshakes)("a handshake that comes to nothing: %s", async (how, outcome) => {
  await using set = await stage([{ fault: "handshake", how }]);
  const patienceMs = how === "stall" ? 50 : 10_000;
  expect(await handshake(set.server, patienceMs)).toMatch(outcome);
  // The same behind STLS.
  const wire = await set.greeted();
  wire.send("STLS\r\n");
  expect(await wire.line()).toBe("+OK begin TLS negotiation");
  const begun = wire.startTls().then(
    () => "TLS",
    () => "failed",
  );
  const waited = new Promise<string>((resolve) => setTimeout(() => resolve("stalls"), patienceMs).unref());
  expect(await Promise.race([begun, waited])).toBe(how === "stall" ? "stalls" : "failed");
});

test("other faults can be meant for the handshake, and only for some", async () => {
  await using set = await stage([
    { fault: "reset", on: "handshake", session: 1 },
    { fault: "delay", on: "handshake", ms: 10, session: 2 },
  ]);
  expect(await handshake(set.server)).toBe("ECONNRESET");
  expect(await handshake(set.server)).toBeNull();
});

const certificates = [
  ["valid", null],
  ["expired", "CERT_HAS_EXPIRED"],
  ["wrong-name", "ERR_TLS_CERT_ALTNAME_INVALID"],
] as const;

test.each(certificates)("a certificate that is %s", async (certificate, outcome) => {
  await using set = await stage([], { certificate });
  expect(await handshake(set.server)).toBe(outcome);
  const options = { host: "localhost", port: set.server.port, tls: "required" } as const;
  const client = Pop3Client.connect({ ...options, tlsOptions: { ca: set.server.ca } });
  if (outcome === null) await (await client).quit();
  else await expect(client).rejects.toThrow(/certificate/i);
});

test("a server without a certificate has no TLS", async () => {
  await using set = await stage([], { certificate: null });
  expect([set.server.tlsUrl, set.server.tlsPort]).toEqual([null, 0]);
  const wire = await set.greeted();
  wire.send("STLS\r\n");
  expect(await wire.line()).toMatch(/^-ERR/);
});

test("octets in the clear behind the reply to STLS, in the same chunk", async () => {
  await using set = await stage([{ fault: "stls-injection", octets: "+OK injected\r\n" }]);
  const socket = connectTcp(set.server.port, "127.0.0.1");
  await once(socket, "data");
  socket.write("STLS\r\n");
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(chunk.toString()).toBe("+OK begin TLS negotiation\r\n+OK injected\r\n");
  socket.destroy();
});

/** What is heard under TLS of a NOOP-like command that was sent behind STLS in the clear. */
async function behindStls(faults: readonly Fault[]): Promise<readonly (string | null)[]> {
  await using set = await stage(faults);
  const wire = await set.greeted();
  wire.send("STLS\r\nUSER mallory\r\n");
  expect(await wire.line()).toBe("+OK begin TLS negotiation");
  await wire.startTls();
  wire.send("QUIT\r\n");
  return [await wire.line(), await wire.line()];
}

test("what was sent behind STLS in the clear is dropped, or with a fault carried out under TLS", async () => {
  expect(await behindStls([])).toEqual(["+OK bye", null]);
  expect(await behindStls([{ fault: "keeps-cleartext" }])).toEqual(["+OK the password is expected next", "+OK bye"]);
});

test("a reply to STLS that comes late, in pieces, or refuses", async () => {
  await using set = await stage([
    { fault: "delay", on: "STLS", ms: 20, session: 1 },
    { fault: "octet-by-octet", on: "STLS", session: 2 },
    { fault: "refused", on: "STLS", text: "no", session: 3 },
  ]);
  for (const secure of [true, true, false]) {
    const wire = await set.greeted();
    wire.send("STLS\r\n");
    expect(await wire.line()).toBe(secure ? "+OK begin TLS negotiation" : "-ERR no");
    if (secure) await wire.startTls();
    wire.send("NOOP\r\nUSER alice\r\n");
    expect([await wire.line(), await wire.line()]).toEqual([
      expect.stringMatching(/^-ERR/),
      expect.stringMatching(/^\+OK/),
    ]);
    expect(set.server.sessions.at(-1)!.secure).toBe(secure);
  }
});

test.each(["implicit", "STLS"])("faults strike under TLS as in the clear: %s", async (how) => {
  await using set = await stage([
    { fault: "drop", on: "STAT", octets: 5, session: 1 },
    { fault: "reset", on: "STAT", session: 2 },
    { fault: "octet-by-octet", on: "STAT", session: 3 },
  ]);
  const outcomes: unknown[] = [];
  for (let session = 1; session <= 3; session++) {
    const wire = await set.greeted(how === "implicit");
    if (how === "STLS") {
      wire.send("STLS\r\n");
      await wire.line();
      await wire.startTls();
    }
    wire.send("USER alice\r\nPASS secret\r\nSTAT\r\n");
    await wire.line();
    await wire.line();
    outcomes.push(await wire.line().catch((error: unknown) => (error as Error).message));
    wire.close();
    await set.server.ended();
  }
  expect(outcomes).toEqual(["the server closed in the middle of a line", null, "+OK 3 280"]);
  expect(set.server.sessions[0]!.lines.at(-1)).toMatchObject({ from: "server", text: "+OK 3", lineEnd: "" });
});

test("under TLS a drop closes in order and a reset breaks off", async () => {
  const ends: string[] = [];
  for (const fault of ["drop", "reset"] as const) {
    await using set = await stage([{ fault, on: "CAPA" }]);
    const socket = connectTls({ host: "localhost", port: set.server.tlsPort, ca: set.server.ca });
    const end = new Promise<string>((resolve) => {
      socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "error"));
      socket.on("end", () => resolve("end"));
    });
    socket.on("data", () => {});
    socket.write("CAPA\r\n");
    ends.push(await end);
    socket.destroy();
  }
  expect(ends).toEqual(["end", "ECONNRESET"]);
});

test("a client that begins TLS on the plain port is answered", async () => {
  await using set = await stage([{ fault: "delay", on: "*", ms: 1 }]);
  await expect(Wire.connect({ port: set.server.port, tls: true })).rejects.toThrow("is not TLS");
  await set.server.ended();
  expect(set.server.sessions[0]!.dialog()).toContain("-ERR this port begins in the clear");
});
