// What a server on the open net meets: noise, floods, silence, resets, peers that do not read. After each of them a healthy
// session works, no session is left, and memory is back.
import { Buffer } from "node:buffer";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expectOk, Stage, tls, until } from "./stage.js";
import { Wire } from "./wire.js";

const MIB = 1024 * 1024;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

let stage: Stage;
let before = 0;
beforeEach(async () => {
  stage = await Stage.set({ tls });
  await stage.healthy();
  before = memoryOctets();
});
afterEach(async () => {
  await stage.healthy();
  await stage.healthyTls();
  expect(memoryOctets() - before).toBeLessThan(24 * MIB);
  await stage.strike();
});

/** What is held once all that can go is gone. */
function memoryOctets(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Numbers that come in the same order for the same seed. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("2,000 random inputs, before and after login", async () => {
  const seed = Number(process.env["EXAMINATION_SEED"] ?? 20_260_101);
  console.log(`the seed of the random inputs: ${seed}`);
  const random = noise(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const words =
    "USER,PASS,STAT,LIST,RETR,TOP,UIDL,DELE,RSET,NOOP,CAPA,STLS,AUTH,APOP,x,1,0,-1,2, ,  ,\r\n,\n,\r,\0,\t,.,\xff,[,]".split(
      ",",
    );
  const input = (): Buffer => {
    if (random() < 0.3) return Buffer.from(Array.from({ length: below(400) }, () => below(256)));
    return Buffer.from(
      Array.from({ length: below(60) }, () => words[below(words.length)]).join(random() < 0.5 ? " " : ""),
      "latin1",
    );
  };
  const one = async (at: number): Promise<void> => {
    const wire = at % 2 === 0 ? await stage.greeted() : (await stage.sessionWith(["a\n", "b\n"])).wire;
    for (let part = below(4); part >= 0; part--) wire.send(input());
    if (random() < 0.3) wire.drop();
    else {
      wire.socket.end();
      const said = await wire.rest();
      if (!/STLS/i.test(said)) expect(said).toMatch(/^(?:[ -~]*\r\n)*$/);
      wire.drop();
    }
  };
  for (let at = 0; at < 2000; at += 50) await Promise.all(Array.from({ length: 50 }, (_, more) => one(at + more)));
  expect(stage.failures).toEqual([]);
});

test("10 MB without a newline: one -ERR and the end, long before all of it was taken", async () => {
  const { wire } = await stage.sessionWith(["x\n"]);
  for (let at = 0; at < 160; at++) wire.send(Buffer.alloc(65_536, 0x41));
  const said = await wire.rest().catch(() => "");
  expect(said).toMatch(/^(-ERR [^\r]*\r\n)?$/);
  wire.drop();
  await until(() => stage.server.sessionCount === 0, "the session goes on");
  expect(stage.ended.at(-1)).toMatchObject({ reason: "misbehaved" });
});

test("500 silent connections", async () => {
  const silent = await Promise.all(
    Array.from({ length: 500 }, (_, at) => (at % 5 === 0 ? Wire.open(stage.tlsPort) : stage.greeted())),
  );
  await until(() => stage.server.sessionCount === 500, "not all of them are there");
  const { wire } = await stage.sessionWith(["x\n"]);
  expect((await wire.askMulti("RETR 1")).octets.toString()).toBe("x\r\n");
  expectOk(await wire.quit());
  for (const each of silent) each.drop();
  await until(() => stage.server.sessionCount === 0, "sessions are left");
});

test("1,000 connections that come and go", async () => {
  for (let at = 0; at < 1000; at += 50) {
    const all = await Promise.all(Array.from({ length: 50 }, () => Wire.open(stage.port)));
    for (const [each, wire] of all.entries()) {
      if (each % 2 === 0) wire.drop();
      else wire.socket.resetAndDestroy();
    }
  }
  await until(() => stage.server.sessionCount === 0, "sessions are left");
});

test("resets in the middle of RETR: nothing is deleted, and each lease is free again", async () => {
  const user = await stage.userWith(["line\r\n".repeat(MIB)]);
  for (let at = 0; at < 20; at++) {
    const wire = await stage.session(user);
    wire.send("DELE 1\r\nRSET\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
    await new Promise((resolve) => wire.socket.once("data", resolve));
    wire.socket.resetAndDestroy();
    await until(() => stage.server.sessionCount === 0, "the session is left");
  }
  expect(stage.store.messages(user).length).toBe(1);
});

describe("what is not POP3", () => {
  const hello = Buffer.from(`16030100800100007c0303${"ab".repeat(121)}`, "hex");
  const http = "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n";
  for (const [name, octets, port] of [
    ["TLS on the plain port", hello, "port"],
    ["HTTP on the plain port", Buffer.from(http), "port"],
    ["HTTP on the TLS port", Buffer.from(http), "tlsPort"],
    ["POP3 in the clear on the TLS port", Buffer.from("CAPA\r\nQUIT\r\n"), "tlsPort"],
    ["NULs", Buffer.alloc(100_000), "port"],
    ["an SSH greeting", Buffer.from("SSH-2.0-x\r\n"), "port"],
    ["empty lines", Buffer.alloc(100_000, "\r\n"), "port"],
  ] as const) {
    test(name, async () => {
      const wire = await Wire.open(stage[port]);
      wire.send(octets);
      wire.socket.end();
      const said = await wire.rest();
      if (port === "port") expect(said).toMatch(/^\+OK [^\r]*\r\n(-ERR [^\r]*\r\n){0,20}$/);
      else expect(said).not.toContain("+OK");
      wire.drop();
    });
  }
});

describe("half-closed peers", () => {
  test("all that was asked for is answered, then the connection ends; nothing is deleted without QUIT", async () => {
    const { wire, user } = await stage.sessionWith(["line\r\n".repeat(200_000)]);
    wire.socket.end("STAT\r\nRETR 1\r\nDELE 1\r\nNOOP\r\nNOO");
    const all = await wire.rest();
    expect(all.match(/^\+OK/gm)?.length).toBe(4);
    expect(all.length).toBeGreaterThan(1_200_000);
    expect(stage.store.messages(user).length).toBe(1);
  });
});

describe("a peer that sends for ever and never reads costs bounded memory", () => {
  for (const [name, command, size] of [
    ["RETR of 4 MiB messages", "RETR 1\r\n", 4 * MIB],
    ["RETR of small messages", "RETR 1\r\n", 2000],
    ["CAPA", "CAPA\r\n", 1],
    ["STAT", "STAT\r\n", 1],
    ["LIST", "LIST\r\n", 1],
  ] as const) {
    test(name, async () => {
      const { wire } = await stage.sessionWith([Buffer.alloc(size, "line\r\n")]);
      wire.socket.pause();
      const commands = Buffer.from(command.repeat(8192));
      let taken = 0;
      for (let at = 0; at < 1000 && wire.socket.writableLength < 4 * MIB; at++) {
        wire.send(commands);
        taken += commands.length;
        if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      // What grows is the client's own queue: the server has stopped to read, whatever the client still sends.
      const used = memoryOctets() - before - wire.socket.writableLength - commands.length - size;
      expect(used).toBeLessThan(8 * MIB);
      expect(wire.socket.writableLength).toBeGreaterThan(0);
      expect(taken).toBeGreaterThan(wire.socket.writableLength);
      expect(stage.server.sessionCount).toBe(1);
      wire.drop();
      await until(() => stage.server.sessionCount === 0, "the session is left");
    });
  }
});

test("limits on connections: one more is told and closed, and there is room again when one has gone", async () => {
  const own = await Stage.set({ limits: { connections: 2 } });
  const two = [await own.greeted(), await own.greeted()];
  const third = await Wire.open(own.port);
  expect(await third.rest()).toMatch(/^-ERR [^\r]*\r\n$/);
  two[0]!.drop();
  await until(() => own.server.sessionCount === 1, "no room");
  const fourth = await own.greeted();
  for (const wire of [third, two[1]!, fourth]) wire.drop();
  await own.strike();
});
