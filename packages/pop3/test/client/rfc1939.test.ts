// What RFC 1939 asks of a client, by its sections.
import { setTimeout as sleep } from "node:timers/promises";
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

describe("§6: messages are deleted by QUIT alone", () => {
  test("what was marked and not waited for is committed and told", async () => {
    await using server = await puppet(good);
    const client = await loggedIn(server);
    void client.delete(1);
    void client.delete(2);
    expect(await client.quit()).toEqual({ deleted: [1, 2] });
  });

  test("a refused QUIT tells those, too", async () => {
    await using server = await puppet((line, ...rest) => (line === "QUIT" ? "-ERR locked" : good(line, ...rest)));
    const client = await loggedIn(server);
    void client.delete(2);
    await expect(client.quit()).rejects.toMatchObject({ uncommitted: [2] });
  });

  test("the end of a scope sends no QUIT behind a mark that was not answered", async () => {
    await using server = await puppet(good);
    {
      await using client = await loggedIn(server);
      client.delete(1).catch(() => {});
    }
    await sleep(20);
    expect(server.heard).not.toContain("QUIT");
  });

  test("nor behind one that was given up after it was sent", async () => {
    await using server = await puppet(async (line, ...rest) => {
      if (line === "DELE 1") await sleep(50);
      return good(line, ...rest);
    });
    {
      await using client = await loggedIn(server);
      const given = new AbortController();
      const marking = client.delete(1, given);
      while (!server.heard.includes("DELE 1")) await sleep(1);
      given.abort(new Error("given up"));
      await expect(marking).rejects.toThrow("given up");
      await client.noop();
      expect(client.marked).toEqual([1]);
    }
    await sleep(20);
    expect(server.heard).not.toContain("QUIT");
  });

  test("where nothing was marked, it does", async () => {
    await using server = await puppet(good);
    {
      await using client = await loggedIn(server);
      await client.delete(1);
      await client.reset();
    }
    expect(server.heard).toContain("QUIT");
  });
});
