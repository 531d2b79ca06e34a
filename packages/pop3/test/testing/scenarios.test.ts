// Every scenario lists and says what the recorded or published sessions in `../vendors` have; and a client fetches from
// each of them. What is special of
// one is in `scenario-behaviour.test.ts`.
import { Buffer } from "node:buffer";
import { Pop3Client, type AuthOptions } from "@postern/pop3/client";
import { SCENARIOS, startTestServer, type ScenarioName, type Wire } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { transcript } from "../vendors/transcripts.js";
import { connected, listed, LOGIN, said } from "./stage.js";

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s says where it comes from", (_, one) => {
  expect(one.source).not.toBe("");
  expect(one.honest).toMatch(/\.$/);
  for (const sentence of one.shows) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

/** Which session has which list of a scenario. */
const SEEN: readonly [ScenarioName, file: string, tls: boolean][] = [
  ["gmail", "gmail", false],
  ["microsoft365", "office365-2021", true],
  ["microsoft365", "office365-port110-2022", false],
  ["aol-2018", "aol-jpop-2018", false],
  ["bigfoot-2022", "bigfoot-2022", true],
  ["netease-163", "netease-163", false],
  ["o2pl-2015", "o2pl-2015", false],
  ["plala-2024", "plala-2024", true],
  ["yandex-2018", "yandex", false],
  ["yandex-2018", "yandex-tls", true],
  ["courier-1.0.16", "courier-1.0.16", false],
  ["courier-1.0.16", "courier-1.0.16-tls", true],
  ["dovecot-2.3", "dovecot-2.3", false],
  ["greenmail", "greenmail", false],
  ["mailutils-3.15", "mailutils-3.15", false],
  ["mailutils-3.15", "mailutils-3.15-tls", true],
  ["popa3d-1.0.3", "popa3d-1.0.3", false],
  ["solid-pop3d-0.15", "solid-pop3d-0.15", false],
  ["twisted-22.4", "twisted-22.4", false],
];

/** What differs in each session, and what was put in the place of an address. */
function comparable(line: string): string {
  return line.replace(/<[^<>]+@[^<>]+>/, "<*>").replace("192.0.2.1", "127.0.0.1");
}

test("every scenario is held against a session", () => {
  expect(new Set(SEEN.map(([name]) => name))).toEqual(new Set(SCENARIOS.map(({ name }) => name)));
});

describe.each(SEEN)("%s, against %s.txt", (scenario, file, tls) => {
  const seen = transcript(file);

  test("the greeting and the lists are those that were seen", async () => {
    await using server = await startTestServer({ scenario });
    const [wire, greeting] = await connected(server, tls);
    if (seen.greeting !== null) expect(comparable(greeting)).toBe(comparable(seen.greeting));
    const refused = seen.exchanges.find(({ command }) => command === "CAPA");
    if (refused !== undefined) expect(await listed(wire)).toEqual(refused.reply);
    // A later report than the list's has one mechanism more.
    const line = (one: string): string => (scenario === "gmail" && one.startsWith("SASL") ? `${one} OAUTHBEARER` : one);
    if (seen.before !== null) {
      const { status, lines } = seen.before;
      expect(await listed(wire)).toEqual([status, ...lines.map(line)]);
    }
    if (seen.afterStls !== null) {
      const [secured] = await connected(server, true);
      expect(await listed(secured)).toEqual([seen.afterStls.status, ...seen.afterStls.lines]);
      secured.close();
    }
    if (seen.afterLogin !== null) {
      await said(wire, ...LOGIN);
      expect(await listed(wire)).toEqual([seen.afterLogin.status, ...seen.afterLogin.lines]);
    }
    wire.close();
  });

  test("logins are answered as was seen", async () => {
    // Without the policies: a login more is not a login too early.
    await using server = await startTestServer({
      scenario,
      policies: { loginDelaySeconds: 0, retentionDays: "never" },
    });
    const verdict = async (password: string): Promise<[string, string, Wire]> => {
      const [wire] = await connected(server, tls);
      const [user = "", pass = ""] = await said(wire, "USER alice", `PASS ${password}`);
      return [user, pass, wire];
    };
    const [, refused, one] = await verdict("wrong");
    const [named, accepted, two] = await verdict("secret");
    const [, third, three] = await verdict("secret");
    for (const { command, reply } of seen.exchanges) {
      const [expected = ""] = reply;
      if (command === "USER ..." && scenario !== "yandex-2018") expect(named).toBe(expected);
      if (command === "PASS (wrong)") expect(refused).toBe(expected);
      if (command === "PASS (right)" && scenario !== "mailutils-3.15") expect(accepted).toBe(expected);
      if (command.startsWith("PASS (a second") && scenario !== "mailutils-3.15") expect(third).toBe(expected);
    }
    for (const wire of [one, two, three]) wire.close();
  });
});

const uniqueIds = ["message-1", "message-2", "message-3"];

/** How a client gets in, where it is not as usual. */
const WAYS: Readonly<Partial<Record<ScenarioName, AuthOptions>>> = {
  // Tokens are longer than 255 octets there, so that they come in two steps by themselves (RFC 5034 §4).
  microsoft365: { user: "alice", token: "t".repeat(1500) },
};

test.each(SCENARIOS.map(({ name }) => name as ScenarioName))("a client fetches from %s", async (scenario) => {
  const auth = WAYS[scenario] ?? { user: "alice", password: "secret", cleartext: true };
  await using server = await startTestServer({
    scenario,
    accounts: { alice: typeof auth.token === "string" ? auth.token : "secret" },
  });
  const secure = server.tlsUrl !== null;
  const client = await Pop3Client.connect({
    host: secure ? "localhost" : server.host,
    port: secure ? server.tlsPort : server.port,
    tls: secure ? "implicit" : "none",
    tlsOptions: { ca: server.ca },
    auth,
  });
  const kept: string[] = [];
  for await (const message of client.messages()) {
    expect(Buffer.from(await message.bytes()).toString()).toContain("Subject: ");
    kept.push(message.uniqueId ?? "");
    await client.delete(message.number);
  }
  await client.quit();
  expect(kept).toEqual(uniqueIds);
  expect(server.maildrops.messages("alice")).toEqual([]);
});
