// Tokens that the issuer is asked about (RFC 7662): how it is asked, what its answers mean, and how long they count.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OAuthAccounts } from "../../src/authenticator/oauth.js";
import { configFrom } from "./oauth-config.js";
import { json, TokenIssuer } from "./token-issuer.js";

let issuer: TokenIssuer;
let folder: string;
let reasons: string[];
let made: OAuthAccounts[];

beforeEach(async () => {
  issuer = await TokenIssuer.start();
  folder = mkdtempSync(join(tmpdir(), "postern-oauth-"));
  writeFileSync(join(folder, "secret"), "s3cret\n");
  reasons = [];
  made = [];
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const each of made) each.close();
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

function make(written: Readonly<Record<string, unknown>> = {}): OAuthAccounts {
  const accounts = new OAuthAccounts(
    configFrom({
      issuer: issuer.url,
      method: "introspection",
      client_id: "postern",
      client_secret_file: join(folder, "secret"),
      ...written,
    }),
    { refused: (reason) => reasons.push(reason) },
  );
  made.push(accounts);
  return accounts;
}

const GOOD = { active: true, email: "alice@example.net" };
const answer = (value: unknown): unknown => issuer.answers.set("/introspect", json(value));
const questions = (): number => issuer.countOf("/introspect");
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const failureOf = async (accounts: OAuthAccounts): Promise<unknown> =>
  accounts.verifyToken("t0ken", null).catch((error: unknown) => error);

describe("the question", () => {
  test("carries the token as a form, and who asks", async () => {
    answer(GOOD);
    expect(await make().verifyToken("a+b/c==", null)).toEqual({ user: "alice@example.net" });
    const asked = issuer.asked.find(({ path }) => path === "/introspect");
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      token: "a+b/c==",
      token_type_hint: "access_token",
    });
    expect(asked?.authorization).toBe(`Basic ${btoa("postern:s3cret")}`);
  });

  test("encodes who asks before Base64 (RFC 6749 §2.3.1)", async () => {
    answer(GOOD);
    writeFileSync(join(folder, "secret"), "a:b c%");
    await make({ client_id: "https://pop" }).verifyToken("t0ken", null);
    expect(issuer.asked.at(-1)?.authorization).toBe(`Basic ${btoa("https%3A%2F%2Fpop:a%3Ab+c%25")}`);
  });

  test("carries a bearer token where there is no client_id, and the secret of the moment", async () => {
    answer(GOOD);
    const accounts = make({ client_id: undefined });
    await accounts.verifyToken("t0ken", null);
    writeFileSync(join(folder, "secret"), "newer");
    await accounts.verifyToken("t0ken2", null);
    expect(issuer.asked.slice(1).map(({ authorization }) => authorization)).toEqual(["Bearer s3cret", "Bearer newer"]);
  });

  test("goes where the operator says, without looking for it", async () => {
    answer(GOOD);
    await make({ introspection_url: `${issuer.url}/introspect` }).verifyToken("t0ken", null);
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/introspect"]);
  });

  test("is not about what cannot be a token", async () => {
    answer(GOOD);
    for (const token of ["", "t 0", "t\r\n0", "t=0", "tö", "x".repeat(70_000)]) {
      expect(await make().verifyToken(token, null), token).toMatchObject({ user: null, status: "invalid_token" });
    }
    expect(issuer.asked).toEqual([]);
  });

  test("may be about 16 KiB", async () => {
    answer(GOOD);
    expect(await make().verifyToken("x".repeat(16 * 1024), null)).toEqual({ user: "alice@example.net" });
  });
});

describe("the answer", () => {
  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>, string]>([
    ["inactive", { active: false }, {}, "the issuer calls it inactive"],
    ["active, but expired", { ...GOOD, exp: 1 }, {}, "it is expired"],
    ["active, but not yet", { ...GOOD, nbf: 9_999_999_999 }, {}, "its claim nbf does not fit"],
    ["of another issuer", { ...GOOD, iss: "https://x" }, {}, "its claim iss does not fit"],
    ["for another audience", { ...GOOD, aud: ["x"] }, { audience: "postern" }, "its claim aud does not fit"],
    ["for no audience", GOOD, { audience: "postern" }, "it has no claim aud"],
    ["without the user", { active: true }, {}, "it has no claim email"],
    ["bound to a key", { ...GOOD, cnf: { jkt: "x" } }, {}, "it is bound to a key and no bearer token"],
  ])("%s: refused, and asked for anew the next time", async (_, value, written, reason) => {
    answer(value);
    const accounts = make(written);
    for (let each = 0; each < 2; each++) {
      expect(await accounts.verifyToken("t0ken", null)).toEqual({
        user: null,
        status: "invalid_token",
        configuration: `${issuer.url}/.well-known/openid-configuration`,
      });
    }
    expect(reasons).toEqual([reason, reason]);
    expect(questions()).toBe(2);
  });

  test("with everything right", async () => {
    answer({
      ...GOOD,
      iss: issuer.url,
      aud: ["account", "postern"],
      scope: "openid pop",
      username: "alice",
      exp: nowSeconds() + 60,
      nbf: nowSeconds() - 60,
    });
    const accounts = make({ audience: ["postern"], scope: "pop", user_claim: "username" });
    expect(await accounts.verifyToken("t0ken", "alice")).toEqual({ user: "alice" });
    expect(await accounts.verifyToken("t0ken", "bob")).toMatchObject({ user: null, status: "invalid_token" });
  });

  test("without a scope that is needed", async () => {
    answer({ ...GOOD, scope: "openid" });
    const accounts = make({ scope: "pop", issuer: undefined, introspection_url: `${issuer.url}/introspect` });
    expect(await accounts.verifyToken("t0ken", null)).toEqual({
      user: null,
      status: "insufficient_scope",
      scope: "pop",
    });
  });
});

describe("a good answer counts", () => {
  const verify = async (accounts: OAuthAccounts): Promise<string | null> =>
    (await accounts.verifyToken("t0ken", null)).user;

  test("for the time that the operator says, for that token alone", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    answer(GOOD);
    const accounts = make({ cache_seconds: 60 });
    expect(await verify(accounts)).toBe("alice@example.net");
    answer({ active: false });
    vi.setSystemTime(Date.now() + 59_000);
    expect(await verify(accounts)).toBe("alice@example.net");
    expect((await accounts.verifyToken("t0keN", null)).user).toBeNull();
    vi.setSystemTime(Date.now() + 1000);
    expect(await verify(accounts)).toBeNull();
  });

  test("never longer than the token is good", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    answer({ ...GOOD, exp: nowSeconds() + 10 });
    const accounts = make({ cache_seconds: 3600 });
    await verify(accounts);
    await verify(accounts);
    expect(questions()).toBe(1);
    vi.setSystemTime(Date.now() + 10_000);
    answer({ active: false });
    expect(await verify(accounts)).toBeNull();
  });

  test("not at all where the operator says so", async () => {
    answer(GOOD);
    const accounts = make({ cache_seconds: 0 });
    await verify(accounts);
    await verify(accounts);
    expect(questions()).toBe(2);
  });

  test("for ten thousand tokens at most, the oldest are forgotten", async () => {
    // Ten thousand real questions would take most of the time of this file.
    const fetched = vi.fn<() => Promise<Response>>(async () => Response.json(GOOD));
    vi.stubGlobal("fetch", fetched);
    const accounts = make({ introspection_url: `${issuer.url}/introspect`, cache_seconds: 3600 });
    await accounts.verifyToken("t0", null);
    for (let from = 1; from <= 10_000; from += 400) {
      const tokens = Array.from({ length: Math.min(400, 10_001 - from) }, (_, each) => `t${from + each}`);
      await Promise.all(tokens.map(async (token) => accounts.verifyToken(token, null)));
    }
    expect(fetched).toHaveBeenCalledTimes(10_001);
    await accounts.verifyToken("t10000", null);
    expect(fetched).toHaveBeenCalledTimes(10_001);
    await accounts.verifyToken("t0", null);
    expect(fetched).toHaveBeenCalledTimes(10_002);
  });

  test("for everybody who asked meanwhile", async () => {
    answer(GOOD);
    const accounts = make({ cache_seconds: 0 });
    const verdicts = await Promise.all(Array.from({ length: 20 }, async () => verify(accounts)));
    expect(new Set(verdicts)).toEqual(new Set(["alice@example.net"]));
    expect(questions()).toBe(1);
  });
});

describe("nobody can tell", () => {
  test.each<[string, () => unknown]>([
    ["an error", () => issuer.answers.set("/introspect", json(GOOD, 500))],
    ["that it does not know who asks", () => issuer.answers.set("/introspect", json({ error: "invalid_client" }, 401))],
    ["nothing of use", () => answer({ email: "alice@example.net" })],
    ["yes in words", () => answer({ ...GOOD, active: "true" })],
    ["a time in words", () => answer({ ...GOOD, exp: "9999999999" })],
    ["a list", () => answer([GOOD])],
    ["no JSON", () => issuer.answers.set("/introspect", (_, response) => response.end("t0ken"))],
    ["half an answer", () => issuer.answers.set("/introspect", (_, response) => response.end('{"active":'))],
    ["too much", () => answer({ ...GOOD, groups: "x".repeat(300_000) })],
    [
      "without an end",
      () =>
        issuer.answers.set("/introspect", (_, response) => {
          const more = setInterval(() => response.write(" ".repeat(60_000)), 5);
          response.on("close", () => clearInterval(more));
        }),
    ],
    [
      "a redirect",
      () => {
        issuer.answers.set("/elsewhere", json(GOOD));
        issuer.answers.set("/introspect", (_, response) => response.writeHead(307, { location: "/elsewhere" }).end());
      },
    ],
    ["a cut", () => issuer.answers.set("/introspect", (request) => request.socket.destroy())],
  ])("where the issuer answers with %s", async (_, disturb) => {
    disturb();
    const failure = await failureOf(make());
    expect(failure).toMatchObject({ name: "IssuerFailure" });
    expect(String(failure)).not.toMatch(/t0ken|s3cret/);
    expect(issuer.countOf("/elsewhere")).toBe(0);
  });

  test("where the issuer takes too long", async () => {
    issuer.answers.set("/introspect", () => {});
    expect(String(await failureOf(make({ timeout_seconds: 1 })))).toContain("too long");
  });

  test("where the issuer names no place to ask", async () => {
    issuer.answers.set("/.well-known/openid-configuration", json({ issuer: issuer.url }));
    expect(String(await failureOf(make()))).toContain("names no introspection_endpoint");
  });

  test("once an error is over, the next login is asked for", async () => {
    const accounts = make();
    issuer.answers.set("/introspect", json({}, 502));
    expect(await failureOf(accounts)).toMatchObject({ status: 502 });
    answer(GOOD);
    expect(await accounts.verifyToken("t0ken", null)).toEqual({ user: "alice@example.net" });
  });

  test.each<[string, string | null, string]>([
    ["is not there", null, "there is no such file"],
    ["is empty", "\n", "is not one line"],
    ["has two lines", "s3cret\ns3cret", "is not one line"],
  ])("where the secret %s", async (_, content, message) => {
    const file = join(folder, "other");
    if (content !== null) writeFileSync(file, content);
    const failure = String(await failureOf(make({ client_secret_file: file })));
    expect(failure).toContain(message);
    expect(failure).toContain(file);
    expect(failure).not.toContain("s3cret");
    expect(questions()).toBe(0);
  });

  test("under a flood, and only those who came too late", async () => {
    const answers: (() => void)[] = [];
    issuer.answers.set("/introspect", (...request) => answers.push(() => json(GOOD)(...request)));
    const accounts = make({ introspection_url: `${issuer.url}/introspect`, timeout_seconds: 60 });
    const verdicts = Array.from({ length: 600 }, async (_, each) =>
      accounts.verifyToken(`t${each}`, null).catch((error: unknown) => error),
    );
    expect(await verdicts.at(-1)).toMatchObject({ name: "QueueFull" });
    await vi.waitFor(() => expect(answers).toHaveLength(16));
    for (const each of answers) each();
    expect(await verdicts[0]).toEqual({ user: "alice@example.net" });
  });
});
