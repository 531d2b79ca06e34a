// The table `policy`: what may be written, from the file and from the environment, and what a refusal says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { standardPolicy, type PolicyConfig } from "../../src/config/policy.js";
import { ConfigProblem } from "../../src/config/problem.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-policy-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function load(table: string, env: Readonly<Record<string, string>> = {}): PolicyConfig {
  writeFileSync(join(cwd, "postern.toml"), `[policy]\n${table}\n`);
  return loadConfig({ cwd, env }).policy;
}

test.each<[string, Partial<PolicyConfig>]>([
  ["", { login_delay_seconds: 0, expire: "never", utf8_messages: "surrogate", language: "en" }],
  ["expire = 30", { expire: 30 }],
  ['expire = "30"', { expire: 30 }],
  ["expire = 0", { expire: 0 }],
  ['expire = "never"', { expire: "never" }],
  ["login_delay_seconds = 900", { login_delay_seconds: 900 }],
  ['utf8_messages = "refuse"', { utf8_messages: "refuse" }],
  ['language = "pt-BR"', { language: "pt-BR" }],
])("%s", (table, expected) => {
  expect(load(table)).toMatchObject(expected);
});

test("the environment is read, too", () => {
  expect(load("", { POSTERN_POLICY_EXPIRE: "14", POSTERN_POLICY_LOGIN_DELAY_SECONDS: "60" })).toMatchObject({
    expire: 14,
    login_delay_seconds: 60,
  });
  expect(load("expire = 1", { POSTERN_POLICY_EXPIRE: "never" })).toMatchObject({ expire: "never" });
});

test.each([
  ["expire = -1", 'write a number of days from 0 to 36500, or "never", not -1'],
  ["expire = 1.5", 'write a number of days from 0 to 36500, or "never", not 1.5'],
  ["expire = 40000", 'write a number of days from 0 to 36500, or "never", not 40000'],
  ['expire = "soon"', 'write a number of days from 0 to 36500, or "never", not "soon"'],
  ["expire = true", 'write a number of days from 0 to 36500, or "never", not true'],
  ["login_delay_seconds = -1", "write a whole number from 0 to 86400, not -1"],
  ["login_delay_seconds = 86401", "write a whole number from 0 to 86400, not 86401"],
  ['utf8_messages = "drop"', 'write "surrogate" or "refuse", not "drop"'],
  ['language = "english please"', 'write a language tag, such as en or pt-BR, not "english please"'],
])("%s is refused", (table, problem) => {
  const [key] = table.split(" ");
  try {
    load(table);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigProblem);
    expect((error as ConfigProblem).problems).toEqual([`${join(cwd, "postern.toml")}: policy.${key}: ${problem}`]);
  }
});

test("the default of all users is what is written, or no delay and NEVER", () => {
  expect(standardPolicy(load("expire = 7\nlogin_delay_seconds = 5"))).toEqual({
    loginDelaySeconds: 5,
    retentionDays: 7,
  });
  expect(standardPolicy()).toEqual({ loginDelaySeconds: 0, retentionDays: "never" });
});
