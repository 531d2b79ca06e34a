// Names and passwords in UTF-8 (RFC 6856 §2.2), with SASLprep (RFC 4013).
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { Accounts, auth, ERR, OK, plain, stageOf, prepare, session, staging } from "./sasl.js";
import { expectOk, type Stage } from "./stage.js";
import { Wire } from "./wire.js";

const accounts = new Accounts({ ann: "secret", josé: "sécret", IX: "IX" });
const staged = staging(accounts, { prepare });

let stage: Stage;
beforeAll(async () => {
  stage = await staged();
});

describe("names and passwords in UTF-8 (§2.2)", () => {
  const raw = (text: string): string => Buffer.from(text).toString("latin1");
  const right: readonly [string, string][] = [
    ["josé", "sécret"],
    ["jose\u0301", "se\u0301cret"],
    ["jos\u00ADé", "sécret"],
    ["\u2168", "\u2168"],
  ];
  for (const [name, password] of right) {
    for (const utf8 of [true, false]) {
      test(`USER ${JSON.stringify(name)} ${utf8 ? "after" : "without"} UTF8: prepared with SASLprep`, async () => {
        const wire = await stage.greeted();
        if (utf8) expectOk(await wire.ask("UTF8"));
        expect(await wire.ask(raw(`USER ${name}`))).toMatch(OK);
        expect(await wire.ask(raw(`PASS ${password}`))).toMatch(OK);
        await wire.quit();
      });
    }
  }
  const wrong: readonly [string, string, string][] = [
    ["half a character in the name", "USER jos\xc3", "PASS x"],
    ["Latin-1 in the name", "USER jos\xe9", "PASS x"],
    ["an overlong form in the name", "USER jos\xc0\xaf", "PASS x"],
    ["a surrogate in the name", "USER jos\xed\xa0\x80", "PASS x"],
    ["half a character in the password", "USER ann", "PASS secret\xc3"],
    ["Latin-1 in the password", "USER ann", "PASS s\xe9cret"],
    ["above U+10FFFF in the password", "USER ann", "PASS \xf4\x90\x80\x80"],
    ["a control character of two octets in the name", raw("USER a\u0085b"), "PASS x"],
    ["a character for private use in the name (RFC 4013 §2.3)", raw("USER a\uE000b"), "PASS x"],
    ["a character for private use in the password (RFC 4013 §2.3)", "USER ann", raw("PASS secret\uE000")],
    ["a name of which nothing is left", raw("USER \u00AD"), "PASS x"],
    ["a password of which nothing is left", "USER ann", raw("PASS \u00AD")],
  ];
  for (const [name, user, pass] of wrong.filter(([each]) => !each.includes("two octets"))) {
    test(`${name} MUST be rejected, and nobody is asked`, async () => {
      const wire = await stage.greeted();
      accounts.asked.length = 0;
      const answers = [await wire.ask(user), await wire.ask(pass)];
      expect(answers[1]).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
      await wire.quit();
    });
  }
  test("without USER behind UTF8 they are refused, in UTF-8 mode too", async () => {
    const its = await stageOf(accounts);
    for (const utf8 of [true, false]) {
      const wire = await its.greeted();
      if (utf8) expectOk(await wire.ask("UTF8"));
      accounts.asked.length = 0;
      expect(await wire.ask(raw("USER josé"))).toMatch(ERR);
      expectOk(await wire.ask("USER ann"));
      expect(await wire.ask(raw("PASS sécret"))).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      await wire.quit();
    }
    await its.strike();
  });
  test("other commands take no UTF-8 in their parameters or keywords, in either mode", async () => {
    for (const utf8 of [true, false]) {
      const wire = await session(stage, utf8);
      for (const line of ["STAT é", "RETR é", "LIST １", "NOOP é", "CAPA é", "LANG é", "ÉTAT", "UIDL é"])
        expect(await wire.ask(raw(line))).toMatch(ERR);
      expect(await wire.ask("STAT")).toMatch(OK);
      await wire.quit();
    }
  });
  test("APOP MUST compute with what SASLprep makes of name and password", async () => {
    for (const name of ["josé", "jose\u0301"]) {
      const wire = await Wire.open(stage.port);
      const timestamp = /<.*>/.exec(await wire.line())![0];
      const digest = createHash("md5").update(timestamp).update("sécret").digest("hex");
      expect(await wire.ask(raw(`APOP ${name} ${digest}`))).toMatch(OK);
      await wire.quit();
    }
    const wire = await stage.greeted();
    expect(await wire.ask(`APOP jos\xe9 ${"0".repeat(32)}`)).toMatch(ERR);
    expect(await wire.ask(raw(`APOP a\uE000 ${"0".repeat(32)}`))).toMatch(ERR);
    await wire.quit();
  });
});
