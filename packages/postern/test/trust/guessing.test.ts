// Whoever guesses at passwords waits, by address and by account, at whichever worker and behind whichever proxy; nobody else does.
// A process with two workers, and guessers and honest people with addresses of their own.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADDRESSES4, TCP4, TCP6, v2 } from "../../../pop3/test/support/proxy-header.js";
import { Peer, timed } from "./support/peer.js";
import type { PeerOptions } from "./support/peer.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

/** The address of the trusted proxy. */
const PROXY = "127.0.0.1";

/** What "at once" is on a machine that has much else to do. */
const AT_ONCE_MS = 500;

/** How much later than it must an answer may come here. */
const SLACK_MS = 900;

const FIRST_DELAY_MS = 250;

let site: Site;
let served: Served;
beforeAll(async () => {
  site = new Site();
  const users = ["home", "victim", "abroad", "shared", "stubborn"].map((name) => `${name}:{PLAIN}right for ${name}\n`);
  site.write("users", users.join(""));
  await site.addUser("costly", "right for costly");
  served = await site.serve({
    config: `
allow_plaintext_login = true
proxy_protocol = ["${PROXY}"]
limits = { connections_per_address = 1000 }
log = { level = "debug", format = "json" }
authentication = { passwd_file = "users" }`,
  });
});
afterAll(async () => site[Symbol.asyncDispose]());

const from = async (address: string): Promise<Peer> => (await Peer.greeted({ port: served.port, from: address })).peer;

/** Logs in, quits, and says how long the answer took. */
async function loggedIn(options: Partial<PeerOptions>, name: string): Promise<number> {
  const { peer } = await Peer.greeted({ port: options.tls === true ? served.tlsPort : served.port, ...options });
  const [answer, ms] = await timed(peer.login(name, `right for ${name}`));
  expect(answer, name).toMatch(/^\+OK/);
  await peer.ask("QUIT");
  return ms;
}

/** How long the answer to a wrong login took. */
async function refused(peer: Peer, name: string, password: string): Promise<number> {
  const [answer, ms] = await timed(peer.login(name, password));
  expect(answer).toMatch(/^-ERR \[AUTH\]/);
  return ms;
}

test("300 wrong passwords at a time from one address are nobody else's loss", async () => {
  const guesser = "127.0.0.2";
  // Once, at whichever worker: they share who is at home.
  await loggedIn({ from: guesser }, "home");
  await loggedIn({ from: "127.0.0.3" }, "costly");
  const peers = await Promise.all(Array.from({ length: 300 }, async () => from(guesser)));
  const lost = peers.map(async (peer, at) => {
    peer.send(`USER ${["victim", `nobody-${at}`, "costly"][at % 3]}\r\nPASS wrong ${at}\r\n`);
    return peer.rest();
  });

  for (let round = 0; round < 6; round += 1) {
    // Somebody else, the guesser's victims, and who is at home where the guesser is.
    const honest = await Promise.all([
      loggedIn({ from: "127.0.0.3" }, "abroad"),
      loggedIn({ from: "127.0.0.3" }, "victim"),
      loggedIn({ from: "127.0.0.3" }, "costly"),
      loggedIn({ from: guesser }, "home"),
    ]);
    expect(Math.max(...honest), `round ${round}: ${honest.join(" ")}`).toBeLessThan(AT_ONCE_MS);
    await sleep(100);
  }
  for (const peer of peers) peer.close();
  await Promise.all(lost);
  const answered = served.entries("login.refused", { remoteAddress: guesser }).length;
  expect(answered).toBeGreaterThan(1);
  expect(answered).toBeLessThan(40);
});

const octets6 = (text: string): Buffer =>
  Buffer.concat(text.split(":").map((group) => Buffer.from(group.padStart(4, "0"), "hex")));
const header6 = (address: string): Buffer =>
  v2(TCP6, [octets6(address), octets6("2001:db8:0:0:0:0:0:1"), Buffer.from("c35003e3", "hex")]);
const header4 = (last: number): Buffer => {
  const addresses = Buffer.from(ADDRESSES4);
  addresses[3] = last;
  return v2(TCP4, [addresses]);
};

test("behind a proxy, a guesser with a network of IPv6 is one guesser, and nobody else", async () => {
  const through = (header: Buffer): PeerOptions => ({ port: served.tlsPort, tls: true, from: PROXY, header });
  const peers = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const options = through(header6(`2001:db8:bad:1:${(at * 77).toString(16)}:0:0:${at.toString(16)}`));
      return (await Peer.greeted(options)).peer;
    }),
  );
  for (const [at, peer] of peers.entries()) peer.send(`USER nobody-${at}\r\nPASS wrong ${at}\r\n`);
  for (let round = 0; round < 3; round += 1) {
    const honest = await Promise.all([
      loggedIn(through(header6("2001:db8:bad:2:0:0:0:1")), "home"),
      loggedIn(through(header6("2001:db8:bad:2:0:0:0:1")), "victim"),
      loggedIn(through(header4(9)), "abroad"),
    ]);
    expect(Math.max(...honest), `round ${round}: ${honest.join(" ")}`).toBeLessThan(AT_ONCE_MS);
  }
  // The hundredth address of the network waits as if it were the first, long since punished: its turn does not come.
  const last = await Peer.greeted(through(header6("2001:db8:bad:1:ffff:ffff:ffff:ffff")));
  const answer = await Promise.race([last.peer.login("nobody", "wrong"), sleep(1500).then(() => "nothing yet")]);
  expect(answer).toBe("nothing yet");
  for (const peer of [...peers, last.peer]) peer.close();
});

test.concurrent("the same wrong password is not punished more and more", async () => {
  const delays = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const peer = await from("127.0.0.6");
      const mine: number[] = [];
      for (let at = 0; at < 10; at += 1) mine.push(await refused(peer, "stubborn", "last year's"));
      expect(await peer.rest()).toBe("");
      return mine;
    }),
  );
  for (const delay of delays.flat()) {
    expect(delay).toBeGreaterThanOrEqual(FIRST_DELAY_MS - 20);
    expect(delay).toBeLessThan(FIRST_DELAY_MS + SLACK_MS);
  }
});

/** Connections from these addresses in turn, alternately at one worker and at the other. */
async function alternating(count: number, addressOf: (at: number) => string): Promise<readonly Peer[]> {
  const waiting: Peer[][] = [[], []];
  for (let at = 0; at < 200 && waiting.some((peers) => peers.length < count / 2); at += 1) {
    const address = addressOf(at);
    const before = served.entries("session.opened", { remoteAddress: address }).length;
    const peer = await from(address);
    const told = await served.told("session.opened", { remoteAddress: address }, before + 1);
    waiting[told[before]!["worker"] as 0 | 1]!.push(peer);
  }
  return Array.from({ length: count }, (_, at) => waiting[at % 2]![Math.floor(at / 2)]!);
}

/** Each answer is held twice as long as the one before. */
function expectDoubling(delays: readonly number[]): void {
  for (const [at, delay] of delays.entries()) {
    expect(delay, delays.join(" ")).toBeGreaterThanOrEqual(FIRST_DELAY_MS * 2 ** at - 20);
    expect(delay, delays.join(" ")).toBeLessThan(FIRST_DELAY_MS * 2 ** at + SLACK_MS);
  }
}

test.concurrent(
  "guesses at one account from many addresses wait longer and longer, whichever worker gets them",
  async () => {
    const peers = await alternating(4, (at) => `127.0.3.${at + 1}`);
    const delays: number[] = [];
    for (const [at, peer] of peers.entries()) delays.push(await refused(peer, "shared", `guess ${at}`));
    expectDoubling(delays);
  },
);

test.concurrent(
  "guesses from one address at many accounts wait longer and longer, whichever worker gets them",
  async () => {
    const peers = await alternating(4, () => "127.0.4.4");
    const delays: number[] = [];
    for (const [at, peer] of peers.entries()) delays.push(await refused(peer, `somebody-${at}`, `guess ${at}`));
    expectDoubling(delays);
  },
);

test("what was guessed is not forgotten when the server dies", async () => {
  await served.kill();
  served = await site.serve();
  const guesses = [
    (await from("127.0.5.5")).login("shared", "guess 4"),
    (await from("127.0.4.4")).login("somebody-else", "guess 4"),
    (await from("127.0.4.4")).login("somebody-0", "guess 4"),
  ];
  const first = await Promise.race([...guesses, sleep(2000).then(() => "nothing yet")]);
  expect(first).toBe("nothing yet");
  expect(await loggedIn({ from: "127.0.5.5" }, "shared")).toBeLessThan(AT_ONCE_MS);
  // A stop lets everybody go.
  served.signal("SIGTERM");
  expect(await served.ended()).toEqual([0, null]);
  for (const guess of guesses) expect(await guess).toMatch(/^-ERR/);
  expect(served.entries("failure.caught")).toEqual([]);
});
