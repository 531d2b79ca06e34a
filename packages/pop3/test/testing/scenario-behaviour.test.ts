// What is special of each scenario, beyond its lists and texts; and what becomes of options given beside one.
// The lists are held against sessions in `scenarios.test.ts`.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { CommandRefused, Pop3Client } from "@postern/pop3/client";
import { SCENARIOS, startTestServer, type ScenarioName } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { connected, heard, listed, LOGIN, said } from "./stage.js";

describe("what is special", () => {
  test("microsoft365: a token on the line of AUTH ends the connection; in two steps it logs in", async () => {
    await using server = await startTestServer({ scenario: "microsoft365" });
    const [wire] = await connected(server, true);
    expect(await said(wire, `AUTH XOAUTH2 ${oauth("secret")}`)).toEqual([
      "-ERR Protocol error. Connection is closed. 10",
    ]);
    expect(await wire.line()).toBeNull();
    const [other] = await connected(server, true);
    const [challenge, verdict] = await said(other, "AUTH XOAUTH2", oauth("secret"));
    expect([challenge, verdict?.slice(0, 3)]).toEqual(["+ ", "+OK"]);
    other.close();
  });

  test("microsoft365: a client with a short token is told what the server said", async () => {
    await using server = await startTestServer({ scenario: "microsoft365" });
    const auth = { user: "alice", token: "secret" };
    const options = { host: "localhost", port: server.tlsPort, tlsOptions: { ca: server.ca }, auth };
    await expect(Pop3Client.connect(options)).rejects.toThrow("Protocol error. Connection is closed. 10");
  });

  test("microsoft365: nobody logs in in the clear", async () => {
    await using server = await startTestServer({ scenario: "microsoft365" });
    const [wire] = await connected(server, false);
    expect((await said(wire, "USER alice"))[0]).toMatch(/^-ERR /);
    wire.close();
  });

  test("gmail: tokens log in, a second login is too early, and EXPIRE 0 is kept", async () => {
    await using server = await startTestServer({ scenario: "gmail" });
    const [wire] = await connected(server, true);
    expect(await said(wire, `AUTH XOAUTH2 ${oauth("secret")}`, "RETR 1")).toEqual([
      expect.stringMatching(/^\+OK/),
      expect.stringMatching(/^\+OK/),
    ]);
    await wire.body();
    await said(wire, "QUIT");
    expect(server.maildrops.messages("alice").map(({ uniqueId }) => uniqueId)).toEqual(["message-2", "message-3"]);
    const auth = { user: "alice", password: "secret" };
    const options = { host: "localhost", port: server.tlsPort, tlsOptions: { ca: server.ca }, auth };
    const early = await Pop3Client.connect(options).catch((error: unknown) => error);
    expect(early).toBeInstanceOf(CommandRefused);
    expect(early).toMatchObject({ code: "LOGIN-DELAY" });
  });

  test("gmail: an empty maildrop is listed as was seen", async () => {
    await using server = await startTestServer({ scenario: "gmail", messages: [] });
    const [wire] = await connected(server, true);
    expect(await said(wire, ...LOGIN, "LIST")).toContain("+OK 0 messages (0 bytes)");
    wire.close();
  });

  test.each(["solid-pop3d-0.15", "dovecot-2.3", "mailutils-3.15", "twisted-22.4"] as const)(
    "%s: APOP works with the timestamp of the greeting",
    async (scenario) => {
      await using server = await startTestServer({ scenario });
      const [wire, greeting] = await connected(server, false);
      const [timestamp = ""] = /<.*>/.exec(greeting) ?? [];
      const digest = createHash("md5").update(`${timestamp}secret`).digest("hex");
      expect((await said(wire, `APOP alice ${digest}`))[0]).toMatch(/^\+OK/);
      wire.close();
    },
  );

  test("bigfoot-2022: APOP is refused though the password is right, and a client goes on with USER", async () => {
    await using server = await startTestServer({ scenario: "bigfoot-2022" });
    const auth = { user: "alice", password: "secret", cleartext: true, methods: ["APOP", "USER"] };
    const client = await Pop3Client.connect({ host: server.host, port: server.port, tls: "none", auth });
    expect([client.loginMethod, [...client.quirks]]).toEqual(["USER", ["apop-refused"]]);
    await client.quit();
  });

  test("courier-1.0.16: what stands behind a login is lost, and nothing else", async () => {
    await using server = await startTestServer({ scenario: "courier-1.0.16" });
    const login = "USER alice\r\nPASS secret\r\n";
    const lost = await heard(server.port, `${login}STAT\r\n`, ({ text }) => text.includes("logged in."));
    expect(lost.text.split("\r\n").slice(2)).toEqual(["+OK logged in.", ""]);
    const [wire] = await connected(server, false);
    await said(wire, ...LOGIN);
    wire.send("NOOP\r\nSTAT\r\n");
    expect([await wire.line(), await wire.line()]).toEqual([expect.stringMatching(/^\+OK/), "+OK 3 280"]);
    wire.close();
  });

  test.each(["courier-1.0.16", "dovecot-2.3"] as const)("%s: the first dot of a message is lost", async (scenario) => {
    await using server = await startTestServer({ scenario, messages: [".first\n.second\n"] });
    const [wire] = await connected(server, false);
    await said(wire, ...LOGIN, "RETR 1");
    expect(await wire.body()).toEqual(["first", ".second"]);
    wire.close();
  });

  test("plala-2024: the lone dot of the list comes apart", async () => {
    await using server = await startTestServer({ scenario: "plala-2024" });
    const { chunks } = await heard(server.port, "CAPA\r\n", ({ text }) => text.endsWith("\r\n.\r\n"));
    expect(chunks.at(-1)).toBe(".\r\n");
  });

  test("yandex-2018: USER is refused in the clear alone", async () => {
    await using server = await startTestServer({ scenario: "yandex-2018" });
    const [wire] = await connected(server, false);
    expect((await said(wire, "USER alice"))[0]).toMatch(/^-ERR \[AUTH\] Working without SSL/);
    const [secure] = await connected(server, true);
    expect(await said(secure, ...LOGIN)).toEqual(["+OK password, please.", "+OK 3 280"]);
    wire.close();
    secure.close();
  });

  test("netease-163: numbers stand where others have words", async () => {
    await using server = await startTestServer({ scenario: "netease-163" });
    const [wire] = await connected(server, false);
    expect((await said(wire, ...LOGIN, "LIST")).slice(1)).toEqual(["+OK 3 message(s) [280 byte(s)]", "+OK 3 280"]);
    wire.close();
  });

  test("twisted-22.4: UIDL of one message has no number", async () => {
    await using server = await startTestServer({ scenario: "twisted-22.4" });
    const [wire] = await connected(server, false);
    expect((await said(wire, ...LOGIN, "UIDL 2")).at(-1)).toBe("+OK message-2");
    wire.close();
  });

  test("greenmail: RSET is answered twice, and DELE is for ever", async () => {
    await using server = await startTestServer({ scenario: "greenmail" });
    const [wire] = await connected(server, false);
    await said(wire, ...LOGIN, "DELE 1", "RSET");
    expect(await wire.line()).toMatch(/^\+OK/);
    wire.close();
    await server.ended();
    expect(server.maildrops.messages("alice")).toHaveLength(2);
  });

  test("o2pl-2015: +OK alone answers STLS and AUTH", async () => {
    await using server = await startTestServer({ scenario: "o2pl-2015" });
    const [wire] = await connected(server, false);
    expect(await said(wire, "STLS")).toEqual(["+OK"]);
    await wire.startTls();
    const response = Buffer.from("\0alice\0secret").toString("base64");
    expect(await said(wire, "AUTH PLAIN", response)).toEqual(["+ ", "+OK"]);
    wire.close();
  });

  test.each(["courier-1.0.16", "popa3d-1.0.3", "solid-pop3d-0.15", "twisted-22.4"] as const)(
    "%s: two sessions have the maildrop",
    async (scenario) => {
      await using server = await startTestServer({ scenario });
      const wires = [(await connected(server, false))[0], (await connected(server, false))[0]];
      for (const wire of wires) expect((await said(wire, ...LOGIN))[1]).toMatch(/^\+OK/);
      for (const wire of wires) wire.close();
    },
  );
});

describe("options beside a scenario", () => {
  test("they win: policies name by name, faults behind the scenario's own", async () => {
    await using server = await startTestServer({
      scenario: "gmail",
      policies: { loginDelaySeconds: 0 },
      certificate: null,
      faults: [{ fault: "capabilities", add: ["X-MINE"] }],
      server: { deadlines: { loginMs: 1234 } },
    });
    expect(server.tlsUrl).toBeNull();
    for (let login = 0; login < 2; login++) {
      const [wire, greeting] = await connected(server, false);
      expect(greeting).toMatch(/^\+OK Gpop /);
      expect(await listed(wire)).toEqual(expect.arrayContaining(["LOGIN-DELAY 300", "X-MINE"]));
      expect((await said(wire, ...LOGIN, "RETR 1"))[1]).toMatch(/^\+OK/);
      await wire.body();
      await said(wire, "QUIT");
    }
    expect(server.maildrops.messages("alice")).toHaveLength(1);
  });

  test("a scenario may be a value, a changed one of these, too", async () => {
    const [gmail] = SCENARIOS;
    await using server = await startTestServer({ scenario: { ...gmail!, options: { enabled: ["USER"] } } });
    const [wire] = await connected(server, false);
    expect(await listed(wire)).toEqual([expect.stringMatching(/^\+OK/), "USER"]);
    wire.close();
  });

  test("a name that is none is refused with those that are", async () => {
    await expect(startTestServer({ scenario: "gmial" as ScenarioName })).rejects.toThrow(
      /^there is no scenario "gmial"; there are gmail, /,
    );
  });

  test("tokens are off where nothing is said of them, and each is its owner's", async () => {
    await using honest = await startTestServer();
    const [wire] = await connected(honest, true);
    expect((await listed(wire)).find((line) => line.startsWith("SASL"))).not.toContain("BEARER");
    wire.close();
    await using server = await startTestServer({ tokens: true, accounts: { alice: "a", bob: "b" } });
    const [other] = await connected(server, true);
    const bearer = (token: string): string => Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`).toString("base64");
    const refused = await said(other, `AUTH XOAUTH2 ${oauth("b")}`, "", `AUTH OAUTHBEARER ${bearer("b")}`);
    expect(refused.map((line) => line.slice(0, 4))).toEqual(["+ ey", "-ERR", "+OK "]);
    await server.close();
    expect(server.sessions[0]?.user).toBe("bob");
  });
});

function oauth(token: string): string {
  return Buffer.from(`user=alice\x01auth=Bearer ${token}\x01\x01`).toString("base64");
}
