// Which exchanges a fault is meant for, several faults on one exchange, and what is said of a fault that does not exist so.
// The kinds themselves are in `faults.test.ts`.
import { answer, FAULT_KINDS, startTestServer, Wire, type Fault } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { stage } from "./stage.js";

/** Is answered without being carried out, so that it can be anything. */
const NO = "-ERR no";

/** The beginnings of the answers to these commands, in one session after the other. */
async function answers(faults: readonly Fault[], ...sessions: readonly (readonly string[])[]): Promise<string[][]> {
  await using set = await stage(faults);
  const all: string[][] = [];
  for (const commands of sessions) {
    const wire = await set.login();
    const lines: string[] = [];
    for (const command of commands) {
      wire.send(`${command}\r\n`);
      lines.push((await wire.line())?.slice(0, 7) ?? "closed");
    }
    all.push(lines);
    wire.close();
    await set.server.ended();
  }
  return all;
}

test("a keyword in any case, several, or all", async () => {
  expect(await answers([answer("noop", NO)], ["NOOP", "noop", "STAT"])).toEqual([[NO, NO, "+OK 3 2"]]);
  expect(await answers([answer(["NOOP", "X-Y"], NO)], ["NOOP", "X-Y", "STAT"])).toEqual([[NO, NO, "+OK 3 2"]]);
  expect(await answers([answer("*", NO)], ["NOOP", "STAT"])).toEqual([[NO, NO]]);
});

test("the greeting is no command, and can be meant", async () => {
  await using server = await startTestServer({ faults: [answer("*", NO), answer("greeting", "+OK hello")] });
  const wire = await Wire.connect({ port: server.port });
  expect(await wire.line()).toBe("+OK hello");
  wire.send("STAT\r\n");
  expect(await wire.line()).toBe(NO);
  wire.close();
});

test("the nth of a session, and only in some sessions", async () => {
  const asked = ["NOOP", "NOOP", "NOOP"];
  expect(await answers([{ ...answer("NOOP", NO), nth: 2 }], asked, asked)).toEqual([
    ["+OK", NO, "+OK"],
    ["+OK", NO, "+OK"],
  ]);
  expect(await answers([{ ...answer("NOOP", NO), session: 2 }], asked, asked)).toEqual([
    ["+OK", "+OK", "+OK"],
    [NO, NO, NO],
  ]);
  expect(await answers([{ ...answer("NOOP", NO), session: [1, 3], nth: 1 }], ["NOOP"], ["NOOP"], ["NOOP"])).toEqual([
    [NO],
    ["+OK"],
    [NO],
  ]);
});

test("so many times over all sessions", async () => {
  expect(await answers([{ ...answer("NOOP", NO), times: 3 }], ["NOOP", "NOOP"], ["NOOP", "NOOP"])).toEqual([
    [NO, NO],
    [NO, "+OK"],
  ]);
});

test("with certain parameters", async () => {
  const commands = ["DELE 1", "DELE 2", "DELE 22"];
  expect(await answers([{ ...answer("DELE", NO), params: "2" }], commands)).toEqual([["+OK mes", NO, "-ERR th"]]);
  expect(await answers([{ ...answer("LIST", "+OK"), params: "" }], ["LIST 1"])).toEqual([["+OK 1 8"]]);
});

test("before or after login, in the clear or under TLS", async () => {
  await using set = await stage([
    { ...answer("NOOP", "-ERR before"), state: "AUTHORIZATION" },
    { ...answer("STAT", "-ERR after"), state: "TRANSACTION" },
    { ...answer("RSET", "-ERR clear"), secure: false },
    { ...answer("DELE", "-ERR TLS"), secure: true },
  ]);
  const greeted = await set.greeted();
  greeted.send("NOOP\r\nSTAT\r\n");
  expect([await greeted.line(), await greeted.line()]).toEqual(["-ERR before", expect.stringContaining("log in")]);
  for (const [tls, expected] of [
    [false, ["+OK", "-ERR after", "-ERR clear", "+OK message 1 will be deleted at the end of the session"]],
    [true, ["+OK", "-ERR after", "+OK messages: 3, octets: 280", "-ERR TLS"]],
  ] as const) {
    const wire = await set.login(tls);
    wire.send("NOOP\r\nSTAT\r\nRSET\r\nDELE 1\r\n");
    expect([await wire.line(), await wire.line(), await wire.line(), await wire.line()]).toEqual(expected);
    wire.close();
    await expect.poll(() => set.server.sessions.at(-1)!.ended).toBe(true);
  }
});

test("by the honest reply's status", async () => {
  const commands = ["DELE 1", "DELE 9", "DELE 2"];
  const fault: Fault = { fault: "reply", on: "DELE", status: "-ERR", text: "+OK gone" };
  expect(await answers([fault], commands)).toEqual([["+OK mes", "+OK gon", "+OK mes"]]);
  expect(await answers([{ ...fault, status: "+OK", nth: 2 }], commands)).toEqual([["+OK mes", "-ERR th", "+OK gon"]]);
});

test("commands that the server has not", async () => {
  expect(await answers([answer("unknown", NO)], ["X-Y", "NOOP", "", "list 99", "\\"])).toEqual([
    [NO, "+OK", NO, "-ERR th", NO],
  ]);
  const raw: Fault = { ...answer("*", NO), on: ({ line, known }) => line === "noop" || (!known && line === "x-y") };
  expect(await answers([raw], ["noop", "NOOP", "X-Y", "x-y"])).toEqual([[NO, "+OK", "-ERR th", NO]]);
});

test("by a function that sees the reply", async () => {
  const seen: unknown[] = [];
  const fault: Fault = {
    fault: "reply",
    text: "+OK big",
    on: ({ keyword, params, session, nth, secure, state, user, text }) => {
      seen.push([keyword, params, session, nth, secure, state, user, text]);
      return text.startsWith("+OK 1 8");
    },
  };
  expect(await answers([fault], ["list 1", "LIST 2"])).toEqual([["+OK big", "+OK 2 1"]]);
  expect(seen.slice(-2)).toEqual([
    ["LIST", "1", 1, 1, false, "TRANSACTION", "alice", "+OK 1 82\r\n"],
    ["LIST", "2", 1, 2, false, "TRANSACTION", "alice", "+OK 2 115\r\n"],
  ]);
});

test("a function is asked before where the command shall not be carried out", async () => {
  const fault: Fault = { ...answer("*", NO), on: ({ keyword, text }) => keyword === "DELE" && text === "" };
  expect(await answers([fault], ["DELE 1", "STAT"])).toEqual([[NO, "+OK 3 2"]]);
});

test("faults on one exchange are played one after the other", async () => {
  const faults: Fault[] = [
    { fault: "reply", on: "STAT", text: "+OK 9 99" },
    { fault: "delay", on: "STAT", ms: 5 },
    { fault: "wrong-sizes", difference: 1 },
    { fault: "drop", on: "STAT", octets: 7 },
    { fault: "split", on: "STAT", at: [2], pauseMs: 1 },
  ];
  await using set = await stage(faults);
  const wire = await set.login();
  wire.send("STAT\r\n");
  await expect(wire.line()).rejects.toThrow("in the middle of a line");
  expect(set.server.sessions[0]!.dialog()).toMatch(/C: STAT\n# without a line end: \+OK 9 1\nS: <closed>$/);
});

test("a fault is injected into a session that runs, and taken out again", async () => {
  await using set = await stage([]);
  const wire = await set.login();
  const ask = async (): Promise<string | null> => {
    wire.send("NOOP\r\n");
    return wire.line();
  };
  const fault = set.server.inject(answer("NOOP", NO));
  expect(await ask()).toBe(NO);
  fault[Symbol.dispose]();
  expect(await ask()).toBe("+OK");
});

const wrong: readonly (readonly [fault: object, message: RegExp])[] = [
  [{}, /^there is no fault undefined; there are delay, stall, .*custom/],
  [{ fault: "dealy", ms: 1 }, /^there is no fault "dealy"; there are delay, /],
  [{ fault: "constructor" }, /^there is no fault "constructor"/],
  [{ fault: "delay" }, /^the fault "delay" needs the option "ms", a whole number of milliseconds/],
  [{ fault: "delay", ms: "1" }, /"ms" must be a whole number of milliseconds/],
  [{ fault: "delay", ms: -1 }, /"ms" must be/],
  [{ fault: "delay", ms: 1, seconds: 1 }, /^the fault "delay" has no option "seconds"; it has on, .*ms$/],
  [{ fault: "delay", ms: 1, toString: 1 }, /has no option "toString"/],
  [{ fault: "drop", octets: 1.5 }, /"octets" must be a whole number from 0 up/],
  [{ fault: "drop", place: "middle" }, /"place" must be one of before, after/],
  [{ fault: "drop", place: "after", octets: 1 }, /either `place` or `octets`/],
  [{ fault: "split", at: [] }, /"at" must be a list of whole numbers/],
  [{ fault: "reply", text: "+OK\r\nmore" }, /"text" must be one line/],
  [{ fault: "reply", text: "+OK €" }, /"text" must be one line .*one character an octet/],
  [{ fault: "reply", on: "STAT" }, /either `text`/],
  [{ fault: "refused", code: "[IN-USE]" }, /"code" must be a response code without its brackets/],
  [{ fault: "handshake", how: "badly" }, /"how" must be one of close, garbage, stall/],
  [{ fault: "custom", play: "+OK" }, /"play" must be a function/],
  [{ fault: "reply", status: "+OK", text: "-ERR no" }, /"reply" with `status`: what is not carried out has no/],
  [{ fault: "keeps-cleartext", status: "+OK" }, /"keeps-cleartext" strikes before there is a reply/],
  [{ fault: "lost-pipelined", on: () => true }, /no function as `on`/],
  [{ fault: "silent", status: "OK" }, /"status" must be one of/],
  [{ fault: "silent", on: [] }, /"on" must be a keyword, "greeting"/],
  [{ fault: "silent", on: 1 }, /"on" must be/],
  [{ fault: "silent", session: 0 }, /"session" must be the number of a session, from 1/],
  [{ fault: "silent", nth: 0 }, /"nth" must be a whole number from 1 up/],
  [{ fault: "silent", times: "often" }, /"times" must be/],
];

test.each(wrong)("%j is refused", async (fault, message) => {
  await using set = await stage([]);
  expect(() => set.server.inject(fault as Fault)).toThrow(message);
  await expect(startTestServer({ faults: [fault as Fault] })).rejects.toThrow(message);
});

test("faults are data: what a file holds is accepted", async () => {
  const file = '[{ "fault": "drop", "on": ["RETR", "TOP"], "session": 2, "nth": 3, "times": 1, "octets": 100 }]';
  await using server = await startTestServer({ faults: JSON.parse(file) as Fault[] });
  expect(server.sessions).toEqual([]);
  expect(FAULT_KINDS).toHaveLength(28);
});
