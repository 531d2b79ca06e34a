// The ways to a server, one after the other: what is asked, what is not, what counts, and what is said of it.
import { describe, expect, test } from "vitest";
import type { Attempt } from "../../src/discovery/candidate.js";
import { discover, type DiscoverOptions } from "../../src/discovery/discover.js";
import { AddressProblem } from "../../src/discovery/mail-address.js";
import { ProbeFailure } from "../../src/discovery/probe.js";
import { documentOf, server, worldOf, type Facts } from "./world.js";

const own = "https://autoconfig.example.net/mail/config-v1.1.xml";
const wellKnown = "https://example.net/.well-known/autoconfig/mail/config-v1.1.xml";
const database = "https://autoconfig.thunderbird.net/v1.1/example.net";
const lines = (attempts: readonly Attempt[]): string[] => attempts.map((one) => `${one.what} ${one.outcome}`);

test("an address that is none asks nobody", async () => {
  const { options, urls } = worldOf({});
  await expect(discover("alice", options)).rejects.toThrow(AddressProblem);
  expect(urls).toEqual([]);
});

test("all ways are tried in their order, and told while they are", async () => {
  const told: Attempt[] = [];
  const { options, urls, probed } = worldOf({});
  const { candidates, attempts } = await discover("a@example.net", { ...options, onAttempt: (one) => told.push(one) });
  expect(candidates).toEqual([]);
  expect(lines(attempts)).toEqual([
    "SRV _pop3s._tcp.example.net nothing",
    "SRV _pop3._tcp.example.net nothing",
    `${own} nothing`,
    `${wellKnown} nothing`,
    `${database} skipped`,
    "MX example.net nothing",
    ...["995", "110"].flatMap((port) =>
      ["pop.", "pop3.", "mail.", ""].map((prefix) => `${prefix}example.net:${port} nothing`),
    ),
  ]);
  expect(told).toEqual(attempts);
  expect(urls).toEqual([`${own}?emailaddress=a%40example.net`, wellKnown]);
  expect(probed).toHaveLength(8);
});

test("what DNS says ends the search", async () => {
  const { options, urls, probed } = worldOf({ srv: { "_pop3._tcp.example.net": [[0, 0, 110, "pop.example.net"]] } });
  expect((await discover("a@example.net", options)).candidates).toMatchObject([{ source: "srv", tls: "required" }]);
  expect([...urls, ...probed]).toEqual([]);
});

describe("documents", () => {
  const found = async (facts: Facts, ispdb = false) => {
    const world = worldOf(facts);
    return { ...world, ...(await discover("alice@example.net", { ...world.options, ispdb })) };
  };

  test("of the domain vouch for a host elsewhere", async () => {
    const { candidates, attempts, probed } = await found({
      documents: { [own]: documentOf(server("pop.provider.example", "%EMAILLOCALPART%")) },
    });
    expect(candidates).toEqual([
      {
        host: "pop.provider.example",
        port: 995,
        tls: "implicit",
        user: "alice",
        source: "autoconfig",
        detail: own,
        sameDomain: false,
        vouched: true,
        authentication: ["password-cleartext"],
      },
    ]);
    expect(attempts.at(-1)).toEqual({ what: own, outcome: "found", detail: "pop.provider.example:995 with TLS" });
    expect(probed).toEqual([]);
  });

  test("at the well-known place count after those of autoconfig.", async () => {
    const both = { [own]: documentOf(server("a.example.net")), [wellKnown]: documentOf(server("b.example.net")) };
    expect((await found({ documents: both })).candidates).toMatchObject([{ host: "a.example.net" }]);
    const second = { [wellKnown]: both[wellKnown] };
    expect((await found({ documents: second })).candidates).toMatchObject([{ host: "b.example.net" }]);
  });

  test("that nobody waits for any more are given up", async () => {
    let given: AbortSignal | null | undefined;
    const { options } = worldOf({});
    const web: DiscoverOptions["fetch"] = async (url, { signal }) => {
      if (url.startsWith(own)) return new Response(documentOf(server("pop.example.net")));
      given = signal;
      return new Promise(() => undefined);
    };
    expect((await discover("alice@example.net", { ...options, fetch: web })).candidates).toHaveLength(1);
    expect(given?.aborted).toBe(true);
  });

  test("that are none, or have nothing to be used, lead on", async () => {
    const { candidates, attempts } = await found({
      documents: {
        [own]: documentOf(server("pop.example.net").replace("SSL", "plain")),
        [wellKnown]: "<!DOCTYPE html>",
      },
      servers: ["pop.example.net:995"],
    });
    expect(candidates).toMatchObject([{ source: "well-known" }]);
    expect(attempts).toContainEqual({ what: own, outcome: "skipped", detail: "pop.example.net:995 is without TLS" });
    expect(attempts).toContainEqual(expect.objectContaining({ what: wellKnown, outcome: "failed" }));
  });

  test("without POP3 are said to be that", async () => {
    const { attempts } = await found({ documents: { [own]: documentOf() } });
    expect(attempts).toContainEqual({ what: own, outcome: "nothing", detail: "a document without a POP3 server" });
  });

  test("of Thunderbird's database are read on request only, by the domain", async () => {
    const documents = { [database]: documentOf(server("pop.provider.example")) };
    expect((await found({ documents })).candidates).toEqual([]);
    const { candidates, urls } = await found({ documents }, true);
    expect(candidates).toMatchObject([{ host: "pop.provider.example", detail: database, vouched: true }]);
    expect(urls.filter((url) => url.startsWith("https://autoconfig.thunderbird.net/"))).toEqual([database]);
  });

  test("of whoever takes the mail are vouched for by nobody, and learn no address", async () => {
    const place = "https://autoconfig.provider.co.uk/mail/config-v1.1.xml";
    const facts: Facts = {
      mx: {
        "example.net": [
          [20, "spare.elsewhere.example"],
          [10, "mx1.eu.Provider.co.uk"],
        ],
      },
      documents: { [place]: documentOf(server("pop.provider.co.uk"), server("pop.example.net")) },
    };
    const { candidates, attempts, urls } = await found(facts);
    expect(candidates).toMatchObject([
      { host: "pop.provider.co.uk", sameDomain: false, vouched: false },
      { host: "pop.example.net", sameDomain: true, vouched: true },
    ]);
    expect(attempts).toContainEqual({ what: "MX example.net", outcome: "found", detail: "mx1.eu.provider.co.uk" });
    expect(urls.slice(2)).toEqual(["https://autoconfig.eu.provider.co.uk/mail/config-v1.1.xml", place]);
    expect((await found(facts, true)).urls.slice(2)).toEqual([
      database,
      "https://autoconfig.eu.provider.co.uk/mail/config-v1.1.xml",
      "https://autoconfig.thunderbird.net/v1.1/eu.provider.co.uk",
      place,
      "https://autoconfig.thunderbird.net/v1.1/provider.co.uk",
    ]);
  });

  test.each([
    ["the domain itself", "mx.example.net", 2],
    ["a host right under a public suffix", "provider.co.uk", 3],
    ["a public suffix", "co.uk", 2],
    ["nobody (RFC 7505)", "", 2],
    ["an address", "192.0.2.1", 2],
    ["a hostile name", "a\r\nb.provider.example", 2],
  ])("mail taken by %s", async (_, exchange, asked) => {
    const { urls, attempts } = await found({ mx: { "example.net": [[0, exchange]] } });
    expect(urls).toHaveLength(asked);
    expect(urls.some((url) => url.includes("autoconfig.co.uk"))).toBe(false);
    for (const { detail } of attempts) expect(detail).not.toMatch(/[\0-\x1f]/);
  });
});

describe("well-known names", () => {
  test("TLS from the first octet is enough", async () => {
    const { options, probed } = worldOf({
      servers: ["mail.example.net:995", "pop.example.net:995", "pop.example.net:110"],
    });
    const { candidates } = await discover("a@example.net", options);
    expect(candidates).toEqual([
      expect.objectContaining({ host: "pop.example.net", port: 995, tls: "implicit", user: "a@example.net" }),
      expect.objectContaining({ host: "mail.example.net", port: 995, sameDomain: true, vouched: true }),
    ]);
    expect(probed).toHaveLength(4);
  });

  test("STLS where there is nothing better", async () => {
    const { options } = worldOf({ servers: ["example.net:110"] });
    const { candidates, attempts } = await discover("a@example.net", options);
    expect(candidates).toMatchObject([{ host: "example.net", port: 110, tls: "required", source: "well-known" }]);
    expect(attempts.at(-1)).toEqual({
      what: "example.net:110",
      outcome: "found",
      detail: "a POP3 server with STLS",
    });
  });

  test.each<[Error, Attempt["outcome"], string]>([
    [new ProbeFailure("something else than a POP3 server"), "failed", "something else than a POP3 server"],
    [
      Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }),
      "failed",
      "its certificate is not valid for this name (CERT_HAS_EXPIRED)",
    ],
    [Object.assign(new Error("x"), { code: "EHOSTUNREACH" }), "failed", "no connection (EHOSTUNREACH)"],
    [Object.assign(new Error("x"), { code: "\u001b[2J" }), "failed", "no connection (unknown)"],
    [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "nothing", "nobody listens there"],
  ])("a probe that ends with %s", async (error, outcome, detail) => {
    const { options } = worldOf({});
    const probe = async (): Promise<void> => {
      throw error;
    };
    const { attempts } = await discover("a@example.net", { ...options, probe });
    expect(attempts.at(-1)).toEqual({ what: "example.net:110", outcome, detail });
  });

  test("a name that would be too long is not tried", async () => {
    const domain = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(58)}.example`;
    const { options, probed } = worldOf({});
    await discover(`a@${domain}`, options);
    expect(new Set(probed)).toEqual(
      new Set([`pop.${domain}:995`, `${domain}:995`, `pop.${domain}:110`, `${domain}:110`]),
    );
  });
});

describe("an end from outside", () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const { options } = worldOf({});

  test("before the first question", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(discover("a@example.net", { ...options, signal })).rejects.toThrow("enough");
  });

  test.each<[string, (stop: () => void) => Partial<typeof options>]>([
    [
      "DNS",
      (stop) => ({
        resolver: {
          resolveSrv: async () => {
            stop();
            return never();
          },
          resolveMx: never,
        },
      }),
    ],
    [
      "the web",
      (stop) => ({
        fetch: async () => {
          stop();
          return never();
        },
      }),
    ],
    [
      "a probe",
      (stop) => ({
        probe: async () => {
          stop();
          return never();
        },
      }),
    ],
  ])("while %s is asked", async (_, silent) => {
    const controller = new AbortController();
    const stop = (): void => controller.abort(new Error("enough"));
    const { signal } = controller;
    await expect(discover("a@example.net", { ...options, ...silent(stop), signal })).rejects.toThrow("enough");
  });

  test("what nobody answers ends by itself, and the resolver is told", async () => {
    let cancelled = false;
    const resolver = { resolveSrv: never, resolveMx: never, cancel: () => (cancelled = true) };
    const found = await discover("a@example.net", { deadlineMs: 20, resolver, fetch: never, probe: never });
    expect(found.candidates).toEqual([]);
    expect(found.attempts.filter(({ outcome }) => outcome !== "skipped")).toSatisfy((all: readonly Attempt[]) =>
      all.every(({ detail }) => detail === "no answer within 0.02 seconds"),
    );
    expect(cancelled).toBe(true);
  });
});
