// `postern check` against the real server, sound and with faults: text, files, exit status, consent, and checks of the user's own.
// What each check finds is tested beside the checks, how a report looks beside the reports.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, startTestServer, type TestServer, type TestServerOptions } from "@postern/pop3/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CliOutcome, type CliSurroundings, runCli } from "./run-cli.js";

const PASSWORD = "correct horse";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-check-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function check(args: readonly string[], surroundings: Partial<CliSurroundings> = {}): Promise<CliOutcome> {
  return runCli(["check", ...args], { cwd, ...surroundings });
}

async function serverWith(faults: readonly Fault[] = [], more: TestServerOptions = {}): Promise<TestServer> {
  const messages = ["one", "two", "three", "four", "five"].map((word) => `Subject: ${word}\r\n\r\nbody ${word}\r\n`);
  const server = await startTestServer({ accounts: { alice: PASSWORD }, messages, faults, ...more });
  writeFileSync(join(cwd, "ca.pem"), server.ca);
  return server;
}

const secret = { env: { POSTERN_PASSWORD: PASSWORD } };
const ca = ["--ca", "ca.pem"];
const TOP_REFUSED: Fault = { fault: "refused", on: "TOP", text: "no" };
const urlOf = ({ port }: TestServer): string => `pop3://alice@localhost:${port}`;

describe("a server is examined", () => {
  test("that keeps everything", async () => {
    await using server = await serverWith();
    const { status, stdout, stderr } = await check([urlOf(server), ...ca], secret);
    expect(stderr).toBe("");
    expect(stdout).toContain("Conformant in what was tested");
    expect(stdout).toMatch(/^ {2}TOP +true /m);
    expect(status).toBe(0);
    expect(server.maildrops.messages("alice")).toHaveLength(5);
  });

  test("that does not, with transcript, section and what to change, and no secret", async () => {
    await using server = await serverWith([TOP_REFUSED]);
    const { status, stdout } = await check([urlOf(server), ...ca, "--auth", "PLAIN"], secret);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ {2}TOP +false /m);
    expect(stdout).toMatch(/^FAILED MUST {2}top-zero-lines {2}RFC 1939 §7$/m);
    expect(stdout).toMatch(/^ {4}C: TOP 1 0$/m);
    expect(stdout).toMatch(/^ {2}Change {4}\S/m);
    expect(stdout).not.toContain(PASSWORD);
    expect(stdout).not.toContain(Buffer.from(`\0alice\0${PASSWORD}`).toString("base64"));
  });

  test("without a login", async () => {
    await using server = await serverWith();
    const { status, stdout } = await check([`localhost:${server.tlsPort}`, ...ca, "--anonymous"], secret);
    expect(status).toBe(0);
    expect(stdout).toContain("nobody was to log in");
    expect(server.sessions.length).toBeGreaterThan(0);
    expect(server.sessions.filter(({ user }) => user !== null)).toEqual([]);
  });

  test("with reports in files, and JSON", async () => {
    await using server = await serverWith([TOP_REFUSED]);
    const files = ["--html", "check.html", "--junit", "check.xml", "--badge", "badge.svg"];
    const { status, stdout } = await check([urlOf(server), ...ca, "--json", ...files], secret);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ format: 1, conformant: false, mode: "safe" });
    expect(readdirSync(cwd).toSorted()).toEqual(["badge.svg", "ca.pem", "check.html", "check.xml"]);
    expect(readFileSync(join(cwd, "check.html"), "utf8")).toMatch(/^<!doctype html>/i);
    expect(readFileSync(join(cwd, "check.xml"), "utf8")).toMatch(/^<\?xml .*<testsuites /s);
    expect(readFileSync(join(cwd, "badge.svg"), "utf8")).toContain("<svg");
  });

  test("and a file that cannot be written is told", async () => {
    await using server = await serverWith();
    const { status, stderr } = await check(
      [urlOf(server), ...ca, "--only", "capa-*", "--html", "no/such/x.html"],
      secret,
    );
    expect(stderr).toMatch(/^postern: no\/such\/x\.html cannot be written: /);
    expect(status).toBe(2);
  });

  test("by some checks alone", async () => {
    await using server = await serverWith([TOP_REFUSED]);
    const { status, stdout } = await check([urlOf(server), ...ca, "--only", "capa-*,base-stat"], secret);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+ checks: \d+ passed, 0 failed, 0 undecided, 0 not tested\./m);
  });

  test("where a SHOULD counts on request alone", async () => {
    await using server = await serverWith([{ fault: "capabilities", add: ["UNREGISTERED"] }]);
    const args = [urlOf(server), ...ca, "--only", "listing-registered"];
    expect((await check(args, secret)).status).toBe(0);
    expect((await check([...args, "--strict"], secret)).status).toBe(1);
  });
});

describe("what is not possible", () => {
  test("a server that is not there", async () => {
    const server = await serverWith();
    await server.close();
    const { status, stderr } = await check([`pop3://localhost:${server.port}`]);
    expect(stderr).toMatch(/^postern: localhost:\d+ cannot be examined: .*cannot be reached/);
    expect(status).toBe(2);
  });

  test("a login that is refused: the rest is shown", async () => {
    await using server = await serverWith();
    const wrong = { env: { POSTERN_PASSWORD: "battery staple" } };
    const { status, stdout, stderr } = await check([urlOf(server), ...ca], wrong);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^postern: Not all was tested: the login by SCRAM-SHA-256 was refused: -ERR \[AUTH\]/);
    expect(stdout).toMatch(/^ {2}STLS +true /m);
  });

  test("a certificate that does not hold: nothing is sent to log in", async () => {
    await using server = await serverWith([], { certificate: "expired" });
    let refused = 0;
    server.server.on("login.refused", ({ cause }) => (refused += cause === "credentials" ? 1 : 0));
    const { status, stderr } = await check([urlOf(server), ...ca], secret);
    expect(status).toBe(2);
    expect(stderr).toContain("certificate does not hold");
    expect(server.sessions.filter(({ user }) => user !== null)).toEqual([]);
    expect(refused).toBe(0);
  });

  test("no argument", async () => {
    const { status, stderr } = await check([]);
    expect(stderr).toContain("Which server?");
    expect(status).toBe(2);
  });

  test("two modes at a time", async () => {
    const { status, stderr } = await check(["localhost", "--anonymous", "--thorough"]);
    expect(stderr).toContain("one of them is meant");
    expect(status).toBe(2);
  });
});

describe("--thorough", () => {
  test("does nothing where nobody says yes", async () => {
    await using server = await serverWith();
    const { status, stderr } = await check([urlOf(server), ...ca, "--thorough"], secret);
    expect(stderr).toMatch(/^postern: --thorough logs in with wrong passwords as "alice" .* say --yes/);
    expect(status).toBe(2);
    expect(server.sessions).toEqual([]);
  });

  test("finds nothing to fail at Postern", async () => {
    await using server = await serverWith();
    const { status, stdout } = await check([urlOf(server), ...ca, "--thorough", "--yes"], secret);
    expect(stdout).toMatch(/ 0 failed, 0 undecided, /);
    expect(status).toBe(0);
  });
});

describe("checks of the user's own", () => {
  const module = `
    const noArgument = { text: "none", parse: () => ({ value: undefined }), format: () => [] };
    export const capabilities = [{
      tag: "X-CLOCK", name: "x-clock", registration: null, argument: noArgument, affects: "none",
      commands: [{ keyword: "XCLK", params: { text: "", parse: () => ({ value: null }), format: () => null }, validIn: ["TRANSACTION"], reply: "single" }],
      announced: { in: "both", differs: false }, reference: ["our manual"], discussion: "Tells the time.",
      checks: [{ id: "x-clock-tells", level: "MUST", reference: "our manual", title: "XCLK tells the time.", remedy: "Tell the time.",
        given: "TRANSACTION", dialog: "C: XCLK\\nS: +OK *" }],
      value: () => undefined,
    }];
    export const checks = [{
      id: "x-friendly", tag: null, level: "SHOULD", reference: "our manual", title: "The greeting is friendly.", remedy: "Smile.", given: "AUTHORIZATION",
      async prove(proof) { if (!/welcome/i.test((await proof.before()).greeting.line)) throw new Error("unused"); },
    }];`;

  test("are loaded, listed and run", async () => {
    writeFileSync(join(cwd, "own.mjs"), module);
    const listed = await check(["--list", "--with", "own.mjs"]);
    expect(listed.stdout).toMatch(/^x-clock-tells +MUST +our manual +XCLK tells the time\.$/m);
    await using server = await serverWith([
      { fault: "capabilities", add: ["X-CLOCK"] },
      { fault: "reply", on: "greeting", text: "+OK welcome" },
      { fault: "reply", on: "XCLK", text: "+OK 1764088000" },
    ]);
    const args = [urlOf(server), ...ca, "--with", "own.mjs", "--only", "x-friendly,x-clock-tells", "--json"];
    const report = JSON.parse((await check(args, secret)).stdout) as { results: unknown };
    expect(report.results).toMatchObject([
      { id: "x-friendly", outcome: "passed" },
      { id: "x-clock-tells", tag: "X-CLOCK", outcome: "passed" },
    ]);
  });

  test("as the guide shows one", async () => {
    const guide = readFileSync(new URL("../../../../docs/guides/checking.md", import.meta.url), "utf8");
    const [, code = ""] = /```js\n(.*?)```/s.exec(guide) ?? [];
    writeFileSync(
      join(cwd, "own.mjs"),
      code.replace("@postern/pop3/conformance", import.meta.resolve("@postern/pop3/conformance")),
    );
    await using server = await serverWith();
    const { stdout } = await check([urlOf(server), ...ca, "--with", "own.mjs", "--only", "x-*"], secret);
    expect(stdout).toMatch(/^FAILED SHOULD {2}x-greeting-names-site {2}our manual$/m);
    expect(stdout).toContain("the greeting is +OK POP3 server ready");
  });

  test.each([
    ["", /exports neither capabilities nor checks/],
    ["export const checks = 5;", /checks is no array/],
    ["export const capabilities = [{ tag: 'X-Y' }];", /holds no usable checks/],
    ["syntax error", /cannot be loaded/],
  ])("that cannot be used: %s", async (text, problem) => {
    writeFileSync(join(cwd, "own.mjs"), text);
    const { status, stderr } = await check(["--list", "--with", "own.mjs"]);
    expect(stderr).toMatch(problem);
    expect(status).toBe(2);
  });
});

describe("checks are explained", () => {
  test("one of them", async () => {
    const { status, stdout } = await check(["--explain", "top-zero-lines"]);
    expect(stdout).toMatch(/^top-zero-lines\nRequired +TOP with 0 lines/);
    expect(stdout).toContain("  C: TOP 1 0\n");
    expect(status).toBe(0);
    const json = JSON.parse((await check(["--explain", "top-zero-lines", "--json"])).stdout) as unknown;
    expect(json).toMatchObject([{ id: "top-zero-lines", tag: "TOP", effect: "retrieves", given: "TRANSACTION" }]);
  });

  test("not one that there is not", async () => {
    const { status, stderr } = await check(["--explain", "top-zero-line"]);
    expect(stderr).toContain("did you mean top-zero-lines?");
    expect(status).toBe(2);
    expect((await check(["localhost", "--only", "zzz-*"])).stderr).toContain("No check begins with");
  });
});

test("progress is a line on a terminal", async () => {
  await using server = await serverWith();
  const { stderr } = await check([urlOf(server), ...ca, "--only", "capa-*"], { ...secret, terminalColumns: 60 });
  const lines = stderr.split("\r\u001b[K");
  expect(lines.every((line) => line.length < 60)).toBe(true);
  expect(lines.some((line) => /^\[#+ *\] \d of \d checks/.test(line))).toBe(true);
  expect(lines.at(-1)).toBe("");
});

test("a user who stops it", async () => {
  await using server = await serverWith([{ fault: "stall", on: "CAPA" }]);
  const stop = new AbortController();
  const running = check([urlOf(server), ...ca], { ...secret, signal: stop.signal });
  await expect.poll(() => server.sessions.length, { timeout: 5000 }).toBeGreaterThan(0);
  stop.abort();
  const { status, stderr } = await running;
  expect(stderr).toBe("postern: Stopped.\n");
  expect(status).toBe(2);
  expect(existsSync(join(cwd, "check.html"))).toBe(false);
});
