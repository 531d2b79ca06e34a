// SIGHUP and SIGTERM while people work: what is new counts for who comes next, and nobody who is in the middle of something loses it.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeCertificate } from "../service/running.js";
import { Peer } from "./support/peer.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

/** More than what lies between two programs of one machine. */
const LINES = 800_000;
const line = "what the whole message is made of\r\n";
const large = line.repeat(LINES);
const small = "Subject: small\r\n\r\nx\r\n";
const digestOf = (text: string): string => createHash("sha256").update(text, "latin1").digest("hex");

const settings = (perAddress: number): string => `
tls_cert = "chain.pem"
tls_key = "key.pem"
allow_plaintext_login = true
limits = { connections_per_address = ${perAddress} }
log = { level = "debug", format = "json" }
authentication = { passwd_file = "users" }`;

let site: Site;
let served: Served;
beforeEach(async () => {
  site = new Site();
  site.write("users", "ben:{PLAIN}secret\n");
  await writeCertificate(site.folder, "before.example.net");
  await site.addUser("ann", "secret");
  served = await site.serve({ config: settings(3) });
});
afterEach(async () => site[Symbol.asyncDispose]());

async function entered(name: string, tls: boolean, from = "127.0.0.2"): Promise<Peer> {
  const { peer } = await Peer.greeted({ port: tls ? served.tlsPort : served.port, tls, from });
  expect(await peer.login(name, "secret")).toMatch(/^\+OK/);
  return peer;
}

/** A session that has asked for the large message and read little of it. */
async function inTheMiddle(name: string, tls: boolean): Promise<Peer> {
  const peer = await entered(name, tls);
  peer.send("RETR 1\r\n");
  while (peer.octets < 1000) await sleep(5);
  peer.pause();
  // What is on its way fills every buffer between the two, and no more.
  await sleep(300);
  expect(served.entries("message.retrieved")).toEqual([]);
  return peer;
}

/** Reads the rest of the message and compares all of it. */
async function expectWhole(peer: Peer): Promise<void> {
  peer.resume();
  const whole = (text: string): boolean => text.endsWith("\r\n.\r\n");
  await served.until(() => peer.octets >= large.length, "all octets of the message are there");
  const [first, ...lines] = [await peer.line(), ...(await peer.body())];
  expect(first).toMatch(/^\+OK/);
  expect(whole(`${lines.join("\r\n")}\r\n.\r\n`)).toBe(true);
  expect(digestOf(`${lines.join("\r\n")}\r\n`)).toBe(digestOf(large));
}

test("SIGHUP: new users, a new certificate and new limits, and open sessions never notice", async () => {
  await site.deliver("ann", [[large], [small]]);
  const [open, reading] = [await entered("ben", true), await inTheMiddle("ann", true)];
  const asking = await Peer.greeted({ port: served.port, from: "127.0.0.2" });
  expect(asking.greeting).toMatch(/^\+OK/);
  expect((await Peer.greeted({ port: served.port, from: "127.0.0.2" })).greeting).toMatch(/^-ERR .*too many/);
  expect(open.commonName).toBe("before.example.net");
  const stranger = await Peer.greeted({ port: served.port, from: "127.0.0.3" });
  expect(await stranger.peer.login("dan", "secret")).toMatch(/^-ERR/);

  site.write("users", "ben:{PLAIN}changed\ndan:{PLAIN}secret\n");
  await writeCertificate(site.folder, "after.example.net");
  site.configure(settings(6));
  served.signal("SIGHUP");
  await served.told("service.reloaded");

  // Who comes now, to whichever worker.
  for (let round = 0; round < 6; round += 1) {
    const dan = await entered("dan", true, "127.0.0.3");
    expect(dan.commonName).toBe("after.example.net");
    expect((await dan.ask("QUIT"))[0]).toMatch(/^\+OK/);
  }
  // The three that were there count within the new limit.
  const more = await Promise.all(
    Array.from({ length: 8 }, async () => Peer.greeted({ port: served.port, from: "127.0.0.2" })),
  );
  expect(more.filter(({ greeting }) => greeting?.startsWith("+OK"))).toHaveLength(3);

  // Who was there goes on: in TRANSACTION, in the middle of a message, and before login.
  expect((await open.ask("STAT", "NOOP"))[0]).toMatch(/^\+OK 0 /);
  await expectWhole(reading);
  expect(await reading.ask("DELE 2", "QUIT")).toEqual([expect.stringMatching(/^\+OK/), expect.stringMatching(/^\+OK/)]);
  expect((await open.ask("QUIT"))[0]).toMatch(/^\+OK/);
  expect((await asking.peer.ask("CAPA"))[0]).toMatch(/^\+OK/);
  for (const { peer } of more) peer.close();
  // The maildrop is free, and what was deleted is gone.
  const again = await entered("ann", false, "127.0.0.4");
  expect((await again.ask("STAT"))[0]).toBe(`+OK 1 ${large.length}`);
});

test("SIGHUP with a certificate or a file of users that cannot be used changes nothing", async () => {
  site.write("users", "this is no file of users: at all\n");
  site.write("chain.pem", "nor this a certificate");
  served.signal("SIGHUP");
  await served.told("service.reload-refused");
  const ben = await entered("ben", true);
  expect(ben.commonName).toBe("before.example.net");
});

test("SIGTERM: running commands are finished, idle sessions told, nobody else let in; then the end, and nothing is lost", async () => {
  await site.deliver("ann", [[large], [small]]);
  await site.addUser("cat", "secret");
  await site.deliver("cat", [[small], [small]]);
  const [idle, reading] = [await entered("ben", true), await inTheMiddle("ann", false)];
  const deleting = await entered("cat", true, "127.0.0.4");
  expect((await deleting.ask("DELE 1"))[0]).toMatch(/^\+OK/);
  reading.send("DELE 1\r\nQUIT\r\n");

  served.signal("SIGTERM");
  expect(await idle.rest()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping/);
  expect(await deleting.rest()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping; nothing was deleted/);
  // Each worker closes the port in its own moment.
  const connected = async (): Promise<string> =>
    Peer.connect({ port: served.port }).then(
      () => "connected",
      (error: unknown) => String(error),
    );
  await expect.poll(connected).toContain("ECONNREFUSED");
  await expectWhole(reading);
  // The commands behind it are not served any more.
  expect(await reading.rest()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping; nothing was deleted\r\n$/);
  expect(await served.ended()).toEqual([0, null]);
  expect(served.entries("failure.caught")).toEqual([]);

  served = await site.serve();
  for (const name of ["ann", "cat"]) {
    const peer = await entered(name, true);
    expect((await peer.ask("STAT"))[0]).toMatch(/^\+OK 2 /);
    peer.close();
  }
});
