// The server that the cases of `client-cases.mjs` talk to, with their users and messages. It runs on Node, whatever the client runs on.
// Knows no case: which user has what is all that both have to agree on.
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "@postern/pop3/server";
import { identity } from "./identity.mjs";

const LARGE_OCTETS = 24 * 1024 * 1024;

/** @returns {Promise<{ port: number, tlsPort: number, close: () => Promise<void> }>} */
export async function caseServer() {
  const maildrops = new MemoryMaildrops();
  const encoder = new TextEncoder();
  for (const user of ["ann", "bob"]) {
    for (let number = 1; number <= 40; number++) {
      await maildrops.deliver(
        user,
        encoder.encode(`Subject: ${number}\r\n\r\n.A dot\r\n${"x".repeat((number - 1) * 50)}`),
      );
    }
  }
  const line = `${"y".repeat(70)}\r\n`;
  await maildrops.deliver("eve", encoder.encode(`Subject: large\r\n\r\n${line.repeat(LARGE_OCTETS / line.length)}`));
  const server = new Pop3Server({
    maildrops,
    authenticator: new MemoryAccounts({ ann: "secret", bob: "secret", eve: "secret" }),
    tls: identity,
    cleartextLogin: "loopback",
  });
  const { port } = await server.listen();
  const { port: tlsPort } = await server.listen({ tls: "implicit" });
  return { port, tlsPort, close: () => server.close({ graceMs: 0 }) };
}
