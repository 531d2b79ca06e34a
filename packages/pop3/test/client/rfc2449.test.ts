// What RFC 2449 asks of a client, by its sections.
import { describe, expect, test } from "vitest";
import { type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function loggedIn({ port }: Puppet, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

const good = wellBehaved();

describe("§5: servers without CAPA", () => {
  test("a server that hangs up on it is connected to once more, and not asked", async () => {
    await using server = await puppet((line, socket, connection) => {
      if (line !== "CAPA") return good(line, socket, connection);
      socket.destroy();
      return null;
    });
    await using client = await loggedIn(server);
    expect(client.state).toBe("TRANSACTION");
    expect(client.capabilities.answered).toBe(false);
    expect([...client.quirks]).toEqual(["capa-hangs-up"]);
    expect(server.heard).toEqual(["CAPA", "USER ann", "PASS secret"]);
    expect(await client.stat()).toEqual({ count: 2, octets: 6 });
  });

  test("one that hangs up on STLS did not hang up on CAPA", async () => {
    await using server = await puppet((_, socket) => {
      socket.destroy();
      return null;
    });
    await expect(loggedIn(server, { tls: "required" })).rejects.toMatchObject({ name: "TransportLost" });
    expect(server.heard).toEqual(["STLS"]);
  });
});
