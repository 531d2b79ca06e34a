// The table `oauth`: when it is off, and what is said of keys that do not go together.
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { isSafeWebAddress } from "../../src/config/web-address.js";
import { ConfigProblem } from "../../src/config/problem.js";
import { tokenAlgorithms } from "../../src/config/oauth.js";

type Written = Readonly<Record<string, unknown>>;

const load = (written: Written): ReturnType<typeof loadConfig> =>
  loadConfig({
    cwd: "/srv",
    env: {},
    flags: Object.fromEntries(Object.entries(written).map(([key, value]) => [`oauth.${key}`, value])),
  });

function problems(written: Written): readonly string[] {
  try {
    load(written);
  } catch (error) {
    if (error instanceof ConfigProblem) return error.problems;
    throw error;
  }
  return [];
}

const issuer = "https://issuer.example.net/realms/mail";

test("nobody logs in by token while no issuer is named", () => {
  expect(load({}).oauth).toBeUndefined();
  expect(load({ timeout_seconds: 9, user_lower_case: true }).oauth).toBeUndefined();
});

test("an issuer and an audience are enough", () => {
  expect(load({ issuer, audience: "postern" }).oauth).toEqual({
    method: "jwt",
    issuer,
    audience: ["postern"],
    algorithms: [...tokenAlgorithms],
    user_claim: "email",
    user_lower_case: false,
    clock_tolerance_seconds: 30,
    timeout_seconds: 5,
    cache_seconds: 60,
  });
});

test("so is a place to ask, with a secret", () => {
  const written = { method: "introspection", introspection_url: "https://i.example.net/?q", client_secret_file: "s" };
  expect(load(written).oauth).toMatchObject({ client_secret_file: "/srv/s" });
});

test.each<[Written, readonly string[]]>([
  [{ issuer }, ["oauth.audience: write the audience that tokens for this server have, or a list of them"]],
  [{ audience: "a" }, ["oauth.issuer: write an address that begins with https://, that of the issuer of the tokens"]],
  [{ issuer, audience: "a", client_id: "b" }, ['oauth.method: write "introspection" where oauth.client_id is set']],
  [
    { issuer, audience: "a", method: "jwt", client_secret_file: "b" },
    ['--oauth.method: write "introspection" where oauth.client_secret_file is set, not "jwt"'],
  ],
  [
    { method: "introspection", issuer, jwks_uri: "https://i.example.net" },
    ['--oauth.method: write "jwt" where oauth.jwks_uri is set, not "introspection"'],
  ],
  [
    { method: "introspection" },
    [
      "oauth.issuer: write an address that begins with https://, or set oauth.introspection_url",
      "oauth.client_secret_file: write the path of a file with the secret that this server asks with",
    ],
  ],
])("%j", (written, expected) => {
  expect(problems(written)).toEqual(expected);
});

test.each<Written>([
  { issuer: "http://issuer.example.net" },
  { issuer: "https://issuer.example.net?tenant=1" },
  { issuer: "issuer" },
  { jwks_uri: "http://issuer.example.net" },
  { introspection_url: "ftp://issuer.example.net" },
  { audience: [] },
  { audience: [""] },
  { algorithms: ["HS256"] },
  { algorithms: ["none"] },
  { algorithms: [] },
  { scope: "" },
  { scope: "a  b" },
  { scope: 'a"b' },
  { scope: "a\r\nb" },
  { user_domain: "@example.net" },
  { user_claim: "" },
  { client_id: "ü" },
  { cache_seconds: 3601 },
])("refuses %j", (wrong) => {
  const [key = ""] = Object.keys(wrong);
  const flag = `--oauth.${key.replaceAll("_", "-")}: write`;
  expect(problems({ issuer, audience: "a", ...wrong })[0]).toContain(flag);
});

test.each<[string, boolean]>([
  ["https://issuer.example.net:8443/a?b=c", true],
  ["http://localhost:8080/", true],
  ["http://127.0.0.1/", true],
  ["http://127.1.2.3:1/", true],
  ["http://[::1]:1/", true],
  ["http://127.0.0.1.example.net/", false],
  ["http://localhost.example.net/", false],
  ["http://10.0.0.1/", false],
  ["https://user@issuer.example.net/", false],
  ["https://:password@issuer.example.net/", false],
  ["https://issuer.example.net/#a", false],
  ["https:", false],
  ["file:///etc/passwd", false],
  ["", false],
])("%s may be given secrets: %s", (address, safe) => {
  expect(isSafeWebAddress(address)).toBe(safe);
});
