// The PROXY header on real sockets: it is taken off exactly, whoever reads next finds the rest, and a peer that breaks it gets nothing.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readProxyHeader, trustedAddresses } from "../../src/server/proxy.js";
import { secureContext, startTls } from "../../src/server/tls.js";
import { octets } from "../support/cuts.js";
import { identity } from "../support/identity.mjs";
import { ADDRESSES4, TCP4, tlv, v2 } from "../support/proxy-header.js";

let listener: Server;
let accepted: Socket[];
beforeEach(async () => {
  accepted = [];
  listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accepted.push(socket));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
});
afterEach(() => {
  for (const socket of accepted) socket.destroy();
  listener.close();
});

/** Both ends of a connection. */
async function connected(): Promise<{ client: Socket; server: Socket }> {
  const client = connect({ port: (listener.address() as AddressInfo).port, host: "127.0.0.1", noDelay: true });
  client.on("error", () => {});
  const [server] = (await Promise.all([once(listener, "connection"), once(client, "connect")]))[0] as [Socket];
  return { client, server };
}

/** All that the client was sent until its connection ended, and how it ended. */
async function received(client: Socket): Promise<string> {
  let text = "";
  client.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  if (!client.closed) await new Promise((resolve) => client.on("close", resolve));
  return text;
}

/** The octets that a reader finds, as a session reads them, until the peer ends. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  await once(socket, "end");
  return text;
}

const headers: [string, Uint8Array][] = [
  ["version 1", octets("PROXY TCP4 192.0.2.7 198.51.100.9 50000 995\r\n")],
  ["version 2", v2(TCP4, [ADDRESSES4])],
  ["version 2 with values", v2(TCP4, [ADDRESSES4, tlv(0x04, "x".repeat(4000))])],
];

describe.each(headers)("a header of %s", (_, header) => {
  test("comes in one segment with what follows it", async () => {
    const { client, server } = await connected();
    client.end(Buffer.concat([header, octets("CAPA\r\nQUIT\r\n")]));
    const { source } = await readProxyHeader(server, 5000);
    expect(source).toEqual({ address: "192.0.2.7", port: 50_000 });
    expect(await readToEnd(server)).toBe("CAPA\r\nQUIT\r\n");
  });

  test("comes in pieces, each in its own segment", async () => {
    const { client, server } = await connected();
    const reading = readProxyHeader(server, 5000);
    const whole = Buffer.concat([header, octets("CAPA\r\n")]);
    const size = Math.max(1, Math.floor(whole.length / 60));
    for (let at = 0; at < whole.length; at += size) {
      client.write(whole.subarray(at, at + size));
      await sleep(1);
    }
    client.end();
    expect((await reading).source?.address).toBe("192.0.2.7");
    expect(await readToEnd(server)).toBe("CAPA\r\n");
  });

  test("comes alone, and the session speaks first", async () => {
    const { client, server } = await connected();
    client.write(header);
    await readProxyHeader(server, 5000);
    server.write("+OK\r\n");
    expect(String((await once(client, "data"))[0])).toBe("+OK\r\n");
    client.end("QUIT\r\n");
    expect(await readToEnd(server)).toBe("QUIT\r\n");
  });

  test("comes alone with the end of the connection: the session hears of the end", async () => {
    const { client, server } = await connected();
    client.end(header);
    await sleep(30);
    await readProxyHeader(server, 5000);
    expect(await readToEnd(server)).toBe("");
  });

  test("comes before the server looks, and so does much more", async () => {
    const { client, server } = await connected();
    const much = "NOOP\r\n".repeat(100_000);
    client.end(Buffer.concat([header, octets(much)]));
    await sleep(50);
    await readProxyHeader(server, 5000);
    expect(await readToEnd(server)).toBe(much);
  });

  test("comes before TLS, which starts behind it", async () => {
    const { client, server } = await connected();
    client.write(header);
    const secured = connectTls({ socket: client, rejectUnauthorized: false });
    await readProxyHeader(server, 5000);
    const serverSide = await startTls(server, secureContext(identity));
    serverSide.write("+OK\r\n");
    expect(String((await once(secured, "data"))[0])).toBe("+OK\r\n");
    secured.end("QUIT\r\n");
    expect(await readToEnd(serverSide)).toBe("QUIT\r\n");
  });
});

test("header and Client Hello in one write: what TLS is given is what was read", async () => {
  const { client, server } = await connected();
  // The Client Hello of a client on another connection, so that it can be put behind a header octet for octet.
  const other = await connected();
  const hello = once(other.server, "data") as Promise<[Buffer]>;
  const secured = connectTls({ socket: other.client, rejectUnauthorized: false });
  const [first] = await hello;
  client.write(Buffer.concat([v2(TCP4, [ADDRESSES4]), first]));
  await readProxyHeader(server, 5000);
  const handshake = startTls(server, secureContext(identity));
  // The server's hello answers this client's session, so the client can go on with it.
  client.on("data", (chunk: Buffer) => other.server.write(chunk));
  other.server.on("data", (chunk: Buffer) => client.write(chunk));
  await once(secured, "secureConnect");
  const serverSide = await handshake;
  serverSide.write("+OK\r\n");
  expect(String((await once(secured, "data"))[0])).toBe("+OK\r\n");
  secured.destroy();
});

describe("a peer that breaks the header is cut off and told nothing", () => {
  test.each([
    ["a command", octets("CAPA\r\n")],
    ["a TLS handshake", octets("\x16\x03\x01\0\xf1\x01")],
    ["a bad line", octets("PROXY TCP4 1.2.3.4 5.6.7.8 09 1\r\n")],
    ["a length without end", v2(TCP4, [Buffer.alloc(0xffff)])],
  ])("%s", async (_, sent) => {
    const { client, server } = await connected();
    const answer = received(client);
    client.write(sent);
    await expect(readProxyHeader(server, 5000)).rejects.toMatchObject({ name: "ProxyFailure", reason: "malformed" });
    expect(server.destroyed).toBe(true);
    expect(await answer).toBe("");
  });

  test.each([
    ["nothing", octets("")],
    ["half a header", octets("PROXY TCP4 192.0.2.7")],
  ])("the end after %s", async (_, sent) => {
    const { client, server } = await connected();
    const answer = received(client);
    client.end(sent);
    await expect(readProxyHeader(server, 5000)).rejects.toMatchObject({ reason: "closed" });
    expect(await answer).toBe("");
  });

  test("a reset", async () => {
    const { client, server } = await connected();
    client.write("PROXY ");
    setTimeout(() => client.resetAndDestroy(), 20);
    await expect(readProxyHeader(server, 5000)).rejects.toMatchObject({ reason: "closed" });
  });

  test("octets that trickle in: the deadline is for the whole header", async () => {
    const { client, server } = await connected();
    const answer = received(client);
    const trickle = setInterval(() => client.write("x"), 20);
    client.write("PROXY UNKNOWN ");
    const begun = performance.now();
    await expect(readProxyHeader(server, 200)).rejects.toMatchObject({ reason: "deadline" });
    expect(performance.now() - begun).toBeLessThan(1000);
    clearInterval(trickle);
    expect(await answer).toBe("");
  });
});

test("the deadline ends with the header", async () => {
  const { client, server } = await connected();
  client.write("PROXY UNKNOWN\r\n");
  await readProxyHeader(server, 100);
  await sleep(200);
  expect(server.destroyed).toBe(false);
});

describe("trusted addresses", () => {
  const trusted = trustedAddresses([
    "192.0.2.1",
    "10.0.0.0/8",
    "198.51.100.128/25",
    "2001:db8:1::/48",
    "::1",
    "::ffff:203.0.113.0/120",
    "::ffff:203.0.114.7",
  ]);
  test.each([
    ["192.0.2.1", true],
    ["::ffff:192.0.2.1", true],
    ["::ffff:c000:201", true],
    ["192.0.2.2", false],
    ["10.255.255.255", true],
    ["::ffff:10.1.2.3", true],
    ["11.0.0.0", false],
    ["198.51.100.128", true],
    ["198.51.100.127", false],
    ["2001:db8:1:ffff::9", true],
    ["2001:DB8:1::", true],
    ["2001:db8:2::", false],
    ["::1", true],
    ["127.0.0.1", false],
    ["203.0.113.77", true],
    ["::ffff:203.0.113.77", true],
    ["203.0.114.7", true],
    ["203.0.114.8", false],
    ["", false],
    ["unix", false],
  ])("%j: %s", (address, expected) => {
    expect(trusted(address)).toBe(expected);
  });

  test.each([
    [[], "192.0.2.1", false],
    [["0.0.0.0/0"], "203.0.113.9", true],
    [["0.0.0.0/0"], "::ffff:203.0.113.9", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["::/0"], "2001:db8::1", true],
    [["::/0"], "192.0.2.1", false],
  ])("%j and %j: %s", (list, address, expected) => {
    expect(trustedAddresses(list)(address)).toBe(expected);
  });

  test.each([
    ["localhost", /write one such as 192\.0\.2\.1/],
    ["", /write one such as/],
    ["192.0.2", /write one such as/],
    ["192.0.02.1", /write one such as/],
    ["192.0.2.1:995", /write one such as/],
    ["fe80::1%eth0", /write one such as/],
    ["10.0.0.0/8/8", /write one such as/],
    ["10.0.0.0/33", /from 0 to 32/],
    ["10.0.0.0/", /from 0 to 32/],
    ["10.0.0.0/08", /from 0 to 32/],
    ["2001:db8::/129", /from 0 to 128/],
    ["192.0.2.9/24", /write 192\.0\.2\.0\/24 for all of it, or 192\.0\.2\.9$/],
    ["2001:db8::1/32", /write 2001:db8::\/32 for all of it/],
  ])("%j is refused, with what to write", (entry, message) => {
    expect(() => trustedAddresses(["192.0.2.1", entry])).toThrow(RangeError);
    expect(() => trustedAddresses(["192.0.2.1", entry])).toThrow(message);
  });
});
