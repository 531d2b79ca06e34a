// The command line as a whole: help, usage errors, and how failures become sentences and exit statuses.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { version } from "../../src/cli/version.js";
import { runCli } from "./run-cli.js";

const cwd = mkdtempSync(join(tmpdir(), "postern-program-"));
afterAll(() => rmSync(cwd, { recursive: true }));

test("--help lists every subcommand", async () => {
  const { status, stdout, stderr } = await runCli(["--help"], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const name of ["serve", "user", "maildrop", "deliver", "import", "registry"]) {
    expect(stdout).toMatch(new RegExp(`^  ${name} .*  [a-z].+$`, "m"));
  }
});

test("without arguments the help goes to standard error, as wrong usage", async () => {
  const { status, stdout, stderr } = await runCli([], { cwd });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("Usage: postern");
});

test("--version", async () => {
  expect(await runCli(["--version"], { cwd })).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

describe("every command has help with an example", () => {
  const commands = ["serve", "user", "user add", "user list", "user remove", "user passwd", "user set"];
  test.each([...commands, "maildrop", "maildrop show", "maildrop empty", "deliver", "import", "registry"])(
    "%s",
    async (line) => {
      const { status, stdout, stderr } = await runCli([...line.split(" "), "--help"], { cwd });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(`Usage: postern ${line}`);
      expect(stdout).toMatch(/Examples?:\n {2}/);
    },
  );

  test("`help` does the same", async () => {
    const { status, stdout } = await runCli(["help", "serve"], { cwd });
    expect(status).toBe(0);
    expect(stdout).toBe((await runCli(["serve", "--help"], { cwd })).stdout);
  });
});

describe("wrong usage", () => {
  test.each([
    [["serv"], "unknown command 'serv'\n(Did you mean serve?)"],
    [["serve", "--lisen", "x"], "unknown option '--lisen'\n(Did you mean --listen?)"],
    [["serve", "surplus"], "too many arguments"],
    [["user", "add"], "missing required argument 'name'"],
    [["import", "alice"], "required option '--from <source>' not specified"],
  ])("%j", async (args, sentence) => {
    const { status, stdout, stderr } = await runCli(args, { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`postern: ${sentence}`);
  });

  test("deliver answers in the statuses of sysexits", async () => {
    expect(await runCli(["deliver"], { cwd })).toMatchObject({ status: 64 });
  });
});

describe("failures", () => {
  test("each problem of the configuration is a line of its own", async () => {
    const env = { POSTERN_LISTEN: "x", POSTERN_DATTA: "y" };
    const { status, stderr } = await runCli(["user", "list"], { cwd, env });
    expect(status).toBe(2);
    expect(stderr.split("\n")).toEqual([
      "postern: there is no variable POSTERN_DATTA; did you mean POSTERN_DATA?",
      expect.stringMatching(/^postern: POSTERN_LISTEN: write host:port/),
      "",
    ]);
  });

  test("a data directory that is not there is not made by looking at it", async () => {
    const { status, stderr } = await runCli(["user", "list", "--data", "no-such-directory"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^postern: There is no data directory .+no-such-directory: .+\n$/);
    expect(stderr).not.toContain("    at ");
  });
});
