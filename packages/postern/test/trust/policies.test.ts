// Retention and login delay as an operator sets them and users feel them, through restarts and sudden deaths: nothing is deleted before
// it was announced, and nobody is let in too early. The clocks of the processes are set; nobody waits for days.
import { expect, test } from "vitest";
import { Peer } from "./support/peer.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

const DAY_MS = 86_400_000;
const config = 'allow_plaintext_login = true\nlog = { level = "debug", format = "json" }';

interface Shown {
  readonly messages: readonly { readonly octets: number }[];
}

/** What of these maildrops is there, by the octets of the messages. */
async function octetsIn(site: Site, ...names: readonly string[]): Promise<readonly (readonly number[])[]> {
  const shown = names.map(async (name) => JSON.parse(await site.cli(["maildrop", "show", name, "--json"])) as Shown);
  return (await Promise.all(shown)).map(({ messages }) => messages.map(({ octets }) => octets));
}

/** What CAPA says of these tags: before login, and after it. */
async function announced(served: Served, name: string, tag: string): Promise<readonly (string | undefined)[]> {
  const { peer } = await Peer.greeted({ port: served.port });
  const lines: (string | undefined)[] = [];
  for (const login of [false, true]) {
    if (login) expect(await peer.login(name, "secret")).toMatch(/^\+OK/);
    await peer.ask("CAPA");
    lines.push((await peer.body()).find((line) => line.startsWith(tag)));
  }
  await peer.ask("QUIT");
  return lines;
}

test("mail is deleted when its days have passed here since it came and since its owner could know, and not before", async () => {
  await using site = new Site();
  const users = ["ann", "ben", "cat", "dan"];
  for (const name of users) await site.cliAt(-40 * DAY_MS, ["user", "add", name, "--password-stdin"], "secret\n");
  for (const name of ["ann", "ben"]) await site.cliAt(-40 * DAY_MS, ["user", "set", name, "expire=30"]);
  for (const name of users) await site.cliAt(-31 * DAY_MS, ["deliver", name], "old\r\n");
  await site.cliAt(-29 * DAY_MS, ["deliver", "ann"], "younger\r\n");
  // Brought here from elsewhere just now, and set just now.
  await site.deliver("ann", [["very old elsewhere\r\n", Date.now() - 300 * DAY_MS]]);
  await site.cli(["user", "set", "dan", "expire=30"]);
  const [old, younger, brought] = [5, 9, 20];
  const there = async (): Promise<unknown> => octetsIn(site, ...users);
  expect(await there()).toEqual([[old, younger, brought], [old], [old], [old]]);

  /** Serves at that time until these have been swept, and dies. */
  const servedAt = async (days: number, swept: Readonly<Record<string, number>>, more = config): Promise<void> => {
    const served = await site.serve({ config: more, workers: 1, clockMs: days * DAY_MS });
    await served.told("retention.swept", {}, Object.keys(swept).length);
    // Two logins take longer than a sweep of four maildrops.
    for (const name of ["ann", "cat"]) await announced(served, name, "EXPIRE");
    const told = served.entries("retention.swept").map(({ user, deleted }) => [user, deleted]);
    expect(Object.fromEntries(told) as unknown).toEqual(swept);
    await served.kill();
  };

  const served = await site.serve({ config, workers: 1, clockMs: -1.5 * DAY_MS });
  expect(await announced(served, "ann", "EXPIRE")).toEqual(["EXPIRE 30 USER", "EXPIRE 30"]);
  expect(await announced(served, "cat", "EXPIRE")).toEqual(["EXPIRE 30 USER", "EXPIRE NEVER"]);
  expect(served.entries("retention.swept")).toEqual([]);
  await served.kill();
  expect(await there()).toEqual([[old, younger, brought], [old], [old], [old]]);

  await servedAt(0, { ann: 1, ben: 1 });
  expect(await there()).toEqual([[younger, brought], [], [old], [old]]);
  await servedAt(0.9, {});
  await servedAt(1.1, { ann: 1 });
  expect(await there()).toEqual([[brought], [], [old], [old]]);
  await servedAt(29.9, {});
  await servedAt(30.1, { ann: 1, dan: 1 });
  expect(await there()).toEqual([[], [], [old], []]);

  // A default that is new counts from when it is announced first.
  const stricter = `${config}\npolicy = { expire = 2 }`;
  await servedAt(40, {}, stricter);
  await servedAt(41.9, {}, stricter);
  expect(await there()).toEqual([[], [], [old], []]);
  await servedAt(42.1, { cat: 1 }, stricter);
  expect(await there()).toEqual([[], [], [], []]);
});

test("who logged in a moment ago waits, at both workers, whatever became of the server meanwhile", async () => {
  await using site = new Site();
  for (const name of ["eve", "fay"]) await site.addUser(name, "secret");
  await site.cli(["user", "set", "eve", "login-delay=3600"]);
  let served = await site.serve({ config });

  /** The answers to a login at the one worker and at the other. */
  const atBoth = async (name: string, password = "secret"): Promise<readonly string[]> => {
    const answers = new Map<unknown, string>();
    for (let at = 0; at < 100 && answers.size < 2; at += 1) {
      const remoteAddress = `127.0.9.${at + 1}`;
      const before = served.entries("session.opened", { remoteAddress }).length;
      const { peer } = await Peer.greeted({ port: served.port, from: remoteAddress });
      const told = await served.told("session.opened", { remoteAddress }, before + 1);
      const { worker } = told[before]!;
      if (!answers.has(worker)) {
        answers.set(worker, (await peer.login(name, password)) ?? "");
        await peer.ask("QUIT");
      }
      peer.close();
    }
    return [...answers.values()];
  };

  expect(await announced(served, "fay", "LOGIN-DELAY")).toEqual(["LOGIN-DELAY 3600 USER", "LOGIN-DELAY 0"]);
  expect(await announced(served, "eve", "LOGIN-DELAY")).toEqual(["LOGIN-DELAY 3600 USER", "LOGIN-DELAY 3600"]);
  const refusal = expect.stringMatching(/^-ERR \[LOGIN-DELAY\]/) as unknown;
  const welcome = expect.stringMatching(/^\+OK/) as unknown;
  expect(await atBoth("eve")).toEqual([refusal, refusal]);
  expect(await atBoth("fay")).toEqual([welcome, welcome]);
  // Who does not know the password is not told when its owner was here.
  for (const answer of await atBoth("eve", "wrong")) expect(answer).toMatch(/^-ERR \[AUTH\]/);

  await served.kill();
  served = await site.serve({ config });
  expect(await atBoth("eve")).toEqual([refusal, refusal]);
  await served.kill();
  served = await site.serve({ config, clockMs: 3_500_000 });
  expect(await atBoth("eve")).toEqual([refusal, refusal]);
  await served.kill();
  // That the others were refused did not put it off.
  served = await site.serve({ config, clockMs: 3_601_000 });
  expect(await atBoth("eve")).toEqual([welcome, refusal]);
});
