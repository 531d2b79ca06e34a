// STLS as a rule of what may be done where (RFC 2595 §2.3, §4), now that there are AUTH, APOP, UTF8 and LANG beside it.
// What happens to octets and connections around the handshake is in `tls.test.ts`.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pop3ServerOptions } from "@postern/pop3/server";
import {
  Accounts,
  alone,
  afterStls,
  apop,
  argumentOf,
  auth,
  authScram,
  base64,
  capa,
  ERR,
  ERR_NO_CODE,
  forgetful,
  implicit,
  listedMechanisms,
  OK,
  plain,
  stageOf,
  tags,
} from "./sasl.js";
import { expectOk, Stage, tls } from "./stage.js";
import { Wire } from "./wire.js";

const accounts = new Accounts({ ann: "secret" });
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts);
});
afterAll(() => stage.strike());
alone(() => [stage]);

const LOGIN: Readonly<Record<string, (wire: Wire) => Promise<string>>> = {
  PASS: async (wire) => (await wire.ask("USER ann"), wire.ask("PASS secret")),
  "AUTH PLAIN": (wire) => auth(wire, "PLAIN", plain("ann", "secret")),
  "AUTH SCRAM": async (wire) => (await authScram(wire, { hash: "SHA-256", name: "ann", password: "secret" })).answer,
};

describe("STLS is announced where it is permitted, and refused elsewhere (§4)", () => {
  test("in AUTHORIZATION, in the clear", async () => {
    const wire = await stage.greeted();
    expect(await argumentOf(wire, "STLS")).toBe("");
    expect(await wire.ask("STLS")).toMatch(OK);
    await wire.upgrade();
    expect((await wire.askMulti("CAPA")).status).toMatch(OK);
    wire.drop();
  });
  for (const line of ["stls", "Stls"]) {
    test(`${line}: the keyword in any case`, async () => {
      const wire = await stage.greeted();
      expectOk(await wire.ask(line));
      await wire.upgrade();
      expect(await LOGIN["PASS"]!(wire)).toMatch(OK);
      wire.drop();
    });
  }
  for (const line of ["STLS x", "STLS ", "STLS TLS", "STARTTLS"]) {
    test(`${JSON.stringify(line)} is refused, and no handshake begins`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
      expect((await wire.askMulti("CAPA")).status).toMatch(OK);
      wire.drop();
    });
  }
  for (const [method, login] of Object.entries(LOGIN)) {
    test(`after ${method} in the clear: neither announced nor permitted`, async () => {
      const wire = await stage.greeted();
      expect(await login(wire)).toMatch(OK);
      expect(await tags(wire)).not.toContain("STLS");
      expect(await wire.ask("STLS")).toMatch(ERR_NO_CODE);
      expect(await wire.ask("STAT")).toMatch(OK);
      await wire.quit();
    });
    for (const [where, open] of Object.entries({ "after STLS": afterStls, "under implicit TLS": implicit })) {
      test(`${where}, before and after ${method}: neither announced nor permitted (a security layer is active)`, async () => {
        const wire = await open(stage);
        for (let at = 0; at < 2; at++) {
          expect(await tags(wire)).not.toContain("STLS");
          expect(await wire.ask("STLS")).toMatch(ERR_NO_CODE);
          if (at === 0) expect(await login(wire)).toMatch(OK);
        }
        expect(await wire.ask("STAT")).toMatch(OK);
        await wire.quit();
      });
    }
  }
});

describe("after STLS (§4)", () => {
  test("the server is in AUTHORIZATION, whatever the client showed during the handshake", async () => {
    const wire = await stage.greeted();
    expectOk(await wire.ask("STLS"));
    await wire.upgrade({ key: tls.key, cert: tls.cert });
    expect(await wire.ask("STAT")).toMatch(ERR);
    expect(await LOGIN["PASS"]!(wire)).toMatch(OK);
    await wire.quit();
  });
  test("no second greeting comes, and the capabilities are those of the new connection", async () => {
    const its = await Stage.set({ authenticator: accounts, tls, failedLogins: forgetful, cleartextLogin: "never" });
    const wire = await its.greeted();
    const before = await capa(wire);
    expectOk(await wire.ask("STLS"));
    await wire.upgrade();
    const after = await capa(wire);
    const fresh = await implicit(its);
    expect(after).toEqual(await capa(fresh));
    expect(after).not.toEqual(before);
    expect(before).not.toContain("USER");
    expect(after).toContain("USER");
    for (const each of [wire, fresh]) each.drop();
    await its.strike();
  });
  test("a name given in the clear is forgotten", async () => {
    const wire = await stage.greeted();
    expectOk(await wire.ask("USER ann"));
    expectOk(await wire.ask("STLS"));
    await wire.upgrade();
    expect(await wire.ask("PASS secret")).toMatch(ERR_NO_CODE);
    expect(await LOGIN["PASS"]!(wire)).toMatch(OK);
    await wire.quit();
  });
});

describe("what was put behind STLS in the clear is never obeyed (§4: no commands before the negotiation is complete)", () => {
  const injected: Readonly<Record<string, string>> = {
    "a login": "USER ann\r\nPASS secret\r\n",
    "half a login": "USER ann\r\n",
    AUTH: `AUTH PLAIN ${base64(plain("ann", "secret"))}\r\n`,
    "AUTH that would take the next line for its response": "AUTH PLAIN\r\n",
    "half an AUTH": "AUTH PLAIN ",
    LANG: "LANG de\r\n",
    UTF8: "UTF8\r\n",
    QUIT: "QUIT\r\n",
  };
  for (const [name, octets] of Object.entries(injected)) {
    test(name, async () => {
      accounts.asked.length = 0;
      const wire = await stage.greeted();
      const english = await wire.ask("RETR");
      wire.send(`STLS\r\n${octets}`);
      expectOk(await wire.line());
      expect(wire.unread).toBe("");
      await wire.upgrade();
      expect(await wire.ask("RETR")).toBe(english);
      expect(await wire.ask("PASS secret")).toMatch(ERR);
      expect(await wire.ask("STAT")).toMatch(ERR);
      expect(accounts.asked).toEqual([]);
      expect(await LOGIN["AUTH PLAIN"]!(wire)).toMatch(OK);
      await wire.quit();
    });
  }
});

describe("cleartext passwords (§2.3): servers MUST be configurable to refuse all of them without TLS", () => {
  const settings: readonly [string, Partial<Pop3ServerOptions>, boolean][] = [
    ["never", { cleartextLogin: "never" }, false],
    ["to loopback addresses, of which this is one", { cleartextLogin: "loopback" }, true],
    ["always", { cleartextLogin: "always" }, true],
  ];
  for (const [name, own, may] of settings) {
    test(`${name}: USER, PASS and the mechanisms that show the password`, async () => {
      const its = await stageOf(accounts, own);
      const wire = await its.greeted();
      const found = await tags(wire);
      expect(found.includes("USER")).toBe(may);
      const listed = await listedMechanisms(wire);
      for (const mechanism of ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"])
        expect(listed.includes(mechanism)).toBe(may);
      for (const mechanism of ["SCRAM-SHA-1", "SCRAM-SHA-256"]) expect(listed).toContain(mechanism);
      accounts.asked.length = 0;
      if (!may) {
        expect(await wire.ask("USER ann")).toMatch(ERR_NO_CODE);
        expect(await wire.ask("PASS secret")).toMatch(ERR_NO_CODE);
        for (const mechanism of ["PLAIN", "LOGIN"]) expect(await wire.ask(`AUTH ${mechanism}`)).toMatch(ERR_NO_CODE);
        expect(await LOGIN["AUTH PLAIN"]!(wire)).toMatch(ERR_NO_CODE);
        expect(accounts.asked).toEqual([]);
        expectOk(await wire.ask("STLS"));
        await wire.upgrade();
      }
      expect(await LOGIN["PASS"]!(wire)).toMatch(OK);
      wire.drop();
      await its.strike();
    });
  }
  test("what shows no password may go in the clear all the same: SCRAM and APOP", async () => {
    const its = await stageOf(accounts, { cleartextLogin: "never" });
    const one = await its.greeted();
    expect(await LOGIN["AUTH SCRAM"]!(one)).toMatch(OK);
    await one.quit();
    const two = await Wire.open(its.port);
    expect(await apop(two, await two.line(), "ann", "secret")).toMatch(OK);
    await two.quit();
    await its.strike();
  });
  test("without a certificate STLS is neither announced nor permitted, and SCRAM still logs in", async () => {
    const its = await Stage.set({ authenticator: accounts, failedLogins: forgetful, cleartextLogin: "never" });
    const wire = await its.greeted();
    expect(await tags(wire)).not.toContain("STLS");
    expect(await wire.ask("STLS")).toMatch(ERR_NO_CODE);
    expect(await listedMechanisms(wire)).not.toContain("PLAIN");
    expect(await wire.ask("USER ann")).toMatch(ERR);
    expect(await LOGIN["AUTH SCRAM"]!(wire)).toMatch(OK);
    await wire.quit();
    await its.strike();
  });
});
