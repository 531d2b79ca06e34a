// `postern capa` against the real server and against servers that do it wrong: text, JSON and exit status; nothing raw to a terminal.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identity } from "../../../pop3/test/support/identity.mjs";
import { world } from "../../../pop3/test/support/world.js";
import { selfSigned } from "../../src/service/self-signed.js";
import { type CliOutcome, type CliSurroundings, runCli } from "./run-cli.js";
import { capabilityList, scripted } from "./scripted-server.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-capa-"));
  writeFileSync(join(cwd, "ca.pem"), identity.cert);
});
afterEach(() => rmSync(cwd, { recursive: true }));

function capa(args: readonly string[], surroundings: Partial<CliSurroundings> = {}): Promise<CliOutcome> {
  return runCli(["capa", "--timeout", "10", ...args], { cwd, ...surroundings });
}

const ca = ["--ca", "ca.pem"];
const secret = { env: { POSTERN_PASSWORD: "secret" } };

describe("the real server", () => {
  test("by implicit TLS, without anybody who logs in", async () => {
    await using server = await world();
    const { status, stdout, stderr } = await capa([`pop3s://localhost:${server.tlsPort}`, ...ca]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^localhost:\d+, TLS from the first octet\nGreeting {5}\S/);
    expect(stdout).toMatch(/^TLS +TLSv1\.3, TLS_\w+, ALPN pop3$/m);
    expect(stdout).toMatch(/^Certificate +CN=localhost$/m);
    expect(stdout).toMatch(/^Issuer +CN=localhost$/m);
    expect(stdout).toMatch(/^Names +DNS:localhost, IP Address:127\.0\.0\.1$/m);
    expect(stdout).toMatch(/^Valid +2026-11-23 to 2098-01-29, \d+ days left$/m);
    expect(stdout).toMatch(/^Verified +yes$/m);
    expect(stdout).toMatch(/^Under TLS, before login: \d+$/m);
    expect(stdout).toMatch(/^ {2}UIDL +The optional UIDL command/m);
    expect(stdout).not.toContain("In the clear, before login");
    expect(stdout).toContain("Nobody was logged in: with --user NAME");
  });

  test("before STLS, under it and after login, with the differences marked", async () => {
    await using server = await world({ cleartextLogin: "never" });
    const { status, stdout } = await capa([`pop3://ann@localhost:${server.port}`, ...ca], secret);
    expect(status).toBe(0);
    const [, clear, tls, login] = stdout.split("\n\n");
    expect(clear).toMatch(/^In the clear, before login: \d+\n/);
    expect(clear).toMatch(/^ {2}STLS +TLS can be started.* RFC 2595 §4$/m);
    expect(tls).toMatch(/^Under TLS, before login: \d+\n/);
    expect(tls).toMatch(/^\+ USER /m);
    expect(tls).toMatch(/^- STLS +TLS is active$/m);
    expect(tls).toMatch(/^ {2}as before: TOP, /m);
    expect(login).toMatch(/^After login as ann, by SCRAM-SHA-256-PLUS: \d+\n {2}as before: /);
  });

  test("in the clear on request alone", async () => {
    await using server = await world();
    const args = [`pop3://ann@127.0.0.1:${server.port}`, "--tls", "none", "--auth", "USER"];
    const refused = await capa(args, secret);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain(
      "There is no way to log in that both sides allow:\n  USER: it would send a secret",
    );
    expect(refused.stdout).toContain("allow it with --allow-cleartext");
    const { status, stdout } = await capa([...args, "--allow-cleartext"], secret);
    expect(stdout).toContain("After login as ann, by USER");
    expect(stdout).toMatch(/^- STLS +it belongs before login$/m);
    expect(status).toBe(0);
  });

  test("where the certificate does not hold, it says why, and goes on when told to", async () => {
    await using server = await world();
    const url = `pop3://localhost:${server.port}`;
    const refused = await capa([url]);
    expect(refused.status).toBe(2);
    // What was learned before is shown all the same.
    expect(refused.stdout).toContain("In the clear, before login");
    expect(refused.stderr).toMatch(
      /^postern: There is no TLS with localhost:\d+: its certificate is self-signed; --ca FILE/,
    );
    const { status, stdout, stderr } = await capa([url, "--insecure"]);
    expect(status).toBe(0);
    expect(stderr).toContain("(--insecure): anybody could be the server.");
    expect(stdout).toMatch(/^Verified +NO: its certificate is self-signed/m);
  });

  test("a certificate for another name", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const dates = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
    const cert = await selfSigned({ key: privateKey, names: ["other.example"], ...dates });
    writeFileSync(join(cwd, "other.pem"), cert);
    await using server = await world({
      tls: { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }) },
    });
    const args = [`pop3s://localhost:${server.tlsPort}`, "--ca", "other.pem"];
    const refused = await capa(args);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/its certificate is for other names; .* It is for DNS:other\.example\.$/m);
    const { stdout } = await capa([...args, "--insecure"]);
    expect(stdout).toMatch(/^Valid .*, 0 days left: RENEW IT$/m);
    expect(stdout).toMatch(/^Verified +NO: its certificate is for other names/m);
  });

  test("a login that is refused", async () => {
    await using server = await world();
    const args = [`pop3s://ann@localhost:${server.tlsPort}`, ...ca];
    const { status, stdout } = await capa(args, { env: { POSTERN_PASSWORD: "wr0ng-one" } });
    expect(status).toBe(1);
    expect(stdout).toContain("The server does not let ann in: [AUTH] ");
    expect(stdout).not.toContain("wr0ng-one");
    const json = JSON.parse(
      (await capa([...args, "--json"], { env: { POSTERN_PASSWORD: "wr0ng-one" } })).stdout,
    ) as object;
    expect(json).toMatchObject({
      capabilities: [{ stage: "tls" }],
      login: { user: "ann", method: null, refusal: { code: "AUTH" } },
      failure: null,
    });
  });

  test("as JSON, in the shape that the guide promises", async () => {
    await using server = await world();
    const { status, stdout } = await capa([`pop3://ann@localhost:${server.port}`, ...ca, "--json"], secret);
    expect(status).toBe(0);
    const text = expect.any(String) as unknown;
    const line = { line: text, tag: text, registered: true, meaning: text, reference: text, problem: null };
    const survey = JSON.parse(stdout) as { capabilities: { stage: string; lines: object[] }[] };
    expect(survey).toEqual({
      server: { host: "localhost", port: server.port, tls: "required" },
      discovery: null,
      greeting: { text, timestamp: null },
      tls: {
        version: "TLSv1.3",
        cipher: text,
        alpn: "pop3",
        verified: true,
        problem: null,
        certificate: {
          subject: "CN=localhost",
          issuer: "CN=localhost",
          names: ["DNS:localhost", "IP Address:127.0.0.1"],
          validFrom: "2026-11-23T12:34:38.000Z",
          validTo: "2098-01-29T12:34:38.000Z",
          daysLeft: expect.any(Number),
          fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      },
      startTlsRefused: null,
      capabilities: ["cleartext", "tls", "login"].map((stage) => ({ stage, answered: true, lines: expect.any(Array) })),
      login: { user: "ann", method: "SCRAM-SHA-256-PLUS", problem: null, refusal: null },
      quirks: [],
      failure: null,
    });
    const [clear, tls] = survey.capabilities;
    for (const one of clear!.lines) expect(one).toEqual({ ...line, difference: null });
    expect(tls!.lines).toContainEqual({
      ...line,
      line: "STLS",
      tag: "STLS",
      difference: { kind: "gone", allowed: true, reason: "TLS is active" },
    });
  });
});

describe("servers that do it otherwise", () => {
  test("no list, a timestamp, no TLS", async () => {
    await using server = await scripted({ greeting: "+OK <1.2@host> old server" });
    const { status, stdout } = await capa([`pop3://ann@127.0.0.1:${server.port}`], secret);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^Timestamp +<1\.2@host>, for a login that does not send the password/m);
    expect(stdout).toMatch(/^TLS +not started, the server says: unknown command$/m);
    expect(stdout).toContain("In the clear, before login: no list\n  The list was refused");
    expect(stdout).toContain("Without TLS nobody was logged in.");
    expect(stdout).toMatch(/^ {2}capa-refused: /m);
    // STLS was tried though nothing lists it, and nothing about ann was said.
    expect(server.heard).toEqual(["clear CAPA", "clear STLS", "clear QUIT"]);
  });

  test("STLS that works and is not listed", async () => {
    await using server = await scripted({
      answers: { CAPA: [capabilityList("TOP"), capabilityList("TOP", "USER", "STLS")] },
      startsTls: true,
    });
    const { status, stdout } = await capa([`pop3://localhost:${server.port}`, ...ca]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\+ STLS .*\n.*! it is not permitted once TLS is active/m);
    expect(server.heard).toEqual(["clear CAPA", "clear STLS", "tls CAPA", "tls QUIT"]);
  });

  test("opportunistic TLS does not ask for what is not listed", async () => {
    await using server = await scripted({ answers: { CAPA: capabilityList("TOP") } });
    const { status } = await capa([`pop3://127.0.0.1:${server.port}`, "--tls", "opportunistic"]);
    expect(status).toBe(0);
    expect(server.heard).toEqual(["clear CAPA", "clear QUIT"]);
  });

  test("a list that a login changes against its declaration", async () => {
    await using server = await scripted({
      answers: {
        CAPA: [capabilityList("USER", "UIDL", "SASL"), capabilityList("USER", "TOP", "SASL")],
        USER: "+OK",
        PASS: "+OK",
      },
    });
    const { status, stdout } = await capa(
      [`pop3://ann@127.0.0.1:${server.port}`, "--tls", "none", "--allow-cleartext"],
      secret,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}SASL .*\n.*\n? +! at least one mechanism is expected$/m);
    expect(stdout).toMatch(/^\+ TOP [^]*! by its registration it is listed before login/m);
    expect(stdout).toMatch(/^- UIDL +! by its registration it is listed before login and after it/m);
    expect(stdout).toMatch(/^ {2}malformed-capability: /m);
  });

  test("one that hangs up on the list, and one that hangs up on the login", async () => {
    await using onList = await scripted({ answers: { CAPA: null } });
    const first = await capa([`pop3://127.0.0.1:${onList.port}`, "--tls", "none"]);
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(/^ {2}capa-hangs-up: /m);
    await using onLogin = await scripted({ answers: { CAPA: capabilityList("USER"), USER: null } });
    const args = [`pop3://ann@127.0.0.1:${onLogin.port}`, "--tls", "none", "--allow-cleartext"];
    const second = await capa(args, secret);
    expect(second.status).toBe(2);
    expect(second.stdout).toContain("In the clear, before login: 1");
    expect(second.stderr).toMatch(/^postern: The connection with 127\.0\.0\.1:\d+ was lost: /);
    const json = JSON.parse((await capa([...args, "--json"], secret)).stdout) as object;
    expect(json).toMatchObject({ login: null, failure: expect.stringMatching(/was lost/) });
  });

  test.each<[string, string | null, RegExp]>([
    [
      "turns the connection away",
      "-ERR [SYS/TEMP] too busy",
      /127\.0\.0\.1:\d+ turns the connection away \[SYS\/TEMP\]: too busy/,
    ],
    ["speaks something else", "220 mail ESMTP", /breaks the protocol, if it speaks POP3 at all: .*220 mail/],
    ["hangs up", null, /The connection with 127\.0\.0\.1:\d+ was lost: the server closed the connection\./],
  ])("one that %s", async (_, greeting, message) => {
    await using server = await scripted({ greeting });
    const { status, stdout, stderr } = await capa([`pop3://127.0.0.1:${server.port}`]);
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
  });

  test("one that says nothing", async () => {
    await using server = await scripted({ greeting: "" });
    const { status, stderr } = await capa([`pop3://127.0.0.1:${server.port}`, "--timeout", "0.2"]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/has not answered within 0\.2 s\. .* try --tls implicit\./),
    ]);
  });

  test("one that says nothing to a login is not taken for one that waits for TLS", async () => {
    await using server = await scripted({ answers: { CAPA: capabilityList("USER"), USER: "" } });
    const { status, stderr } = await capa(
      [`pop3://ann@127.0.0.1:${server.port}`, "--tls", "none", "--allow-cleartext", "--timeout", "0.3"],
      secret,
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/did not answer in time: /)]);
    expect(stderr).not.toContain("--tls implicit");
  });

  test("control characters never reach the terminal", async () => {
    const odd = "\u001b]0;owned\u0007\u009b31m\u0085";
    await using server = await scripted({
      greeting: `+OK ${odd} <1${odd}@x>`,
      answers: {
        CAPA: [capabilityList(`X-${odd} ${odd}`, `EXPIRE ${odd}`, odd), capabilityList(`EXPIRE 1${odd}`)],
        STLS: `-ERR ${odd}`,
        USER: `-ERR [${odd}] ${odd}`,
      },
    });
    const url = `pop3://ann@127.0.0.1:${server.port}`;
    for (const args of [[url], [url, "--tls", "none", "--allow-cleartext"], [url, "--json"]]) {
      const { stdout, stderr } = await capa(args, secret);
      expect(stdout + stderr).toContain("owned");
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    await using changing = await scripted({
      answers: { CAPA: [capabilityList(`X-A ${odd}`), capabilityList("X-A 2")], USER: "+OK", PASS: "+OK" },
    });
    const args = [`pop3://ann@127.0.0.1:${changing.port}`, "--tls", "none", "--allow-cleartext"];
    const { stdout } = await capa(args, secret);
    expect(stdout).toMatch(/before: X-A [^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*owned/);
    await using away = await scripted({ greeting: `-ERR ${odd}` });
    const { stderr } = await capa([`pop3://127.0.0.1:${away.port}`]);
    expect(stderr).toMatch(/owned[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$/);
  });
});

describe("what cannot be tried", () => {
  test.each<[readonly string[], RegExp]>([
    [["pop3s://ann:secret@localhost"], /The URL holds a password/],
    [["pop3s://localhost", "--ca", "absent.pem"], /absent\.pem cannot be read: there is no such file/],
    [["pop3s://localhost", "--ca", "empty.pem"], /holds no certificate in PEM/],
    [["pop3s://localhost", "--timeout", "0"], /number of seconds/],
    [["pop3s://localhost", "--tls", "sometimes"], /Allowed choices are implicit/],
    [["pop3s://localhost", "--password-stdin"], /no user: say who logs in with --user NAME/],
    [["pop3s://ann@localhost"], /There is no terminal to ask for the password/],
    [["pop3s://localhost", "--user", "ann", "--auth", "MAGIC"], /"MAGIC" is no way to log in/],
    [["127.0.0.1:1"], /127\.0\.0\.1:1 cannot be reached: the connection was refused/],
    [["ann@example.net", "--nameserver", "nowhere"], /The server of ann@example\.net cannot be looked for/],
  ])("%j", async (args, message) => {
    writeFileSync(join(cwd, "empty.pem"), "");
    const { status, stdout, stderr } = await capa(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret@");
  });

  test("the help has examples", async () => {
    const { status, stdout } = await capa(["--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("postern capa pop3s://alice@pop.example.net");
  });
});
