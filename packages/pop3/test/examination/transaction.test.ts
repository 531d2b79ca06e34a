// Login, numbers, deletion marks, the lease and the UPDATE state, against RFC 1939 §4 to §7 and RFC 2449 §8.1.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, until } from "./stage.js";
import type { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;
const ERR = /^-ERR( |$)/;
const FIVE = ["a\n", "bb\n", "ccc\n", "dddd\n", "eeeee\n"];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage.strike());

async function listing(wire: Wire, command: string): Promise<string[]> {
  return (await wire.askMulti(command)).octets.toString().split("\r\n").slice(0, -1);
}

const octetsOf = (user: string): number[] => stage.store.messages(user).map(({ octets }) => octets);

describe("login", () => {
  const answers = async (lines: readonly string[]): Promise<string> => {
    const user = stage.user();
    const wire = await stage.greeted();
    const all: string[] = [];
    for (const line of lines) {
      const command = line.replace("NAME", user);
      all.push(command === "CAPA" ? (await wire.askMulti(command)).status : await wire.ask(command));
    }
    wire.drop();
    return all.map((line) => line[0]).join("");
  };
  for (const [lines, wanted] of [
    ["PASS secret", "-"],
    ["USER NAME,PASS secret,STAT", "+++"],
    ["USER NAME,PASS wrong,STAT,USER NAME,PASS secret", "+--++"],
    ["USER NAME,PASS wrong,PASS secret", "+--"],
    ["USER NAME,CAPA,PASS secret", "++-"],
    ["USER NAME,STAT,PASS secret", "+--"],
    ["USER NAME,ZZZZ,PASS secret", "+--"],
    ["USER NAME,,PASS secret", "+--"],
    ["USER NAME,USER,PASS secret", "+--"],
    ["USER NAME,PASS,PASS secret", "+--"],
    ["USER nobody,USER NAME,PASS secret", "+++"],
    ["USER NAME,PASS secret,USER NAME,PASS secret,STAT", "++--+"],
    ["user NAME,pass secret", "++"],
    ["USER NAME,PASS SECRET", "+-"],
  ] as const) {
    test(lines.replaceAll(",", " / "), async () => {
      expect(await answers(lines.split(","))).toBe(wanted);
    });
  }
  test("an overlong line between USER and PASS parts them", async () => {
    expect(await answers(["USER NAME", `ZZZZ ${"x".repeat(400)}`, "PASS secret"])).toBe("+--");
  });
  test("an unknown name and a wrong password are answered alike (RFC 1939 §13)", async () => {
    const wire = await stage.greeted();
    const known = [await wire.ask(`USER ${await stage.userWith(["x"])}`), await wire.ask("PASS wrong")];
    expect([await wire.ask("USER nobody-at-all"), await wire.ask("PASS wrong")]).toEqual(known);
    wire.drop();
  });
  for (const password of [
    "two words",
    " leading",
    "trailing ",
    "  two  doubled  ",
    "a  b",
    " x",
    "x ",
    "   ",
    "[IN-USE]",
    "%s%n",
    "\\0",
    '"quoted"',
    "+OK",
  ]) {
    test(`the password ${JSON.stringify(password)} is taken as it is (RFC 1939 §7)`, async () => {
      const seen: string[] = [];
      const own = await Stage.set({
        authenticator: { verifyPassword: async (name, given) => (seen.push(given), given === password ? name : null) },
      });
      const wire = await own.greeted();
      await wire.ask("USER x");
      expect(await wire.ask(`PASS ${password}`)).toMatch(OK);
      expect(seen).toEqual([password]);
      wire.drop();
      await own.strike();
    });
  }
});

describe("numbers never move (RFC 1939 §4, §5)", () => {
  test("deleted messages leave the listings and keep their numbers to themselves", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    const ids = (await listing(wire, "UIDL")).map((line) => line.split(" ")[1]);
    for (const number of [2, 4]) expect(await wire.ask(`DELE ${number}`)).toMatch(OK);
    expect(await wire.ask("STAT")).toBe(`+OK 3 ${3 + 5 + 7}`);
    expect(await listing(wire, "LIST")).toEqual(["1 3", "3 5", "5 7"]);
    expect(await listing(wire, "UIDL")).toEqual([`1 ${ids[0]}`, `3 ${ids[2]}`, `5 ${ids[4]}`]);
    expect(await wire.ask("LIST 3")).toBe("+OK 3 5");
    expect(await wire.ask("UIDL 5")).toBe(`+OK 5 ${ids[4]}`);
    expect((await wire.askMulti("RETR 5")).octets.toString()).toBe("eeeee\r\n");
    for (const command of ["RETR 2", "TOP 2 0", "LIST 2", "UIDL 2", "DELE 2", "DELE 4", "LIST 4"]) {
      expect(await wire.ask(command)).toMatch(ERR);
    }
    expect(await wire.ask("STAT")).toBe("+OK 3 15");
    expect(await wire.ask("RSET")).toMatch(OK);
    expect(await wire.ask("STAT")).toBe("+OK 5 25");
    expect(await listing(wire, "UIDL")).toEqual(ids.map((id, at) => `${at + 1} ${id}`));
    expect(await wire.ask("DELE 2")).toMatch(OK);
    expect(await wire.quit()).toMatch(OK);
    expect(octetsOf(user)).toEqual([3, 5, 6, 7]);
  });
  test("all deleted: STAT says 0 0, the listings are empty, and QUIT empties the maildrop", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    for (let number = 1; number <= 5; number++) expect(await wire.ask(`DELE ${number}`)).toMatch(OK);
    expect(await wire.ask("STAT")).toBe("+OK 0 0");
    expect(await listing(wire, "LIST")).toEqual([]);
    expect(await listing(wire, "UIDL")).toEqual([]);
    expect(await wire.quit()).toMatch(OK);
    expect(octetsOf(user)).toEqual([]);
  });
  test("an empty maildrop", async () => {
    const { wire } = await stage.sessionWith([]);
    expect(await wire.ask("STAT")).toBe("+OK 0 0");
    expect(await listing(wire, "LIST")).toEqual([]);
    expect(await listing(wire, "UIDL")).toEqual([]);
    for (const command of ["LIST 1", "UIDL 1", "RETR 1", "DELE 1", "TOP 1 0"])
      expect(await wire.ask(command)).toMatch(ERR);
    expect(await wire.ask("RSET")).toMatch(OK);
    expect(await wire.quit()).toMatch(OK);
  });
  test("mail that arrives meanwhile is not seen, stays, and shows up next time", async () => {
    const { wire, user } = await stage.sessionWith(FIVE.slice(0, 2));
    await stage.store.deliver(user, Buffer.from("new\n"));
    expect(await wire.ask("STAT")).toBe("+OK 2 7");
    expect(await wire.ask("RETR 3")).toMatch(ERR);
    for (const command of ["DELE 1", "DELE 2"]) expect(await wire.ask(command)).toMatch(OK);
    expect(await wire.ask("RSET")).toMatch(OK);
    expect(await wire.ask("STAT")).toBe("+OK 2 7");
    for (const command of ["DELE 1", "DELE 2"]) expect(await wire.ask(command)).toMatch(OK);
    expect(await wire.quit()).toMatch(OK);
    const next = await stage.session(user);
    expect(await listing(next, "LIST")).toEqual(["1 5"]);
    next.drop();
  });
});

describe("only QUIT deletes (RFC 1939 §6)", () => {
  const ends: Record<string, (wire: Wire) => void> = {
    "a closed connection": (wire) => wire.socket.end(),
    "a connection dropped": (wire) => wire.drop(),
    "a reset": (wire) => wire.socket.resetAndDestroy(),
    "half a QUIT": (wire) => wire.socket.end("QUI"),
    "a QUIT without its line end": (wire) => wire.socket.end("QUIT"),
    "a QUIT that is refused": (wire) => wire.socket.end("QUIT now\r\nQUIT \r\n"),
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`${name} deletes nothing and gives the lease back`, async () => {
      const { wire, user } = await stage.sessionWith(FIVE);
      const ids = await listing(wire, "UIDL");
      expect(await wire.ask("DELE 1")).toMatch(OK);
      end(wire);
      await until(() => stage.server.sessionCount === 0, "the session does not end");
      expect(octetsOf(user)).toEqual([3, 4, 5, 6, 7]);
      const next = await stage.session(user);
      expect(await listing(next, "UIDL")).toEqual(ids);
      expect(await next.quit()).toMatch(OK);
      wire.drop();
    });
  }
  test("QUIT before login enters no UPDATE state, and what is behind QUIT is not served", async () => {
    const wire = await stage.greeted();
    wire.send("QUIT\r\nCAPA\r\nQUIT\r\n");
    expect((await wire.rest()).split("\r\n").length).toBe(2);
    wire.drop();
  });
  test("QUIT and the end of the input in one segment: the messages are deleted and the answer comes", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    wire.socket.end("DELE 1\r\nDELE 5\r\nQUIT\r\nDELE 2\r\n");
    expect((await wire.rest()).match(/\+OK/g)?.length).toBe(3);
    expect(octetsOf(user)).toEqual([4, 5, 6]);
  });
  test("unique-ids last over sessions and belong to their messages", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    const ids = (await listing(wire, "UIDL")).map((line) => line.split(" ")[1]!);
    await wire.ask("DELE 3");
    await wire.quit();
    await stage.store.deliver(user, Buffer.from("ccc\n"));
    const next = await stage.session(user);
    const later = (await listing(next, "UIDL")).map((line) => line.split(" ")[1]!);
    expect(later.slice(0, 4)).toEqual([ids[0], ids[1], ids[3], ids[4]]);
    expect(ids).not.toContain(later[4]);
    next.drop();
  });
});

describe("the maildrop is exclusive (RFC 1939 §4, RFC 2449 §8.1.1)", () => {
  const frees: Record<string, (wire: Wire) => unknown> = {
    QUIT: (wire) => wire.quit(),
    "the end of its connection": (wire) => wire.drop(),
    "a reset": (wire) => wire.socket.resetAndDestroy(),
  };
  for (const [name, free] of Object.entries(frees)) {
    test(`[IN-USE] at once while another session has it; free again after ${name}`, async () => {
      const { wire, user } = await stage.sessionWith(FIVE);
      const second = await stage.greeted();
      await second.ask(`USER ${user}`);
      expect(await second.ask("PASS secret")).toMatch(/^-ERR \[IN-USE\] \S/);
      expect(await second.ask("STAT")).toMatch(ERR);
      await second.ask(`USER ${user}`);
      expect(await second.ask("PASS wrong")).not.toContain("IN-USE");
      expect(await wire.ask("STAT")).toBe("+OK 5 25");
      await free(wire);
      await until(() => stage.server.sessionCount <= 1, "the first session does not end");
      await second.ask(`USER ${user}`);
      expect(await second.ask("PASS secret")).toMatch(OK);
      expect(await second.ask("STAT")).toBe("+OK 5 25");
      expect(await second.quit()).toMatch(OK);
    });
  }
  test("a refused second session takes nothing from the first when it goes", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    const second = await stage.greeted();
    second.send(`USER ${user}\r\nPASS secret\r\nQUIT\r\n`);
    expect(await second.rest()).toContain("[IN-USE]");
    second.drop();
    const third = await stage.greeted();
    await third.ask(`USER ${user}`);
    expect(await third.ask("PASS secret")).toContain("[IN-USE]");
    third.drop();
    expect(await wire.ask("DELE 1")).toMatch(OK);
    expect(await wire.quit()).toMatch(OK);
    expect(octetsOf(user).length).toBe(4);
  });
  test("a lease that was lost deletes nothing: QUIT says so and the next session sees every message", async () => {
    const { wire, user } = await stage.sessionWith(FIVE);
    await wire.ask("DELE 1");
    stage.store.breakLease(user);
    expect(await wire.ask("QUIT")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    expect(await wire.rest()).toBe("");
    expect(octetsOf(user).length).toBe(5);
    wire.drop();
  });
});

test("refused logins end the connection after ten, and useless commands after twenty; a useful one begins the count anew", async () => {
  const login = await stage.greeted();
  for (let at = 0; at < 10; at++) login.send("USER x\r\nPASS wrong\r\n");
  login.send("USER x\r\n");
  expect((await login.rest()).match(/^-ERR/gm)?.length).toBe(10);
  login.drop();
  const useless = await stage.greeted();
  useless.send("ZZZZ\r\n".repeat(19) + "USER x\r\n" + "ZZZZ\r\n".repeat(30));
  expect((await useless.rest()).match(/^-ERR/gm)?.length).toBe(39);
  useless.drop();
});
