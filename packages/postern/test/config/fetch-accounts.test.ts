// The file of accounts: what is read from it, and that everything that is wrong with it is named at once.
// What the values mean is tested with `postern fetch`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFetchAccounts } from "../../src/config/fetch-accounts.js";
import type { FetchAccountConfig } from "../../src/config/fetch-accounts.js";
import { ConfigProblem } from "../../src/config/problem.js";

let directory = "";
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "postern-accounts-"))));
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string): readonly FetchAccountConfig[] {
  const file = join(directory, "accounts.toml");
  writeFileSync(file, text);
  return readFetchAccounts(file);
}

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return error.problems.map((problem) => problem.replaceAll(directory, ""));
  }
  return [];
}

test("every key, with paths that count from the file", () => {
  expect(
    read(`
      [[account]]
      from = "pop3s://ann@pop.example.net"
      to = "maildir:Mail/ann"
      new = true
      delete = true
      password_file = "secrets/ann"
      auth = ["SCRAM-SHA-256"]
      tls = "implicit"
      ca = "/etc/ca.pem"

      [[account]]
      from = "bob@example.net"
      to = "lmtp://127.0.0.1:24"
      recipient = "bob@example.net"
      token_file = "token"
      password_command = "cat relative"
      token_command = "oauth bob"
      allow_cleartext = true
    `),
  ).toEqual([
    {
      from: "pop3s://ann@pop.example.net",
      to: `maildir:${join(directory, "Mail/ann")}`,
      new: true,
      delete: true,
      password_file: join(directory, "secrets/ann"),
      auth: ["SCRAM-SHA-256"],
      tls: "implicit",
      ca: "/etc/ca.pem",
      allow_cleartext: false,
    },
    {
      from: "bob@example.net",
      to: "lmtp://127.0.0.1:24",
      recipient: "bob@example.net",
      token_file: join(directory, "token"),
      password_command: "cat relative",
      token_command: "oauth bob",
      allow_cleartext: true,
    },
  ]);
});

test("everything that is wrong is named, each with its account and key", () => {
  const problems = problemsOf(`
    [[account]]
    to = "maildir:x"
    password = "secret"

    [[account]]
    from = 3
    to = ""
    tls = "always"
    delete = "yes"
    auth = []
  `);
  expect(problems.join("\n")).not.toContain("secret");
  expect(problems).toEqual([
    "/accounts.toml: account 1: from: write where the mail is, such as pop3s://ann@pop.example.net",
    expect.stringMatching(/^\/accounts\.toml: account 1: there is no key password; there are from, to, /),
    "/accounts.toml: account 2: from: write where the mail is, such as pop3s://ann@pop.example.net",
    "/accounts.toml: account 2: to: write where the mail goes, such as maildir:/home/ann/Mail",
    expect.stringMatching(/^\/accounts\.toml: account 2: delete: /),
    expect.stringMatching(/^\/accounts\.toml: account 2: auth: write names of mechanisms/),
    '/accounts.toml: account 2: tls: write "implicit", "required", "opportunistic" or "none"',
  ]);
});

test.each([
  ["", "/accounts.toml: write a table [[account]] for each account"],
  ["account = []", "/accounts.toml: write a table [[account]] for each account"],
  ["[account]\nfrom = 'x'", "/accounts.toml: write a table [[account]] for each account"],
])("a file without accounts: %j", (text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test("a file that is no TOML, and one that is not there", () => {
  expect(problemsOf("[[account]]\nfrom = pop3s\n")).toEqual([
    expect.stringMatching(/^\/accounts\.toml: line 2, column \d+: /),
  ]);
  expect(() => readFetchAccounts(join(directory, "missing.toml"))).toThrow(/missing\.toml: cannot be read: /);
});
