// Where AUTH may be given and what SASL lists (RFC 5034 §3, §4): after a failure, after a login, with and without TLS.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Accounts,
  alone,
  afterStls,
  apop,
  argumentOf,
  auth,
  authScram,
  base64,
  ERR,
  ERR_NO_CODE,
  implicit,
  KINDS,
  listedMechanisms,
  MECHANISMS,
  OK,
  plain,
  stageOf,
  tags,
  STRANGERS,
} from "./sasl.js";
import { expectOk, Stage, tls } from "./stage.js";
import { Wire } from "./wire.js";

const RIGHT = base64(plain("ann", "secret"));

const accounts = new Accounts();
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts);
});
afterAll(() => stage.strike());
alone(() => [stage]);

describe("after a failed AUTH the server MUST behave as if there had been none (RFC 5034 §4)", () => {
  const failures: Readonly<Record<string, (wire: Wire) => Promise<string>>> = {
    "a wrong password": (wire) => auth(wire, "PLAIN", plain("ann", "wrong")),
    "a broken message": (wire) => auth(wire, "PLAIN", "ann"),
    "no Base64": (wire) => wire.ask("AUTH PLAIN !"),
    "no such mechanism": (wire) => wire.ask("AUTH GSSAPI"),
    "a wrong proof": async (wire) => (await authScram(wire, { hash: "SHA-1", name: "ann", password: "wrong" })).answer,
    "a cancelled exchange": async (wire) => {
      await wire.ask("AUTH LOGIN");
      return wire.ask("*");
    },
  };
  for (const [name, fail] of Object.entries(failures)) {
    test(`${name}: TRANSACTION commands stay refused, CAPA stays as it was, and USER and PASS log in`, async () => {
      const wire = await stage.greeted();
      const before = await tags(wire);
      expect(await fail(wire)).toMatch(ERR);
      expect(await wire.ask("STAT")).toMatch(ERR);
      expect(await tags(wire)).toEqual(before);
      expectOk(await wire.ask("USER ann"));
      expect(await wire.ask("PASS secret")).toMatch(OK);
      expect(await wire.quit()).toMatch(OK);
    });
    test(`${name}: STLS and UTF8 still work, and then another mechanism logs in`, async () => {
      const wire = await stage.greeted();
      expect(await fail(wire)).toMatch(ERR);
      expectOk(await wire.ask("STLS"));
      await wire.upgrade();
      expect(await fail(wire)).toMatch(ERR);
      expectOk(await wire.ask("UTF8"));
      expect((await authScram(wire, { hash: "SHA-256", name: "ann", password: "secret" })).answer).toMatch(OK);
      expect(await wire.quit()).toMatch(OK);
    });
  }
  test("APOP goes on with the same timestamp", async () => {
    const wire = await Wire.open(stage.port);
    const greeting = await wire.line();
    expect(await auth(wire, "PLAIN", plain("ann", "wrong"))).toMatch(ERR);
    expect(await apop(wire, greeting, "ann", "secret")).toMatch(OK);
    wire.drop();
  });
});

describe("after a login (RFC 5034 §3 and §4)", () => {
  for (const name of [...MECHANISMS, ...STRANGERS, "plain"]) {
    test(`AUTH ${name} MUST be refused, and the session goes on`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`AUTH PLAIN ${RIGHT}`)).toMatch(OK);
      expect(await wire.ask(`AUTH ${name}`)).toMatch(ERR);
      expect(await wire.ask(`AUTH ${name} ${RIGHT}`)).toMatch(ERR);
      expect(await wire.ask("STAT")).toBe("+OK 0 0");
      expect(await wire.quit()).toMatch(OK);
    });
  }
  for (const [way, open] of Object.entries({
    "in the clear": () => stage.greeted(),
    "under TLS": () => implicit(stage),
  })) {
    test(`SASL MUST stay listed, with the same mechanisms, ${way}`, async () => {
      const wire = await open();
      const before = await argumentOf(wire, "SASL");
      expect(before).not.toBe(null);
      expect(await wire.ask(`AUTH PLAIN ${RIGHT}`)).toMatch(OK);
      expect(await argumentOf(wire, "SASL")).toBe(before);
      wire.drop();
    });
  }
});

describe("SASL lists what AUTH takes, and nothing else (RFC 5034 §3)", () => {
  const settings: Readonly<Record<string, () => Promise<Stage>>> = {
    everything: () => stageOf(new Accounts()),
    "everything but cleartext passwords": () => stageOf(new Accounts(), { cleartextLogin: "never" }),
    "the mechanisms that are served where none is named": () =>
      Stage.set({ authenticator: new Accounts(), tls, limits: { uselessCommands: 1000 } }),
    "no mechanism": () => stageOf(new Accounts(), { mechanisms: [] }),
    "PLAIN alone": () => stageOf(new Accounts(), { mechanisms: ["PLAIN"] }),
    "an authenticator that says nothing of itself: passwords": () => stageOf({ verifyPassword: async (name) => name }),
    "no accounts": () => stageOf(new Accounts({}, [])),
    ...Object.fromEntries(
      KINDS.map((kind) => [`accounts with ${kind} alone`, () => stageOf(new Accounts({ ann: "secret" }, [kind]))]),
    ),
  };
  for (const [name, set] of Object.entries(settings)) {
    test(name, async () => {
      const its = await set();
      for (const open of [() => its.greeted(), () => afterStls(its), () => implicit(its)]) {
        const wire = await open();
        const listed = await listedMechanisms(wire);
        expect(new Set(listed).size).toBe(listed.length);
        for (const mechanism of listed) expect(mechanism).toMatch(/^[A-Z0-9_-]{1,20}$/);
        for (const mechanism of new Set([...MECHANISMS, ...STRANGERS, ...listed])) {
          const answer = await wire.ask(`AUTH ${mechanism}`);
          expect([mechanism, answer.startsWith("+ ")]).toEqual([mechanism, listed.includes(mechanism)]);
          if (answer.startsWith("+ ")) expect(await wire.ask("*")).toMatch(ERR);
          else expect(answer).toMatch(ERR_NO_CODE);
        }
        wire.drop();
      }
      await its.strike();
    });
  }
});

describe("plaintext password mechanisms (RFC 5034 §4, RFC 4616 §4)", () => {
  for (const [name, own] of Object.entries({
    "by default": {},
    "where the operator says never": { cleartextLogin: "never" } as const,
  })) {
    test(`${name} none is announced or permitted without TLS, though other mechanisms are; after STLS PLAIN is`, async () => {
      const its = await Stage.set({
        authenticator: accounts,
        tls,
        failedLogins: { count: () => 0, add: () => {} },
        cleartextLogin: "never",
        ...own,
      });
      const wire = await its.greeted();
      const listed = await listedMechanisms(wire);
      expect(listed).toContain("SCRAM-SHA-256");
      for (const mechanism of ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"]) {
        expect(listed).not.toContain(mechanism);
        accounts.asked.length = 0;
        expect(await wire.ask(`AUTH ${mechanism} ${RIGHT}`)).toMatch(ERR_NO_CODE);
        expect(accounts.asked).toEqual([]);
      }
      expectOk(await wire.ask("STLS"));
      await wire.upgrade();
      expect(await listedMechanisms(wire)).toContain("PLAIN");
      expect(await wire.ask(`AUTH PLAIN ${RIGHT}`)).toMatch(OK);
      wire.drop();
      await its.strike();
    });
  }
  test("with nothing but a certificate and accounts PLAIN over TLS works: all MUST implement it", async () => {
    const its = await Stage.set({ tls });
    for (const open of [() => afterStls(its), () => implicit(its)]) {
      const wire = await open();
      expect(await listedMechanisms(wire)).toContain("PLAIN");
      expect(await auth(wire, "PLAIN", plain(its.user(), "secret"))).toMatch(OK);
      wire.drop();
    }
    await its.strike();
  });
});
