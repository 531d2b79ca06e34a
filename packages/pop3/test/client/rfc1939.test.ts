// What RFC 1939 asks of a client, by its sections.
import { describe, expect, test } from "vitest";
import { type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function loggedIn({ port }: Puppet, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

const good = wellBehaved(["USER", "UIDL", "TOP", "LANG", "PIPELINING"]);

describe("§4: messages are numbered from 1", () => {
  test.each([0, -1, 1.5, NaN, Infinity, 1e21])("%s is not asked for", async (number) => {
    await using server = await puppet(good);
    await using client = await loggedIn(server);
    const heard = server.heard.length;
    await expect(client.delete(number)).rejects.toThrow(RangeError);
    await expect(client.list(number)).rejects.toThrow(RangeError);
    await expect(client.uniqueIds(number)).rejects.toThrow(RangeError);
    expect(() => client.retrieve(number)).toThrow(RangeError);
    expect(() => client.top(number, 1)).toThrow(RangeError);
    await client.noop();
    expect(server.heard.slice(heard)).toEqual(["NOOP"]);
  });

  test("§7: TOP asks for a whole number of lines from 0 up", async () => {
    await using server = await puppet(good);
    await using client = await loggedIn(server);
    for (const lines of [-1, 0.5, NaN]) expect(() => client.top(1, lines)).toThrow(RangeError);
    expect(await client.top(1, 0).bytes()).toHaveLength(3);
  });
});
