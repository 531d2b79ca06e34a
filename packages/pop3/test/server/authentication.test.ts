// AUTH on the wire (RFC 5034): initial responses, long lines, cancelling, and what happens in the midst of an exchange.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { MemoryAccounts, type Authenticator, type Pop3ServerOptions } from "@postern/pop3/server";
import type { Wire } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { cutsOf, octets, text } from "../support/cuts.js";
import { world } from "../support/world.js";

const TOKEN = "t".repeat(16 * 1024);

const base64 = (plain: string): string => Buffer.from(plain, "utf8").toString("base64");
const PLAIN = base64("\0ann\0secret");
const BEARER = base64(`n,a=ann,\x01auth=Bearer ${TOKEN}\x01\x01`);
const XOAUTH2 = base64(`user=ann\x01auth=Bearer ${TOKEN}\x01\x01`);

/** Takes one token, for one user. */
const tokens: Authenticator = {
  offers: (kind) => kind === "token",
  verifyPassword: async () => null,
  verifyToken: async (token, name) =>
    token === TOKEN && name === "ann" ? { user: "ann" } : { user: null, status: "invalid_token", scope: "mail" },
};

async function ask(wire: Wire, line: string): Promise<string | null> {
  wire.send(`${line}\r\n`);
  return wire.line();
}

describe("an initial response", () => {
  test.each(["AUTH PLAIN", "auth plain", "Auth Plain"])(
    "may come with the command, whatever its case: %s",
    async (auth) => {
      await using place = await world();
      const wire = await place.connect();
      expect(await ask(wire, `${auth} ${PLAIN}`)).toMatch(/^\+OK/);
      expect(await ask(wire, "STAT")).toMatch(/^\+OK 3 /);
    },
  );

  test("may come in a line of its own", async () => {
    await using place = await world();
    const wire = await place.connect();
    expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
    expect(await ask(wire, PLAIN)).toMatch(/^\+OK/);
  });

  test("may be empty, written as =, and is then one", async () => {
    await using place = await world();
    const wire = await place.connect();
    // PLAIN allows no empty message, and must not ask for another.
    expect(await ask(wire, "AUTH PLAIN =")).toBe("-ERR the exchange does not follow the rules of PLAIN");
    expect(await ask(wire, "NOOP")).toMatch(/^-ERR NOOP is not valid/);
  });

  test("is refused where the server sends first", async () => {
    await using place = await world({ mechanisms: ["LOGIN"] });
    const wire = await place.connect();
    expect(await ask(wire, `AUTH LOGIN ${base64("ann")}`)).toMatch(/^-ERR|^\+ /);
  });
});

describe("in the midst of an exchange", () => {
  test("* cancels, and the session goes on", async () => {
    await using place = await world();
    const wire = await place.connect();
    expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
    expect(await ask(wire, "*")).toBe("-ERR the login was cancelled");
    expect(await ask(wire, `AUTH PLAIN ${PLAIN}`)).toMatch(/^\+OK/);
  });

  test.each(["QUIT", "a", "YQ", "YQ===", "Y Q=", "=", "=YWJj", "Ä", "\0"])(
    "%j is no answer, and ends it",
    async (line) => {
      await using place = await world();
      const wire = await place.connect();
      expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
      // QUIT has the form of Base64; it is the mechanism that does not understand it.
      expect(await ask(wire, Buffer.from(line, "latin1").toString("latin1"))).toMatch(/^-ERR [^[]/);
      expect(await ask(wire, `AUTH PLAIN ${PLAIN}`)).toMatch(/^\+OK/);
    },
  );

  test("the answers of a pipelining client are taken from where they wait, at every cut", async () => {
    await using place = await world();
    const whole = octets(`AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n${PLAIN}\r\nSTAT\r\nQUIT\r\n`);
    for (const cuts of cutsOf(whole)) {
      const wire = await place.connect();
      for (const piece of cuts) {
        wire.send(text(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const lines: (string | null)[] = [];
      for (let line = await wire.line(); line !== null; line = await wire.line()) lines.push(line);
      expect(lines).toEqual([
        "+ ",
        "-ERR the login was cancelled",
        "+ ",
        "+OK the maildrop is open; messages: 3, octets: 158",
        "+OK 3 158",
        "+OK bye",
      ]);
    }
  });

  test("a peer that goes away costs nothing", async () => {
    await using place = await world();
    const ended: string[] = [];
    place.server.on("session.ended", ({ reason }) => ended.push(reason));
    const wire = await place.connect();
    expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
    wire.close();
    await expect.poll(() => ended).toEqual(["disconnected"]);
    expect(place.server.sessionCount).toBe(0);
  });

  test("a stopping server does not wait for the answer", async () => {
    const place = await world();
    const wire = await place.connect();
    expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
    const closed = place.server.close({ graceMs: 60_000 });
    expect(await wire.line()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping/);
    await closed;
  });

  test("a server that began to stop asks for no answer", async () => {
    const accounts = new MemoryAccounts({ ann: "secret" });
    let asked: () => void = () => {};
    const verifying = new Promise<void>((resolve) => (asked = resolve));
    let proceed: () => void = () => {};
    const slow: Authenticator = {
      offers: (kind) => accounts.offers(kind),
      verifyPassword: (name, password) => accounts.verifyPassword(name, password),
      async scramVerifier(name, hash) {
        asked();
        await new Promise<void>((resolve) => (proceed = resolve));
        return accounts.scramVerifier(name, hash);
      },
    };
    const place = await world({ authenticator: slow });
    const wire = await place.connect();
    wire.send(`AUTH SCRAM-SHA-256 ${base64("n,,n=ann,r=abc")}\r\n`);
    await verifying;
    const closed = place.server.close();
    proceed();
    expect(await wire.line()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping/);
    await closed;
  });

  test("those who leave their challenges unanswered keep nobody waiting", async () => {
    await using place = await world();
    for (let silent = 0; silent < 16; silent++) {
      const wire = await place.connect();
      expect(await ask(wire, `AUTH SCRAM-SHA-256 ${base64("n,,n=ann,r=abc")}`)).toMatch(/^\+ /);
    }
    const wire = await place.connect();
    expect(await ask(wire, `AUTH PLAIN ${PLAIN}`)).toMatch(/^\+OK/);
  });

  test("the time to log in goes on", async () => {
    await using place = await world({ deadlines: { loginMs: 300 } });
    const wire = await place.connect();
    expect(await ask(wire, "AUTH PLAIN")).toBe("+ ");
    expect(await wire.line()).toBeNull();
  });
});

describe("long lines", () => {
  const options: Partial<Pop3ServerOptions> = { authenticator: tokens };

  test.each([
    ["OAUTHBEARER", BEARER],
    ["XOAUTH2", XOAUTH2],
  ])("a token of 16 KiB logs in by %s, in one step and in two", async (mechanism, response) => {
    await using place = await world(options);
    const one = await place.connect();
    expect(await ask(one, `AUTH ${mechanism} ${response}`)).toMatch(/^\+OK the maildrop/);
    expect(await ask(one, "QUIT")).toMatch(/^\+OK/);
    const two = await place.connect();
    expect(await ask(two, `AUTH ${mechanism}`)).toBe("+ ");
    expect(await ask(two, response)).toMatch(/^\+OK the maildrop/);
  });

  test("64 KiB are taken, more is refused once, and the session goes on", async () => {
    await using place = await world(options);
    const wire = await place.connect();
    expect(await ask(wire, "AUTH OAUTHBEARER")).toBe("+ ");
    expect(await ask(wire, "A".repeat(64 * 1024))).toBe("-ERR the exchange does not follow the rules of OAUTHBEARER");
    expect(await ask(wire, "AUTH OAUTHBEARER")).toBe("+ ");
    expect(await ask(wire, "A".repeat(64 * 1024 + 4))).toBe("-ERR the answer is longer than 65538 octets");
    expect(await ask(wire, "CAPA")).toMatch(/^\+OK/);
    expect(await wire.body()).toContain("SASL OAUTHBEARER XOAUTH2");
    // Other commands stay as short as RFC 2449 §4 has them.
    expect(await ask(wire, `CAPA ${"x".repeat(300)}`)).toBe("-ERR a command line is limited to 255 octets");
  });

  test("a line without end closes the connection", async () => {
    await using place = await world(options);
    const wire = await place.connect();
    expect(await ask(wire, "AUTH OAUTHBEARER")).toBe("+ ");
    wire.send("A".repeat(200 * 1024));
    expect(await wire.line()).toBe("-ERR a line goes on without end");
    expect(await wire.line()).toBeNull();
  });

  test("a refused token is explained in JSON, and then refused", async () => {
    await using place = await world(options);
    const wire = await place.connect();
    const challenge = await ask(wire, `AUTH OAUTHBEARER ${base64("n,a=bob,\x01auth=Bearer nonsense\x01\x01")}`);
    expect(challenge).toMatch(/^\+ /);
    expect(JSON.parse(Buffer.from(challenge!.slice(2), "base64").toString())).toEqual({
      status: "invalid_token",
      scope: "mail",
    });
    expect(await ask(wire, "AQ==")).toBe("-ERR [AUTH] the name or the password is wrong");
  });
});

test("whoever hangs up when his token was refused was refused, and the log says so", async () => {
  await using place = await world({ authenticator: tokens });
  const refused: unknown[] = [];
  place.server.on("login.refused", ({ method, name, cause }) => refused.push({ method, name, cause }));
  const wire = await place.connect();
  expect(await ask(wire, `AUTH XOAUTH2 ${base64("user=bob\x01auth=Bearer nonsense\x01\x01")}`)).toMatch(/^\+ /);
  wire.close();
  await expect.poll(() => refused).toEqual([{ method: "XOAUTH2", name: "bob", cause: "credentials" }]);
});

describe("APOP", () => {
  const options: Partial<Pop3ServerOptions> = {
    authenticator: new MemoryAccounts({ ann: "tanstaaf" }, { secrets: true }),
  };
  const digestOf = (greeting: string, secret: string): string => {
    const timestamp = /<[^>]+>/.exec(greeting)?.[0] ?? "";
    return createHash("md5")
      .update(timestamp + secret)
      .digest("hex");
  };

  test("logs in by the digest of the greeting's timestamp, which is another each time", async () => {
    await using place = await world(options);
    const first = await place.greeted();
    const second = await place.greeted();
    expect(first.greeting).toMatch(/^\+OK .*<[!-;=?A-~]+@[!-;=?-~]+>$/);
    expect(second.greeting).not.toBe(first.greeting);
    expect(await ask(first.wire, `APOP ann ${digestOf(second.greeting, "tanstaaf")}`)).toMatch(/^-ERR \[AUTH\]/);
    expect(await ask(first.wire, `APOP ann ${digestOf(first.greeting, "wrong")}`)).toMatch(/^-ERR \[AUTH\]/);
    expect(await ask(first.wire, `APOP bob ${digestOf(first.greeting, "tanstaaf")}`)).toMatch(/^-ERR \[AUTH\]/);
    expect(await ask(first.wire, `APOP ann ${digestOf(first.greeting, "tanstaaf")}`)).toMatch(/^\+OK/);
  });

  test("is neither announced nor accepted where no account has a secret", async () => {
    await using place = await world();
    const { greeting, wire } = await place.greeted();
    expect(greeting).toBe("+OK POP3 server ready");
    expect(await ask(wire, `APOP ann ${"0".repeat(32)}`)).toBe("-ERR no account here has a secret for APOP");
  });
});

test("names and passwords in UTF-8 are prepared and compared, and malformed ones refused (RFC 6856 §2.2)", async () => {
  const prepare = (raw: string): string => {
    if (raw.includes("\u0007")) throw new Error("prohibited");
    return raw.normalize("NFKC");
  };
  await using place = await world({ authenticator: new MemoryAccounts({ grüße: "paßword" }), prepare });
  const wire = await place.connect();
  const utf8 = (line: string): string => Buffer.from(line, "utf8").toString("latin1");
  expect(await ask(wire, "USER gr\xfc")).toBe("-ERR this name or password holds characters that may not be used");
  expect(await ask(wire, utf8("USER gru\u0308ße"))).toMatch(/^\+OK/);
  expect(await ask(wire, utf8("PASS paßword"))).toMatch(/^\+OK/);
  const again = await place.connect();
  expect(await ask(again, `AUTH PLAIN ${base64("\0gru\u0308ße\0paßword")}`)).toMatch(/^-ERR \[IN-USE\]/);
  await using ascii = await world({ authenticator: new MemoryAccounts({ grüße: "paßword" }) });
  expect(await ask(await ascii.connect(), utf8("USER grüße"))).toBe(
    "-ERR a command holds printable ASCII characters only",
  );
});

test("a login that others of its place leave no room for is told to come again, and is no failure of the server's", async () => {
  const penalties = { attemptsPerPlace: 1, waitingPerPlace: 1, firstDelayMs: 300 };
  await using place = await world({ penalties });
  const failures: unknown[] = [];
  place.server.on("failure.caught", (failure) => failures.push(failure));
  const wires = [await place.connect(), await place.connect(), await place.connect()];
  for (const [at, wire] of wires.entries()) {
    wire.send(`USER ann\r\nPASS wrong${at}\r\n`);
    expect(await wire.line()).toMatch(/^\+OK/);
  }
  const answers = await Promise.all(wires.map((wire) => wire.line()));
  expect(answers.filter((answer) => answer?.startsWith("-ERR [SYS/TEMP] "))).toHaveLength(1);
  expect(answers.filter((answer) => answer?.startsWith("-ERR [AUTH] "))).toHaveLength(2);
  expect(failures).toEqual([]);
});
