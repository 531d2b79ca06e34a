// The response codes [AUTH], [SYS/TEMP] and [SYS/PERM] (RFC 3206): each from its real cause, by every way of logging in.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MaildropFailure, MemoryMaildrops } from "@postern/pop3/server";
import { Accounts, alone, auth, base64, ERR, ERR_AUTH, ERR_NO_CODE, LOGINS, OK, plain, stageOf, tags } from "./sasl.js";
import { expectOk, type Stage } from "./stage.js";

/** A store that fails at opening, as long as it is told to. */
class Broken extends MemoryMaildrops {
  failure: Error | null = null;
  override open(user: string): ReturnType<MemoryMaildrops["open"]> {
    if (this.failure !== null) throw this.failure;
    return super.open(user);
  }
}

const accounts = new Accounts({ ann: "secret", boss: "secret" });
const maildrops = new Broken();
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts, { maildrops });
});
beforeEach(() => {
  accounts.failure = null;
  maildrops.failure = null;
});
afterAll(() => stage.strike());
alone(() => [stage]);

test("AUTH-RESP-CODE is listed in both states, and has no argument", async () => {
  const wire = await stage.greeted();
  expect(await tags(wire)).toContain("AUTH-RESP-CODE");
  expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  expect(await tags(wire)).toContain("AUTH-RESP-CODE");
  expect((await wire.askMulti("CAPA")).octets.toString()).toMatch(/\r\nAUTH-RESP-CODE\r\n/);
  await wire.quit();
});

for (const [method, attempt] of Object.entries(LOGINS)) {
  describe(`${method}: each refusal has its own code`, () => {
    test("a wrong password and an unknown name: [AUTH], with the same text", async () => {
      const [one, wrong] = await attempt(stage, "ann", "wrong");
      const [two, unknown] = await attempt(stage, "nobody", "secret");
      expect(wrong).toMatch(ERR_AUTH);
      expect(unknown).toBe(wrong);
      for (const wire of [one, two]) await wire.quit();
    });
    test("a source of accounts that fails: [SYS/TEMP], and once it works the same session logs in", async () => {
      accounts.failure = new Error("the directory is away: secret-of-the-house");
      const [wire, answer] = await attempt(stage, "ann", "secret");
      expect(answer).toMatch(/^-ERR \[SYS\/TEMP\]( |$)/);
      expect(answer).not.toContain("house");
      expect(await wire.ask("STAT")).toMatch(ERR);
      accounts.failure = null;
      expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
      await wire.quit();
    });
    for (const [kind, code] of [
      ["temporary", "SYS/TEMP"],
      ["permanent", "SYS/PERM"],
      ["in-use", "IN-USE"],
    ] as const) {
      test(`a maildrop that does not open, ${kind}: [${code}]; but who does not prove himself hears nothing of it`, async () => {
        maildrops.failure = new MaildropFailure(kind, "told by the test");
        const [wire, answer] = await attempt(stage, "ann", "secret");
        expect(answer.startsWith(`-ERR [${code}]`)).toBe(true);
        expect(answer).not.toContain("told");
        const [stranger, refusal] = await attempt(stage, "ann", "wrong");
        expect(refusal).toMatch(ERR_AUTH);
        maildrops.failure = null;
        expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
        for (const each of [wire, stranger]) await each.quit();
      });
    }
    test("a store that throws what nobody expects: the system's failure, not the user's", async () => {
      maildrops.failure = new TypeError("a defect");
      const [wire, answer] = await attempt(stage, "ann", "secret");
      expect(answer).toMatch(/^-ERR \[SYS\/(TEMP|PERM)\]/);
      await wire.quit();
    });
  });
}

describe("what is not about the credentials carries no [AUTH]", () => {
  const lines: Readonly<Record<string, readonly string[]>> = {
    "no such mechanism": ["AUTH GSSAPI"],
    "no mechanism": ["AUTH"],
    "no Base64": ["AUTH PLAIN !"],
    "a cancelled exchange": ["AUTH PLAIN", "*"],
    "no name": ["USER"],
    "a password without a name": ["PASS secret"],
    "no password": ["USER ann", "PASS"],
    "no digest": ["APOP ann"],
    "a digest that is none": ["APOP ann x"],
    "a command of the other state": ["STAT"],
    "a command that is none": ["XYZZ"],
    "an initial response where there is none": [`AUTH CRAM-MD5 ${base64("ann")}`],
  };
  for (const [name, all] of Object.entries(lines)) {
    test(name, async () => {
      const wire = await stage.greeted();
      let answer = "";
      for (const line of all) answer = await wire.ask(line);
      expect(answer).toMatch(ERR_NO_CODE);
      await wire.quit();
    });
  }
  test("AUTH after login", async () => {
    const wire = await stage.greeted();
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    for (const line of ["AUTH PLAIN", "USER ann", "PASS secret", `APOP ann ${"0".repeat(32)}`])
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
    await wire.quit();
  });
  test("a password in the clear where none may be: the password is not wrong", async () => {
    const its = await stageOf(accounts, { cleartextLogin: "never" });
    const wire = await its.greeted();
    for (const line of ["USER ann", "PASS secret", `AUTH PLAIN ${base64(plain("ann", "secret"))}`, "AUTH LOGIN"])
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
    wire.drop();
    await its.strike();
  });
});

describe("USER tells nothing", () => {
  test("known or unknown, the answer is the same, and no code", async () => {
    const wire = await stage.greeted();
    const known = await wire.ask("USER ann");
    expect(known).toMatch(/^\+OK( [^[]|$)/);
    expect(await wire.ask("USER nobody")).toBe(known);
    await wire.quit();
  });
  test("it asks nobody, so a source of accounts that fails does not show", async () => {
    accounts.failure = new Error("away");
    const wire = await stage.greeted();
    expectOk(await wire.ask("USER ann"));
    expect(await wire.ask("PASS secret")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    await wire.quit();
  });
});

describe("a question that fails behind right credentials", () => {
  test("who may act as whom cannot be told: [SYS/TEMP]", async () => {
    class Half extends Accounts {
      override async authorize(): Promise<string | null> {
        throw new Error("away");
      }
    }
    const its = await stageOf(new Half({ boss: "secret" }));
    const wire = await its.greeted();
    expect(await auth(wire, "PLAIN", plain("boss", "secret", "ann"))).toMatch(/^-ERR \[SYS\/TEMP\]/);
    expect(await auth(wire, "PLAIN", plain("boss", "secret"))).toMatch(OK);
    wire.drop();
    await its.strike();
  });
  test("a token cannot be verified: [SYS/TEMP], and no words of the issuer's first", async () => {
    accounts.failure = new Error("away");
    const wire = await stage.greeted();
    expect(await auth(wire, "OAUTHBEARER", "n,a=ann,\x01auth=Bearer token-of-ann\x01\x01")).toMatch(
      /^-ERR \[SYS\/TEMP\]/,
    );
    expect(await auth(wire, "XOAUTH2", "user=ann\x01auth=Bearer token-of-ann\x01\x01")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    await wire.quit();
  });
  test("an anonymous user cannot be told: [SYS/TEMP]", async () => {
    accounts.failure = new Error("away");
    const wire = await stage.greeted();
    expect(await wire.ask("AUTH ANONYMOUS =")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    await wire.quit();
  });
});
