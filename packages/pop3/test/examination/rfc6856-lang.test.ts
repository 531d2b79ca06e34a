// LANG (RFC 6856 §3): the listing, the choice, and every reply from there on, in a language's own words and in UTF-8.
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Language } from "@postern/pop3";
import { Accounts, alone, argumentOf, auth, ERR, ERR_NO_CODE, implicit, OK, plain, stageOf, tags } from "./sasl.js";
import { expectOk, tls, Stage } from "./stage.js";
import type { Wire } from "./wire.js";

const accounts = new Accounts({ ann: "secret" });
let stage: Stage;
let listed: { tag: string; name: string | undefined }[] = [];
beforeAll(async () => {
  stage = await stageOf(accounts);
  const wire = await stage.greeted();
  listed = await listing(wire);
  await wire.quit();
});
afterAll(() => stage.strike());
alone(() => [stage]);

/** UTF-8, or an exception. */
function utf8(text: string | Buffer): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(
    typeof text === "string" ? Buffer.from(text, "latin1") : text,
  );
}

async function listing(wire: Wire): Promise<{ tag: string; name: string | undefined }[]> {
  const lines = utf8((await wire.askMulti("LANG")).octets)
    .split("\r\n")
    .slice(0, -1);
  return lines.map((line) => {
    const found = /^([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?: ([^ \t\r\n\0].*))?$/u.exec(line);
    if (found === null) throw new Error(`no language listing: ${line}`);
    return { tag: found[1]!, name: found[2] };
  });
}

/** The sentence of a reply, without status and response code. */
function sentence(answer: string): string {
  return utf8(answer).replace(/^(\+OK|-ERR)( \[[^\]]*\])?( |$)/, "");
}

/** Somebody in TRANSACTION or not yet, with a message of his own. */
async function inState(state: string): Promise<Wire> {
  const wire = await stage.greeted();
  if (state === "TRANSACTION") expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  return wire;
}

describe("the listing (§3.2)", () => {
  test("tags of RFC 5646 with names, in UTF-8, each once, English among them and others too", () => {
    const all = listed.map(({ tag }) => tag);
    expect(new Set(all.map((tag) => tag.toLowerCase())).size).toBe(all.length);
    expect(all).toContain("en");
    expect(all.length).toBeGreaterThan(1);
    for (const tag of all) expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
    for (const { name } of listed) expect(name?.trim()).toBe(name);
  });
  for (const state of ["AUTHORIZATION", "TRANSACTION"]) {
    test(`is the same in ${state}; LANG is announced there, without an argument`, async () => {
      const wire = await inState(state);
      expect(await listing(wire)).toEqual(listed);
      expect(await argumentOf(wire, "LANG")).toBe("");
      await wire.quit();
    });
  }
});

describe("choosing (§3.2)", () => {
  for (const state of ["AUTHORIZATION", "TRANSACTION"]) {
    test(`every listed language, in ${state}: +OK, the exact tag, a text; and what comes then is in that language`, async () => {
      const seen = new Map<string, string>();
      for (const { tag } of listed) {
        const wire = await inState(state);
        const english = await wire.ask("RETR");
        const answer = await wire.ask(`LANG ${tag}`);
        expect(utf8(answer)).toMatch(new RegExp(`^\\+OK ${tag} [^ \\[].*$`, "u"));
        const then = await wire.ask("RETR");
        expect(then).toMatch(ERR);
        if (tag === "en") expect(then).toBe(english);
        else expect(sentence(then)).not.toBe(sentence(english));
        expect([...seen.values()]).not.toContain(sentence(then));
        seen.set(tag, sentence(then));
        expect(sentence(answer)).not.toBe(`${tag} ${sentence(await wire.ask("NOOP"))}`);
        const bye = utf8(await wire.quit());
        expect(bye).toMatch(OK);
      }
    });
  }
  test("letters' case is no matter; the tag in the reply is as listed", async () => {
    const wire = await stage.greeted();
    for (const { tag } of listed) {
      for (const range of [tag.toLowerCase(), tag.toUpperCase()])
        expect(utf8(await wire.ask(`lang ${range}`))).toMatch(new RegExp(`^\\+OK ${tag} `, "u"));
    }
    await wire.quit();
  });
  for (const range of ["de-CH", "fr-CA", "en-GB", "de-DE-1996", "es-419", "ja-JP"]) {
    test(`a range that is narrower than what there is: ${range} finds its language (RFC 4647 §3.4), or is refused and changes nothing`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("LANG de")).toMatch(OK);
      const german = await wire.ask("RETR");
      const answer = utf8(await wire.ask(`LANG ${range}`));
      const found = /^\+OK (\S+) /.exec(answer)?.[1];
      if (found === undefined) {
        expect(answer).toMatch(ERR);
        expect(await wire.ask("RETR")).toBe(german);
      } else {
        expect(listed.map(({ tag }) => tag)).toContain(found);
        expect(range.toLowerCase().startsWith(found.toLowerCase().split("-")[0]!)).toBe(true);
      }
      await wire.quit();
    });
  }
  const unknown = [
    "MUL",
    "mul",
    "uga",
    "xx",
    "x-klingon",
    "i-default",
    "zxx",
    "und",
    "d",
    "ger",
    "deutsch",
    "en-",
    "-en",
    "en_US",
  ];
  for (const range of [
    ...unknown,
    "de,en",
    "de;q=1",
    "de en",
    " de",
    "de ",
    "**",
    "*-de",
    "123",
    "toolonglanguage",
    "constructor",
    "__proto__",
    "[UTF8]",
  ]) {
    test(`${JSON.stringify(range)} is refused, and the language stays`, async () => {
      for (const state of ["AUTHORIZATION", "TRANSACTION"]) {
        const wire = await inState(state);
        expect(await wire.ask("LANG fr")).toMatch(OK);
        const before = await wire.ask("RETR");
        const answer = await wire.ask(`LANG ${range}`);
        expect(answer).toMatch(ERR_NO_CODE);
        utf8(answer);
        expect(await wire.ask("RETR")).toBe(before);
        await wire.quit();
      }
    });
  }
  test("`*` is the operator's choice: the first of his languages, from whatever was spoken before", async () => {
    const wire = await stage.greeted();
    const first = await wire.ask("LANG *");
    expect(first).toMatch(/^\+OK en /);
    expect(await wire.ask("LANG de")).toMatch(OK);
    expect(await wire.ask("LANG *")).toBe(first);
    await wire.quit();
  });
  test("the operator's languages are those that are listed and spoken, and `*` is their first", async () => {
    const saying = (tag: string, selfName: string): Language => ({
      tag,
      selfName,
      // The tag that answers LANG stands first, whatever the language.
      sentences: new Proxy({} as Language["sentences"], {
        get: (_, english) => String(english).replace(/^(\{tag\} )?/, (head) => `${head}${tag}: `),
      }),
    });
    const its = await stageOf(accounts, { languages: [saying("sv", "Svenska"), saying("pt-BR", "Português")] });
    const wire = await its.greeted();
    expect(await listing(wire)).toEqual([
      { tag: "sv", name: "Svenska" },
      { tag: "pt-BR", name: "Português" },
    ]);
    expect(await wire.ask("LANG de")).toMatch(ERR);
    expect(await wire.ask("LANG pt-br")).toMatch(/^\+OK pt-BR pt-BR: /);
    expect(await wire.ask("RETR")).toMatch(/^-ERR pt-BR: /);
    expect(await wire.ask("LANG *")).toMatch(/^\+OK sv sv: /);
    expect(await wire.ask("RETR")).toMatch(/^-ERR sv: /);
    wire.drop();
    await its.strike();
  });
});

describe("every reply in every language: UTF-8, 512 octets at most, codes and numbers where they were (§3.2, RFC 2449 §3)", () => {
  const before: readonly string[] =
    "USER ann|PASS wrong|USER|PASS|PASS x|USER a b|APOP|APOP x y|AUTH|AUTH GSSAPI|AUTH PLAIN !|AUTH PLAIN =|AUTH PLAIN AGFubgB3cm9uZw==|STAT|LIST|RETR 1|UTF8 x|UTF8|UTF8|STLS x|STLS|LANG xx|CAPA x|NOOP|XYZZ|".split(
      "|",
    );
  const after: readonly string[] =
    "STAT|STAT x|LIST 1|LIST 9|LIST x|UIDL 9|DELE 1|DELE 1|RETR 1|RETR 9|RETR|TOP 1|TOP|TOP x y|TOP 9 9|RSET|NOOP|NOOP x|USER ann|PASS x|AUTH PLAIN|APOP ann x|UTF8|STLS|LANG xx|CAPA x|XYZZ|".split(
      "|",
    );
  const fixed = (line: string, answer: string): string =>
    /^(STAT|LIST|UIDL)/.test(line) && answer.startsWith("+OK")
      ? answer
      : (/^(?:\+OK|-ERR)(?: \[[^\]]*\])?/.exec(answer)?.[0] ?? answer);

  async function answers(lang: string): Promise<string[]> {
    const wire = await stage.greeted();
    expectOk((await wire.ask(`LANG ${lang}`)).slice(0, 3));
    const all: string[] = [];
    for (const line of [...before, `USER ${"x".repeat(300)}`, `AUTH ${"X".repeat(200)}`, "Z".repeat(255)]) {
      all.push(fixed(line, await wire.ask(line)));
      utf8(all.at(-1)!);
    }
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    for (const line of after) {
      const answer = await wire.ask(line);
      utf8(answer);
      all.push(fixed(line, answer));
    }
    utf8(await wire.quit());
    return all;
  }

  test("the same codes and numbers in all of them", async () => {
    await stage.store.deliver("ann", Buffer.from("Subject: x\n\nbody\n"));
    const english = await answers("en");
    for (const { tag } of listed) expect(await answers(tag)).toEqual(english);
  });
  test("bodies are not touched: RETR, LIST, UIDL and CAPA are the same octets", async () => {
    const bodies: string[][] = [];
    for (const tag of ["en", "ja"]) {
      const wire = await stage.greeted();
      expect(await wire.ask(`LANG ${tag}`)).toMatch(OK);
      expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
      const all: string[] = [];
      for (const line of ["RETR 1", "TOP 1 0", "LIST", "UIDL", "CAPA", "LANG"])
        all.push((await wire.askMulti(line)).wire.toString("latin1"));
      bodies.push(all);
      await wire.quit();
    }
    expect(bodies[0]).toEqual(bodies[1]);
  });
});

describe("how far a choice reaches", () => {
  test("from before login to after it, by every kind of login, and without UTF8", async () => {
    for (const login of [
      async (wire: Wire) => (await wire.ask("USER ann"), wire.ask("PASS secret")),
      async (wire: Wire) => auth(wire, "PLAIN", plain("ann", "secret")),
    ]) {
      const wire = await stage.greeted();
      expect(await wire.ask("LANG de")).toMatch(OK);
      const german = await wire.ask("RETR x");
      expect(await login(wire)).toMatch(OK);
      const then = await wire.ask("LIST x");
      expect(sentence(german)).not.toBe("");
      await wire.quit();
      const plainly = await inState("TRANSACTION");
      expect(sentence(then)).not.toBe(sentence(await plainly.ask("LIST x")));
      await plainly.quit();
    }
  });
  test("STLS forgets it, as all that was said in the clear (RFC 2595 §4)", async () => {
    const wire = await stage.greeted();
    const english = await wire.ask("RETR");
    expect(await wire.ask("LANG de")).toMatch(OK);
    expect(await wire.ask("RETR")).not.toBe(english);
    expectOk(await wire.ask("STLS"));
    await wire.upgrade();
    expect(await wire.ask("RETR")).toBe(english);
    expect(await wire.ask("LANG de")).toMatch(OK);
    await wire.quit();
  });
  test("to no other session", async () => {
    const one = await stage.greeted();
    const two = await stage.greeted();
    const english = await two.ask("RETR");
    expect(await one.ask("LANG ja")).toMatch(OK);
    expect(await two.ask("RETR")).toBe(english);
    for (const wire of [one, two]) await wire.quit();
  });
  test("before LANG all is ASCII, as RFC 1939 has it (§3.2)", async () => {
    const its = await Stage.set({ tls });
    for (const open of [() => its.greeted(), () => implicit(its)]) {
      const wire = await open();
      for (const line of ["RETR", "USER", "XYZZ", "PASS x", "AUTH PLAIN !"])
        expect(await wire.ask(line)).toMatch(/^[\x20-\x7e]*$/);
      expect(await tags(wire)).toContain("LANG");
      wire.drop();
    }
    await its.strike();
  });
});
