// Tokens that are checked by the issuer's keys: which open a maildrop, which do not, and when nobody can tell.
import { createHmac } from "node:crypto";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { exportSPKI, importJWK, type CryptoKey } from "jose";
import { OAuthAccounts } from "../../src/authenticator/oauth.js";
import type { OAuthConfig } from "../../src/config/oauth.js";
import { configFrom } from "./oauth-config.js";
import { json, makeKey, TokenIssuer, type SigningKey } from "./token-issuer.js";

type Claims = Readonly<Record<string, unknown>>;

let key: SigningKey;
let strange: SigningKey;
let issuer: TokenIssuer;
let reasons: string[];
let accounts: OAuthAccounts[];

beforeAll(async () => {
  [key, strange] = await Promise.all([makeKey("one"), makeKey("two")]);
});
beforeEach(async () => {
  issuer = await TokenIssuer.start("/realms/mail");
  issuer.keys = [key.publicJwk];
  reasons = [];
  accounts = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const each of accounts) each.close();
  await issuer.stop();
});

function make(config: Partial<OAuthConfig> = {}): OAuthAccounts {
  const made = new OAuthAccounts(configFrom({ issuer: issuer.url, audience: "postern", ...config }), {
    refused: (reason) => reasons.push(reason),
  });
  accounts.push(made);
  return made;
}

const CONFIGURATION = "/realms/mail/.well-known/openid-configuration";
const refusal = (status = "invalid_token"): object => ({
  user: null,
  status,
  configuration: issuer.url + "/.well-known/openid-configuration",
});

test("nothing is asked before a token comes; passwords open nothing", async () => {
  const accounts = make();
  expect(accounts.offers("token")).toBe(true);
  for (const kind of ["password", "scram-sha-256", "secret", "certificate", "anonymous"] as const) {
    expect(accounts.offers(kind), kind).toBe(false);
  }
  expect(await accounts.verifyPassword("alice@example.net", "secret")).toBeNull();
  expect(accounts.knows("alice@example.net")).toBe(false);
  expect(issuer.asked).toEqual([]);
});

describe("a good token", () => {
  test("opens the maildrop of the user it stands for, named or not, and the keys are fetched once", async () => {
    const accounts = make();
    const token = await issuer.token(key);
    expect(await accounts.verifyToken(token, null)).toEqual({ user: "alice@example.net" });
    expect(await accounts.verifyToken(token, "alice@example.net")).toEqual({ user: "alice@example.net" });
    expect(issuer.asked.map(({ path }) => path)).toEqual([CONFIGURATION, "/keys"]);
  });

  test.each(["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"])("is signed with %s", async (alg) => {
    const other = await makeKey("other", alg);
    issuer.keys = [key.publicJwk, other.publicJwk];
    expect(await make().verifyToken(await issuer.token(other), null)).toEqual({ user: "alice@example.net" });
  });

  test.each(["JWT", "at+jwt", "AT+JWT", "application/at+jwt"])("may have the type %s", async (typ) => {
    const token = await issuer.token(key, {}, { typ });
    expect(await make().verifyToken(token, null)).toEqual({ user: "alice@example.net" });
  });

  test("is meant for one of several audiences", async () => {
    const accounts = make({ audience: ["mail", "postern"] });
    const token = await issuer.token(key, { aud: ["account", "postern"] });
    expect(await accounts.verifyToken(token, null)).toEqual({ user: "alice@example.net" });
  });

  test("has 16 KiB", async () => {
    const token = await issuer.token(key, { groups: "x".repeat(12 * 1024) });
    expect(token.length).toBeGreaterThan(16 * 1024);
    expect(await make().verifyToken(token, null)).toEqual({ user: "alice@example.net" });
  });

  test("is found good by several keys of which it names none", async () => {
    issuer.keys = [strange.publicJwk, key.publicJwk];
    const accounts = make();
    expect(await accounts.verifyToken(await issuer.token(key, {}, { kid: undefined }), null)).toEqual({
      user: "alice@example.net",
    });
    const third = await makeKey("three");
    expect(await accounts.verifyToken(await issuer.token(third, {}, { kid: undefined }), null)).toEqual(refusal());
  });

  test("may be off by as much as clocks may differ", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const accounts = make({ clock_tolerance_seconds: 60 });
    for (const claims of [{ exp: nowSeconds - 30 }, { nbf: nowSeconds + 30 }]) {
      expect(await accounts.verifyToken(await issuer.token(key, claims), null)).toEqual({ user: "alice@example.net" });
    }
  });
});

describe("a token opens nothing", () => {
  const nowSeconds = Math.floor(Date.now() / 1000);
  test.each<[string, Claims, string]>([
    ["expired", { exp: nowSeconds - 3600 }, "it is expired"],
    ["not yet valid", { nbf: nowSeconds + 3600 }, "its claim nbf does not fit"],
    ["for another audience", { aud: "elsewhere" }, "its claim aud does not fit"],
    ["for other audiences", { aud: ["account", "elsewhere"] }, "its claim aud does not fit"],
    ["for no audience", { aud: undefined }, "it has no claim aud"],
    ["of another issuer", { iss: "https://issuer.example.net" }, "its claim iss does not fit"],
    ["of no issuer", { iss: undefined }, "it has no claim iss"],
    ["without an end", { exp: undefined }, "it has no claim exp"],
    ["without the user", { email: undefined }, "it has no claim email"],
    ["with a user that is no text", { email: ["alice@example.net"] }, "it has no claim email"],
    ["with an empty user", { email: "" }, "its claim email names no user of this server"],
    ["with a user of two lines", { email: "alice\r\nbob" }, "its claim email names no user of this server"],
    ["whose address is not verified", { email_verified: false }, "its email is not verified"],
    ["bound to a key", { cnf: { jkt: "x" } }, "it is bound to a key and no bearer token"],
  ])("%s", async (_, claims, reason) => {
    expect(await make().verifyToken(await issuer.token(key, claims), null)).toEqual(refusal());
    expect(reasons).toEqual([reason]);
  });

  test("that stands for another user than the client names", async () => {
    const accounts = make();
    const token = await issuer.token(key);
    for (const name of ["bob@example.net", "alice", "Alice@example.net", ""]) {
      expect(await accounts.verifyToken(token, name), name).toEqual(refusal());
    }
  });

  test("signed by a key that another one's name is given", async () => {
    const token = await issuer.token(strange, {}, { kid: "one" });
    expect(await make().verifyToken(token, null)).toEqual(refusal());
    expect(reasons).toEqual(["its signature is wrong"]);
  });

  test("signed by a key that is not published", async () => {
    expect(await make().verifyToken(await issuer.token(strange), null)).toEqual(refusal());
    expect(reasons).toEqual(["it is signed by a key that the issuer does not publish"]);
  });

  test("not signed, or with the public key for a secret; the issuer is not even asked", async () => {
    const [, payload = ""] = (await issuer.token(key)).split(".");
    const header = (alg: string): string => Buffer.from(JSON.stringify({ alg, kid: "one" })).toString("base64url");
    const accounts = make();
    for (const alg of ["none", "None", "nOnE"]) {
      expect(await accounts.verifyToken(`${header(alg)}.${payload}.`, null), alg).toEqual(refusal());
    }
    const spki = await exportSPKI((await importJWK({ ...key.publicJwk, ext: true }, "ES256")) as CryptoKey);
    for (const secret of [spki, spki.trim(), JSON.stringify(key.publicJwk)]) {
      const signed = `${header("HS256")}.${payload}`;
      const mac = createHmac("sha256", secret).update(signed).digest("base64url");
      expect(await accounts.verifyToken(`${signed}.${mac}`, null)).toEqual(refusal());
    }
    expect(issuer.asked).toEqual([]);
  });

  test("signed with an algorithm that the operator does not allow", async () => {
    expect(await make({ algorithms: ["RS256"] }).verifyToken(await issuer.token(key), null)).toEqual(refusal());
    expect(reasons).toEqual(["its algorithm is not among oauth.algorithms"]);
  });

  test("of another type", async () => {
    for (const typ of ["logout+jwt", "dpop+jwt", "secevent+jwt", ""]) {
      expect(await make().verifyToken(await issuer.token(key, {}, { typ }), null), typ).toEqual(refusal());
    }
  });

  test("that was changed on its way", async () => {
    const accounts = make();
    const [header = "", , signature = ""] = (await issuer.token(key)).split(".");
    const [, payload = ""] = (await issuer.token(key, { email: "bob@example.net" })).split(".");
    expect(await accounts.verifyToken(`${header}.${payload}.${signature}`, null)).toEqual(refusal());
  });

  test.each(["", " ", "secret", "a.b", "a.b.c", "a.b.c.d.e", "é.é.é", "a\r\nb", "x".repeat(70_000)])(
    "that is none: %.10j",
    async (token) => {
      expect(await make().verifyToken(token, null)).toEqual(refusal());
      expect(issuer.asked).toEqual([]);
    },
  );
});

describe("scopes", () => {
  test.each<[string, Claims, boolean]>([
    ["one of two", { scope: "mail.read" }, false],
    ["none", {}, false],
    ["a longer one", { scope: "mail.read.all pop" }, false],
    ["in another case", { scope: "Mail.Read Pop" }, false],
    ["both", { scope: "pop openid mail.read" }, true],
    ["both as a list", { scope: ["pop", "mail.read"] }, true],
    ["both in scp", { scp: "mail.read pop" }, true],
    ["both as a list in scp", { scp: ["mail.read", "pop"] }, true],
  ])("%s", async (_, claims, enough) => {
    const accounts = make({ scope: "mail.read pop" });
    expect(await accounts.verifyToken(await issuer.token(key, claims), null)).toEqual(
      enough ? { user: "alice@example.net" } : { ...refusal("insufficient_scope"), scope: "mail.read pop" },
    );
  });
});

describe("the issuer's keys", () => {
  const unknown = async (): Promise<string> => issuer.token(strange);

  test("a new one is found as soon as it is used, an old one ends", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const accounts = make();
    expect(await accounts.verifyToken(await issuer.token(key), null)).toEqual({ user: "alice@example.net" });
    issuer.keys = [strange.publicJwk];
    vi.setSystemTime(Date.now() + 31_000);
    expect(await accounts.verifyToken(await issuer.token(strange), null)).toEqual({ user: "alice@example.net" });
    expect(await accounts.verifyToken(await issuer.token(key), null)).toEqual(refusal());
    expect(issuer.countOf("/keys")).toBe(2);
  });

  test("a withdrawn one is trusted for ten minutes at most", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const accounts = make();
    await accounts.verifyToken(await issuer.token(key), null);
    issuer.keys = [];
    vi.setSystemTime(Date.now() + 601_000);
    expect(await accounts.verifyToken(await issuer.token(key), null)).toEqual(refusal());
  });

  test("a flood of tokens by unknown keys does not become a flood for the issuer", async () => {
    const accounts = make();
    await accounts.verifyToken(await issuer.token(key), null);
    for (let each = 0; each < 50; each++) {
      expect(await accounts.verifyToken(await unknown(), null)).toEqual(refusal());
    }
    await Promise.all(Array.from({ length: 50 }, async () => accounts.verifyToken(await unknown(), null)));
    expect(issuer.countOf("/keys")).toBe(1);
  });

  test("many first logins at the same time ask once", async () => {
    const accounts = make();
    const token = await issuer.token(key);
    await Promise.all(Array.from({ length: 20 }, async () => accounts.verifyToken(token, null)));
    expect(issuer.asked.map(({ path }) => path)).toEqual([CONFIGURATION, "/keys"]);
  });
});

describe("nobody can tell", () => {
  const configuration = (changes: Claims): unknown =>
    issuer.answers.set(
      CONFIGURATION,
      json({ issuer: issuer.url, jwks_uri: `${new URL(issuer.url).origin}/keys`, ...changes }),
    );
  const keys = (value: unknown): unknown => issuer.answers.set("/keys", json({ keys: value }));

  test.each<[string, () => unknown, string]>([
    ["an error for a configuration", () => issuer.answers.set(CONFIGURATION, json({}, 503)), "status 503"],
    ["no configuration at all", () => issuer.answers.delete(CONFIGURATION), "status 404"],
    ["a configuration of another", () => configuration({ issuer: `${issuer.url}/` }), "is that of another one"],
    ["a configuration without keys", () => configuration({ jwks_uri: undefined }), "names no jwks_uri"],
    ["keys in the clear", () => configuration({ jwks_uri: "http://keys.example.net/" }), "is not https"],
    ["a configuration that is a list", () => issuer.answers.set(CONFIGURATION, json([])), "than a JSON object"],
    ["an error for keys", () => issuer.answers.set("/keys", json({}, 500)), "status 500"],
    ["keys that are none", () => keys(["a"]), "than a set of keys"],
    [
      "keys that are no JSON",
      () => issuer.answers.set("/keys", (_, response) => response.end("<")),
      "than a JSON object",
    ],
    ["a key that is malformed", () => keys([{ ...key.publicJwk, x: "AA" }]), "cannot be used"],
    ["endless keys", () => keys([{ x: "x".repeat(300_000) }]), "more than 262144 octets"],
    [
      "keys elsewhere",
      () => issuer.answers.set("/keys", (_, response) => response.writeHead(302, { location: "/real" }).end()),
      "status 302",
    ],
    ["a cut", () => issuer.answers.set("/keys", (request) => request.socket.destroy()), "gave no answer"],
  ])("where the issuer has %s", async (_, disturb, message) => {
    disturb();
    issuer.answers.set("/real", json({ keys: issuer.keys }));
    const token = await issuer.token(key);
    const failure: unknown = await make()
      .verifyToken(token, null)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "IssuerFailure" });
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain(token.slice(0, 20));
    expect((failure as Error).cause).toBeUndefined();
    expect(issuer.countOf("/real")).toBe(0);
  });

  test("where the issuer is away; once it is back, after a pause, it is asked again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const accounts = make();
    issuer.answers.set("/keys", json({}, 503));
    const token = await issuer.token(key);
    for (let each = 0; each < 5; each++) await expect(accounts.verifyToken(token, null)).rejects.toThrow("status 503");
    expect(issuer.countOf("/keys")).toBe(1);
    issuer.answers.set("/keys", json({ keys: issuer.keys }));
    vi.setSystemTime(Date.now() + 1100);
    expect(await accounts.verifyToken(token, null)).toEqual({ user: "alice@example.net" });
  });

  test("where nobody listens", async () => {
    const accounts = make();
    const token = await issuer.token(key);
    await issuer.stop();
    await expect(accounts.verifyToken(token, null)).rejects.toThrow("gave no answer: ECONNREFUSED");
  });

  test.each(["/keys", CONFIGURATION])("where the issuer takes too long for %s", async (path) => {
    issuer.answers.set(path, (_, response) => response.write("{"));
    await expect(make({ timeout_seconds: 1 }).verifyToken(await issuer.token(key), null)).rejects.toThrow("too long");
  });

  test("once the service is closed, which also ends what is being asked", async () => {
    const accounts = make({ timeout_seconds: 60 });
    const asked = new Promise<void>((resolve) => issuer.answers.set("/keys", () => resolve()));
    const verdict = accounts.verifyToken(await issuer.token(key), null).catch((error: unknown) => error);
    await asked;
    accounts.close();
    expect(await verdict).toMatchObject({ name: "IssuerFailure" });
    await expect(accounts.verifyToken("x", null)).rejects.toThrow("being stopped");
  });
});

describe("the issuer's configuration", () => {
  test("is found by RFC 8414 where there is none of OpenID Connect", async () => {
    issuer.answers.delete(CONFIGURATION);
    const host = new URL(issuer.url).origin;
    issuer.answers.set(
      "/.well-known/oauth-authorization-server/realms/mail",
      json({ issuer: issuer.url, jwks_uri: `${host}/keys` }),
    );
    expect(await make().verifyToken(await issuer.token(key), null)).toEqual({ user: "alice@example.net" });
  });

  test("is not needed where the operator writes down where the keys are", async () => {
    const accounts = make({ jwks_uri: `${new URL(issuer.url).origin}/keys` });
    expect(await accounts.verifyToken(await issuer.token(key), null)).toEqual({ user: "alice@example.net" });
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/keys"]);
  });

  test("is fetched anew after an hour, and the old one serves while that fails", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const accounts = make();
    await accounts.verifyToken(await issuer.token(key), null);
    issuer.answers.set(CONFIGURATION, json({}, 503));
    vi.setSystemTime(Date.now() + 3_601_000);
    expect(await accounts.verifyToken(await issuer.token(key), null)).toEqual({ user: "alice@example.net" });
    expect(issuer.countOf(CONFIGURATION)).toBe(2);
  });
});
