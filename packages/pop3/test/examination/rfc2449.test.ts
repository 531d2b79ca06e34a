// The extension mechanism, sentence by sentence: RFC 2449 §3 to §8, with every capability and every kind of login in place.
// PIPELINING has a file of its own, LOGIN-DELAY and EXPIRE have `rfc2449-policies.test.ts`; SASL, STLS, UTF8 and LANG have their RFCs'.
import { Buffer } from "node:buffer";
import { beforeAll, describe, expect, test } from "vitest";
import type { Pop3ServerOptions } from "@postern/pop3/server";
import {
  Accounts,
  apop,
  argumentOf,
  auth,
  base64,
  capa,
  ERR,
  ERR_AUTH,
  ERR_NO_CODE,
  implicit,
  LOGINS,
  OK,
  plain,
  tags,
  login,
  over,
  staging,
} from "./sasl.js";
import { Rules } from "./rules.js";
import { expectOk, type Stage, until } from "./stage.js";
import { Wire } from "./wire.js";

const CODES = /^\[(?:LOGIN-DELAY|IN-USE|SYS\/TEMP|SYS\/PERM|AUTH|UTF8)\](?: |$)/;
const ALL =
  "TOP USER SASL RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION AUTH-RESP-CODE STLS LANG UTF8".split(" ");

const accounts = new Accounts({ ann: "secret", bob: "secret", cat: "secret" });
const staged = staging(accounts);

let stage: Stage;
beforeAll(async () => {
  stage = await staged();
});

describe("the grammar of responses (§3)", () => {
  const settings: Readonly<Record<string, Partial<Pop3ServerOptions>>> = {
    "as it comes": {},
    "with every policy": {
      policies: new Rules(
        { loginDelaySeconds: 0, retentionDays: 30 },
        { bob: { loginDelaySeconds: 900, retentionDays: 5 } },
      ),
    },
    "with names in UTF-8": { prepare: (text) => text.normalize("NFKC") },
    "where no password goes in the clear": { cleartextLogin: "never" },
    "with an implementation of many words": { implementation: "A server of many words (and signs)" },
  };
  for (const [name, own] of Object.entries(settings)) {
    test(`${name}: CAPA is a line, capabilities of tags and arguments within 512 octets, and an end, in both states`, async () => {
      const its = await staged(own);
      for (const open of [() => its.greeted(), () => implicit(its)]) {
        const wire = await open();
        for (const state of ["AUTHORIZATION", "TRANSACTION"]) {
          if (state === "TRANSACTION") {
            if (!(await tags(wire)).includes("USER")) break;
            await login(wire);
          }
          const reply = await wire.askMulti("CAPA");
          expect(reply.status).toMatch(/^\+OK( [^[]*)?$/);
          const lines = reply.wire.toString("latin1").split("\r\n").slice(0, -1);
          for (const line of lines) {
            expect(line).toMatch(/^[\x21-\x2d\x2f-\x7e]+(?: [\x21-\x7e]+)*$/);
            expect(line.length + 2).toBeLessThanOrEqual(512);
          }
          const seen = lines.map((line) => line.split(" ")[0]!.toUpperCase());
          expect(new Set(seen).size).toBe(seen.length);
        }
        wire.drop();
      }
    });
  }
  for (const [name, open] of Object.entries({
    "in the clear": (its: Stage) => Wire.open(its.port),
    "under TLS": (its: Stage) => Wire.openTls(its.tlsPort),
  })) {
    test(`the greeting ${name}: +OK, at most one timestamp in angle brackets, 512 octets`, async () => {
      const wire = await open(stage);
      expect(await wire.line()).toMatch(/^\+OK( [^<>[]*(<[\x21-\x7e]+@[\x21-\x7e]+>)?[^<>]*)?$/);
      wire.drop();
    });
  }
  test("any text that begins with a bracket is a registered response code, whatever is asked (§6.4)", async () => {
    const lines =
      "USER|USER ann|PASS|PASS x|PASS [AUTH]|AUTH|AUTH [IN-USE]|AUTH PLAIN AAAA|AUTH PLAIN !|AUTH GSSAPI|LANG|LANG xx";
    const more =
      "|LANG [UTF8]|UTF8 [UTF8]|APOP|APOP ann x|STLS x|XTND|[AUTH]|STAT|LIST|LIST 9|RETR 9|TOP 9 9|TOP|UIDL 9|DELE 9|RSET";
    for (const state of ["AUTHORIZATION", "TRANSACTION"]) {
      const wire = await stage.greeted();
      if (state === "TRANSACTION") await login(wire, "cat");
      for (const line of (lines + more).split("|")) {
        const answer = await wire.ask(line);
        expect(answer).toMatch(/^(\+OK|-ERR)( |$)/);
        const text = answer.replace(/^\S+ ?/, "");
        if (text.startsWith("[")) expect(text).toMatch(CODES);
        if (answer.startsWith("+OK") && /^(LANG|LIST)$/.test(line)) {
          while ((await wire.line()) !== ".");
        }
      }
      await wire.quit();
    }
  });
});

describe("lengths: commands up to 255 octets with CRLF MUST be supported (§4)", () => {
  test("TOP with as many digits as there is room for: more lines than there are is the entire message (RFC 1939 §7)", async () => {
    await stage.store.deliver("cat", Buffer.from("x\n\nbody\n"));
    const session = await login(await stage.greeted(), "cat");
    const line = `TOP 1 ${"9".repeat(255 - 8)}`;
    expect(line.length + 2).toBe(255);
    expect((await session.askMulti(line)).octets.toString()).toBe("x\r\n\r\nbody\r\n");
  });
  test("APOP with a name that fills the line", async () => {
    accounts.asked.length = 0;
    const name = "n".repeat(255 - 8 - 32);
    const line = `APOP ${name} ${"0".repeat(32)}`;
    expect(line.length + 2).toBe(255);
    expect(await (await stage.greeted()).ask(line)).toMatch(ERR_AUTH);
    expect(accounts.asked).toEqual([[name]]);
  });
  test("the same after AUTH of many kilobytes: the long line was that command's alone", async () => {
    const wire = await stage.greeted();
    expect(await wire.ask(`AUTH PLAIN ${base64("x".repeat(12_000))}`)).toMatch(ERR);
    expect(await wire.ask(`USER ${"x".repeat(248)}`)).toMatch(OK);
    wire.send(`USER ${"x".repeat(300)}\r\nCAPA\r\n`);
    expect(await wire.line()).toMatch(ERR);
    expect((await wire.multi()).status).toMatch(OK);
    wire.drop();
  });
});

describe("CAPA (§5)", () => {
  for (const line of ["CAPA x", "CAPA ", "CAPA TOP", "CAPAX"]) {
    test(`takes no arguments: ${JSON.stringify(line)}`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(ERR);
      await login(wire, "cat");
      expect(await wire.ask(line)).toMatch(ERR);
      await wire.quit();
    });
  }
  for (const [name, open] of Object.entries({
    "in the clear": () => stage.greeted(),
    "under TLS": () => implicit(stage),
  })) {
    test(`what is announced before login MUST be after it, with arguments that do not differ, ${name}`, async () => {
      const wire = await open();
      const before = (await capa(wire)).filter((line) => line !== "STLS");
      const after = await capa(await login(wire, "cat"));
      const differing = /^(LOGIN-DELAY|EXPIRE|IMPLEMENTATION)( |$)/;
      expect(after.map((line) => line.split(" ")[0])).toEqual(before.map((line) => line.split(" ")[0]));
      expect(after.filter((line) => !differing.test(line))).toEqual(before.filter((line) => !differing.test(line)));
      await wire.quit();
    });
  }
  test("a session in which everything works announces all that is registered", async () => {
    const its = await staged({ policies: new Rules({ loginDelaySeconds: 5, retentionDays: 1 }) });
    const wire = await its.greeted();
    expect((await tags(wire)).toSorted()).toEqual(ALL.toSorted());
    wire.drop();
  });
});

describe("a capability that is announced works, and one that is not is refused (§5, §6)", () => {
  const works: Readonly<Record<string, { state: "AUTHORIZATION" | "TRANSACTION"; lines: readonly string[] }>> = {
    TOP: { state: "TRANSACTION", lines: ["TOP 1 0"] },
    UIDL: { state: "TRANSACTION", lines: ["UIDL 1", "UIDL"] },
    USER: { state: "AUTHORIZATION", lines: ["USER ann"] },
    SASL: { state: "AUTHORIZATION", lines: [`AUTH PLAIN ${base64(plain("ann", "secret"))}`] },
    LANG: { state: "AUTHORIZATION", lines: ["LANG *", "LANG"] },
    UTF8: { state: "AUTHORIZATION", lines: ["UTF8"] },
    STLS: { state: "AUTHORIZATION", lines: ["STLS"] },
  };
  for (const [tag, { state, lines }] of Object.entries(works)) {
    for (const enabled of [true, false]) {
      test(`${tag} ${enabled ? "served" : "not served"}`, async () => {
        const its = await staged({ enabled: ALL.filter((each) => enabled || each !== tag) });
        await its.store.deliver("ann", Buffer.from("body\n"));
        for (const line of lines) {
          const wire = await its.greeted();
          expect((await tags(wire)).includes(tag)).toBe(enabled);
          if (state === "TRANSACTION") {
            await login(wire);
            expect((await tags(wire)).includes(tag)).toBe(enabled);
          }
          expect(await wire.ask(line)).toMatch(enabled ? OK : ERR);
          if (tag === "USER" && !enabled) expect(await wire.ask("PASS secret")).toMatch(ERR);
          wire.drop();
          await until(() => its.server.sessionCount === 0, "a session is left");
        }
      });
    }
  }
  for (const [tag, name] of Object.entries({ "RESP-CODES": "no code at all", "AUTH-RESP-CODE": "no [AUTH]" })) {
    test(`without ${tag} there is ${name} (§6.4, RFC 3206)`, async () => {
      const its = await staged({
        enabled: ALL.filter((each) => each !== tag && (tag === "AUTH-RESP-CODE" || each !== "AUTH-RESP-CODE")),
      });
      const holder = await login(await its.greeted());
      for (const password of ["wrong", "secret"]) {
        const wire = await its.greeted();
        expectOk(await wire.ask("USER ann"));
        const answer = await wire.ask(`PASS ${password}`);
        if (tag === "RESP-CODES" || password === "wrong") expect(answer).toMatch(ERR_NO_CODE);
        else expect(answer).toMatch(/^-ERR \[IN-USE\]/);
        wire.drop();
      }
      holder.drop();
    });
  }
});

describe("IMPLEMENTATION (§6.9)", () => {
  const cases: readonly [Partial<Pop3ServerOptions>, string | null, string | null][] = [
    [{ implementation: "Shlemazle-Plotz-v302" }, "Shlemazle-Plotz-v302", "Shlemazle-Plotz-v302"],
    [{ implementation: "two words" }, "two words", "two words"],
    [{ implementation: null }, null, null],
    [{ implementation: "x", implementationAfterLogin: true }, null, "x"],
  ];
  for (const [own, before, after] of cases) {
    test(`${JSON.stringify(own)}: ${before}, then ${after}`, async () => {
      const wire = await (await staged(own)).greeted();
      expect(await argumentOf(wire, "IMPLEMENTATION")).toBe(before);
      expect(await argumentOf(await login(wire), "IMPLEMENTATION")).toBe(after);
      wire.drop();
    });
  }
});

describe("IN-USE (§8.1.2): authentication was successful, and the maildrop is in use", () => {
  for (const [method, attempt] of Object.entries(LOGINS)) {
    test(`${method}: with the right credentials only; afterwards the session may try again`, async () => {
      const its = await staged();
      const holder = await login(await its.greeted());
      const [wrong, refusal] = await attempt(its, "ann", "wrong");
      expect(refusal).toMatch(ERR_AUTH);
      wrong.drop();
      const [wire, answer] = await attempt(its, "ann", "secret");
      expect(answer).toMatch(/^-ERR \[IN-USE\]/);
      expect(await wire.ask("STAT")).toMatch(ERR);
      await holder.quit();
      expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
      await over(its, wire);
    });
  }
});

test("APOP is announced by the greeting, not by CAPA (§6)", async () => {
  const wire = await Wire.open(stage.port);
  const greeting = await wire.line();
  expect(greeting).toMatch(/<.+>/);
  expect(await tags(wire)).not.toContain("APOP");
  expect(await apop(wire, greeting, "bob", "secret")).toMatch(OK);
  wire.drop();
});

test("the maildrop of a user is one, however he logs in", async () => {
  const its = await staged();
  const holder = await its.greeted();
  expect(await auth(holder, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  const wire = await implicit(its);
  expectOk(await wire.ask("USER ann"));
  expect(await wire.ask("PASS secret")).toMatch(/^-ERR \[IN-USE\]/);
  wire.drop();
  holder.drop();
});
