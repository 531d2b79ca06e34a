// Deadlines and the stop, against RFC 1939 §3: who is cut off and when, without a word and without deleting anything.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Stage, tls, until } from "./stage.js";
import { changed } from "./stores.js";
import { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;
const MINUTE = 60_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count = 20): Promise<void> => {
  for (let at = 0; at < count; at++) await turn();
};

let stage: Stage;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await stage.strike();
});

describe("before login: three minutes from the connection on", () => {
  test("commands and octets do not move it, and the end comes without a word", async () => {
    stage = await Stage.set();
    const wire = await stage.greeted();
    for (let at = 0; at < 17; at++) {
      expect((await wire.askMulti("CAPA")).status).toMatch(OK);
      wire.send("USER x");
      await turns();
      wire.send("\r\n");
      expect(await wire.line()).toMatch(OK);
      vi.advanceTimersByTime(10_000);
    }
    vi.advanceTimersByTime(10_000);
    expect(await wire.rest()).toBe("");
    await until(() => stage.server.sessionCount === 0, "the session is left");
    expect(stage.ended.map(({ reason }) => reason)).toEqual(["login-deadline"]);
  });
  for (const [name, begin] of Object.entries({
    "silent on the plain port": () => Wire.open(stage.port),
    "silent on the TLS port": () => Wire.open(stage.tlsPort),
    "silent after STLS": async () => {
      const wire = await stage.greeted();
      await wire.ask("STLS");
      return wire;
    },
    "half a record on the TLS port": async () => {
      const wire = await Wire.open(stage.tlsPort);
      wire.send("\x16\x03\x01\x02\x00\x01");
      return wire;
    },
  })) {
    test(name, async () => {
      stage = await Stage.set({ tls });
      const wire = await begin();
      await until(() => stage.server.sessionCount === 1, "no session");
      await turns();
      vi.advanceTimersByTime(3 * MINUTE - 10);
      await turns();
      expect(stage.server.sessionCount).toBe(1);
      vi.advanceTimersByTime(20);
      await until(() => stage.server.sessionCount === 0, "the session is left");
      wire.drop();
    });
  }
  test("a login that hangs is cut off too", async () => {
    stage = await Stage.set({ authenticator: { verifyPassword: () => new Promise(() => {}) } });
    const wire = await stage.greeted();
    await wire.ask("USER x");
    wire.send("PASS secret\r\n");
    await turns();
    vi.advanceTimersByTime(3 * MINUTE);
    expect(await wire.rest()).toBe("");
    await until(() => stage.server.sessionCount === 0, "the session is left");
  });
});

describe("after login: ten minutes without a command (RFC 1939 §3)", () => {
  test("any command moves it, octets without a line end do not; nothing is said, nothing deleted, the lease is free", async () => {
    stage = await Stage.set();
    const { wire, user } = await stage.sessionWith(["x\n", "y\n"]);
    expect(await wire.ask("DELE 1")).toMatch(OK);
    for (const command of ["NOOP", "ZZZZ", "", "STAT"]) {
      vi.advanceTimersByTime(10 * MINUTE - 1000);
      await turns();
      await wire.ask(command);
    }
    vi.advanceTimersByTime(9 * MINUTE);
    wire.send("NOO");
    await turns();
    vi.advanceTimersByTime(MINUTE + 1000);
    expect(await wire.rest()).toBe("");
    await until(() => stage.server.sessionCount === 0, "the session is left");
    expect(stage.ended.map(({ reason }) => reason)).toEqual(["idle"]);
    expect(stage.store.messages(user).length).toBe(2);
    void stage.store.open(user).release();
  });
  test("less than ten minutes cannot be configured", async () => {
    stage = await Stage.set();
    await expect(Stage.set({ deadlines: { idleMs: 10 * MINUTE - 1 } })).rejects.toThrow(/10 minutes/);
  });
});

describe("a peer that does not read", () => {
  const LONG = "line\r\n".repeat(1_000_000);
  test("is cut off after five minutes; nothing is deleted and the lease is free", async () => {
    stage = await Stage.set();
    const { wire, user } = await stage.sessionWith([LONG]);
    wire.socket.pause();
    wire.send("RETR 1\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
    await turns(200);
    vi.advanceTimersByTime(5 * MINUTE - 1000);
    await turns();
    expect(stage.server.sessionCount).toBe(1);
    vi.advanceTimersByTime(2000);
    await until(() => stage.server.sessionCount === 0, "the session is left");
    expect(stage.ended.at(-1)?.reason).toBe("slow-reader");
    expect(stage.store.messages(user).length).toBe(1);
    void stage.store.open(user).release();
    wire.drop();
  });
  // RFC 1939 §6: the answer to QUIT is owed, and what QUIT deleted must have reached the client that asked for it first.
  test("one that rests for a minute behind QUIT gets all that it asked for", async () => {
    stage = await Stage.set();
    const half = "line\r\n".repeat(8000);
    const { wire, user } = await stage.sessionWith([half]);
    wire.socket.pause();
    const count = 200;
    wire.send(`${"RETR 1\r\n".repeat(count)}DELE 1\r\nQUIT\r\n`);
    await turns(200);
    // The peer reads until the server has served QUIT, and rests with the last answers still on their way.
    for (let at = 0; at < 5000 && stage.store.messages(user).length > 0; at++) {
      wire.socket.read(4096);
      await turns(2);
    }
    expect(stage.store.messages(user)).toEqual([]);
    vi.advanceTimersByTime(MINUTE);
    await turns();
    wire.socket.resume();
    const end = (await wire.rest()).slice(-300);
    expect(end).toMatch(/\r\n\.\r\n\+OK [^\r]*\r\n\+OK [^\r]*\r\n$/);
  });
});

describe("close()", () => {
  test("idle sessions are told and closed, in both states, with nothing deleted; no one else gets in", async () => {
    vi.useRealTimers();
    stage = await Stage.set({ tls });
    const before = await stage.greeted();
    const { wire, user } = await stage.sessionWith(["x\n"]);
    await wire.ask("DELE 1");
    const closed = stage.server.close();
    const told = await Promise.all(
      [before, wire].map(async (each) => {
        const said = await each.rest();
        each.socket.end();
        return said;
      }),
    );
    for (const said of told) expect(said).toMatch(/^-ERR \[SYS\/TEMP\] [^\r]*\r\n$/);
    await closed;
    await until(() => stage.server.sessionCount === 0, "sessions are left");
    expect(stage.store.messages(user).length).toBe(1);
    expect(stage.ended.map(({ reason }) => reason)).toEqual(["shutdown", "shutdown"]);
    await expect(Wire.open(stage.port)).rejects.toThrow(/ECONNREFUSED/);
  });
  test("a running command is finished first: a QUIT deletes and is answered", async () => {
    vi.useRealTimers();
    let finish = (): void => {};
    const own: Stage = await Stage.set({
      maildrops: {
        open: (name) =>
          changed(own.store, (maildrop) => ({
            update: async (deleted) => {
              await new Promise<void>((resolve) => (finish = resolve));
              await maildrop.update(deleted);
            },
          })).open(name),
      },
    });
    stage = own;
    const { wire, user } = await stage.sessionWith(["x\n"]);
    await wire.ask("DELE 1");
    wire.send("QUIT\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = stage.server.close();
    await turns();
    expect(stage.server.sessionCount).toBe(1);
    finish();
    expect(await wire.rest()).toMatch(/^\+OK[^\r]*\r\n$/);
    wire.socket.end();
    await closed;
    expect(stage.store.messages(user)).toEqual([]);
  });
  test("what is left when the grace is over is cut off, and no session is left once close() is done", async () => {
    vi.useRealTimers();
    stage = await Stage.set({ authenticator: { verifyPassword: () => new Promise(() => {}) } });
    const wire = await stage.greeted();
    await wire.ask("USER x");
    wire.send("PASS secret\r\n");
    await turns();
    await stage.server.close({ graceMs: 50 });
    expect(stage.server.sessionCount).toBe(0);
    expect(await wire.rest()).toBe("");
  });
  test("a second close with less grace is heard", async () => {
    vi.useRealTimers();
    stage = await Stage.set({ authenticator: { verifyPassword: () => new Promise(() => {}) } });
    const wire = await stage.greeted();
    await wire.ask("USER x");
    wire.send("PASS secret\r\n");
    await turns();
    void stage.server.close({ graceMs: 3000 });
    const start = performance.now();
    await stage.server.close({ graceMs: 1 });
    expect(performance.now() - start).toBeLessThan(2000);
    wire.drop();
  });
  test("a port that is being opened while the server closes does not stay open", async () => {
    vi.useRealTimers();
    stage = await Stage.set();
    const opening = stage.server.listen();
    await stage.server.close();
    const port = await opening.then(
      (got) => got.port,
      () => null,
    );
    if (port !== null) await expect(Wire.open(port)).rejects.toThrow(/ECONNREFUSED/);
  });
});
