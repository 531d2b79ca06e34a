// The probe, against servers on loopback: a certificate that is checked, a greeting of POP3, STLS where it is needed; nothing else passes.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { tlsProbe } from "../../src/discovery/probe.js";
import { selfSigned } from "../../src/service/self-signed.js";

let key = "";
let cert = "";
let otherCert = "";
beforeAll(async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  key = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const hour = 3_600_000;
  const dates = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
  cert = await selfSigned({ key: pair.privateKey, names: ["localhost"], ...dates });
  otherCert = await selfSigned({ key: pair.privateKey, names: ["other.example"], ...dates });
});

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "localhost", resolve));
  return (server.address() as AddressInfo).port;
}

async function probe(port: number, tls: "implicit" | "required", ca = cert, signal?: AbortSignal): Promise<void> {
  return tlsProbe({ ca })({ host: "localhost", port, tls }, signal ?? new AbortController().signal);
}

describe("TLS from the first octet", () => {
  const speaking = async (greeting: string, certificate = cert): Promise<number> =>
    listen(createTlsServer({ key, cert: certificate }, (socket) => socket.on("error", () => undefined).end(greeting)));

  test.each(["+OK ready <1@example.net>\r\n", "+OK\r\n", `+OK ${"x".repeat(500)}\r\n`])(
    "%j passes",
    async (greeting) => {
      await probe(await speaking(greeting), "implicit");
    },
  );

  test("the server is told which name is meant", async () => {
    const told: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      told.push(name);
      done(null);
    };
    await probe(
      await listen(createTlsServer({ key, cert, SNICallback }, (socket) => socket.end("+OK\r\n"))),
      "implicit",
    );
    expect(told).toEqual(["localhost"]);
  });

  test.each(["* OK IMAP4rev1\r\n", "220 smtp.example.net\r\n", "-ERR busy\r\n", "+OKAY\r\n", "x".repeat(100_000)])(
    "another greeting does not",
    async (greeting) => {
      await expect(probe(await speaking(greeting), "implicit")).rejects.toThrow("something else than a POP3 server");
    },
  );

  test("no greeting does not", async () => {
    await expect(probe(await speaking(""), "implicit")).rejects.toThrow("the connection was closed");
  });

  test("a certificate of another name does not", async () => {
    const port = await speaking("+OK\r\n", otherCert);
    await expect(probe(port, "implicit", otherCert)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("a certificate that nobody vouches for does not", async () => {
    const port = await speaking("+OK\r\n");
    await expect(probe(port, "implicit", otherCert)).rejects.toMatchObject({ code: expect.stringContaining("CERT") });
  });

  test("a server without TLS does not", async () => {
    const port = await listen(createServer((socket) => socket.write("+OK in the clear\r\n")));
    await expect(probe(port, "implicit")).rejects.toMatchObject({ code: "ERR_SSL_WRONG_VERSION_NUMBER" });
  });

  test("nobody does not", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(probe(port, "implicit")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("STLS", () => {
  /** A server that answers STLS like this, and begins TLS where that is a yes. */
  async function upgrading(answer: string, certificate = cert): Promise<number> {
    return listen(
      createServer((socket) => {
        socket.write("+OK ready\r\n");
        socket.once("data", (command) => {
          socket.write(command.toString() === "STLS\r\n" ? answer : "-ERR what?\r\n");
          if (!answer.startsWith("+OK")) return;
          new TLSSocket(socket, { isServer: true, key, cert: certificate }).on("error", () => undefined);
        });
      }),
    );
  }

  test("passes with the handshake", async () => {
    await probe(await upgrading("+OK begin\r\n"), "required");
  });

  test("does not without it", async () => {
    await expect(probe(await upgrading("-ERR unknown command\r\n"), "required")).rejects.toThrow("does not take STLS");
  });

  test("does not with a certificate of another name", async () => {
    const port = await upgrading("+OK begin\r\n", otherCert);
    await expect(probe(port, "required", otherCert)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });
});

test.each(["implicit", "required"] as const)("an abort closes the connection (%s)", async (tls) => {
  const controller = new AbortController();
  const port = await listen(createServer(() => controller.abort()));
  await expect(probe(port, tls, cert, controller.signal)).rejects.toThrow("the connection was closed");
  await expect.poll(() => sockets.size).toBe(0);
});
