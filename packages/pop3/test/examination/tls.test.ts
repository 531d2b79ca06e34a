// STLS and implicit TLS, against RFC 2595 §2 and §4 and RFC 8314 §3: what is announced where, what is dropped, what is refused.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { ServerEvents } from "@postern/pop3/server";
import { expectOk, Stage, tls, until } from "./stage.js";
import { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;
const ERR = /^-ERR( |$)/;

let stage: Stage;
let started: ServerEvents["tls.started"][0][] = [];
beforeEach(async () => {
  started = [];
  stage = await Stage.set({ tls, cleartextLogin: "never" });
  stage.server.on("tls.started", (facts) => started.push(facts));
});
afterEach(() => stage.strike());

async function tags(wire: Wire): Promise<string[]> {
  return (await wire.askMulti("CAPA")).octets
    .toString()
    .split("\r\n")
    .slice(0, -1)
    .map((line) => line.split(" ")[0]!);
}

async function afterStls(options: ConnectionOptions = {}): Promise<Wire> {
  const wire = await stage.greeted();
  expectOk(await wire.ask("STLS"));
  await wire.upgrade(options);
  return wire;
}

async function implicit(options: ConnectionOptions = {}): Promise<Wire> {
  const wire = await Wire.openTls(stage.tlsPort, options);
  expectOk(await wire.line());
  return wire;
}

const ways: Record<string, (options?: ConnectionOptions) => Promise<Wire>> = {
  STLS: afterStls,
  "implicit TLS": implicit,
};

describe("what is announced is what is accepted", () => {
  test("in the clear: STLS and no USER; USER and PASS are refused without a code, whatever the name", async () => {
    const wire = await stage.greeted();
    const before = await tags(wire);
    expect(before).toContain("STLS");
    expect(before).not.toContain("USER");
    expect(before).not.toContain("SASL");
    expect(await wire.ask("USER x")).toMatch(/^-ERR [^[]*STLS/);
    expect(await wire.ask("PASS secret")).toMatch(ERR);
    expect(await wire.ask("STAT")).toMatch(ERR);
    wire.drop();
  });
  for (const [name, way] of Object.entries(ways)) {
    test(`under ${name}: USER and no STLS, before and after login; STLS is refused and the session goes on`, async () => {
      const wire = await way();
      const inside = await tags(wire);
      expect(inside).toContain("USER");
      expect(inside).not.toContain("STLS");
      expect(await wire.ask("STLS")).toMatch(ERR);
      expect(await wire.ask(`USER ${await stage.userWith([".x\n"])}`)).toMatch(OK);
      expect(await wire.ask("PASS secret")).toMatch(OK);
      expect(await tags(wire)).toEqual(inside);
      expect(await wire.ask("STLS")).toMatch(ERR);
      expect((await wire.askMulti("RETR 1")).wire.toString()).toBe("..x\r\n");
      expect(await wire.quit()).toMatch(OK);
    });
  }
  test("after a login in the clear STLS is neither announced nor accepted", async () => {
    const own = await Stage.set({ tls });
    const wire = await own.session(own.user());
    expect(await tags(wire)).not.toContain("STLS");
    expect(await wire.ask("STLS")).toMatch(ERR);
    expect(await wire.ask("STAT")).toMatch(OK);
    wire.drop();
    await own.strike();
  });
  test("without a certificate STLS is neither announced nor accepted, and implicit TLS is refused at once", async () => {
    const own = await Stage.set();
    const wire = await own.greeted();
    expect(await tags(wire)).not.toContain("STLS");
    expect(await wire.ask("STLS")).toMatch(ERR);
    expect(await tags(wire)).toContain("USER");
    wire.drop();
    await expect(own.server.listen({ tls: "implicit" })).rejects.toThrow(/certificate/);
    await own.strike();
  });
  test("a name given in the clear is forgotten under TLS, and no second greeting comes (RFC 2595 §4)", async () => {
    const own = await Stage.set({ tls });
    const wire = await own.greeted();
    expectOk(await wire.ask("USER x"));
    expectOk(await wire.ask("STLS"));
    await wire.upgrade();
    expect(await wire.ask("PASS secret")).toMatch(ERR);
    expect((await wire.askMulti("CAPA")).status).toMatch(OK);
    wire.drop();
    await own.strike();
  });
});

describe("octets in the clear behind STLS never become commands (RFC 2595 §4)", () => {
  for (const behind of [
    "CAPA\r\n",
    "NOOP\r\nNOOP\r\n",
    "USER x\r\n",
    "USER",
    "x".repeat(300),
    `${"y".repeat(5000)}\r\nCAPA\r\n`,
    "\r\n",
    "\0",
  ]) {
    test(`in the same segment: ${JSON.stringify(behind.slice(0, 20))}`, async () => {
      const wire = await stage.greeted();
      wire.send(`STLS\r\n${behind}`);
      expect(await wire.line()).toMatch(OK);
      await wire.upgrade();
      expect(await wire.ask("STAT")).toMatch(/^-ERR STAT /);
      expect(started.map(({ droppedOctets }) => droppedOctets)).toEqual([behind.length]);
      expect(await wire.quit()).toMatch(OK);
    });
  }
  test("in a segment of its own: it is dropped or the connection ends, but never served", async () => {
    for (let at = 0; at < 20; at++) {
      const wire = await stage.greeted();
      wire.send("STLS\r\n");
      for (let turn = 0; turn < at % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      wire.send("CAPA\r\n");
      expect(await wire.line()).toMatch(OK);
      const secured = await wire.upgrade().catch(() => null);
      if (secured !== null) expect(await wire.ask("ZZZZ")).toMatch(ERR);
      expect(wire.unread).toBe("");
      wire.drop();
    }
    await stage.healthyTls();
  });
  test("a handshake without waiting for +OK is the client's fault, and hurts nobody", async () => {
    const wire = await stage.greeted();
    wire.send(Buffer.concat([Buffer.from("STLS\r\n"), Buffer.from("1603010005010000010000", "hex")]));
    expect(await wire.line()).toMatch(OK);
    wire.socket.end();
    await stage.healthyTls();
  });
});

describe("versions and ALPN (RFC 8314 §3, RFC 7301)", () => {
  for (const [name, way] of Object.entries(ways)) {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      test(`${version} by ${name}`, async () => {
        const wire = await way({ minVersion: version, maxVersion: version });
        expect((wire.socket as TLSSocket).getProtocol()).toBe(version);
        expect(await wire.quit()).toMatch(OK);
        expect(started.at(-1)?.version).toBe(version);
      });
    }
    for (const version of ["TLSv1", "TLSv1.1"] as const) {
      test(`${version} is refused by ${name}, and the session ends`, async () => {
        const old: ConnectionOptions = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
        await expect(way(old)).rejects.toThrow(/alert|version|closed|ECONNRESET/i);
        await stage.healthyTls();
      });
    }
    test(`ALPN pop3 is agreed on by ${name}; without ALPN it works too; another protocol is refused`, async () => {
      const wire = await way({ ALPNProtocols: ["pop3"] });
      expect((wire.socket as TLSSocket).alpnProtocol).toBe("pop3");
      expect(await wire.quit()).toMatch(OK);
      const second = await way({ ALPNProtocols: ["imap", "pop3"] });
      expect((second.socket as TLSSocket).alpnProtocol).toBe("pop3");
      expect(await second.quit()).toMatch(OK);
      const none = await way();
      expect((none.socket as TLSSocket).alpnProtocol).toBe(false);
      expect(await none.quit()).toMatch(OK);
      await expect(way({ ALPNProtocols: ["http/1.1"] })).rejects.toThrow(
        /alpn|application protocol|ECONNRESET|closed/i,
      );
      await stage.healthyTls();
    });
  }
});

describe("broken TLS ends the session and gives the lease back", () => {
  for (const [name, way] of Object.entries(ways)) {
    test(`octets that are no TLS record in the middle of a session by ${name}`, async () => {
      const wire = await way();
      const user = await stage.userWith(["x\n"]);
      expectOk(await wire.ask(`USER ${user}`));
      expectOk(await wire.ask("PASS secret"));
      expectOk(await wire.ask("DELE 1"));
      wire.plain.write("QUIT\r\nQUIT\r\nQUIT\r\n");
      await until(() => stage.server.sessionCount === 0, "the session goes on behind broken TLS");
      wire.drop();
      expect(stage.store.messages(user).length).toBe(1);
      await stage.healthyTls();
    });
  }
  for (const [name, end] of Object.entries({
    "an end without close_notify": (wire: Wire) => wire.plain.destroy(),
    "half an end without close_notify": (wire: Wire) => wire.plain.end(),
    close_notify: (wire: Wire) => wire.socket.end(),
    "a reset": (wire: Wire) => wire.plain.resetAndDestroy(),
  })) {
    for (const [by, way] of Object.entries(ways)) {
      test(`${name} in TRANSACTION ends the session, by ${by}`, async () => {
        const wire = await way();
        const user = await stage.userWith(["x\n"]);
        expectOk(await wire.ask(`USER ${user}`));
        expectOk(await wire.ask("PASS secret"));
        expectOk(await wire.ask("DELE 1"));
        end(wire);
        await until(() => stage.server.sessionCount === 0, "the session goes on");
        expect(stage.store.messages(user).length).toBe(1);
        wire.drop();
      });
    }
  }
  for (const [name, end] of Object.entries({
    "the end of the input": (wire: Wire) => wire.socket.end(),
    "a reset": (wire: Wire) => wire.socket.resetAndDestroy(),
    "plain octets": (wire: Wire) => wire.send("CAPA\r\n".repeat(10)),
  })) {
    test(`${name} in place of a handshake, after STLS`, async () => {
      const wire = await stage.greeted();
      expectOk(await wire.ask("STLS"));
      end(wire);
      await until(() => stage.server.sessionCount === 0, "the session waits for a handshake that cannot come");
      wire.drop();
      await stage.healthyTls();
    });
    test(`${name} in place of a handshake, on the TLS port`, async () => {
      const wire = await Wire.open(stage.tlsPort);
      end(wire);
      await until(() => stage.server.sessionCount === 0, "the session waits for a handshake that cannot come");
      wire.drop();
      await stage.healthyTls();
    });
  }
  test("STLS and the end of the input in one segment", async () => {
    const wire = await Wire.open(stage.port);
    wire.socket.end("STLS\r\n");
    await until(() => stage.server.sessionCount === 0, "the session waits for a handshake that cannot come");
    wire.drop();
  });
  test("peers that vanish right after the handshake: each session opened ends once", async () => {
    let opened = 0;
    const count = (): void => void opened++;
    stage.server.on("session.opened", count);
    const before = stage.ended.length;
    for (let at = 0; at < 60; at++) {
      const wire = await Wire.openTls(stage.tlsPort).catch(() => null);
      if (wire === null) continue;
      if (at % 3 === 0) wire.plain.resetAndDestroy();
      else wire.drop();
    }
    await until(() => stage.server.sessionCount === 0, "sessions are left");
    stage.server.off("session.opened", count);
    expect(stage.ended.length - before).toBe(opened);
  });
});

test("a long message goes through TLS whole, and pipelining works there too", async () => {
  const wire = await afterStls();
  const long = ".line\r\n".repeat(400_000);
  expectOk(await wire.ask(`USER ${await stage.userWith([long])}`));
  expectOk(await wire.ask("PASS secret"));
  wire.send("RETR 1\r\nSTAT\r\nRETR 1\r\nQUIT\r\n");
  expect((await wire.multi()).octets.equals(Buffer.from(long))).toBe(true);
  expect(await wire.line()).toBe(`+OK 1 ${long.length}`);
  expect((await wire.multi()).octets.length).toBe(long.length);
  expect(await wire.line()).toMatch(OK);
  wire.drop();
});
