// The PLAIN mechanism (RFC 4616): the message's grammar, who is asked for, and preparation with SASLprep (RFC 4013).
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Accounts, alone, auth, base64, ERR, ERR_AUTH, implicit, OK, plain, stageOf } from "./sasl.js";
import type { Stage } from "./stage.js";

const LONG = "l".repeat(255);
/** 255 octets of characters of two octets each, and one of one. */
const LONG_UTF8 = `${"é".repeat(127)}x`;
const users = {
  ann: "secret",
  boss: "secret",
  bob: "pass word",
  jose: "secret",
  josé: "sécret",
  "a=b,c": "=,",
  "two words": "secret",
  IX: "IX",
  [LONG]: LONG,
  [LONG_UTF8]: LONG_UTF8,
  "\u{1F4EE}": "\u{1F511}\u{1F511}",
  "user@example.org": "p",
};

/** What SASLprep does to the strings of this file, by RFC 4013 §2 and §3, and no more. */
function prepare(text: string): string {
  const mapped = text
    .replace(/\u00AD/g, "")
    .replace(/[\u00A0\u2003\u3000]/g, " ")
    .normalize("NFKC");
  if (/[\u0000-\u001F\u007F\uE000\uFFFD]/.test(mapped)) throw new Error("a prohibited character");
  if (/\u0627/.test(mapped) && /[0-9a-z]$/.test(mapped)) throw new Error("a string of two directions");
  return mapped;
}

const accounts = new Accounts(users);
let stage: Stage;
beforeAll(async () => {
  accounts.mayActAs.set("boss as ann", "ann").set("boss as josé", "josé").set("boss as archive", "archive-of-boss");
  accounts.mayActAs.set(`boss as ${LONG}`, LONG);
  stage = await stageOf(accounts, { prepare });
  for (const user of [...Object.keys(users), "archive-of-boss"])
    await stage.store.deliver(user, Buffer.from(`Subject: ${base64(user).slice(0, 40)}\n\n${base64(user)}\n`));
});
beforeEach(() => void (accounts.asked.length = 0));
afterAll(() => stage.strike());
alone(() => [stage]);

/** The message logs in and opens this user's maildrop. */
async function opens(message: string | Uint8Array, user: string): Promise<void> {
  const wire = await stage.greeted();
  expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
  expect(await wire.ask(base64(message))).toMatch(OK);
  expect((await wire.askMulti("RETR 1")).octets.toString().split("\r\n")[2]).toBe(base64(user));
  expect(await wire.quit()).toMatch(OK);
}

/** The message is refused, nobody's password was asked for unless it says so, and the session goes on. */
async function refused(message: string | Uint8Array, answer: RegExp = ERR): Promise<void> {
  const wire = await stage.greeted();
  expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
  expect(await wire.ask(base64(message) || "=")).toMatch(answer);
  expect(await wire.ask("STAT")).toMatch(ERR);
  expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  expect(await wire.quit()).toMatch(OK);
}

describe("messages that are right (RFC 4616 §2)", () => {
  const right: Readonly<Record<string, [string, string]>> = {
    "without an authorization identity": ["\0ann\0secret", "ann"],
    "with one's own": ["ann\0ann\0secret", "ann"],
    "a password with a space": ["\0bob\0pass word", "bob"],
    "a name with a space": ["\0two words\0secret", "two words"],
    "signs that other mechanisms quote": ["\0a=b,c\0=,", "a=b,c"],
    "an address": ["\0user@example.org\0p", "user@example.org"],
    "UTF-8 in name and password": ["\0josé\0sécret", "josé"],
    "UTF-8 of four octets": ["\0\u{1F4EE}\0\u{1F511}\u{1F511}", "\u{1F4EE}"],
    "255 octets each": [`\0${LONG}\0${LONG}`, LONG],
    "255 octets each, in UTF-8": [`\0${LONG_UTF8}\0${LONG_UTF8}`, LONG_UTF8],
    "255 octets in all three": [`${LONG}\0${LONG}\0${LONG}`, LONG],
  };
  for (const [name, [message, user]] of Object.entries(right)) test(name, () => opens(message, user));
  test("the same in one line with AUTH, and under TLS", async () => {
    for (const open of [() => stage.greeted(), () => implicit(stage)]) {
      const wire = await open();
      expect(await auth(wire, "PLAIN", "\0josé\0sécret")).toMatch(OK);
      wire.drop();
    }
  });
});

describe("messages that break the grammar are refused, and nobody is asked about them (RFC 4616 §2)", () => {
  const wrong: Readonly<Record<string, string | Buffer>> = {
    nothing: "",
    "one NUL": "\0",
    "two NULs": "\0\0",
    "three NULs": "\0\0\0",
    "no NUL": "ann",
    "one separator": "ann\0secret",
    "an empty name": "\0\0secret",
    "an empty name with an authorization identity": "ann\0\0secret",
    "an empty password": "\0ann\0",
    "an empty password with an authorization identity": "ann\0ann\0",
    "a NUL at the end": "\0ann\0secret\0",
    "a NUL in the password": "\0ann\0sec\0ret",
    "four parts": "\0ann\0secret\0x",
    "a NUL too many at the head": "\0\0ann\0secret",
    "half a character": Buffer.from("\0ann\0secret\xc3", "latin1"),
    "a stray continuation": Buffer.from("\0ann\0secret\x80", "latin1"),
    "Latin-1 in the password": Buffer.from("\0jos\xe9\0s\xe9cret", "latin1"),
    "an overlong slash": Buffer.from("\0ann\0sec\xc0\xafret", "latin1"),
    "an overlong NUL for a separator": Buffer.from("\xc0\x80ann\xc0\x80secret", "latin1"),
    "an overlong NUL in the name": Buffer.from("\0an\xc0\x80n\0secret", "latin1"),
    "an overlong of three octets": Buffer.from("\0ann\0\xe0\x80\xafsecret", "latin1"),
    "a surrogate": Buffer.from("\0ann\0\xed\xa0\x80secret", "latin1"),
    "above U+10FFFF": Buffer.from("\0ann\0\xf4\x90\x80\x80secret", "latin1"),
    "five octets": Buffer.from("\0ann\0\xf8\x88\x80\x80\x80secret", "latin1"),
    "octets that UTF-8 has not": Buffer.from("\0ann\0\xfe\xffsecret", "latin1"),
    "bad UTF-8 in the authorization identity": Buffer.from("\xff\0ann\0secret", "latin1"),
    "UTF-16": Buffer.from("\0ann\0secret", "utf16le"),
  };
  for (const [name, message] of Object.entries(wrong)) {
    test(name, async () => {
      await refused(message);
      // What `refused` asks for itself at its end is the only question.
      expect(accounts.asked).toEqual([["ann", "secret"]]);
    });
  }
  test("the replacement character does not stand in for bad UTF-8", async () => {
    await refused(Buffer.from("\0jos\xff\0secret", "latin1"));
    expect(accounts.asked.flat().join()).not.toContain("\uFFFD");
  });
});

describe("credentials that are wrong (RFC 4616 §2, RFC 3206)", () => {
  const wrong: Readonly<Record<string, string>> = {
    "a wrong password": "\0ann\0wrong",
    "an unknown name": "\0nobody\0secret",
    "another case in the name": "\0ANN\0secret",
    "another case in the password": "\0ann\0SECRET",
    "a password with a space behind it": "\0ann\0secret ",
    "a password with a line end behind it": "\0ann\0secret\r\n",
    "a name with a space before it": "\0 ann\0secret",
    "another's identity without leave": "boss\0ann\0secret",
    "another's identity, with a wrong password": "ann\0boss\0wrong",
    "an unknown identity": "nobody\0boss\0secret",
    "an identity that holds the name": "ann \0ann\0secret",
  };
  for (const [name, message] of Object.entries(wrong)) {
    test(name, () => refused(message, /line end/.test(name) ? ERR : ERR_AUTH));
  }
  test("a wrong password never leads to a question about the identity", async () => {
    await refused("ann\0boss\0wrong");
    expect(accounts.asked).toEqual([
      ["boss", "wrong"],
      ["ann", "secret"],
    ]);
  });
});

describe("the authorization identity (RFC 4616 §2, RFC 4422 §3.4.1)", () => {
  test("somebody with leave acts as somebody else, and opens that maildrop", () => opens("ann\0boss\0secret", "ann"));
  test("the maildrop is the one that the authenticator says", () => opens("archive\0boss\0secret", "archive-of-boss"));
  test("an identity of 255 octets", () => opens(`${LONG}\0boss\0secret`, LONG));
  test("one in UTF-8, in another normal form", () => opens("jose\u0301\0boss\0secret", "josé"));
  test("one's own identity in another form is one's own: the name is compared as prepared", () =>
    opens("jose\u0301\0jos\u00e9\0s\u00e9cret", "josé"));
  test("where preparation fails, authentication MUST fail (RFC 5034 §4)", () => refused("a\u0007\0boss\0secret"));
  test("where preparation leaves nothing, authentication MUST fail (RFC 5034 §4)", () =>
    refused("\u00AD\0boss\0secret"));
  test("an authenticator without identities lets everybody act as himself alone", async () => {
    const own = await stageOf({ verifyPassword: async (name) => name });
    const wire = await own.greeted();
    expect(await auth(wire, "PLAIN", plain("ann", "x", "bob"))).toMatch(ERR_AUTH);
    expect(await auth(wire, "PLAIN", plain("ann", "x", "ann"))).toMatch(OK);
    wire.drop();
    await own.strike();
  });
});

describe("preparation (RFC 4616 §2 with RFC 4013 §3)", () => {
  const same: Readonly<Record<string, string>> = {
    "composed from parts": "\0jose\u0301\0se\u0301cret",
    "with a soft hyphen": "\0jos\u00ADé\0s\u00ADécret",
    "with full-width letters": "\0ｊｏｓé\0ｓéｃｒｅｔ",
  };
  for (const [name, message] of Object.entries(same)) test(`${name}: the same user`, () => opens(message, "josé"));
  test("RFC 4013 §3: U+2168 is IX", () => opens("\0\u2168\0\u2168", "IX"));
  test("RFC 4013 §3: I, U+00AD, X is IX", () => opens("\0I\u00ADX\0I\u00ADX", "IX"));
  test("RFC 4013 §3: no-break space is a space", () => opens("\0bob\0pass\u00A0word", "bob"));
  test("the authenticator gets names and passwords prepared", async () => {
    await opens("\0jose\u0301\0se\u0301cret", "josé");
    expect(accounts.asked).toEqual([["josé", "sécret"]]);
  });
  const prohibited: Readonly<Record<string, string>> = {
    "a control character in the name (RFC 4013 §3)": "\0ann\u0007\0secret",
    "a control character in the password": "\0ann\0se\u0007cret",
    "a character for private use": "\0ann\0secret\uE000",
    "two directions (RFC 4013 §3)": "\0\u06271\0secret",
    "a name of which nothing is left": "\0\u00AD\0secret",
    "a password of which nothing is left": "\0ann\0\u00AD",
  };
  for (const [name, message] of Object.entries(prohibited)) {
    test(`${name}: verification SHALL fail`, async () => {
      await refused(message);
      expect(accounts.asked).toEqual([["ann", "secret"]]);
    });
  }
  test("without preparation ASCII works, and what is not ASCII is refused unasked", async () => {
    const own = new Accounts(users);
    const its = await stageOf(own);
    const wire = await its.greeted();
    expect(await auth(wire, "PLAIN", plain("josé", "sécret"))).toMatch(ERR);
    expect(await auth(wire, "PLAIN", plain("ann", "sécret"))).toMatch(ERR);
    expect(own.asked).toEqual([]);
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    wire.drop();
    await its.strike();
  });
});
