// A mechanism that binds the channel, with a server that cannot take the binding: here because somebody ends TLS in between. The same
// without binding is tried where the certificate held, and nothing that would show the password.
import { connect as connectTls, createServer, type Server } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { CommandRefused, Pop3Client, type AuthOptions, type TlsOptions } from "@postern/pop3/client";
import { expect, test } from "vitest";
import { identity } from "../support/identity.mjs";
import { world, type World } from "../support/world.js";

/** Ends TLS and begins it anew, so that the bindings of both ends differ. */
async function between({ tlsPort }: World): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({
    key: identity.key,
    cert: identity.cert,
    ALPNProtocols: ["pop3"],
    maxVersion: "TLSv1.3",
  });
  server.on("secureConnection", (near) => {
    const far = connectTls({ port: tlsPort, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["pop3"] });
    near.pipe(far).pipe(near);
    const hangUp = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on("error", hangUp).on("close", hangUp);
    far.on("error", hangUp).on("close", hangUp);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function through(auth: Partial<AuthOptions>, tlsOptions: TlsOptions): Promise<Pop3Client> {
  await using there = await world();
  const { server, port } = await between(there);
  try {
    const client = await Pop3Client.connect({
      host: "localhost",
      port,
      tlsOptions,
      auth: { user: "ann", password: "secret", ...auth },
    });
    await client.quit();
    return client;
  } finally {
    server.close();
  }
}

test("the same without binding, where the certificate held", async () => {
  const client = await through({}, { ca: identity.cert });
  expect([client.loginMethod, [...client.quirks]]).toEqual(["SCRAM-SHA-256", ["binding-refused"]]);
});

test("not where nobody vouches for the server", async () => {
  await expect(through({}, { verified: false })).rejects.toThrow(CommandRefused);
});

test("not by a way that shows the password", async () => {
  const refused = through({ methods: ["SCRAM-SHA-256-PLUS", "PLAIN"] }, { ca: identity.cert });
  await expect(refused).rejects.toThrow(/AUTH was refused/);
});
