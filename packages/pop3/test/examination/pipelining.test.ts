// CAPA and its claims, PIPELINING first of all, against RFC 2449 §5 and §6: the same answers at every cut of the input.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, tls } from "./stage.js";
import { changed, inPiecesLater, whole } from "./stores.js";
import type { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ limits: { uselessCommands: 20_000 } });
});
afterAll(() => stage.strike());

async function lines(wire: Wire): Promise<string[]> {
  return (await wire.askMulti("CAPA")).wire.toString("latin1").split("\r\n").slice(0, -1);
}

describe("CAPA (RFC 2449 §3 and §5)", () => {
  test("every line keeps the grammar; no tag comes twice; nothing that is not served is listed", async () => {
    const { wire } = await stage.sessionWith([]);
    const all = await lines(wire);
    for (const line of all) {
      expect(line).toMatch(/^[\x21-\x2d\x2f-\x7e]+( [\x21-\x7e]+)*$/);
      expect(line.length).toBeLessThanOrEqual(510);
    }
    const tags = all.map((line) => line.split(" ")[0]!.toUpperCase());
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags.toSorted()).toEqual(
      "AUTH-RESP-CODE EXPIRE IMPLEMENTATION LANG PIPELINING RESP-CODES SASL TOP UIDL USER UTF8".split(" "),
    );
    expect(all).toContain("EXPIRE NEVER");
    wire.drop();
  });
  test("the same before and after login, but for what may differ (§5)", async () => {
    const wire = await stage.greeted();
    const before = await lines(wire);
    expect(await lines(wire)).toEqual(before);
    await wire.ask(`USER ${stage.user()}`);
    expect(await lines(wire)).toEqual(before);
    await wire.ask(`USER ${stage.user()}`);
    expect(await wire.ask("PASS secret")).toMatch(OK);
    expect(await lines(wire)).toEqual(before);
    wire.drop();
  });
  for (const off of "TOP USER UIDL STLS PIPELINING RESP-CODES EXPIRE IMPLEMENTATION SASL AUTH-RESP-CODE UTF8 LANG".split(
    " ",
  )) {
    test(`without ${off} it is neither listed nor accepted, and all else is`, async () => {
      const every = "TOP USER UIDL STLS PIPELINING RESP-CODES EXPIRE IMPLEMENTATION".split(" ");
      const own = await Stage.set({ tls, enabled: every.filter((tag) => tag !== off) });
      const wire = await own.greeted();
      const tags = (await lines(wire)).map((line) => line.split(" ")[0]!);
      expect(tags.toSorted()).toEqual(every.filter((tag) => tag !== off).toSorted());
      if (off === "USER") expect(await wire.ask("USER x")).toMatch(/^-ERR/);
      else {
        const user = await own.userWith(["a: b\n\nc\n"]);
        await wire.ask(`USER ${user}`);
        expect(await wire.ask("PASS secret")).toMatch(OK);
        if (off === "TOP") expect(await wire.ask("TOP 1 0")).toMatch(/^-ERR/);
        else expect((await wire.askMulti("TOP 1 0")).octets.toString()).toBe("a: b\r\n\r\n");
        if (off === "UIDL") expect(await wire.ask("UIDL")).toMatch(/^-ERR/);
        else expect((await wire.askMulti("UIDL")).octets.toString()).toMatch(/^1 [!-~]{1,70}\r\n$/);
      }
      expect(await wire.quit()).toMatch(OK);
      if (off === "STLS") {
        const other = await own.greeted();
        expect(await other.ask("STLS")).toMatch(/^-ERR/);
        other.drop();
      }
      await own.strike();
    });
  }
  test("an implementation that is kept quiet is named nowhere, the greeting included", async () => {
    const own = await Stage.set({ implementation: null });
    const { Wire } = await import("./wire.js");
    const wire = await Wire.open(own.port);
    const said = [await wire.line(), ...(await lines(wire)), await wire.ask("ZZZZ"), await wire.ask("QUIT")].join("\n");
    expect(said).not.toMatch(/IMPLEMENTATION|postern/i);
    wire.drop();
    await own.strike();
  });
});

/** A whole session; what it answers depends on nothing but the commands. */
const DIALOG = [
  "CAPA",
  "ZZZZ",
  "USER NAME",
  "PASS wrong",
  "USER NAME",
  "PASS secret",
  "STAT",
  "LIST",
  "UIDL 9",
  "RETR 1",
  "TOP 2 1",
  "DELE 1",
  "LIST",
  "RETR 1",
  "RSET",
  "RETR 2",
  "",
  "NOOP",
  "DELE 2",
  "STAT",
  "QUIT",
];
const MESSAGES = ["a: b\n\n.\n..\nbody", `c: d\n\n${".x\n".repeat(50)}`];

async function answersTo(on: Stage, cut: (input: Buffer) => readonly Buffer[]): Promise<string> {
  const user = await on.userWith(MESSAGES);
  const wire = await on.greeted();
  for (const piece of cut(Buffer.from(`${DIALOG.join("\r\n")}\r\n`.replaceAll("NAME", user)))) {
    wire.send(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const all = await wire.rest();
  wire.drop();
  expect(on.store.messages(user).length).toBe(1);
  return all;
}

describe("the answers do not depend on how the input is cut (RFC 2449 §6.6)", () => {
  test("whole, octet by octet, and cut in two at every offset", async () => {
    const expected = await answersTo(stage, (input) => [input]);
    expect(expected.match(/^(\+OK|-ERR)/gm)?.length).toBe(DIALOG.length);
    expect(await answersTo(stage, (input) => Array.from(input, (octet) => Buffer.of(octet)))).toBe(expected);
    const { length } = `${DIALOG.join("\r\n")}\r\n`.replaceAll("NAME", "user999");
    for (let at = 1; at < length; at++) {
      expect(await answersTo(stage, (input) => [input.subarray(0, at), input.subarray(at)])).toBe(expected);
    }
  });
  test("with a store and an authenticator that take their time, one command is served at a time and in order", async () => {
    let inside = 0;
    const slowly = async <T>(work: () => T): Promise<Awaited<T>> => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const done = await work();
      inside--;
      return done;
    };
    const own: Stage = await Stage.set({
      authenticator: { verifyPassword: (name, password) => slowly(() => (password === "secret" ? name : null)) },
      maildrops: {
        open: (user) =>
          slowly(() =>
            changed(own.store, (maildrop) => ({
              read: (position) => slowly(() => inPiecesLater(whole(maildrop.read(position)), 3)),
              update: (deleted) => slowly(() => maildrop.update(deleted)),
            })).open(user),
          ),
      },
    });
    const expected = await answersTo(stage, (input) => [input]);
    expect(await answersTo(own, (input) => [input])).toBe(expected);
    expect(own.failures).toEqual([]);
    await own.strike();
  });
});

describe("many commands in one write", () => {
  test("10,000 commands are answered one by one, in order", async () => {
    const { wire } = await stage.sessionWith(Array.from({ length: 100 }, (_, at) => "x".repeat(at)));
    const wanted: string[] = [];
    let input = "";
    for (let at = 0; at < 10_000; at++) {
      const number = (at % 100) + 1;
      input += at % 7 === 0 ? "ZZZZ\r\n" : `LIST ${number}\r\n`;
      wanted.push(at % 7 === 0 ? "-ERR" : `+OK ${number} ${number === 1 ? 0 : number + 1}`);
    }
    wire.send(`${input}QUIT\r\n`);
    const got = (await wire.rest()).split("\r\n").map((line) => (line.startsWith("-ERR") ? "-ERR" : line));
    expect(got.slice(0, 10_000)).toEqual(wanted);
    expect(got.length).toBe(10_002);
    wire.drop();
  });
  test("10,000 RETRs with refusals between them", async () => {
    const { wire } = await stage.sessionWith(["one\n", "y".repeat(2000)]);
    wire.send("RETR 1\r\nRETR 3\r\nRETR 2\r\nTOP 1 0\r\n".repeat(2500) + "QUIT\r\n");
    const all = await wire.rest();
    expect(
      all.match(
        /^\+OK 5 octets\r\none\r\n\.\r\n-ERR [^\r]*\r\n\+OK 2002 octets\r\ny{2000}\r\n\.\r\n\+OK [^\r]*\r\none\r\n\.\r\n/gm,
      )?.length,
    ).toBe(2500);
    wire.drop();
  });
});
