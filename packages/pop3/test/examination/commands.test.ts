// Commands and their arguments, one by one, against RFC 1939 §3 to §7 and RFC 2449 §3 and §4: what is refused is refused
// with -ERR on one line, and the session goes on; what is right is answered.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "./stage.js";
import { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;
const ERR = /^-ERR( |$)/;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ limits: { uselessCommands: 1000 } });
});
afterAll(() => stage.strike());

/** Every command of RFC 1939 and 2449 that is served in the clear: where it is valid, and a form that is right there. */
const COMMANDS: readonly {
  keyword: string;
  state: "AUTHORIZATION" | "TRANSACTION" | "both";
  right: string;
  args: 0 | "0-1" | 1 | 2 | "rest";
}[] = [
  { keyword: "USER", state: "AUTHORIZATION", right: "USER somebody", args: 1 },
  { keyword: "PASS", state: "AUTHORIZATION", right: "PASS secret", args: "rest" },
  { keyword: "QUIT", state: "both", right: "QUIT", args: 0 },
  { keyword: "CAPA", state: "both", right: "CAPA", args: 0 },
  { keyword: "STAT", state: "TRANSACTION", right: "STAT", args: 0 },
  { keyword: "LIST", state: "TRANSACTION", right: "LIST 1", args: "0-1" },
  { keyword: "RETR", state: "TRANSACTION", right: "RETR 1", args: 1 },
  { keyword: "DELE", state: "TRANSACTION", right: "DELE 1", args: 1 },
  { keyword: "NOOP", state: "TRANSACTION", right: "NOOP", args: 0 },
  { keyword: "RSET", state: "TRANSACTION", right: "RSET", args: 0 },
  { keyword: "TOP", state: "TRANSACTION", right: "TOP 1 0", args: 2 },
  { keyword: "UIDL", state: "TRANSACTION", right: "UIDL 1", args: "0-1" },
];
const NUMBERED = ["LIST", "RETR", "DELE", "UIDL"];
const MULTI = ["CAPA", "RETR", "TOP"];

const TWO = ["Subject: one\n\nfirst\n", "Subject: two\n\nsecond\n"];

async function inState(state: "AUTHORIZATION" | "TRANSACTION"): Promise<Wire> {
  return state === "AUTHORIZATION" ? stage.greeted() : (await stage.sessionWith(TWO)).wire;
}

/** The line is refused in this state, and the session goes on: the very next line that comes is the answer to the next command. */
async function refused(state: "AUTHORIZATION" | "TRANSACTION", line: string): Promise<void> {
  const wire = await inState(state);
  expect(await wire.ask(line)).toMatch(ERR);
  if (state === "TRANSACTION") expect(await wire.ask("STAT")).toBe("+OK 2 47");
  expect(await wire.quit()).toMatch(OK);
}

describe("a right command in its state", () => {
  for (const { keyword, state, right } of COMMANDS) {
    if (keyword === "PASS" || keyword === "QUIT") continue;
    const home = state === "both" ? "TRANSACTION" : state;
    const variants = [
      right,
      right.toLowerCase(),
      keyword[0] + right.slice(1).toLowerCase(),
      right.replace(keyword, mixed(keyword)),
    ];
    for (const line of new Set(variants)) {
      test(`${line} in ${home}`, async () => {
        const wire = await inState(home);
        if (MULTI.includes(keyword)) expect((await wire.askMulti(line)).status).toMatch(OK);
        else expect(await wire.ask(line)).toMatch(OK);
        expect(await wire.quit()).toMatch(OK);
      });
    }
  }
  for (const quit of ["QUIT", "quit", "qUiT"]) {
    for (const state of ["AUTHORIZATION", "TRANSACTION"] as const) {
      test(`${quit} in ${state}`, async () => {
        const wire = await inState(state);
        expect(await wire.ask(quit)).toMatch(OK);
        expect(await wire.rest()).toBe("");
        wire.drop();
      });
    }
  }
});

describe("a command in the wrong state is refused (RFC 1939 §3)", () => {
  for (const { keyword, state, right } of COMMANDS) {
    if (state === "both") continue;
    const wrong = state === "AUTHORIZATION" ? "TRANSACTION" : "AUTHORIZATION";
    for (const line of new Set([right, right.toLowerCase(), keyword]))
      test(`${line} in ${wrong}`, () => refused(wrong, line));
  }
});

describe("arguments of the wrong shape are refused (RFC 1939 §3, RFC 2449 §3)", () => {
  for (const { keyword, state, right, args } of COMMANDS) {
    const home = state === "both" ? "TRANSACTION" : state;
    const lines = [
      ` ${right}`,
      `\t${right}`,
      `${right}\t`,
      right.replace(keyword, `${keyword}\t`),
      `${keyword}X`,
      `X${keyword}`,
      `${keyword} `,
    ];
    lines.push(
      `${keyword}\0`,
      `${right}\0`,
      `${right}\x01`,
      `${right}\x7f`,
      `${right}\x1b[A`,
      `${right}\r`,
      `${right}\xff`,
      `${keyword} \xc3\xa9`,
    );
    if (args !== "rest") lines.push(`${right} `, `${right} extra`, `${right}  `, right.replace(" ", "  "));
    if (args === 0) lines.push(`${keyword} 1`, `${keyword} \x20`);
    if (args === 1 || args === 2 || args === "rest") lines.push(keyword);
    if (args === 2)
      lines.push(`${keyword} 1`, `${keyword} 1  1`, `${keyword} 1\t1`, `${keyword} 1 1 1`, `${keyword},1,1`);
    for (const line of new Set(lines)) {
      if (line === right) continue;
      test(`${JSON.stringify(line)} in ${home}`, () => refused(home, line));
    }
  }
});

describe("message numbers (RFC 1939 §4: decimal, from 1)", () => {
  const none = "0 -1 +1 1.5 1. .1 0x1 1e0 1E0 01x three 1,2 1-2 * NaN Infinity null \xb2 1; #1 0b1 0o1 00 1_0".split(
    " ",
  );
  const far = "3 999 65537 2147483648 4294967297 9007199254740993 18446744073709551617 100000000000000000000".split(
    " ",
  );
  far.push("9".repeat(200));
  for (const keyword of NUMBERED) {
    for (const number of [...none, ...far])
      test(`${keyword} ${number}`, () => refused("TRANSACTION", `${keyword} ${number}`));
  }
  for (const number of [...none, ...far]) test(`TOP ${number} 0`, () => refused("TRANSACTION", `TOP ${number} 0`));
  for (const count of none.filter((count) => !/^0+$/.test(count)))
    test(`TOP 1 ${count}`, () => refused("TRANSACTION", `TOP 1 ${count}`));

  // RFC 1939 §7: a non-negative number of lines, and one greater than there are asks for the entire message.
  const counts =
    "1 2 007 2147483647 2147483648 4294967295 9999999999 99999999999 9007199254740993 9223372036854775807".split(" ");
  for (const count of [...counts, `1${"0".repeat(20)}`, "9".repeat(40)]) {
    test(`TOP 1 ${count} sends all of a message with one body line`, async () => {
      const { wire } = await stage.sessionWith(TWO);
      expect((await wire.askMulti(`TOP 1 ${count}`)).octets.toString()).toBe("Subject: one\r\n\r\nfirst\r\n");
      wire.drop();
    });
  }
  // Leading zeros are decimal; whatever is answered must name the message by its number.
  test("LIST 00002 is message 2, not another", async () => {
    const { wire } = await stage.sessionWith(TWO);
    expect(await wire.ask("LIST 00002")).toBe("+OK 2 24");
    wire.drop();
  });
});

describe("what is no command is refused, and the session goes on (RFC 1939 §3)", () => {
  const lines = [
    "",
    " ",
    "  ",
    "\t",
    "HELO x",
    "MAIL FROM:<x>",
    "a001 LOGIN x y",
    "ZZZ 1",
    "__proto__ 1",
    "STAT\rNOOP",
  ];
  lines.push(
    ..."+OK -ERR . .. A AB ABCDE XTND LAST RPOP TURN {} ZZZZ constructor toString STAT;NOOP \xef\xbb\xbfSTAT \xff\xff\xff".split(
      " ",
    ),
  );
  // Registered and declared, but not to be had in this session: refused like any unknown command (RFC 2449 §5).
  lines.push("AUTH", "AUTH PLAIN AAA=BBB", "AUTH NO-SUCH", "LANG mul", "UTF8 x", "STLS");
  lines.push("APOP alice c4c9334bac560ecc979e58001b3e22fb");
  for (const state of ["AUTHORIZATION", "TRANSACTION"] as const) {
    for (const line of lines) test(`${JSON.stringify(line)} in ${state}`, () => refused(state, line));
  }
});

describe("lengths of a command line (RFC 2449 §4: 255 octets with CRLF are accepted)", () => {
  for (const octets of [252, 253, 254, 255]) {
    test(`USER in ${octets} octets with CRLF is accepted`, async () => {
      const wire = await stage.greeted();
      expect(await wire.ask(`USER ${"x".repeat(octets - 7)}`)).toMatch(OK);
      wire.drop();
    });
    test(`a password that fills ${octets} octets is taken whole`, async () => {
      const secret = "p".repeat(octets - 7);
      const seen: string[] = [];
      const own = await Stage.set({
        authenticator: { verifyPassword: async (_, password) => (seen.push(password), null) },
      });
      const wire = await own.greeted();
      await wire.ask("USER x");
      expect(await wire.ask(`PASS ${secret}`)).toMatch(ERR);
      expect(seen).toEqual([secret]);
      wire.drop();
      await own.strike();
    });
  }
  for (const octets of [256, 257, 258, 512, 4096, 60_000]) {
    test(`a line of ${octets} octets with CRLF gets one -ERR, and the session goes on`, async () => {
      const wire = await stage.greeted();
      wire.send(`USER ${"x".repeat(octets - 7)}\r\nCAPA\r\n`);
      expect(await wire.line()).toMatch(ERR);
      expect((await wire.multi()).status).toMatch(OK);
      wire.drop();
    });
  }
  for (const octets of [253, 254, 255, 256, 257, 300]) {
    test(`${octets} octets without an end wait for one, and then get one answer`, async () => {
      const wire = await stage.greeted();
      wire.send(`USER ${"x".repeat(octets - 5)}`);
      await new Promise((resolve) => setImmediate(resolve));
      expect(wire.unread).toBe("");
      wire.send("\r\nNOPE\r\n");
      expect(await wire.line()).toMatch(octets + 2 <= 255 ? OK : ERR);
      expect(await wire.line()).toMatch(ERR);
      expect(await wire.quit()).toMatch(OK);
    });
  }
});

describe("reply lines", () => {
  test("a lone LF ends a command too; the answer ends in CRLF all the same", async () => {
    const { wire } = await stage.sessionWith(TWO);
    wire.send("STAT\nLIST 2\nSTAT\r\n");
    expect([await wire.line(), await wire.line(), await wire.line()]).toEqual(["+OK 2 47", "+OK 2 24", "+OK 2 47"]);
    wire.drop();
  });
  test("the greeting is +OK, within 512 octets, and holds no timestamp, since APOP is not served (RFC 1939 §7)", async () => {
    const other = await Wire.open(stage.port);
    const greeting = await other.line();
    expect(greeting).toMatch(OK);
    expect(greeting).not.toMatch(/[<>]/);
    other.drop();
  });
  test("refusals echo nothing of what was sent, so nobody can forge a reply or a code (RFC 2449 §6.4)", async () => {
    const wire = await stage.greeted();
    for (const line of ["[SYS/TEMP] x", "USER [AUTH] <x@y>", "USER a b [IN-USE]", "PASS [IN-USE]", "ZZZZ [SYS/PERM]"]) {
      const answer = await wire.ask(line);
      expect(answer).not.toMatch(/[[\]]/);
    }
    wire.drop();
  });
});

function mixed(keyword: string): string {
  return [...keyword].map((letter, at) => (at % 2 === 0 ? letter.toLowerCase() : letter)).join("");
}
