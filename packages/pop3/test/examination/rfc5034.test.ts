// The AUTH command and its exchange, sentence by sentence: RFC 5034 §4 and §5, with RFC 4422 §3 for what it leaves to SASL.
// What SASL lists is in `rfc5034-sasl.test.ts`; what single mechanisms ask for is in the files named after their RFCs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Accounts,
  alone,
  auth,
  authScram,
  base64,
  challenge,
  ERR,
  ERR_NO_CODE,
  implicit,
  listedMechanisms,
  MECHANISMS,
  OK,
  plain,
  stageOf,
  STRANGERS,
} from "./sasl.js";
import type { Stage } from "./stage.js";
import type { Wire } from "./wire.js";

const RIGHT = base64(plain("ann", "secret"));
const CLIENT_FIRST = MECHANISMS.filter((name) => !["LOGIN", "CRAM-MD5"].includes(name));

const accounts = new Accounts();
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts);
});
afterAll(() => stage.strike());
alone(() => [stage]);

/** The session is where it was before AUTH: it takes a login, and the next line is the answer to the next command. */
async function goesOn(wire: Wire): Promise<void> {
  expect(await wire.ask(`AUTH PLAIN ${RIGHT}`)).toMatch(OK);
  expect(await wire.ask("STAT")).toBe("+OK 0 0");
  expect(await wire.quit()).toMatch(OK);
}

describe("the form of the command (RFC 5034 §5)", () => {
  const wrong = [
    "AUTH",
    "AUTH ",
    `AUTH  PLAIN ${RIGHT}`,
    `AUTH PLAIN  ${RIGHT}`,
    `AUTH PLAIN ${RIGHT} `,
    `AUTH PLAIN ${RIGHT} ${RIGHT}`,
    `AUTH PLAIN\t${RIGHT}`,
    `AUTH\tPLAIN ${RIGHT}`,
    `AUTHPLAIN ${RIGHT}`,
    `AUTH ${RIGHT}`,
    `AUTH "PLAIN" ${RIGHT}`,
    `AUTH PLAIN, ${RIGHT}`,
    `AUTH PLAIN\0 ${RIGHT}`,
    `AUTH \xd0\xa0LAIN ${RIGHT}`,
    "AUTH *",
    "AUTH =",
    `AUTH ${"A".repeat(21)}`,
  ];
  for (const line of wrong) {
    test(`${JSON.stringify(line)} is refused, and the session goes on`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  for (const line of [`auth plain ${RIGHT}`, `Auth Plain ${RIGHT}`, `aUTH pLAIN ${RIGHT}`]) {
    test(`${line}: keyword and mechanism in any case`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(line)).toMatch(OK);
      wire.drop();
    });
  }
  for (const name of [...STRANGERS, "x", "__proto__", "constructor", "TOSTRING"]) {
    test(`a mechanism that is not supported is refused: ${name} (§4)`, async () => {
      const wire = await stage.greeted();
      expect(await listedMechanisms(wire)).not.toContain(name);
      expect(await wire.ask(`AUTH ${name}`)).toMatch(ERR_NO_CODE);
      expect(await wire.ask(`AUTH ${name} ${RIGHT}`)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
});

describe("Base64 (RFC 5034 §4: any other character is refused and not ignored, `=` stands at the end alone)", () => {
  const mangled = (change: (right: string) => string): string => change(RIGHT);
  const wrong: Readonly<Record<string, string>> = {
    "=AAA": "=AAA",
    "AAA=BBB": "AAA=BBB",
    "one character": "A",
    "two characters without padding": "AA",
    "three characters without padding": "AAA",
    "too much padding": "AA===",
    "too little padding": "AA=",
    "padding alone": "==",
    "four of padding": "====",
    "padding behind whole groups": "AAAA=",
    "two ends": "AA==AA==",
    "a character outside the alphabet in what is right": mangled((right) => `${right.slice(0, 4)}!${right.slice(4)}`),
    "the alphabet for names of files": mangled((right) => `${right.slice(0, 4)}-_-_${right.slice(4)}`),
    "a tab in what is right": mangled((right) => `${right.slice(0, 4)}\t${right.slice(4)}`),
    "a NUL in what is right": mangled((right) => `${right.slice(0, 4)}\0${right.slice(4)}`),
    "a CR in what is right": mangled((right) => `${right.slice(0, 4)}\r${right.slice(4)}`),
    "an octet above 127 in what is right": mangled((right) => `${right.slice(0, 4)}\xe9${right.slice(4)}`),
    "something behind what is right": mangled((right) => `${right}*`),
    "a quoted string": mangled((right) => `"${right}"`),
    "padding in the middle of what is right": mangled((right) => `${right.slice(0, 4)}=${right.slice(4)}`),
  };
  for (const [name, text] of Object.entries(wrong)) {
    test(`${name}, as initial response`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`AUTH PLAIN ${text}`)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
    test(`${name}, as response`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
      expect(await wire.ask(text)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  for (const text of ["=", ` ${RIGHT}`, `${RIGHT} `, `${RIGHT.slice(0, 8)} ${RIGHT.slice(8)}`, `PLAIN ${RIGHT}`]) {
    test(`${JSON.stringify(text)} as response`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
      expect(await wire.ask(text)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  test("the alphabet has two cases: another case is another message", async () => {
    const wire = await stage.greeted();
    expect(await wire.ask(`AUTH PLAIN ${RIGHT.toLowerCase()}`)).toMatch(ERR);
    await goesOn(wire);
  });
});

describe("challenges and the initial response (RFC 5034 §4)", () => {
  for (const name of CLIENT_FIRST.filter((each) => !/PLUS|EXTERNAL/.test(each))) {
    test(`${name} without an initial response: the challenge is empty, a plus and a space`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`AUTH ${name}`)).toBe("+ ");
      expect(await wire.ask("*")).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  for (const name of ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"]) {
    test(`${name} under TLS likewise`, async () => {
      const wire = await implicit(stage);
      expect(await wire.ask(`AUTH ${name}`)).toBe("+ ");
      expect(await wire.ask("*")).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  test("an initial response saves the empty challenge, and says the same", async () => {
    const one = await stage.greeted();
    expect(await one.ask(`AUTH PLAIN ${RIGHT}`)).toMatch(OK);
    expect(await one.ask("STAT")).toMatch(OK);
    expect(await one.quit()).toMatch(OK);
    const two = await stage.greeted();
    expect(await two.ask("AUTH PLAIN")).toBe("+ ");
    expect(await two.ask(RIGHT)).toMatch(OK);
    expect(await two.ask("STAT")).toMatch(OK);
    expect(await two.quit()).toMatch(OK);
  });
  for (const name of ["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2"]) {
    test(`${name} with =: a response that is there and empty is taken as one, and no challenge asks for it again`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`AUTH ${name} =`)).not.toBe("+ ");
      wire.drop();
    });
  }
  test("ANONYMOUS with =: an empty response is enough to get in", async () => {
    const wire = await stage.greeted();
    expect(await wire.ask("AUTH ANONYMOUS =")).toMatch(OK);
    expect(await wire.ask("STAT")).toMatch(OK);
    wire.drop();
  });
  test("ANONYMOUS without an initial response: an empty line is an empty response", async () => {
    const wire = await stage.greeted();
    expect(await wire.ask("AUTH ANONYMOUS")).toBe("+ ");
    expect(await wire.ask("")).toMatch(OK);
    wire.drop();
  });
  for (const response of ["=", base64("ann"), RIGHT]) {
    test(`CRAM-MD5 has no initial response: ${response} is refused`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`AUTH CRAM-MD5 ${response}`)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  test("a challenge holds Base64 and nothing else", async () => {
    const wire = await stage.greeted();
    expect(challenge(await wire.ask("AUTH CRAM-MD5")).length).toBeGreaterThan(0);
    expect(await wire.ask("*")).toMatch(ERR);
    expect(challenge(await wire.ask("AUTH LOGIN")).length).toBeGreaterThan(0);
    expect(challenge(await wire.ask(base64("ann"))).length).toBeGreaterThan(0);
    expect(await wire.ask("*")).toMatch(ERR);
    await goesOn(wire);
  });
});

describe("`*` cancels: the server MUST answer -ERR (RFC 5034 §4), and all is as before", () => {
  const until: Readonly<Record<string, readonly string[]>> = {
    "PLAIN at once": ["AUTH PLAIN"],
    "LOGIN before the name": ["AUTH LOGIN"],
    "LOGIN before the password": ["AUTH LOGIN", base64("ann")],
    "CRAM-MD5": ["AUTH CRAM-MD5"],
    "SCRAM-SHA-1 at once": ["AUTH SCRAM-SHA-1"],
    "SCRAM-SHA-256 behind the salt": [`AUTH SCRAM-SHA-256 ${base64("n,,n=ann,r=abc")}`],
    "OAUTHBEARER at once": ["AUTH OAUTHBEARER"],
    "XOAUTH2 at once": ["AUTH XOAUTH2"],
    "ANONYMOUS at once": ["AUTH ANONYMOUS"],
  };
  for (const [name, lines] of Object.entries(until)) {
    test(name, async () => {
      const wire = await stage.greeted();
      for (const line of lines) challenge(await wire.ask(line));
      expect(await wire.ask("*")).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  for (const line of ["**", "* ", " *", "*\t", "*A=="]) {
    test(`${JSON.stringify(line)} is no cancelling and no Base64 either: refused`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
      await goesOn(wire);
    });
  }
  test("instead of the last, empty response of SCRAM, too: nobody is logged in", async () => {
    const wire = await stage.greeted();
    const inner = Object.assign(Object.create(wire) as Wire, {
      ask: (line: string) => wire.ask(line === "" ? "*" : line),
    });
    const { answer } = await authScram(inner, { hash: "SHA-256", name: "ann", password: "secret" });
    expect(answer).toMatch(ERR_NO_CODE);
    expect(await wire.ask("STAT")).toMatch(ERR);
    await goesOn(wire);
  });
});

describe("commands inside an exchange are responses (RFC 5034 §4)", () => {
  for (const line of ["QUIT", "CAPA", "STLS", "USER ann", "AUTH PLAIN", `AUTH PLAIN ${RIGHT}`]) {
    test(`${line} is no Base64 of a message: the exchange fails, the command is not obeyed`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
      expect(await wire.ask(line)).toMatch(ERR);
      await goesOn(wire);
    });
  }
});

describe("octets one behind the other (RFC 2449 §6.6 with RFC 5034 §4)", () => {
  test("AUTH with its response and commands in one segment are answered in turn", async () => {
    const wire = await stage.greeted();
    wire.send(`AUTH PLAIN ${RIGHT}\r\nSTAT\r\nNOOP\r\nQUIT\r\n`);
    expect(await wire.line()).toMatch(OK);
    expect(await wire.line()).toBe("+OK 0 0");
    expect(await wire.line()).toMatch(OK);
    expect(await wire.line()).toMatch(OK);
    wire.drop();
  });
  test("a response in the same segment as AUTH, and a command behind it", async () => {
    const wire = await stage.greeted();
    wire.send(`AUTH PLAIN\r\n${RIGHT}\r\nSTAT\r\n`);
    expect(await wire.line()).toBe("+ ");
    expect(await wire.line()).toMatch(OK);
    expect(await wire.line()).toBe("+OK 0 0");
    wire.drop();
  });
  test("one octet a segment", async () => {
    const wire = await stage.greeted();
    for (const octet of `AUTH PLAIN\r\n${RIGHT}\r\nSTAT\r\n`) {
      wire.send(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await wire.line()).toBe("+ ");
    expect(await wire.line()).toMatch(OK);
    expect(await wire.line()).toBe("+OK 0 0");
    wire.drop();
  });
  test("behind AUTH of a mechanism that is refused, the response is a command and logs nobody in", async () => {
    const wire = await stage.greeted();
    wire.send(`AUTH GSSAPI\r\n${RIGHT}\r\nSTAT\r\n`);
    for (let at = 0; at < 3; at++) expect(await wire.line()).toMatch(ERR);
    await goesOn(wire);
  });
  test("a client that leaves in the middle of an exchange opens no maildrop", async () => {
    const wire = await stage.greeted();
    expect(await wire.ask("AUTH PLAIN")).toBe("+ ");
    wire.drop();
    const next = await stage.greeted();
    await goesOn(next);
  });
});

describe("lengths: responses are as long as the mechanism needs, whatever limits other lines have (RFC 5034 §4)", () => {
  const message = (octets: number): string => {
    const text = (token: string): string => `n,a=ann,\x01auth=Bearer ${token}\x01\x01`;
    const head = "token-of-ann.";
    return text(head + "x".repeat(octets - text(head).length));
  };
  for (const octets of [300, 1024, 4096, 16_384, 32_768, 49_000]) {
    test(`a response of ${octets} octets is taken`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH OAUTHBEARER")).toBe("+ ");
      expect(await wire.ask(base64(message(octets)))).toMatch(OK);
      expect(await wire.ask("STAT")).toBe("+OK 0 0");
      wire.drop();
    });
  }
  for (const octets of [150, 1024, 12_000, 16_384]) {
    test(`an initial response of ${octets} octets, in one line`, async () => {
      const wire = await stage.greeted();
      expect(await auth(wire, "OAUTHBEARER", message(octets))).toMatch(OK);
      wire.drop();
    });
  }
  for (const octets of [100_000, 1_000_000]) {
    test(`a response of ${octets} octets gets one -ERR or the end, and the server is well`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask("AUTH OAUTHBEARER")).toBe("+ ");
      wire.send(`${base64(message(octets))}\r\n`);
      expect(await wire.line().catch(() => "-ERR")).toMatch(ERR_NO_CODE);
      wire.drop();
      await goesOn(await stage.greeted());
    });
  }
  test("an AUTH line of exactly 255 octets with CRLF is accepted (RFC 2449 §4)", async () => {
    const line = `AUTH OAUTHBEARER ${base64(message(177))}`;
    expect(line.length + 2).toBe(255);
    const wire = await stage.greeted();
    expect(await wire.ask(line)).toMatch(OK);
    wire.drop();
  });
});

test("a refusal tells neither name nor password back", async () => {
  const wire = await stage.greeted();
  for (const line of [`AUTH PLAIN ${base64(plain("somebody", "something"))}`, "AUTH PLAIN somebody!"]) {
    expect(await wire.ask(line)).not.toMatch(/some(body|thing)/i);
  }
  wire.drop();
});
