// `postern registry`: what it prints, and its exit statuses.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { Command } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { registryCommand } from "../../src/cli/registry.js";
import { type CliOutcome, runCli } from "./run-cli.js";

const cwd = mkdtempSync(join(tmpdir(), "postern-registry-"));
afterAll(() => rmSync(cwd, { recursive: true }));

function registry(args: string, stdin = ""): Promise<CliOutcome> {
  return runCli(["registry", ...args.split(" ")], { cwd, stdin });
}

const PROPOSAL = `CAPA tag: ZSTD
Arguments: none
Added commands: ZSTD
Standard commands affected: none
Announced states / possible differences: both / no
Commands valid in states: AUTHORIZATION, TRANSACTION
Specification reference: RFC 9999 (Proposed Standard)
Discussion: Both sides compress what they send.
`;

describe("list", () => {
  test("has a line for each of thirteen capabilities and six response codes, and says what is served", async () => {
    const { status, stdout } = await registry("list");
    const lines = stdout.split("\n");
    expect(status).toBe(0);
    expect(lines.filter((line) => /^[A-Z0-9-]+ +(yes|no) /.test(line))).toHaveLength(13);
    expect(lines.filter((line) => /^\[[A-Z0-9/-]+\] +(yes|no) /.test(line))).toHaveLength(6);
    expect(stdout).toMatch(/^TOP +yes +1998-11 +TOP +RFC 2449, RFC 1939$/m);
    expect(stdout).toMatch(/^SASL +yes +1998-11 +AUTH +/m);
    expect(stdout).toMatch(/^\[SYS\/TEMP\] +yes +2002-02 +all +RFC 3206$/m);
  });

  test("as JSON", async () => {
    const { capabilities, responseCodes } = JSON.parse((await registry("list --json")).stdout) as {
      capabilities: { tag: string; served: boolean }[];
      responseCodes: { code: string; capability: string }[];
    };
    expect(capabilities).toHaveLength(13);
    expect(capabilities.filter(({ served }) => !served).map(({ tag }) => tag)).toEqual([]);
    expect(responseCodes).toContainEqual(expect.objectContaining({ code: "IN-USE", capability: "RESP-CODES" }));
  });
});

describe("show", () => {
  test("a capability: every field, the commands with parameters and states, and whether it is served", async () => {
    const { status, stdout } = await registry("show top");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^TOP {2}\(registered 1998-11; RFC 2449, RFC 1939\)\n\nThis version's server has it/);
    for (const label of ["CAPA tag:\n    TOP", "Arguments:\n    none", "Specification reference:\n    RFC 2449"]) {
      expect(stdout).toContain(label);
    }
    expect(stdout).toMatch(/^ {2}TOP msg n {2}TRANSACTION {2}several lines$/m);
    expect(stdout).toMatch(/^ {2}top-zero-lines +MUST +RFC 1939 §7$/m);
  });

  test("one with its response code", async () => {
    const { stdout } = await registry("show LOGIN-delay");
    expect(stdout).not.toContain("This version's server does not have it");
    expect(stdout).toContain("Response code [LOGIN-DELAY]\n  Complete response code:\n      LOGIN-DELAY");
  });

  test("a response code, by its name or in brackets", async () => {
    expect((await registry("show sys/temp")).stdout).toMatch(
      /^\[SYS\/TEMP\] {2}\(response code, .*comes with RESP-CODES\)/,
    );
    expect((await registry("show [login-delay]")).stdout).toMatch(/^\[LOGIN-DELAY\] {2}\(response code/);
  });

  test("the owner of a command, and a part of the base protocol", async () => {
    expect((await registry("show pass")).stdout).toMatch(/^USER /);
    expect((await registry("show APOP")).stdout).toMatch(/^APOP {2}\(not in the registry; RFC 1939\)/);
    expect((await registry("show RETR")).stdout).toMatch(/^BASE .*\n[^]*^ {2}RETR msg +TRANSACTION +several lines$/m);
  });

  test("as JSON", async () => {
    expect(JSON.parse((await registry("show user --json")).stdout)).toMatchObject({
      tag: "USER",
      served: true,
      commands: [
        { keyword: "USER", parameters: "name", validIn: ["AUTHORIZATION"] },
        { keyword: "PASS", parameters: "string", validIn: ["AUTHORIZATION"] },
      ],
    });
    expect(JSON.parse((await registry("show [utf8] --json")).stdout)).toMatchObject({
      code: "UTF8",
      capability: "UTF8",
    });
  });

  test("something unknown: what was meant, and status 1", async () => {
    const near = await registry("show PIPELININ");
    expect(near).toMatchObject({ status: 1, stdout: "" });
    expect(near.stderr).toContain(`"PIPELININ" is neither a capability nor a response code: did you mean PIPELINING?`);
    expect((await registry("show TPO")).stderr).toContain("did you mean TOP?");
    expect(await registry("show 9")).toMatchObject({ status: 1, stderr: expect.stringContaining("registry list") });
  });
});

describe("page", () => {
  test("today's and the initial one", async () => {
    const today = await registry("page");
    expect(today).toMatchObject({ status: 0, stderr: "" });
    expect(today.stdout).toContain("Capabilities (13)");
    const initial = await registry("page --initial");
    expect(initial.stdout).toContain("the initial set, 1998-11");
    expect(initial.stdout).toContain("Response codes (2)");
  });

  test("as JSON", async () => {
    expect(JSON.parse((await registry("page --json")).stdout)).toMatchObject({
      capabilities: { length: 13 },
      responseCodes: { length: 6 },
    });
    expect(JSON.parse((await registry("page --initial --json")).stdout)).toMatchObject({
      view: "initial",
      capabilities: { length: 9 },
      responseCodes: { length: 2 },
    });
  });
});

describe("template", () => {
  test("is the filled template, and JSON of the same", async () => {
    expect((await registry("template stls")).stdout).toMatch(/^CAPA tag:\n {4}STLS\n\nArguments:\n {4}none\n/);
    expect(JSON.parse((await registry("template STLS --json")).stdout)).toMatchObject({
      tag: "STLS",
      validIn: ["AUTHORIZATION"],
    });
    expect((await registry("template in-use")).stdout).toMatch(/^Complete response code:\n {4}IN-USE\n/);
  });

  test("there is none without a tag", async () => {
    expect(await registry("template apop")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no capability tag"),
    });
  });
});

describe("validate", () => {
  test("a good proposal from standard input: status 0", async () => {
    const { status, stdout } = await registry("validate -", PROPOSAL);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^standard input: capability ZSTD, 0 problems, 1 warning\n/);
  });

  test("a bad one from a file: status 1, each finding with its rule", async () => {
    writeFileSync(join(cwd, "bad.txt"), PROPOSAL.replace("ZSTD", "XZSTD").replace(/^Discussion.*/m, ""));
    const { status, stdout } = await registry("validate bad.txt");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^bad.txt: capability XZSTD, 2 problems/);
    expect(stdout).toContain(`problem  CAPA tag: XZSTD begins with "X"; a registered tag must not (RFC 2449 §9)`);
    expect(stdout).toContain("problem  Discussion: is missing (RFC 2449 §9)");
  });

  test("as JSON", async () => {
    const { status, stdout } = await registry("validate - --json", PROPOSAL.replace("RFC 9999", "draft-zstd-00"));
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      file: "-",
      accepted: false,
      kind: "capability",
      subject: "ZSTD",
      problems: [{ field: "Specification reference", rule: "RFC 2449 §9" }],
    });
  });

  test("a registered template is no proposal", async () => {
    const { stdout } = await registry("template TOP");
    expect(await registry("validate -", stdout)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("TOP is registered already (RFC 2449, RFC 1939)"),
    });
  });

  test("input without end is read no further than its limit", async () => {
    let pieces = 0;
    const endless = new Readable({
      read() {
        pieces++;
        this.push(Buffer.alloc(16 * 1024, "A"));
      },
    });
    const { status, stdout } = await runCli(["registry", "validate", "-"], { cwd, stdin: endless });
    expect(status).toBe(1);
    expect(stdout).toContain("is longer than 65536 octets");
    expect(pieces).toBeLessThan(20);
  });

  test.each([
    ["missing.txt", "there is no such file"],
    [".", "it is a directory"],
  ])("what cannot be read is status 2: %s", async (file, reason) => {
    expect(await registry(`validate ${file}`)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(`The proposal ${file} cannot be read: ${reason}.`),
    });
  });
});

test("wrong usage is status 2", async () => {
  expect((await registry("show")).status).toBe(2);
  expect((await registry("explain TOP")).status).toBe(2);
});

test.each([
  [{}, true],
  [{ NO_COLOR: "1" }, false],
])("on a terminal headings are bold, unless the environment says no: %j", async (env, bold) => {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 60 }).setEncoding("utf8");
  const context = { stdin: Readable.from([]), stdout, stderr: new PassThrough(), env, cwd, exit: () => undefined };
  await new Command().addCommand(registryCommand(context)).parseAsync(["registry", "show", "top"], { from: "user" });
  const text = stdout.read() as string;
  expect(text.includes("\u001b[1mTOP\u001b[22m")).toBe(bold);
  const templateLines = text.slice(text.indexOf("CAPA tag"), text.indexOf("Commands\n")).split("\n");
  expect(templateLines.filter(({ length }) => length > 60)).toEqual([]);
});
