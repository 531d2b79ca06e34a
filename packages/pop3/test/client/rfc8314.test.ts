// What RFC 8314 asks of a client, by its sections.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import { Pop3Client, type TlsOptions } from "@postern/pop3/client";
import { identity } from "../support/identity.mjs";
import { puppet, wellBehaved } from "../support/puppet.js";

/** The type of a TLS record, and what TLS 1.3 disguises everything as. */
const RECORD = 0x17;
/** An alert under TLS 1.3: head, two octets, the type inside and a tag. */
const ALERT_OCTETS = 5 + 2 + 1 + 16;

test.each(["quit", "close"] as const)("§3.4: %s says to TLS that the connection ends", async (how) => {
  await using server = await puppet(wellBehaved(), { tls: true });
  const sent: Uint8Array[] = [];
  const between = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.on("data", (chunk: Uint8Array) => {
      sent.push(chunk);
      upstream.write(chunk);
    });
    upstream.pipe(client);
    client.on("close", () => between.close());
  });
  between.listen(0, "127.0.0.1");
  await once(between, "listening");
  const client = await Pop3Client.connect({
    host: "localhost",
    port: (between.address() as AddressInfo).port,
    tlsOptions: { ca: identity.cert },
  });
  await client[how]();
  await once(between, "close");
  const octets = Buffer.concat(sent);
  const last = octets.subarray(-ALERT_OCTETS);
  expect([...last.subarray(0, 5)]).toEqual([RECORD, 3, 3, 0, ALERT_OCTETS - 5]);
});

test("a server that reads nothing more is not waited for", async () => {
  await using server = await puppet(wellBehaved());
  let stream: Socket | undefined;
  const client = await Pop3Client.connect({
    host: "127.0.0.1",
    tls: "none",
    stream: () => (stream = connect(server.port, "127.0.0.1")),
  });
  // More than any buffer between the two holds.
  server.sockets[0]!.pause();
  stream!.write(new Uint8Array(64 * 1024 * 1024));
  client.close();
  await once(stream!, "close");
});

test("§5.3: what was agreed with another host is not resumed", async () => {
  await using server = await puppet(wellBehaved(), { tls: true });
  const other = connectTls({
    port: server.port,
    host: "127.0.0.1",
    servername: "other.example",
    ca: identity.cert,
    rejectUnauthorized: false,
  });
  const [session] = (await once(other, "session")) as [Buffer];
  other.destroy();
  const tlsOptions: TlsOptions & { readonly session: Buffer } = { ca: identity.cert, session };
  const opening = Pop3Client.connect({
    host: "other.example",
    tlsOptions,
    stream: () => connect(server.port, "127.0.0.1"),
  });
  await expect(opening).rejects.toMatchObject({ name: "TransportLost", reason: "tls" });
});
