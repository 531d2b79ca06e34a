// What a peer, or all of them together, can take from the server: no more than the configuration says, to the last connection and
// over two workers, and no longer than its deadlines.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../cli/run-cli.js";
import { Peer, timed } from "./support/peer.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

/** More than what lies between two programs of one machine. */
const LARGE_OCTETS = 28 * 1024 * 1024;

/** Lines are gathered for a moment before they are written. */
const LOG_BEHIND_MS = 150;

describe("connections over two workers", () => {
  const [ALL, PER_ADDRESS] = [25, 10];
  let site: Site;
  let served: Served;
  beforeAll(async () => {
    site = new Site();
    served = await site.serve({
      config: `
limits = { connections = ${ALL}, connections_per_address = ${PER_ADDRESS} }
log = { level = "debug", format = "json" }`,
    });
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  interface Crowd {
    readonly inside: readonly Peer[];
    readonly refusals: readonly (string | null)[];
  }

  /** That many connections at once from these addresses in turn; those that were let in stay. */
  async function crowd(count: number, addresses: readonly string[]): Promise<Crowd> {
    const all = await Promise.all(
      Array.from({ length: count }, async (_, at) =>
        Peer.greeted({ port: served.port, from: addresses[at % addresses.length]! }),
      ),
    );
    return {
      inside: all.filter(({ greeting }) => greeting?.startsWith("+OK")).map(({ peer }) => peer),
      refusals: all.map(({ greeting }) => greeting).filter((greeting) => greeting?.startsWith("+OK") !== true),
    };
  }

  /** Closes these and waits until the server has noticed. */
  async function gone(peers: readonly Peer[]): Promise<void> {
    await sleep(LOG_BEHIND_MS);
    const before = served.entries("session.ended").length;
    for (const peer of peers) peer.close();
    await served.told("session.ended", {}, before + peers.length);
  }

  test("from one address: exactly as many as there may be, and one more for each that goes", async () => {
    const { inside, refusals } = await crowd(40, ["127.0.0.2"]);
    expect(inside).toHaveLength(PER_ADDRESS);
    for (const refusal of refusals) expect(refusal).toMatch(/^-ERR \[SYS\/TEMP\] too many connections/);
    await sleep(LOG_BEHIND_MS);
    // Either worker may have had all the places to give; both were asked.
    const asked = [...served.entries("session.opened"), ...served.entries("session.refused")];
    expect(new Set(asked.map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    await gone(inside.slice(0, 3));
    const { inside: next } = await crowd(9, ["127.0.0.2"]);
    expect(next).toHaveLength(3);
    await gone([...inside.slice(3), ...next]);
  });

  test("in all: exactly as many as there may be, and one more for each that goes", async () => {
    const addresses = [1, 2, 3, 4, 5, 6].map((last) => `127.0.1.${last}`);
    const { inside } = await crowd(60, addresses);
    expect(inside).toHaveLength(ALL);
    await gone(inside.slice(0, 4));
    const { inside: next } = await crowd(12, addresses);
    expect(next).toHaveLength(4);
    await gone([...inside.slice(4), ...next]);
  });

  test("after a storm of connections that come and go, nothing is left counted", async () => {
    for (let round = 0; round < 5; round += 1) {
      const storm = Array.from({ length: 40 }, async (_, at) => {
        const peer = await Peer.connect({ port: served.port, from: `127.0.2.${1 + (at % 5)}` });
        if (at % 3 > 0) await peer.line().catch(() => null);
        if (at % 3 === 1) await peer.ask("QUIT");
        peer.close();
      });
      await Promise.all(storm);
    }
    await sleep(LOG_BEHIND_MS);
    const counts = (event: string): number => served.entries(event).length;
    await served.until(() => counts("session.opened") === counts("session.ended"), "all sessions have ended");
    const { inside } = await crowd(
      ALL * 2,
      [1, 2, 3, 4, 5].map((last) => `127.0.2.${last}`),
    );
    expect(inside).toHaveLength(ALL);
    await gone(inside);
  });
});

describe("deadlines", () => {
  const LOGIN_MS = 1000;
  const SLOW_READER_MS = 1000;
  let site: Site;
  let served: Served;
  beforeAll(async () => {
    site = new Site();
    await site.addUser("ann", "secret");
    await site.addUser("ben", "secret");
    await site.deliver("ann", [[`Subject: large\r\n\r\n${"all the same line\r\n".repeat(LARGE_OCTETS / 19)}`]]);
    served = await site.serve({
      config: `
allow_plaintext_login = true
deadlines = { login_seconds = ${LOGIN_MS / 1000}, slow_reader_seconds = ${SLOW_READER_MS / 1000} }
log = { level = "debug", format = "json" }`,
    });
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  /** Ends not before its time, and not much later. */
  async function endsAtLogin(peer: Peer): Promise<void> {
    const [, ms] = await timed(peer.rest());
    expect(ms).toBeGreaterThan(LOGIN_MS - 200);
    expect(ms).toBeLessThan(LOGIN_MS + 1500);
  }

  test.concurrent("who does not log in in time is cut off, whatever else he does", async () => {
    const [silent, busy, halfway, typing, inExchange] = await Promise.all(
      Array.from({ length: 5 }, async () => (await Peer.greeted({ port: served.port, from: "127.0.0.3" })).peer),
    );
    const noHandshake = await Peer.connect({ port: served.tlsPort, from: "127.0.0.3" });
    const begun = await Peer.greeted({ port: served.port, from: "127.0.0.3" });
    await begun.peer.ask("STLS");
    halfway!.send("USER ann\r\nPASS sec");
    inExchange!.send("AUTH PLAIN\r\n");
    const talking = setInterval(() => {
      busy!.send("CAPA\r\n");
      typing!.send("x");
    }, 100);
    const all = [silent!, busy!, halfway!, typing!, inExchange!, noHandshake, begun.peer];
    await Promise.all(all.map(endsAtLogin)).finally(() => clearInterval(talking));
    await served.told("session.ended", { remoteAddress: "127.0.0.3", reason: "login-deadline" }, 5);
    await served.until(
      () => served.entries("session.ended", { remoteAddress: "127.0.0.3" }).length === 7,
      "all of them have ended",
    );
  });

  test.concurrent("who logged in in time stays", async () => {
    const { peer } = await Peer.greeted({ port: served.port, from: "127.0.0.4" });
    expect(await peer.login("ben", "secret")).toMatch(/^\+OK/);
    await sleep(LOGIN_MS + 700);
    expect(await peer.ask("NOOP", "QUIT")).toEqual([expect.stringMatching(/^\+OK/), expect.stringMatching(/^\+OK/)]);
  });

  test.concurrent("who asks for a large message and does not read is cut off, and loses nothing", async () => {
    const { peer } = await Peer.greeted({ port: served.port, from: "127.0.0.5" });
    expect(await peer.login("ann", "secret")).toMatch(/^\+OK/);
    peer.pause();
    peer.send("RETR 1\r\nDELE 1\r\nQUIT\r\n");
    const [, ms] = await timed(served.told("session.ended", { remoteAddress: "127.0.0.5", reason: "slow-reader" }));
    expect(ms).toBeGreaterThan(SLOW_READER_MS - 300);
    expect(ms).toBeLessThan(SLOW_READER_MS + 2500);
    const [{ octetsOut }] = served.entries("session.ended", { reason: "slow-reader" }) as unknown as [
      { octetsOut: number },
    ];
    expect(octetsOut).toBeLessThan(LARGE_OCTETS);
    peer.resume();
    expect(await peer.rest()).not.toMatch(/\r\n\.\r\n/);

    // The maildrop is free at once, and the message is whole: at the pace of who reads, however slowly, the deadline never counts.
    const next = await Peer.greeted({ port: served.port, from: "127.0.0.5" });
    expect(await next.peer.login("ann", "secret")).toMatch(/messages: 1,/);
    next.peer.send("RETR 1\r\n");
    for (let pause = 0; pause < 4; pause += 1) {
      next.peer.pause();
      await sleep(SLOW_READER_MS * 0.6);
      next.peer.resume();
      await sleep(20);
    }
    expect(await next.peer.line()).toMatch(/^\+OK/);
    next.peer.send("QUIT\r\n");
    expect((await next.peer.rest()).slice(-200)).toMatch(/\r\n\.\r\n\+OK[^\r]*\r\n$/);
    expect(next.peer.octets).toBeGreaterThan(LARGE_OCTETS - 40);
    await served.told("message.retrieved", { remoteAddress: "127.0.0.5" });
  });
});

test.each([0, 1, 599])("no configuration makes the server impatient: idle_seconds = %i", async (seconds) => {
  await using site = new Site();
  site.configure(`deadlines = { idle_seconds = ${seconds} }`);
  const { status, stderr } = await runCli(["serve"], { cwd: site.folder });
  expect(status).toBe(2);
  expect(stderr).toMatch(/idle_seconds.* from 600 /);
});

test("the least that is allowed is served", async () => {
  await using site = new Site();
  const served = await site.serve({ config: "deadlines = { idle_seconds = 600 }", workers: 1 });
  expect((await Peer.greeted({ port: served.port })).greeting).toMatch(/^\+OK/);
});
