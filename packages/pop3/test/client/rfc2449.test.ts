// What RFC 2449 asks of a client, by its sections.
import { describe, expect, test } from "vitest";
import { type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { type Part, puppet, type Puppet, wellBehaved } from "../support/puppet.js";

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

describe("§5: what an earlier session saw is no promise", () => {
  function knowing(capabilities: readonly string[], only: string): Part {
    const others = wellBehaved(capabilities);
    return (line, ...rest) => {
      const isLogin = /^(?:AUTH|USER|PASS)/.test(line);
      return isLogin && !line.startsWith(only) && !(only === "USER" && line.startsWith("PASS"))
        ? "-ERR unknown command"
        : others(line, ...rest);
    };
  }

  test("a way that was refused is left for the one of today", async () => {
    await using server = await puppet(knowing(["USER", "PIPELINING"], "USER"));
    await using client = await loggedIn(server, { remembered: ["SASL PLAIN", "PIPELINING"] });
    expect(client.loginMethod).toBe("USER");
    expect(client.capabilitiesBeforeLogin.lines).toEqual(["USER", "PIPELINING"]);
  });

  test("so is one that was not there", async () => {
    await using server = await puppet(knowing(["SASL PLAIN"], "AUTH"));
    const plain = { ...auth, methods: ["PLAIN"] };
    await using client = await loggedIn(server, { remembered: ["UIDL"], auth: plain });
    expect(client.loginMethod).toBe("PLAIN");
  });

  test.each([
    ["the way is the same today", ["SASL PLAIN", "UIDL"], "-ERR no"],
    ["the server says what is wrong", ["USER"], "-ERR [AUTH] no"],
    ["nothing has changed", ["SASL PLAIN"], "-ERR no"],
  ])("a refusal is one where %s", async (_, capabilities, answer) => {
    const others = wellBehaved(capabilities);
    await using server = await puppet((line, ...rest) => (line.startsWith("AUTH") ? answer : others(line, ...rest)));
    await expect(loggedIn(server, { remembered: ["SASL PLAIN"] })).rejects.toMatchObject({ name: "CommandRefused" });
    expect(server.heard.filter((line) => /^(?:AUTH|PASS)/.test(line))).toHaveLength(1);
  });
});

test("§5: an answer to CAPA that does not end is not held", async () => {
  const lines = `${"X".repeat(500)}\r\n`.repeat(120);
  await using server = await puppet((line, ...rest) => (line === "CAPA" ? `+OK\r\n${lines}.` : good(line, ...rest)));
  await expect(loggedIn(server)).rejects.toThrow("the answer to CAPA is longer");
});

describe("§6.6: messages are asked for ahead", () => {
  function sizes(listing: string): Part {
    const others = wellBehaved(["USER", "UIDL", "PIPELINING"]);
    return (line, ...rest) => (line === "LIST" ? `+OK\r\n${listing}.` : others(line, ...rest));
  }

  async function askedFor(listing: string, window: number): Promise<number> {
    await using server = await puppet(sizes(listing));
    await using client = await loggedIn(server);
    for await (const message of client.messages({ window })) {
      await message.bytes();
      break;
    }
    await client.noop();
    return server.heard.filter((line) => line.startsWith("RETR")).length;
  }

  test("one at a time without a window, also where sizes are not listed, or listed as 0", async () => {
    expect(await askedFor("1\r\n2\r\n3\r\n", 0)).toBe(1);
    expect(await askedFor("1 0\r\n2 0\r\n3 0\r\n", 0)).toBe(1);
    expect(await askedFor("1 3\r\n2 3\r\n3 3\r\n", 0)).toBe(1);
  });

  test("as many as the window holds", async () => {
    expect(await askedFor("1 1000\r\n2 1000\r\n3 1000\r\n", 2500)).toBe(2);
  });

  test("a listing that was asked for with the login and refused is asked for again", async () => {
    let count = 0;
    const others = sizes("1 3\r\n");
    await using server = await puppet((line, ...rest) =>
      line === "LIST" && count++ === 0 ? "-ERR [SYS/TEMP] not now" : others(line, ...rest),
    );
    await using client = await loggedIn(server, { prefetchListings: true });
    await client.noop();
    const numbers: number[] = [];
    for await (const { number } of client.messages()) numbers.push(number);
    expect(numbers).toEqual([1]);
  });
});
