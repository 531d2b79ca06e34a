// SRV records: their order, what a domain can say by them, and what of a hostile answer is taken. With a name server on loopback.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { discover, type DiscoverOptions } from "../../src/discovery/discover.js";
import { inOrder } from "../../src/discovery/srv-order.js";
import type { SrvRecord } from "../../src/discovery/resolver.js";
import { NameServer } from "./name-server.js";
import { worldOf } from "./world.js";

let names: NameServer;
beforeEach(async () => {
  names = await NameServer.start();
});
afterEach(async () => names.stop());

/** DNS is the name server; of everything else there is nothing. */
function options(more: DiscoverOptions = {}): DiscoverOptions {
  return { ...worldOf({}).options, resolver: undefined, nameserver: names.address, ...more };
}

const implicit = "SRV _pop3s._tcp.example.net";
const upgraded = "SRV _pop3._tcp.example.net";

describe("what is found", () => {
  test("TLS from the first octet goes before STLS, whatever the priorities", async () => {
    names.answers.set(upgraded, { srv: [[0, 1, 110, "pop.example.net"]] });
    names.answers.set(implicit, {
      srv: [
        [20, 0, 995, "POP.Example.NET"],
        [10, 0, 1995, "mail.provider.example"],
      ],
    });
    const { candidates, attempts } = await discover("Alice@Example.net", options());
    expect(candidates).toEqual([
      {
        host: "mail.provider.example",
        port: 1995,
        tls: "implicit",
        user: "Alice@Example.net",
        source: "srv",
        detail: "_pop3s._tcp.example.net SRV 10 0 1995 mail.provider.example",
        sameDomain: false,
        vouched: false,
      },
      expect.objectContaining({ host: "pop.example.net", port: 995, tls: "implicit", sameDomain: true, vouched: true }),
      expect.objectContaining({ host: "pop.example.net", port: 110, tls: "required" }),
    ]);
    expect(attempts).toEqual([
      { what: implicit, outcome: "found", detail: "10 0 1995 mail.provider.example" },
      { what: implicit, outcome: "found", detail: "20 0 995 pop.example.net" },
      { what: upgraded, outcome: "found", detail: "0 1 110 pop.example.net" },
    ]);
  });

  test("a domain in another script is asked for by its A-labels", async () => {
    names.answers.set("SRV _pop3s._tcp.xn--mnchen-3ya.example", { srv: [[0, 0, 995, "pop.xn--mnchen-3ya.example"]] });
    const { candidates } = await discover("jürgen@münchen.example", options());
    expect(candidates).toMatchObject([
      { host: "pop.xn--mnchen-3ya.example", user: "jürgen@münchen.example", sameDomain: true },
    ]);
  });

  test("the same place twice counts once", async () => {
    names.answers.set(implicit, {
      srv: [
        [0, 0, 995, "pop.example.net"],
        [1, 0, 995, "pop.example.net"],
      ],
    });
    const { candidates } = await discover("a@example.net", options());
    expect(candidates).toMatchObject([{ detail: "_pop3s._tcp.example.net SRV 0 0 995 pop.example.net" }]);
  });
});

describe("what a domain does not have", () => {
  const denied: readonly (readonly [number, number, number, string])[] = [[0, 0, 0, ""]];

  test("a target of . ends the search", async () => {
    names.answers.set(implicit, { srv: denied });
    names.answers.set(upgraded, { srv: denied });
    const world = worldOf({ servers: ["pop.example.net:995"] });
    const found = await discover("a@example.net", { ...world.options, resolver: undefined, nameserver: names.address });
    expect(found.candidates).toEqual([]);
    expect(found.attempts.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
      `${implicit} nothing`,
      `${upgraded} nothing`,
    ]);
    expect([...world.urls, ...world.probed]).toEqual([]);
  });

  test("a target of . for one service leaves the other", async () => {
    names.answers.set(implicit, { srv: [[0, 0, 995, "pop.example.net"]] });
    names.answers.set(upgraded, { srv: denied });
    const { candidates } = await discover("a@example.net", options());
    expect(candidates).toMatchObject([{ port: 995 }]);
  });

  test("a target of . among others denies nothing", async () => {
    names.answers.set(implicit, { srv: [...denied, [0, 0, 995, "pop.example.net"]] });
    expect((await discover("a@example.net", options())).candidates).toMatchObject([{ host: "pop.example.net" }]);
  });

  test("no record, an empty answer and a failure lead to the next way", async () => {
    names.answers.set(implicit, { srv: [] });
    names.answers.set(upgraded, "fails");
    const world = worldOf({ servers: ["mail.example.net:995"] });
    const found = await discover("a@example.net", { ...world.options, resolver: undefined, nameserver: names.address });
    expect(found.candidates).toMatchObject([{ host: "mail.example.net", source: "well-known" }]);
    expect(found.attempts.slice(0, 2)).toEqual([
      { what: implicit, outcome: "nothing", detail: "no record" },
      { what: upgraded, outcome: "failed", detail: "the name server could not find out (SERVFAIL)" },
    ]);
    expect(names.asked).toContain("MX example.net");
  });

  test("a silent name server costs its deadline", async () => {
    names.answers.set(implicit, "silent");
    const { attempts } = await discover("a@example.net", options({ deadlineMs: 50 }));
    expect(attempts[0]).toEqual({ what: implicit, outcome: "failed", detail: "no answer within 0.05 seconds" });
  });
});

describe("hostile answers", () => {
  test.each<[string, readonly [number, number, number, string], string]>([
    ["line ends in a name", [0, 0, 995, "pop\r\nQUIT.example.net"], "the target is no name of a host"],
    ["an escape sequence", [0, 0, 995, "\u001b[2J.example.net"], "the target is no name of a host"],
    ["an address", [0, 0, 995, "127.0.0.1"], "the target is no name of a host"],
    ["one label", [0, 0, 995, "localhost"], "the target is no name of a host"],
    ["port 0", [0, 0, 0, "pop.example.net"], "pop.example.net has no port that can be used"],
  ])("%s", async (_, record, detail) => {
    names.answers.set(implicit, { srv: [record] });
    const { candidates, attempts } = await discover("a@example.net", options());
    expect(candidates).toEqual([]);
    expect(attempts[0]).toEqual({ what: implicit, outcome: "skipped", detail });
  });

  test("a port that no resolver of Node gives", async () => {
    const { options } = worldOf({ srv: { "_pop3s._tcp.example.net": [[0, 0, 70_000, "pop.example.net"]] } });
    expect((await discover("a@example.net", options)).candidates).toEqual([]);
  });

  test("a thousand records", async () => {
    const srv = Array.from({ length: 1000 }, (_, at) => [0, 0, 995, `pop${at}.example.net`] as const);
    const { options } = worldOf({ srv: { "_pop3s._tcp.example.net": srv, "_pop3._tcp.example.net": srv } });
    const { candidates, attempts } = await discover("a@example.net", options);
    expect(candidates).toHaveLength(12);
    expect(attempts).toHaveLength(32);
  });
});

describe("the order of RFC 2782", () => {
  const record = (priority: number, weight: number, name: string): SrvRecord => ({ priority, weight, name, port: 995 });
  const order = (records: readonly SrvRecord[], random: () => number): string =>
    inOrder(records, random)
      .map(({ name }) => name)
      .join(" ");

  test("priorities come first", () => {
    expect(order([record(2, 9, "c"), record(0, 0, "a"), record(1, 5, "b")], () => 0.99)).toBe("a b c");
  });

  test("a lot is drawn among equals, again for each place", () => {
    const records = [record(0, 60, "a"), record(0, 0, "z"), record(0, 40, "b")];
    // Sums in the order z 0, b 40, a 100.
    expect(order(records, () => 0)).toBe("z b a");
    expect(order(records, () => 40 / 101)).toBe("b a z");
    expect(order(records, () => 0.999)).toBe("a b z");
  });

  test("the first place falls to each according to its weight", () => {
    const records = [record(0, 3, "a"), record(0, 1, "b")];
    const firsts = Array.from({ length: 5 }, (_, lot) => order(records, () => lot / 5)[0]);
    // Lots 0 and 1 are b's, since the one of less weight stands first; the rest are a's.
    expect(firsts).toEqual(["b", "b", "a", "a", "a"]);
  });

  test("weights of 0 alone keep everybody in", () => {
    expect(order([record(0, 0, "a"), record(0, 0, "b")], () => 0.999)).toBe("a b");
  });
});
