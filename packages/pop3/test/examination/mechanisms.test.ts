// The mechanisms beside PLAIN and SCRAM, each by its own document: CRAM-MD5 (RFC 2195), OAUTHBEARER (RFC 7628), XOAUTH2, ANONYMOUS
// (RFC 4505), LOGIN (draft-murchison-sasl-login-00), EXTERNAL (RFC 4422, appendix A).
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MemoryAccounts } from "@postern/pop3/server";
import {
  Accounts,
  alone,
  auth,
  authCramMd5,
  authLogin,
  base64,
  challenge,
  ERR,
  ERR_AUTH,
  ERR_NO_CODE,
  forgetful,
  implicit,
  listedMechanisms,
  LOGINS,
  OK,
  plain,
  stageOf,
} from "./sasl.js";
import { Stage, tls } from "./stage.js";
import { Wire } from "./wire.js";

const accounts = new Accounts({ ann: "secret", tim: "tanstaaftanstaaf", "two words": "x", josé: "sécret" });
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts, { prepare: (text) => text.normalize("NFKC"), hostname: "pop.example.org" });
});
beforeEach(() => void (accounts.asked.length = 0));
afterAll(() => stage.strike());
alone(() => [stage]);

/** Nobody is logged in, and the session goes on. */
async function isOut(wire: Wire): Promise<void> {
  expect(await wire.ask("STAT")).toMatch(ERR);
  expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  await wire.quit();
}

describe("what is out of date or lets everybody in is served on request only", () => {
  test("where no mechanism is named there is neither LOGIN nor ANONYMOUS", async () => {
    const its = await Stage.set({ authenticator: accounts, tls, failedLogins: forgetful });
    for (const open of [() => its.greeted(), () => implicit(its)]) {
      const wire = await open();
      const listed = await listedMechanisms(wire);
      expect(listed).toContain("PLAIN");
      for (const mechanism of ["LOGIN", "ANONYMOUS"]) {
        expect(listed).not.toContain(mechanism);
        expect(await wire.ask(`AUTH ${mechanism}`)).toMatch(ERR_NO_CODE);
      }
      wire.drop();
    }
    await its.strike();
  });
});

describe("CRAM-MD5 (RFC 2195)", () => {
  const answer = (text: Buffer, name: string, secret: string): string =>
    `${name} ${createHmac("md5", secret).update(text).digest("hex")}`;

  test("the challenge is a msg-id with the server's name, and another one each time (§2)", async () => {
    const seen = new Set<string>();
    for (let at = 0; at < 5; at++) {
      const wire = await stage.greeted();
      for (let again = 0; again < 2; again++) {
        const text = challenge(await wire.ask("AUTH CRAM-MD5")).toString();
        expect(text).toMatch(/^<[^\s<>@]+@pop\.example\.org>$/);
        seen.add(text);
        expect(await wire.ask("*")).toMatch(ERR);
      }
      wire.drop();
    }
    expect(seen.size).toBe(10);
  });
  for (const [name, secret] of [
    ["ann", "secret"],
    ["tim", "tanstaaftanstaaf"],
    ["two words", "x"],
    ["josé", "sécret"],
  ] as const) {
    test(`name, space, digest log ${name} in`, async () => {
      const wire = await stage.greeted();
      expect(await authCramMd5(wire, name, secret)).toMatch(OK);
      expect(await wire.ask("STAT")).toMatch(OK);
      await wire.quit();
    });
  }
  test("a secret longer than a block of MD5 is hashed first (RFC 2104)", async () => {
    const long = "k".repeat(200);
    const its = await stageOf(new Accounts({ ann: long }));
    const wire = await its.greeted();
    expect(await authCramMd5(wire, "ann", long)).toMatch(OK);
    wire.drop();
    await its.strike();
  });
  const wrong: Readonly<Record<string, (text: Buffer) => string | Buffer>> = {
    "another secret": (text) => answer(text, "ann", "wrong"),
    "an unknown name": (text) => answer(text, "nobody", "secret"),
    "another's name": (text) => answer(text, "tim", "secret"),
    "another challenge": () => answer(Buffer.from("<1896.697170952@postoffice.reston.mci.net>"), "ann", "secret"),
    "a digest of zeros": () => `ann ${"0".repeat(32)}`,
  };
  for (const [name, response] of Object.entries(wrong)) {
    test(`${name}: [AUTH]`, async () => {
      const wire = await stage.greeted();
      const text = challenge(await wire.ask("AUTH CRAM-MD5"));
      expect(await wire.ask(base64(response(text)))).toMatch(ERR_AUTH);
      await isOut(wire);
    });
  }
  const broken: Readonly<Record<string, (text: Buffer) => string | Buffer>> = {
    nothing: () => "",
    "no digest": () => "ann",
    "no name": (text) => answer(text, "", "secret"),
    "no space": (text) => answer(text, "ann", "secret").replace(" ", ""),
    "a digit too few": (text) => answer(text, "ann", "secret").slice(0, -1),
    "a digit too many": (text) => `${answer(text, "ann", "secret")}0`,
    "a line end": (text) => `${answer(text, "ann", "secret")}\r\n`,
    "what is no digit": (text) => answer(text, "ann", "secret").replace(/.$/, "g"),
    "a tab for the space": (text) => answer(text, "ann", "secret").replace(" ", "\t"),
    "a name in bad UTF-8": (text) => Buffer.from(answer(text, "jos\xff", "secret"), "latin1"),
    "a NUL in the name": (text) => answer(text, "an\0n", "secret"),
  };
  for (const [name, response] of Object.entries(broken)) {
    test(`${name} is no response: refused, and nobody is asked`, async () => {
      const wire = await stage.greeted();
      const text = challenge(await wire.ask("AUTH CRAM-MD5"));
      expect(await wire.ask(base64(response(text)))).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      await isOut(wire);
    });
  }
  test("a response heard on one connection is worth nothing on another", async () => {
    const [one, two] = [await stage.greeted(), await stage.greeted()];
    const response = base64(answer(challenge(await one.ask("AUTH CRAM-MD5")), "ann", "secret"));
    challenge(await two.ask("AUTH CRAM-MD5"));
    expect(await two.ask(response)).toMatch(ERR_AUTH);
    expect(await one.ask(response)).toMatch(OK);
  });
});

describe("OAUTHBEARER (RFC 7628)", () => {
  const message = (token: string, name = "ann"): string =>
    `n,a=${name},\x01host=pop.example.org\x01port=110\x01auth=Bearer ${token}\x01\x01`;

  const right: Readonly<Record<string, string>> = {
    "as in the example of §4.1": message("token-of-ann"),
    "without host and port": "n,a=ann,\x01auth=Bearer token-of-ann\x01\x01",
    "without a name": "n,,\x01auth=Bearer token-of-ann\x01\x01",
    "the scheme in another case (§3.1)": "n,a=ann,\x01auth=bearer token-of-ann\x01\x01",
    "keys that nobody knows MUST be ignored (§3.1)": "n,a=ann,\x01x=1\x01auth=Bearer token-of-ann\x01yz=a=b\x01\x01",
    "the pairs in another order": "n,a=ann,\x01auth=Bearer token-of-ann\x01port=995\x01host=h\x01\x01",
    "all the signs of a token": "n,a=ann,\x01auth=Bearer token-of-ann.-_~+/==\x01\x01",
    "the flag y": "y,a=ann,\x01auth=Bearer token-of-ann\x01\x01",
  };
  for (const [name, text] of Object.entries(right)) {
    test(name, async () => {
      const wire = await stage.greeted();
      expect(await auth(wire, "OAUTHBEARER", text)).toMatch(OK);
      expect(await wire.ask("STAT")).toMatch(OK);
      await wire.quit();
    });
  }
  for (const [name, text] of Object.entries({
    "a token that is not valid": message("nobody"),
    "another's name": message("token-of-ann", "tim"),
    "an empty auth asks for what is needed (§4.3)": "n,a=ann,\x01auth=\x01\x01",
  })) {
    test(`${name}: JSON with a status, and after the dummy response -ERR (§3.2.2, §3.2.3)`, async () => {
      const wire = await stage.greeted();
      const told = JSON.parse(challenge(await auth(wire, "OAUTHBEARER", text)).toString()) as { status?: unknown };
      expect(told.status).toMatch(/^(invalid_token|insufficient_scope|invalid_request)$/);
      expect(await wire.ask(base64("\x01"))).toMatch(name.startsWith("an empty") ? ERR : ERR_AUTH);
      await isOut(wire);
    });
    test(`${name}: cancelled instead of the dummy response, refused too`, async () => {
      const wire = await stage.greeted();
      challenge(await auth(wire, "OAUTHBEARER", text));
      expect(await wire.ask("*")).toMatch(ERR);
      await isOut(wire);
    });
  }
  test("any other response after the failure does not log in either", async () => {
    const wire = await stage.greeted();
    challenge(await auth(wire, "OAUTHBEARER", message("nobody")));
    expect(await wire.ask(base64(message("token-of-ann")))).toMatch(ERR);
    await isOut(wire);
  });
  const broken: Readonly<Record<string, string | Buffer>> = {
    nothing: "",
    "no GS2 header": "\x01auth=Bearer token-of-ann\x01\x01",
    "half a GS2 header": "n,\x01auth=Bearer token-of-ann\x01\x01",
    "the flag p": "p=tls-exporter,a=ann,\x01auth=Bearer token-of-ann\x01\x01",
    "no separator behind the header": "n,a=ann,auth=Bearer token-of-ann\x01\x01",
    "no last separator": "n,a=ann,\x01auth=Bearer token-of-ann\x01",
    "no separators at the end": "n,a=ann,\x01auth=Bearer token-of-ann",
    "something behind the end": "n,a=ann,\x01auth=Bearer token-of-ann\x01\x01x",
    "a key of digits": "n,a=ann,\x011=x\x01auth=Bearer token-of-ann\x01\x01",
    "a pair without a sign": "n,a=ann,\x01x\x01auth=Bearer token-of-ann\x01\x01",
    "= unquoted in the name": "n,a=a=nn,\x01auth=Bearer token-of-ann\x01\x01",
    "a NUL in a value": "n,a=ann,\x01host=a\0b\x01auth=Bearer token-of-ann\x01\x01",
    "two of auth": "n,a=ann,\x01auth=Bearer token-of-ann\x01auth=Bearer token-of-tim\x01\x01",
    "bad UTF-8 in the name": Buffer.from("n,a=ann\xff,\x01auth=Bearer token-of-ann\x01\x01", "latin1"),
    "no auth": "n,a=ann,\x01host=h\x01\x01",
    "another scheme": "n,a=ann,\x01auth=Basic dG9rZW4=\x01\x01",
    "a space in the token": "n,a=ann,\x01auth=Bearer token-of-ann x\x01\x01",
    "no space behind the scheme": "n,a=ann,\x01auth=Bearertoken-of-ann\x01\x01",
    "a comma in the token": "n,a=ann,\x01auth=Bearer token-of-ann,x\x01\x01",
  };
  for (const [name, text] of Object.entries(broken)) {
    test(`${name}: fails, in the end, and nobody is asked (§3.1)`, async () => {
      const wire = await stage.greeted();
      let answer = await auth(wire, "OAUTHBEARER", text);
      if (answer.startsWith("+ ")) answer = await wire.ask(base64("\x01"));
      expect(answer).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      await isOut(wire);
    });
  }
});

describe("XOAUTH2", () => {
  test("user and token log in", async () => {
    const wire = await stage.greeted();
    expect(await auth(wire, "XOAUTH2", "user=ann\x01auth=Bearer token-of-ann\x01\x01")).toMatch(OK);
    await wire.quit();
  });
  test("a token that is not valid: JSON, an empty response, and -ERR [AUTH]", async () => {
    const wire = await stage.greeted();
    const text = challenge(await auth(wire, "XOAUTH2", "user=ann\x01auth=Bearer nobody\x01\x01")).toString();
    expect(JSON.parse(text)).toHaveProperty("status");
    expect(await wire.ask("")).toMatch(ERR_AUTH);
    await isOut(wire);
  });
  for (const text of [
    "",
    "user=ann",
    "user=ann\x01auth=Bearer token-of-ann",
    "user=ann\x01auth=Bearer token-of-ann\x01",
    "user=\x01auth=Bearer token-of-ann\x01\x01",
    "auth=Bearer token-of-ann\x01\x01",
    "user=ann\x01auth=Basic token-of-ann\x01\x01",
    "n,a=ann,\x01auth=Bearer token-of-ann\x01\x01",
  ]) {
    test(`${JSON.stringify(text)} fails, and nobody is asked`, async () => {
      const wire = await stage.greeted();
      let answer = await auth(wire, "XOAUTH2", text);
      if (answer.startsWith("+ ")) answer = await wire.ask("");
      expect(answer).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      await isOut(wire);
    });
  }
});

describe("ANONYMOUS (RFC 4505 §2)", () => {
  const right = ["", "sirhc", "user@example.org", "anyone at all", "Ünal", "x".repeat(255), "é".repeat(255)];
  for (const trace of right) {
    test(`trace information ${JSON.stringify(trace).slice(0, 30)} is taken`, async () => {
      const wire = await stage.greeted();
      expect(await auth(wire, "ANONYMOUS", trace)).toMatch(OK);
      expect(await wire.ask("STAT")).toMatch(OK);
      await wire.quit();
    });
  }
  const wrong: Readonly<Record<string, string | Buffer>> = {
    "bad UTF-8": Buffer.from("\xff\xfe", "latin1"),
    "an overlong form": Buffer.from("a\xc0\xafb", "latin1"),
    "a control character, which the profile `trace` prohibits (§3)": "a\x07b",
    "a NUL": "a\0b",
    "a line end": "a\r\nb",
    "more than 255 characters": "x".repeat(256),
  };
  for (const [name, trace] of Object.entries(wrong)) {
    test(`${name} is refused`, async () => {
      const wire = await stage.greeted();
      expect(await auth(wire, "ANONYMOUS", trace)).toMatch(ERR);
      await isOut(wire);
    });
  }
});

describe("LOGIN (draft-murchison-sasl-login-00 §2)", () => {
  for (const [name, password] of [
    ["ann", "secret"],
    ["two words", "x"],
    ["josé", "sécret"],
  ] as const) {
    test(`two challenges, two responses: ${name} is in`, async () => {
      const wire = await stage.greeted();
      expect(await authLogin(wire, name, password)).toMatch(OK);
      await wire.quit();
    });
  }
  test("the challenges are those that clients know", async () => {
    const wire = await stage.greeted();
    expect(challenge(await wire.ask("AUTH LOGIN")).toString()).toMatch(/^(User Name|Username:)\0?$/);
    expect(challenge(await wire.ask(base64("ann"))).toString()).toMatch(/^Password:?\0?$/);
    expect(await wire.ask(base64("secret"))).toMatch(OK);
    await wire.quit();
  });
  for (const [name, user, password, answer] of [
    ["a wrong password", "ann", "wrong", ERR_AUTH],
    ["an unknown name", "nobody", "secret", ERR_AUTH],
    ["no name", "", "secret", ERR],
    ["no password", "ann", "", ERR],
    ["a NUL in the name", "an\0n", "secret", ERR],
    ["a NUL in the password", "ann", "sec\0ret", ERR],
    ["the message of PLAIN for a name", "\0ann\0secret", "secret", ERR],
  ] as const) {
    test(`${name} is refused`, async () => {
      const wire = await stage.greeted();
      expect(await authLogin(wire, user, password)).toMatch(answer);
      await isOut(wire);
    });
  }
});

describe("EXTERNAL (RFC 4422, appendix A)", () => {
  test("without a certificate of the client it is neither announced nor permitted", async () => {
    for (const open of [() => stage.greeted(), () => implicit(stage)]) {
      accounts.asked.length = 0;
      const wire = await open();
      expect(await listedMechanisms(wire)).not.toContain("EXTERNAL");
      for (const line of ["AUTH EXTERNAL", "AUTH EXTERNAL =", `AUTH EXTERNAL ${base64("ann")}`])
        expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
      expect(accounts.asked).toEqual([]);
      await isOut(wire);
    }
  });
});

describe("the accounts in memory that come with the server", () => {
  for (const [method, attempt] of Object.entries(LOGINS)) {
    test(`${method}: the right password logs in, a wrong one and an unknown name do not`, async () => {
      const its = await stageOf(new MemoryAccounts({ ann: "secret" }, { secrets: true }));
      for (const [name, password, expected] of [
        ["ann", "wrong", ERR_AUTH],
        ["nobody", "secret", ERR_AUTH],
        ["ann", "secret", OK],
      ] as const) {
        const [wire, answer] = await attempt(its, name, password);
        expect(answer).toMatch(expected);
        wire.drop();
      }
      await its.strike();
    });
  }
  test("without secrets there is neither APOP nor CRAM-MD5", async () => {
    const its = await stageOf(new MemoryAccounts({ ann: "secret" }));
    const wire = await Wire.open(its.port);
    expect(await wire.line()).not.toMatch(/[<>]/);
    expect(await listedMechanisms(wire)).not.toContain("CRAM-MD5");
    expect(await listedMechanisms(wire)).toContain("SCRAM-SHA-256");
    wire.drop();
    await its.strike();
  });
});
