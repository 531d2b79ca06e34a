// Channel bindings and clients' certificates on real TLS connections: both ends agree, and nobody is believed who was not verified.
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectPlain, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channelBindings, serverEndPoint } from "../../src/mechanisms/exchange/channel-bindings.js";
import { clientCertificateOf } from "../../src/server/client-certificate.js";
import { secureContext, startTls, type ServerContext, type TlsIdentity } from "../../src/server/tls.js";
import * as certificates from "../support/certificates.js";
import { identity } from "../support/identity.mjs";

const { ann, clientCa, expired, server: forServers, signedCertificates, stranger } = certificates;

let listener: Server;
/** TLS sockets alone: the one below goes with them, and Node does not bear that it goes first. */
const open: TLSSocket[] = [];
beforeEach(async () => {
  listener = createServer({ allowHalfOpen: true });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  listener.close();
});

interface Ends {
  readonly server: TLSSocket;
  readonly client: TLSSocket;
  /** With which a client resumes. */
  readonly session: Promise<Buffer>;
}

async function handshake(context: ServerContext, options: ConnectionOptions = {}): Promise<Ends> {
  const plain = connectPlain((listener.address() as AddressInfo).port, "127.0.0.1");
  const [accepted] = (await once(listener, "connection")) as [Socket];
  const client = connect({ socket: plain, rejectUnauthorized: false, ...options });
  client.on("error", () => {});
  const session = new Promise<Buffer>((resolve) => client.once("session", resolve));
  const [server] = await Promise.all([startTls(accepted, context), once(client, "secureConnect")]);
  open.push(client, server);
  return { server, client, session };
}

function withClients(more: Partial<TlsIdentity> = {}): ServerContext {
  return secureContext({ ...identity, clientCa, ...more });
}

describe("tls-server-end-point (RFC 5929 §4.1)", () => {
  test.each(signedCertificates)("$name, as openssl computes it", ({ pem, endPoint }) => {
    const computed = serverEndPoint(new X509Certificate(pem).raw);
    expect(computed === null ? null : Buffer.from(computed).toString("hex")).toBe(endPoint);
  });

  test("is the same at both ends, under TLS 1.2 too", async () => {
    const context = secureContext(identity);
    for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
      const { server, client } = await handshake(context, { maxVersion });
      const atServer = channelBindings(server, context.serverEndPoint!)["tls-server-end-point"];
      const atClient = channelBindings(client, serverEndPoint(client.getPeerX509Certificate()!.raw));
      expect(atServer).toHaveLength(32);
      expect(atClient["tls-server-end-point"]).toEqual(atServer);
    }
  });

  test("is of the first certificate of a chain", () => {
    const chain = secureContext({ ...identity, cert: `${identity.cert}\n${clientCa}\n` });
    expect(chain.serverEndPoint).toEqual(secureContext(identity).serverEndPoint);
    expect(chain.serverEndPoint).not.toEqual(serverEndPoint(new X509Certificate(clientCa).raw));
  });

  test("is left out where the certificate has none", async () => {
    const { server } = await handshake(secureContext(identity));
    expect(Object.keys(channelBindings(server, null))).toEqual(["tls-exporter"]);
  });
});

describe("tls-exporter (RFC 9266)", () => {
  test("is the same at both ends and another on each connection", async () => {
    const context = secureContext(identity);
    const seen = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { server, client } = await handshake(context);
      const atServer = channelBindings(server, null)["tls-exporter"]!;
      expect(channelBindings(client, null)["tls-exporter"]).toEqual(atServer);
      expect(atServer).toHaveLength(32);
      seen.add(Buffer.from(atServer).toString("hex"));
    }
    expect(seen.size).toBe(3);
  });

  test("is what the RFC's label and an empty context give", async () => {
    const { server, client } = await handshake(secureContext(identity));
    const expected = client.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
    expect(Buffer.from(channelBindings(server, null)["tls-exporter"]!)).toEqual(expected);
  });

  test("is not offered under TLS 1.2, where nobody says whether the master secret is bound", async () => {
    const { server, client } = await handshake(secureContext(identity), { maxVersion: "TLSv1.2" });
    expect(channelBindings(server, null)).toEqual({});
    expect(channelBindings(client, null)).toEqual({});
  });
});

describe.each(["TLSv1.3", "TLSv1.2"] as const)("a client's certificate under %s", (maxVersion) => {
  test("that was verified is told", async () => {
    const { server } = await handshake(withClients(), { ...ann, maxVersion });
    const { raw } = new X509Certificate(ann.cert);
    expect(clientCertificateOf(server)).toEqual({
      raw: Uint8Array.from(raw),
      fingerprint: new X509Certificate(ann.cert).fingerprint256.replaceAll(":", "").toLowerCase(),
      commonName: "ann",
      emails: ["ann@example.net", "ann@example.org"],
    });
  });

  test.each([
    ["of another authority of the same name", stranger],
    ["that vouches for itself", identity],
    ["that is for servers alone", forServers],
    ["that has ended", expired],
    ["that is absent", {}],
  ])("%s does not count, and the connection goes on", async (_, credentials) => {
    const { server, client } = await handshake(withClients(), { ...credentials, maxVersion });
    expect(server.authorized).toBe(false);
    expect(clientCertificateOf(server)).toBeNull();
    for (const reply of ["+OK one\r\n", "+OK two\r\n"]) {
      client.write("NOOP\r\n");
      expect(String((await once(server, "data"))[0])).toBe("NOOP\r\n");
      server.write(reply);
      expect(String((await once(client, "data"))[0])).toBe(reply);
    }
  });

  test("is not asked for where no authority is named", async () => {
    const { server } = await handshake(secureContext(identity), { ...ann, maxVersion });
    expect(server.getPeerX509Certificate()).toBeUndefined();
    expect(clientCertificateOf(server)).toBeNull();
  });

  const ticketKeys = new Uint8Array(48).fill(9);

  async function resumed(first: ServerContext, second: ServerContext, options: ConnectionOptions): Promise<Ends> {
    const before = await handshake(first, { ...options, maxVersion });
    before.server.write("+OK\r\n");
    before.client.resume();
    const session = await before.session;
    return handshake(second, { ...options, maxVersion, session });
  }

  test("is told when a session is resumed by another who shares the ticket keys", async () => {
    const { server, client } = await resumed(withClients({ ticketKeys }), withClients({ ticketKeys }), ann);
    expect(client.isSessionReused()).toBe(true);
    expect(clientCertificateOf(server)?.commonName).toBe("ann");
  });

  test("stays unverified and absent when a session is resumed", async () => {
    const context = withClients({ ticketKeys });
    for (const credentials of [stranger, {}]) {
      const { server, client } = await resumed(context, context, credentials);
      expect(client.isSessionReused()).toBe(true);
      expect(clientCertificateOf(server)).toBeNull();
    }
  });

  test("is verified anew where the authorities are others by now", async () => {
    const others = withClients({ ticketKeys, clientCa: identity.cert });
    const { server, client } = await resumed(withClients({ ticketKeys }), others, ann);
    expect(client.isSessionReused()).toBe(false);
    expect(clientCertificateOf(server)).toBeNull();
  });

  test("sessions of other ticket keys are not resumed", async () => {
    const { client } = await resumed(secureContext(identity), secureContext(identity), {});
    expect(client.isSessionReused()).toBe(false);
  });
});

test("a second handshake ends the connection: it could bring a certificate that nobody verified", async () => {
  const { server, client } = await handshake(withClients(), { ...ann, maxVersion: "TLSv1.2" });
  server.on("error", () => {});
  const closed = new Promise((resolve) => server.once("close", () => resolve("closed")));
  server.resume();
  client.resume();
  const renegotiated = new Promise((resolve) => {
    client.renegotiate({}, (error) => (error === null ? resolve("renegotiated") : undefined));
  });
  expect(await Promise.race([closed, renegotiated])).toBe("closed");
});

test.each([
  [{ clientCa: "" }, /clientCa holds no certificate/],
  [{ clientCa: identity.key }, /clientCa holds no certificate/],
  [{ ticketKeys: new Uint8Array(32) }, /32 octets and needs 48/],
])("an identity that cannot work is refused: %#", (more, message) => {
  expect(() => secureContext({ ...identity, ...more })).toThrow(message);
});

test("an identity may come in octets", () => {
  const octets = (pem: string): Uint8Array => new TextEncoder().encode(pem);
  const context = secureContext({ key: octets(identity.key), cert: octets(identity.cert), clientCa: octets(clientCa) });
  expect(context).toMatchObject({ requestsCertificate: true, serverEndPoint: secureContext(identity).serverEndPoint });
});

test("a connection without keying material is bound to the certificate alone", () => {
  const endPoint = new Uint8Array(32);
  expect(channelBindings({ getProtocol: () => "TLSv1.3" }, endPoint)).toEqual({ "tls-server-end-point": endPoint });
  expect(channelBindings({ getProtocol: () => "TLSv1.3" }, null)).toEqual({});
});
