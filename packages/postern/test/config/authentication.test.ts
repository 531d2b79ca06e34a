// The table of logins: what may be written, and where accounts come from where nothing is.
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { sourcesOf } from "../../src/config/authentication.js";
import type { AuthenticationConfig } from "../../src/config/authentication.js";
import { loadConfig } from "../../src/config/load.js";

function load(
  values: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): AuthenticationConfig {
  const flags = Object.fromEntries(Object.entries(values).map(([key, value]) => [`authentication.${key}`, value]));
  return loadConfig({ cwd: "/srv", env, flags }).authentication;
}

test.each([
  [{}, ["accounts"]],
  [{ passwd_file: "users" }, ["accounts", "passwd-file"]],
  [{ passwd_file: "users", sources: ["passwd-file"] }, ["passwd-file"]],
  [{ sources: ["oauth", "accounts"] }, ["oauth", "accounts"]],
  [{ sources: "oauth" }, ["oauth"]],
])("%j takes accounts from %j", (values, sources) => {
  expect(sourcesOf({ authentication: load(values) })).toEqual(sources);
});

test("values are read as they are meant", () => {
  expect(
    load({
      passwd_file: "users",
      passwd_file_scheme: "SHA512-CRYPT",
      mechanisms: ["scram-sha-256", "PLAIN"],
      scram_iterations: 0,
      scram_sha_1: true,
      master_users: "root",
      anonymous_user: "guest",
    }),
  ).toEqual({
    passwd_file: resolve("/srv/users"),
    passwd_file_scheme: "SHA512-CRYPT",
    mechanisms: ["SCRAM-SHA-256", "PLAIN"],
    scram_iterations: 0,
    scram_sha_1: true,
    master_users: ["root"],
    anonymous_user: "guest",
  });
  expect(
    load({}, { POSTERN_AUTHENTICATION_MASTER_USERS: "root, admin", POSTERN_AUTHENTICATION_SCRAM_ITERATIONS: "4096" }),
  ).toMatchObject({ master_users: ["root", "admin"], scram_iterations: 4096 });
});

describe("refused, with the key and what to write:", () => {
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ sources: ["ldap"] }, "--authentication.sources: write a list of"],
    [{ sources: [] }, "at least one, and each at most once"],
    [{ sources: ["accounts", "accounts"] }, "at least one, and each at most once"],
    [{ sources: ["passwd-file"] }, "set passwd_file too"],
    [{ passwd_file: "users", sources: ["accounts"] }, 'add "passwd-file"'],
    [{ passwd_file: "" }, "write the path of a file"],
    [{ passwd_file_scheme: "{CRYPT}" }, "write the name of a password scheme"],
    [{ mechanisms: ["SCRAM SHA"] }, "write a list of SASL mechanisms"],
    [{ mechanisms: ["PLAIN", "anonymous"] }, "set anonymous_user too"],
    [{ scram_iterations: 4095 }, "write 0 or a whole number from 4096 to 1000000"],
    [{ scram_iterations: 1_000_001 }, "write 0 or a whole number from 4096 to 1000000"],
    [{ master_users: [""] }, "write a list of user names"],
    [{ master_users: ["guest"], anonymous_user: "guest" }, "choose a user who is no master"],
  ])("%j", (values, problem) => {
    expect(() => load(values)).toThrow(problem);
  });
});
