// UTF8 and its response code (RFC 6856 §2, §4, §5), with surrogates as RFC 6858 has them. Names in UTF-8 are in
// `rfc6856-names.test.ts`, LANG is in `rfc6856-lang.test.ts`.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import {
  Accounts,
  argumentOf,
  auth,
  authScram,
  ERR,
  ERR_AUTH,
  ERR_NO_CODE,
  implicit,
  OK,
  plain,
  stageOf,
  tags,
  prepare,
  session,
  staging,
} from "./sasl.js";
import { expectOk, type Stage } from "./stage.js";

const TEXT: Readonly<Record<string, string>> = {
  ascii: "From: ann@example.org\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: plain\n\n.body\n",
  "an 8-bit body under an ASCII header":
    "From: ann@example.org\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nbödy\n",
  "UTF-8 in the subject":
    "From: ann@example.org\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: grüße aus Köln\n\nbody\n",
  "UTF-8 in addresses":
    "From: José <josé@exämple.org>\nTo: ann@example.org, Ünal <ünal@example.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: x\n\nbödy\n.dot\n",
  "UTF-8 in a field that nobody knows":
    "From: ann@example.org\nX-Städte: Köln\nX-Other: Düsseldorf\nSubject: x\n\nbody\n",
  "UTF-8 in a long folded subject": `From: ann@example.org\nSubject: ${"größe ".repeat(60).trim().replaceAll("e g", "e\n g")}\n\nbody\n`,
  "UTF-8 in the header of a part":
    'From: ann@example.org\nSubject: part\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain; name="größe.txt"\nContent-Disposition: attachment; filename="größe.txt"\n\nbody\n--b--\n',
  "UTF-8 in the header of a message inside":
    'From: ann@example.org\nSubject: fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: message/global\n\nFrom: José <josé@example.org>\nSubject: grüße\n\ninner\n--b--\n',
  "a header alone": "Subject: grüße\n",
  "octets that are no UTF-8 in the subject": "From: ann@example.org\nSubject: gr\xfc\xdfe\n\nbody\n",
};
const MESSAGES = Object.entries(TEXT).map(([name, text]) => ({
  name,
  octets: Buffer.from(text, name.includes("no UTF-8") ? "latin1" : "utf8"),
}));
const NEEDS_UTF8 = MESSAGES.map(({ name }, at) => ({ name, number: at + 1 })).filter(({ name }) =>
  /^UTF-8|^a header/.test(name),
);

const accounts = new Accounts({ ann: "secret" });
const staged = staging(accounts, { prepare });

/** A message as RFC 1939 transmits it. */
function canonical(octets: Buffer): Buffer {
  return Buffer.from(octets.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
}

let stage: Stage;
beforeAll(async () => {
  stage = await staged();
  for (const { octets } of MESSAGES) await stage.store.deliver("ann", octets);
});

describe("the capability (§2)", () => {
  for (const [name, set, argument] of [
    ["USER behind it where names may be UTF-8", () => stageOf(accounts, { prepare }), "USER"],
    ["nothing behind it where they may not", () => stageOf(accounts), ""],
  ] as const) {
    test(`it is announced in both states, with ${name} (§2.2)`, async () => {
      const its = await set();
      for (const open of [() => its.greeted(), () => implicit(its)]) {
        const wire = await open();
        expect(await argumentOf(wire, "UTF8")).toBe(argument);
        expectOk(await wire.ask("UTF8"));
        expect(await argumentOf(wire, "UTF8")).toBe(argument);
        expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
        expect(await argumentOf(wire, "UTF8")).toBe(argument);
        expect(await wire.quit()).toMatch(OK);
      }
      await its.strike();
    });
  }
});

describe("the command (§2.1)", () => {
  for (const line of ["UTF8 x", "UTF8 USER", "UTF8 ", "UTF-8", "UTF8 UTF8", "UTF"]) {
    test(`${JSON.stringify(line)} is refused: there are no parameters`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(ERR);
      expect(await wire.ask("UTF8")).toMatch(OK);
      wire.drop();
    });
  }
  for (const line of ["UTF8", "utf8", "uTf8"]) {
    test(`${line} is accepted before login, and refused after it, mode or not`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(OK);
      await wire.quit();
      for (const utf8 of [true, false]) {
        const late = await session(stage, utf8);
        expect(await late.ask(line)).toMatch(ERR_NO_CODE);
        expect(await late.ask("STAT")).toMatch(OK);
        await late.quit();
      }
    });
  }
  test("a second one is answered, and the mode stays", async () => {
    const wire = await stage.greeted();
    expectOk(await wire.ask("UTF8"));
    expect(await wire.ask("UTF8")).toMatch(/^(\+OK|-ERR)/);
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    const { number } = NEEDS_UTF8[0]!;
    expect((await wire.askMulti(`RETR ${number}`)).octets).toEqual(canonical(MESSAGES[number - 1]!.octets));
    await wire.quit();
  });
  test("STLS after UTF8: what is refused is not announced, and what is announced is not refused", async () => {
    const wire = await stage.greeted();
    expect(await tags(wire)).toContain("STLS");
    expectOk(await wire.ask("UTF8"));
    const listed = (await tags(wire)).includes("STLS");
    expect((await wire.ask("STLS")).startsWith("+OK")).toBe(listed);
    expect(listed).toBe(false);
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    await wire.quit();
  });
  test("after STLS it works", async () => {
    const wire = await stage.greeted();
    expectOk(await wire.ask("STLS"));
    await wire.upgrade();
    expectOk(await wire.ask("UTF8"));
    expect((await authScram(wire, { hash: "SHA-256", name: "ann", password: "secret" })).answer).toMatch(OK);
    const { number } = NEEDS_UTF8[0]!;
    expect((await wire.askMulti(`RETR ${number}`)).octets).toEqual(canonical(MESSAGES[number - 1]!.octets));
    await wire.quit();
  });
  test("the mode survives logins that fail", async () => {
    const wire = await stage.greeted();
    expectOk(await wire.ask("UTF8"));
    expect(await auth(wire, "PLAIN", plain("ann", "wrong"))).toMatch(ERR_AUTH);
    expectOk(await wire.ask("USER ann"));
    expectOk(await wire.ask("PASS secret"));
    const { number } = NEEDS_UTF8[0]!;
    expect((await wire.askMulti(`RETR ${number}`)).octets).toEqual(canonical(MESSAGES[number - 1]!.octets));
    await wire.quit();
  });
});

describe("UTF-8 mode: messages are sent as they are (§2.1)", () => {
  MESSAGES.forEach(({ name, octets }, at) => {
    test(name, async () => {
      const wire = await session(stage, true);
      expect((await wire.askMulti(`RETR ${at + 1}`)).octets).toEqual(canonical(octets));
      expect((await wire.askMulti(`TOP ${at + 1} 1000`)).octets).toEqual(canonical(octets));
      await wire.quit();
    });
  });
});

describe("without it, nothing outside of ASCII MUST be in a header (§2.1), and the message complies with RFC 5322 (§4)", () => {
  // What is no UTF-8 at all needs no UTF-8 mode, and is no client's loss: it passes as it always has.
  MESSAGES.forEach(({ name, octets }, at) => {
    const asIs = name === "ascii" || name.startsWith("an 8-bit body");
    if (name.includes("no UTF-8")) return;
    test(`${name}${asIs ? ": as it is" : ""}`, async () => {
      const wire = await session(stage, false);
      const { octets: sent } = await wire.askMulti(`RETR ${at + 1}`);
      const text = sent.toString("latin1");
      if (asIs) expect(sent).toEqual(canonical(octets));
      const header = text.includes("\r\n\r\n") ? text.slice(0, text.indexOf("\r\n\r\n") + 2) : text;
      for (const line of header.split("\r\n")) {
        expect(line).toMatch(/^[\t\x20-\x7e]*$/);
        expect(line.length).toBeLessThanOrEqual(998);
      }
      // Fields, and lines that go on with one; no line of white space alone (RFC 5322 §2.2.3).
      expect(header.replace(/\r\n(?=[\t ]*[^\s])[\t ]+/g, " ")).toMatch(
        /^(?:[\x21-\x39\x3b-\x7e]+:[\t\x20-\x7e]*\r\n)+$/,
      );
      if (name.startsWith("UTF-8 in the header of")) expect(text).toMatch(/^[\t\r\n\x20-\x7e]*$/);
      await wire.quit();
    });
  });
  test("a subject is the same, as encoded words (RFC 6858, RFC 2047)", async () => {
    const wire = await session(stage, false);
    const at = MESSAGES.findIndex(({ name }) => name === "UTF-8 in the subject");
    const text = (await wire.askMulti(`RETR ${at + 1}`)).octets.toString("latin1");
    expect(decoded(/\r\nSubject: ((?:.|\r\n[\t ])*)/.exec(text)![1]!)).toBe("grüße aus Köln");
    expect(text).toMatch(/^From: ann@example\.org\r\n/);
    expect(text).toMatch(/\r\nDate: Mon, 1 Jan 2024 00:00:00 \+0000\r\n|^Date: Mon, 1 Jan 2024/);
    expect(text.endsWith("\r\n\r\nbody\r\n")).toBe(true);
    for (const word of text.matchAll(/=\?[^?]*\?[^?]*\?[^?]*\?=/g)) expect(word[0].length).toBeLessThanOrEqual(75);
    await wire.quit();
  });
  test("a long subject is the same, over as many encoded words as it takes, none over 75 octets", async () => {
    const wire = await session(stage, false);
    const at = MESSAGES.findIndex(({ name }) => name.includes("long folded"));
    const text = (await wire.askMulti(`RETR ${at + 1}`)).octets.toString("latin1");
    const words = [...text.matchAll(/=\?[^?]*\?[^?]*\?[^?]*\?=/g)].map(([word]) => word);
    for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
    for (const line of text.split("\r\n")) if (line.includes("=?")) expect(line.length).toBeLessThanOrEqual(76);
    expect(decoded(/\r\nSubject: ((?:.|\r\n[\t ])*)/.exec(text)![1]!)).toBe("größe ".repeat(60).trim());
    await wire.quit();
  });
  test("an address outside of ASCII becomes one that is valid and delivers nowhere; display names and other addresses stay (RFC 6858)", async () => {
    const wire = await session(stage, false);
    const at = MESSAGES.findIndex(({ name }) => name === "UTF-8 in addresses");
    const text = (await wire.askMulti(`RETR ${at + 1}`)).octets.toString("latin1");
    const from = decoded(/(?:^|\r\n)From: ((?:.|\r\n[\t ])*)/.exec(text)![1]!);
    expect(from).toContain("José");
    expect(from).toMatch(/<[\x21-\x7e]+@[A-Za-z0-9.-]*\.?invalid>/i);
    const to = decoded(/(?:^|\r\n)To: ((?:.|\r\n[\t ])*)/.exec(text)![1]!);
    expect(to).toContain("ann@example.org");
    expect(to).toContain("Ünal");
    await wire.quit();
  });
});

describe("octets agree (§2.1)", () => {
  for (const utf8 of [true, false]) {
    test(`LIST, STAT, RETR and TOP tell the same ${utf8 ? "with" : "without"} UTF-8 mode`, async () => {
      const wire = await session(stage, utf8);
      const all = (await wire.askMulti("LIST")).octets.toString().trim().split("\r\n");
      let sum = 0;
      for (const [at, line] of all.entries()) {
        const { octets } = await wire.askMulti(`RETR ${at + 1}`);
        expect(line).toBe(`${at + 1} ${octets.length}`);
        expect(await wire.ask(`LIST ${at + 1}`)).toBe(`+OK ${line}`);
        expect((await wire.askMulti(`TOP ${at + 1} 100000`)).octets).toEqual(octets);
        const top = (await wire.askMulti(`TOP ${at + 1} 0`)).octets;
        const end = octets.indexOf("\r\n\r\n");
        expect(top).toEqual(end === -1 ? octets : octets.subarray(0, end + 4));
        sum += octets.length;
      }
      expect(await wire.ask("STAT")).toBe(`+OK ${MESSAGES.length} ${sum}`);
      // Deleting one takes its own octets away, in this mode.
      const gone = NEEDS_UTF8[0]!.number;
      expectOk(await wire.ask(`DELE ${gone}`));
      const left = sum - Number(all[gone - 1]!.split(" ")[1]);
      expect(await wire.ask("STAT")).toBe(`+OK ${MESSAGES.length - 1} ${left}`);
      expectOk(await wire.ask("RSET"));
      expect(await wire.ask("STAT")).toBe(`+OK ${MESSAGES.length} ${sum}`);
      await wire.quit();
    });
  }
  test("UIDL names the message, not its form (RFC 6858): the same in both modes", async () => {
    const [one, two] = ["", ""];
    const seen: string[] = [one, two];
    for (const [at, utf8] of [true, false].entries()) {
      const wire = await session(stage, utf8);
      seen[at] = (await wire.askMulti("UIDL")).octets.toString();
      await wire.quit();
    }
    expect(seen[0]).toBe(seen[1]);
  });
  test("what is retrieved twice is the same twice, in another session too", async () => {
    const digests = new Set<string>();
    for (let at = 0; at < 2; at++) {
      const wire = await session(stage, false);
      for (let again = 0; again < 2; again++) {
        const all: Buffer[] = [];
        for (const { number } of NEEDS_UTF8) all.push((await wire.askMulti(`RETR ${number}`)).octets);
        digests.add(createHash("sha256").update(Buffer.concat(all)).digest("hex"));
      }
      await wire.quit();
    }
    expect(digests.size).toBe(1);
  });
});

describe("where messages that need UTF-8 are refused (§2.1, §5)", () => {
  test("RETR and TOP answer -ERR [UTF8]; LIST lists them or answers so; UIDL, DELE and the other messages are not concerned", async () => {
    const its = await staged({ utf8Messages: "refuse" });
    for (const { octets } of MESSAGES) await its.store.deliver("ann", octets);
    const wire = await session(its, false);
    for (const { number } of NEEDS_UTF8) {
      expect(await wire.ask(`RETR ${number}`)).toMatch(/^-ERR \[UTF8\]( |$)/);
      expect(await wire.ask(`TOP ${number} 0`)).toMatch(/^-ERR \[UTF8\]( |$)/);
      expect(await wire.ask(`LIST ${number}`)).toMatch(/^(\+OK \d+ \d+$|-ERR \[UTF8\]( |$))/);
      expect(await wire.ask(`UIDL ${number}`)).toMatch(OK);
    }
    expect((await wire.askMulti("RETR 1")).octets).toEqual(canonical(MESSAGES[0]!.octets));
    expect((await wire.askMulti("RETR 2")).octets).toEqual(canonical(MESSAGES[1]!.octets));
    expect((await wire.askMulti("LIST")).octets.toString().trim().split("\r\n").length).toBe(MESSAGES.length);
    expectOk(await wire.ask(`DELE ${NEEDS_UTF8[0]!.number}`));
    expect(await wire.ask(`RETR ${NEEDS_UTF8[0]!.number}`)).toMatch(ERR_NO_CODE);
    expect(await wire.ask("RETR 999")).toMatch(ERR_NO_CODE);
    await wire.quit();
    const whole = await session(its, true);
    const next = NEEDS_UTF8[1]!.number;
    expect((await whole.askMulti(`RETR ${next - 1}`)).octets).toEqual(canonical(MESSAGES[next - 1]!.octets));
    await whole.quit();
  });
});

/** The text of encoded words (RFC 2047 §6.2): white space between two of them is none. */
function decoded(field: string): string {
  return field
    .replace(/\r\n(?=[\t ])/g, "")
    .replace(/(\?=)[\t ]+(?==\?)/g, "$1")
    .replace(/((?:=\?utf-8\?[bq]\?[^?]*\?=)+)/gi, (run) =>
      Buffer.concat(
        [...run.matchAll(/=\?[^?]*\?([bq])\?([^?]*)\?=/gi)].map(([, kind, text]) =>
          kind!.toLowerCase() === "b"
            ? Buffer.from(text!, "base64")
            : Buffer.from(
                text!
                  .replaceAll("_", " ")
                  .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
                "latin1",
              ),
        ),
      ).toString(),
    );
}
