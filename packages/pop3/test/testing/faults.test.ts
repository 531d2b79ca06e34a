// Every kind of fault, seen in the octets that come over the wire, beside what the honest server says.
// Faults where TLS begins are in `tls-faults.test.ts`; which exchanges a fault is meant for is in `aim.test.ts`.
import { multiLine, type Fault } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { heard, stage, type Heard } from "./stage.js";

const LOGIN = "USER alice\r\nPASS secret\r\n";
const GREETED = "+OK POP3 server ready\r\n";
/** What is said up to the login, and so at the head of all that is heard. */
const LOGGED_IN = `${GREETED}+OK the password is expected next\r\n+OK the maildrop is open; messages: 2, octets: 40\r\n`;
const MESSAGES = ["Subject: one\r\n\r\n.\r\n", "Subject: two\r\n\r\n...\r\n"];

/** Commands after login, and what is heard behind the login. */
type Case = readonly [fault: Fault, commands: string, text: string | RegExp, end?: Heard["end"]];

const cases: readonly Case[] = [
  [{ fault: "delay", on: "NOOP", ms: 10 }, "NOOP\r\nSTAT\r\n", "+OK\r\n+OK 2 40\r\n"],
  [{ fault: "stall", on: "RETR" }, "STAT\r\nRETR 1\r\nSTAT\r\n", "+OK 2 40\r\n", "open"],
  [{ fault: "stall", on: "RETR", octets: 7 }, "RETR 1\r\nQUIT\r\n", "+OK 19 ", "open"],
  [{ fault: "drop", on: "RETR" }, "STAT\r\nRETR 1\r\n", "+OK 2 40\r\n", "close"],
  [{ fault: "drop", on: "RETR", octets: 20 }, "RETR 1\r\n", "+OK 19 octets\r\nSubje", "close"],
  [{ fault: "drop", on: "STAT", octets: 2000 }, "STAT\r\n", "+OK 2 40\r\n", "close"],
  [{ fault: "drop", on: "STAT", place: "after" }, "STAT\r\nNOOP\r\n", "+OK 2 40\r\n", "close"],
  [{ fault: "reset", on: "RETR" }, "RETR 1\r\n", "", "reset"],
  [{ fault: "reset", on: "RETR", octets: 20 }, "RETR 1\r\n", "+OK 19 octets\r\nSubje", "reset"],
  [{ fault: "reset", on: "STAT", place: "after" }, "STAT\r\n", "+OK 2 40\r\n", "reset"],
  [{ fault: "split", on: "STAT", at: [2, -1] }, "STAT\r\n", "+OK 2 40\r\n"],
  [{ fault: "octet-by-octet", on: "STAT" }, "STAT\r\n", "+OK 2 40\r\n"],
  [
    { fault: "wrong-sizes", factor: 2, difference: -1 },
    "STAT\r\nLIST\r\nLIST 2\r\n",
    "+OK 2 79\r\n+OK messages: 2, octets: 40\r\n1 37\r\n2 41\r\n.\r\n+OK 2 41\r\n",
  ],
  [
    { fault: "wrong-sizes", difference: -1000, number: 2 },
    "STAT\r\nLIST\r\nLIST 1\r\nLIST 2\r\nLIST 9\r\n",
    /^\+OK 2 40\r\n.*\r\n1 19\r\n2 0\r\n\.\r\n\+OK 1 19\r\n\+OK 2 0\r\n-ERR .*\r\n$/,
  ],
  [{ fault: "missing-terminator", on: "UIDL" }, "UIDL\r\nNOOP\r\n", /\r\n2 message-2\r\n\+OK\r\n$/],
  [{ fault: "doubled-terminator", on: "RETR" }, "RETR 1\r\nNOOP\r\n", /\r\n\.\.\r\n\.\r\n\.\r\n\+OK\r\n$/],
  [{ fault: "unstuffed-dots" }, "RETR 1\r\n", "+OK 19 octets\r\nSubject: one\r\n\r\n.\r\n.\r\n"],
  [{ fault: "lone-line-feeds", on: "RETR" }, "RETR 1\r\n", "+OK 19 octets\nSubject: one\n\n..\n.\n"],
  [{ fault: "reordered", on: "STAT" }, "STAT\r\nNOOP\r\nNOOP\r\n", "+OK\r\n+OK 2 40\r\n+OK\r\n"],
  [{ fault: "reordered", on: "STAT", withinMs: 5 }, "STAT\r\n", "+OK 2 40\r\n"],
  [
    { fault: "reordered", on: "RETR", nth: 1 },
    "RETR 1\r\nRETR 2\r\n",
    "+OK 21 octets\r\nSubject: two\r\n\r\n....\r\n.\r\n+OK 19 octets\r\nSubject: one\r\n\r\n..\r\n.\r\n",
  ],
  [
    { fault: "capabilities", replace: ["UIDL", "top"], remove: ["X"], add: ["TOP", "X-MINE yes"] },
    "CAPA\r\n",
    "+OK capability list follows\r\nUIDL\r\ntop\r\nTOP\r\nX-MINE yes\r\n.\r\n",
  ],
  [{ fault: "capabilities", remove: ["uidl", "SASL"] }, "CAPA\r\n", /^(?!.*(UIDL|SASL)).*TOP.*\.\r\n$/s],
  [{ fault: "capabilities", malformed: "no-terminator" }, "CAPA\r\n", /LANG\r\n$/],
  [{ fault: "capabilities", malformed: "bad-tags" }, "CAPA\r\n", /LANG\r\n\r\n LEADING.*\xff.*\r\n\.\r\n$/s],
  [{ fault: "capabilities", malformed: "over-long-line" }, "CAPA\r\n", /\r\nX-LONG x{4096}\r\n\.\r\n$/],
  [{ fault: "refused", on: "RETR", code: "SYS/TEMP", text: "busy" }, "RETR 1\r\n", "-ERR [SYS/TEMP] busy\r\n"],
  [{ fault: "refused", on: "RETR", code: "UTF8" }, "RETR 1\r\n", /^-ERR \[UTF8\] [A-Z].*\r\n$/],
  [{ fault: "refused", on: "DELE", text: "no" }, "DELE 1\r\nSTAT\r\n", "-ERR no\r\n+OK 2 40\r\n"],
  [{ fault: "reply", on: "TOP", text: "-ERR no" }, "TOP 1 0\r\nNOOP\r\n", "-ERR no\r\n+OK\r\n"],
  [{ fault: "reply", on: "UIDL", text: "+OK 2" }, "UIDL\r\n", "+OK 2\r\n1 message-1\r\n2 message-2\r\n.\r\n"],
  [{ fault: "reply", on: "DELE", text: "+OK" }, "DELE 1\r\nSTAT\r\n", "+OK\r\n+OK 1 21\r\n"],
  [{ fault: "reply", on: "DELE", text: "+OK", carriedOut: false }, "DELE 1\r\nSTAT\r\n", "+OK\r\n+OK 2 40\r\n"],
  [{ fault: "reply", on: "X-Y", whole: "oops\n" }, "x-y\r\nSTAT\r\n", "oops\n+OK 2 40\r\n"],
  [{ fault: "reply", on: "LIST", whole: multiLine("+OK", ["1 1", ".x"]) }, "LIST\r\n", "+OK\r\n1 1\r\n..x\r\n.\r\n"],
  [
    { fault: "changed-unique-ids" },
    "UIDL\r\nUIDL 1\r\n",
    /\r\n1 1-message-1\r\n2 1-message-2\r\n\.\r\n\+OK 1 1-message-1\r\n$/,
  ],
  [{ fault: "doubled-unique-ids" }, "UIDL\r\nUIDL 2\r\n", /\r\n1 same\r\n2 same\r\n\.\r\n\+OK 2 same\r\n$/],
  [{ fault: "doubled-unique-ids", uniqueId: "a", numbers: [2] }, "UIDL\r\n", /\r\n1 message-1\r\n2 a\r\n\.\r\n$/],
  [
    { fault: "custom", on: "STAT", play: ({ text }) => [text.slice(0, 3), { pauseMs: 5 }, { ends: "close" }] },
    "STAT\r\n",
    "+OK",
    "close",
  ],
  [{ fault: "custom", on: "STAT", play: () => null }, "STAT\r\n", "+OK 2 40\r\n"],
];

for (const [fault, commands, text, end = "open"] of cases) {
  test(`${JSON.stringify(fault)}: ${JSON.stringify(commands)}`, async () => {
    await using set = await stage([fault], { messages: MESSAGES });
    const behind = (all: string): string => all.slice(LOGGED_IN.length);
    const fits = (all: string): boolean => (typeof text === "string" ? behind(all) === text : text.test(behind(all)));
    const all = await heard(set.server.port, LOGIN + commands, (so) => fits(so.text) && so.end === end);
    expect(all.text.slice(0, LOGGED_IN.length)).toBe(LOGGED_IN);
    if (typeof text === "string") expect(behind(all.text)).toBe(text);
    else expect(behind(all.text)).toMatch(text);
    expect(all.end).toBe(end);
  });
}
