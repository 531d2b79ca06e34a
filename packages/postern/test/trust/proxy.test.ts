// The PROXY protocol from end to end: whose header is believed, what the log and the limits make of it, and what becomes of those who
// send none, or one that nobody asked for.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADDRESSES4, SIGNATURE, TCP4, TCP6, tlv, v2 } from "../../../pop3/test/support/proxy-header.js";
import { Peer } from "./support/peer.js";
import type { PeerOptions } from "./support/peer.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

const PROXY = "127.0.0.1";
const STRANGER = "127.0.0.2";
const LIMIT = 4;

let site: Site;
let served: Served;
beforeAll(async () => {
  site = new Site();
  site.write("users", ["ann", "ben"].map((name) => `${name}:{PLAIN}right for ${name}\n`).join(""));
  served = await site.serve({
    config: `
allow_plaintext_login = true
proxy_protocol = ["${PROXY}"]
limits = { connections_per_address = ${LIMIT} }
log = { level = "debug", format = "json" }
authentication = { passwd_file = "users" }`,
  });
});
afterAll(async () => site[Symbol.asyncDispose]());

const through = (header: string | Uint8Array, tls = false): PeerOptions => ({
  port: tls ? served.tlsPort : served.port,
  tls,
  from: PROXY,
  header,
});

/** Version 1 for a client, and version 2; and how the log names him. */
const v1 = (address: string): string => `PROXY TCP4 ${address} 192.0.2.1 50000 110\r\n`;
const binary = (address: string, ...more: readonly Buffer[]): Buffer => {
  const addresses = Buffer.from(ADDRESSES4);
  for (const [at, octet] of address.split(".").entries()) addresses[at] = Number(octet);
  return v2(TCP4, [addresses, ...more]);
};
const addresses6 = Buffer.from(`20010db8${"00".repeat(11)}0720010db8${"00".repeat(11)}01c35003e3`, "hex");

describe("a client behind the proxy is who the header says", () => {
  const headers: readonly (readonly [what: string, header: string | Uint8Array, address: string])[] = [
    ["version 1", v1("203.0.113.11"), "203.0.113.11"],
    ["version 1, IPv6", "PROXY TCP6 2001:db8::6 2001:db8::1 50000 110\r\n", "2001:db8::6"],
    ["version 2", binary("203.0.113.12"), "203.0.113.12"],
    ["version 2, IPv6", v2(TCP6, [addresses6]), "2001:db8::7"],
    ["version 2 with more than addresses", binary("203.0.113.13", tlv(0x02, "pop.example.net")), "203.0.113.13"],
    ["version 1 that does not know", "PROXY UNKNOWN\r\n", PROXY],
    ["version 2 of the proxy itself", v2(0x00, [], 0x20), PROXY],
  ];
  test.each(headers)("%s, with TLS from the first octet", async (_, header, remoteAddress) => {
    const { peer, greeting } = await Peer.greeted(through(header, true));
    expect(greeting).toMatch(/^\+OK/);
    expect(await peer.login("ann", "right for ann")).toMatch(/^\+OK/);
    await peer.ask("QUIT");
    await served.told("login.accepted", { remoteAddress, user: "ann", secure: true });
  });

  test.each(headers)("%s, with STLS", async (_, header, remoteAddress) => {
    const { peer } = await Peer.greeted(through(header));
    expect((await peer.ask("STLS"))[0]).toMatch(/^\+OK/);
    await peer.startTls();
    expect(await peer.login("ben", "right for ben")).toMatch(/^\+OK/);
    await peer.ask("QUIT");
    await served.told("login.accepted", { remoteAddress, user: "ben", secure: true });
  });
});

test("the header may come in pieces, and commands right behind it", async () => {
  for (const header of [v1("203.0.113.21"), binary("203.0.113.22").toString("latin1")]) {
    const peer = await Peer.connect({ port: served.port, from: PROXY });
    const octets = `${header}CAPA\r\nQUIT\r\n`;
    for (const octet of octets.slice(0, 14)) {
      peer.send(octet);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    peer.send(octets.slice(14));
    expect(await peer.rest()).toMatch(/^\+OK .*\r\n\+OK(.*\r\n)+\.\r\n\+OK.*\r\n$/);
  }
  await served.told("session.ended", { remoteAddress: "203.0.113.21", reason: "quit" });
  await served.told("session.ended", { remoteAddress: "203.0.113.22", reason: "quit" });
});

test("who logs in without TLS from far away through a proxy on this machine is refused all the same", async () => {
  const { peer } = await Peer.greeted(through(v1("203.0.113.31")));
  expect(await peer.login("ann", "right for ann")).toMatch(/^-ERR .*not accepted in the clear/);
  const { peer: near } = await Peer.greeted(through(v1("127.0.0.9")));
  expect(await near.login("ann", "right for ann")).toMatch(/^\+OK/);
  await near.ask("QUIT");
});

test.each([
  ["nothing", ""],
  ["a command", "CAPA\r\n"],
  ["a header with an address that is none", "PROXY TCP4 203.0.113 192.0.2.1 1 1\r\n"],
  ["a header that is cut off", SIGNATURE],
  ["a checksum that is wrong", binary("203.0.113.41", tlv(0x03, Buffer.alloc(4, 7)))],
  ["a header behind a command", `CAPA\r\n${v1("203.0.113.41")}`],
  ["TLS", Buffer.from("16030100c5010000c10303", "hex")],
])("the proxy that begins with %s gets no octet and is closed", async (_, header) => {
  const refusal = { remoteAddress: PROXY, reason: "no-proxy-header" };
  const before = served.entries("session.refused", refusal).length;
  const peer = await Peer.connect(through(header));
  peer.end();
  expect(await peer.rest()).toBe("");
  await served.told("session.refused", refusal, before + 1);
  expect(served.entries("session.opened", { remoteAddress: "203.0.113.41" })).toEqual([]);
});

test.each([
  ["version 1", v1("203.0.113.51")],
  ["version 2", binary("203.0.113.51")],
])("a stranger's header of %s is no more than a bad command", async (_, header) => {
  const { peer, greeting } = await Peer.greeted({ port: served.port, from: STRANGER, header });
  expect(greeting).toMatch(/^\+OK/);
  expect(await peer.line()).toMatch(/^-ERR/);
  peer.send("\r\nQUIT\r\n");
  expect(await peer.rest()).toMatch(/(^|\r\n)\+OK.*\r\n$/);
  await served.told("session.opened", { remoteAddress: STRANGER });
  await expect(Peer.connect({ port: served.tlsPort, from: STRANGER, header, tls: true })).rejects.toThrow(
    /wrong version|ECONNRESET|socket/i,
  );
  expect(served.entries("session.opened", { remoteAddress: "203.0.113.51" })).toEqual([]);
});

test("the limit for an address counts clients, and not the proxy", async () => {
  const crowd = async (address: string, tls: boolean): Promise<readonly (string | null)[]> => {
    const header = tls ? binary(address) : v1(address);
    const opened = await Promise.all(
      Array.from({ length: LIMIT * 2 }, async () => {
        // Who is turned away does not get as far as TLS.
        const refused = { peer: null, greeting: null };
        return Peer.greeted(through(header, tls)).catch(() => refused);
      }),
    );
    peers.push(...opened.map(({ peer }) => peer));
    return opened.map(({ greeting }) => greeting).filter((greeting) => greeting?.startsWith("+OK"));
  };
  const peers: (Peer | null)[] = [];
  for (const at of [1, 2, 3]) expect(await crowd(`198.51.100.${at}`, at === 3)).toHaveLength(LIMIT);
  const reason = "too-many-from-address";
  await served.told("session.refused", { remoteAddress: "198.51.100.1", reason }, LIMIT);
  for (const peer of peers) peer?.close();
});
