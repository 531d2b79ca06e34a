// The server as its owner sees it: where login is offered, private capabilities, events, limits, deadlines, the stop.
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import { implementation, noArgument, none, Registry, standard, type Capability, type SessionView } from "@postern/pop3";
import { MaildropFailure, MemoryMaildrops, MemoryPolicies, Pop3Server, type ServerEvents } from "@postern/pop3/server";
import { afterEach, describe, expect, test, vi } from "vitest";
import { octets } from "../support/cuts.js";
import { outside } from "../support/view.js";
import { world } from "../support/world.js";

async function capabilities(
  wire: Awaited<ReturnType<Awaited<ReturnType<typeof world>>["connect"]>>,
): Promise<string[]> {
  wire.send("CAPA\r\n");
  expect(await wire.line()).toMatch(/^\+OK/);
  return wire.body();
}

test("UIDL says of a message what UIDL n says, whatever characters its unique-id has", async () => {
  await using place = await world();
  const all = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at));
  const kept = [all.slice(0, 47).join(""), all.slice(47).join(""), "[IN-USE]", "]"];
  for (const uniqueId of kept) await place.maildrops.deliver("ann", octets("x\n"), { uniqueId });
  const wire = await place.login();
  wire.send("UIDL\r\n");
  expect(await wire.line()).toMatch(/^\+OK/);
  const listed = await wire.body();
  expect(listed.slice(3)).toEqual(kept.map((uniqueId, at) => `${at + 4} ${uniqueId}`));
  for (const line of listed) {
    wire.send(`UIDL ${line.split(" ")[0]}\r\n`);
    expect(await wire.line()).toBe(`+OK ${line}`);
  }
});

describe("what is offered, and where", () => {
  test("in the clear with cleartext login allowed", async () => {
    await using place = await world();
    const before = await capabilities(await place.connect());
    expect(before).toEqual([
      "TOP",
      "USER",
      "SASL SCRAM-SHA-256 SCRAM-SHA-1 PLAIN",
      "RESP-CODES",
      "PIPELINING",
      "EXPIRE NEVER",
      "UIDL",
      "IMPLEMENTATION Postern",
      "STLS",
      "AUTH-RESP-CODE",
      "UTF8",
      "LANG",
    ]);
    const after = await capabilities(await place.login());
    expect(after).toEqual(before.filter((line) => line !== "STLS"));
  });

  test("in the clear without: neither announced nor accepted, and STLS opens the way", async () => {
    await using place = await world({ cleartextLogin: "never" });
    const wire = await place.connect();
    expect(await capabilities(wire)).not.toContain("USER");
    wire.send("USER ann\r\nPASS secret\r\n");
    expect(await wire.line()).toMatch(/^-ERR a password is not accepted in the clear: start TLS with STLS first/);
    expect(await wire.line()).toMatch(/^-ERR a password is not accepted in the clear/);
    wire.send("STLS\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    await wire.startTls();
    expect(await capabilities(wire)).toEqual(expect.arrayContaining(["USER"]));
    expect(await capabilities(wire)).not.toContain("STLS");
    wire.send("STLS\r\nUSER ann\r\nPASS secret\r\n");
    expect(await wire.line()).toBe("-ERR TLS is active already");
    expect(await wire.line()).toMatch(/^\+OK/);
    expect(await wire.line()).toMatch(/^\+OK/);
  });

  test("what waits unread behind STLS is dropped and never served, in the clear or under TLS", async () => {
    let answer: (user: string | null) => void = () => {};
    await using place = await world({
      authenticator: { verifyPassword: () => new Promise((resolve) => (answer = resolve)) },
    });
    const dropped: number[] = [];
    place.server.on("tls.started", ({ droppedOctets }) => dropped.push(droppedOctets));
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS wrong\r\nSTLS\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    // A segment of its own, which arrives while the password is being verified.
    wire.send("CAPA\r\n");
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer(null);
    expect(await wire.line()).toMatch(/^-ERR/);
    expect(await wire.line()).toBe("+OK begin TLS negotiation");
    await wire.startTls();
    wire.send("QUIT\r\n");
    expect(await wire.line()).toBe("+OK bye");
    expect(dropped).toEqual(["CAPA\r\n".length]);
  });

  test("without a certificate there is no STLS", async () => {
    const server = new Pop3Server({
      maildrops: new MemoryMaildrops(),
      authenticator: { verifyPassword: async () => null },
    });
    expect(server.registry.capabilityLines({ ...outside, canStartTls: false, implementation: null })).not.toContain(
      "STLS",
    );
    await expect(server.listen({ tls: "implicit" })).rejects.toThrow(/certificate/);
  });

  test("an enabled list leaves the rest silent and refused", async () => {
    await using place = await world({ enabled: ["user", "STLS"], implementation: null });
    const wire = await place.login();
    expect(await capabilities(wire)).toEqual(["USER"]);
    wire.send("UIDL\r\nTOP 1 0\r\n");
    expect(await wire.line()).toMatch(/^-ERR/);
    expect(await wire.line()).toMatch(/^-ERR/);
  });

  test("what is not declared, or has no server behaviour, cannot be enabled", () => {
    expect(() => new Registry(standard, { enabled: ["X-NONE"] })).toThrow(/no capability of this tag/);
    const { available: _, ...silent } = {
      ...implementation,
      tag: "X-SILENT",
      name: "x-silent",
      registration: null,
      checks: [],
    };
    expect(() => new Registry([...standard, silent], { enabled: ["X-SILENT"] })).toThrow(/cannot serve/);
  });

  test("an implementation text that would break its line is refused at once", async () => {
    await expect(world({ implementation: "bad\r\nSASL PLAIN" })).rejects.toThrow(RangeError);
  });
});

function fail(): never {
  throw new Error("private trouble");
}

describe("a private capability", () => {
  const seen: string[] = [];
  const hello: Capability<string> = {
    tag: "X-HELLO",
    name: "x-hello",
    registration: null,
    argument: {
      text: "a name",
      parse: ([name]) => (name === undefined ? { problem: "a name is expected" } : { value: name }),
      format: (name) => [name],
    },
    commands: [
      {
        keyword: "XHLO",
        params: none,
        validIn: ["TRANSACTION"],
        reply: "single",
        serve: () => ({ status: "+OK", text: "hello" }),
      },
    ],
    affects: ["STAT"],
    announced: { in: "both", differs: false },
    reference: ["https://example.org/x-hello"],
    discussion: "Says hello, and watches STAT.",
    limits: { commandOctets: 1000 },
    checks: [],
    available: ({ state }) => state === "TRANSACTION",
    value: () => "world",
    around(context, next) {
      seen.push(`${context.transaction.count}`);
      return next();
    },
  };

  test("is announced, served, wraps what it affects and nothing else, and sets the line limit", async () => {
    // Without SASL, whose limit is larger.
    await using place = await world({ capabilities: [...standard, hello], enabled: ["USER", "X-HELLO"] });
    const wire = await place.login();
    expect(await capabilities(wire)).toContain("X-HELLO world");
    wire.send("XHLO\r\nNOOP\r\n");
    const rest = `STAT\r\n${"N".repeat(990)}\r\n${"N".repeat(999)}\r\n`;
    expect(await wire.line()).toBe("+OK hello");
    expect(await wire.line()).toBe("+OK");
    expect(seen).toEqual([]);
    wire.send(rest);
    expect(await wire.line()).toMatch(/^\+OK 3 /);
    expect(seen).toEqual(["3"]);
    expect(await wire.line()).toMatch(/^-ERR a command begins/);
    expect(await wire.line()).toBe("-ERR a command line is limited to 1000 octets");
  });

  test.each([
    ["parse", { params: { ...none, parse: () => fail() } }],
    ["serve", { serve: () => fail() }],
    ["serve, later", { serve: () => Promise.reject(new Error("private trouble")) }],
    ["around", {}, { affects: ["XHLO"], around: () => fail() }],
    ["available", {}, { available: ({ secure }: SessionView) => secure || fail() }],
    ["a body", { serve: () => ({ status: "+OK", text: "", body: [] as never, sent: fail }) }],
  ] as const)(
    "whose %s throws costs one command, not the server",
    async (where, command, rest?: Partial<Capability<string>>) => {
      const mine = { ...hello, ...rest, commands: [{ ...hello.commands[0]!, ...command }] } as Capability<string>;
      await using place = await world({ capabilities: [...standard, mine] });
      const caught: unknown[] = [];
      place.server.on("failure.caught", ({ error }) => caught.push(error));
      const wire = await place.login();
      wire.send("XHLO\r\nNOOP\r\n");
      const answer = await wire.line();
      if (where === "a body") {
        // What fails after the reply has begun ends this session, and no other.
        while ((await wire.line()) !== null);
      } else {
        expect(answer).toBe("-ERR [SYS/TEMP] this failed here; try again later");
        expect(await wire.line()).toBe("+OK");
      }
      expect(caught).toHaveLength(1);
      await place.connect();
    },
  );

  test("that clashes with a standard one is refused", () => {
    expect(() => new Registry([...standard, { ...hello, tag: "uidl" }])).toThrow(/uidl/i);
    expect(
      () =>
        new Registry([
          ...standard,
          { ...hello, argument: noArgument, commands: [{ ...hello.commands[0]!, keyword: "TOP" }] },
        ]),
    ).toThrow(/TOP/);
  });
});

describe("events", () => {
  test("one session from opening to end, without a secret", async () => {
    await using place = await world();
    const told: [string, unknown][] = [];
    const names: (keyof ServerEvents)[] = [
      "session.opened",
      "login.refused",
      "login.accepted",
      "message.retrieved",
      "maildrop.updated",
      "session.ended",
    ];
    for (const name of names) place.server.on(name, (event: unknown) => told.push([name, event]));
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS hunter2\r\nUSER ann\r\nPASS secret\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
    while ((await wire.line()) !== null);
    await vi.waitFor(() => expect(place.server.sessionCount).toBe(0));
    expect(told.map(([name]) => name)).toEqual(names);
    expect(told[1]![1]).toMatchObject({ name: "ann", cause: "credentials", user: null });
    expect(told[5]![1]).toMatchObject({ user: "ann", reason: "quit", state: "TRANSACTION" });
    expect(JSON.stringify(told)).not.toMatch(/hunter2|"secret"/);
  });
});

describe("a listener of the owner's that throws", () => {
  test.each(["session.opened", "login.accepted", "message.retrieved", "session.ended"] as const)(
    "on %s is heard of, and the session goes on as if it had not",
    async (name) => {
      const uncaught: unknown[] = [];
      const others = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.on("uncaughtException", (error) => uncaught.push(error));
      try {
        const place = await world();
        place.server.on(name, () => {
          throw new Error("the owner's trouble");
        });
        const wire = await place.connect();
        wire.send("USER ann\r\nPASS secret\r\nRETR 3\r\nSTAT\r\nQUIT\r\n");
        const lines: string[] = [];
        for (let line = await wire.line(); line !== null; line = await wire.line()) lines.push(line);
        expect(lines.at(-2)).toMatch(/^\+OK 3 /);
        await place.server.close();
        await vi.waitFor(() => expect(uncaught).toEqual([new Error("the owner's trouble")]));
      } finally {
        process.removeAllListeners("uncaughtException");
        for (const other of others) process.on("uncaughtException", other);
      }
    },
  );
});

describe("limits", () => {
  test("useless commands in a row end the session, a good one in between does not", async () => {
    await using place = await world({ limits: { uselessCommands: 3 } });
    const wire = await place.login();
    wire.send("A\r\nB\r\nNOOP\r\nA\r\nB\r\nC\r\nNOOP\r\n");
    const lines: (string | null)[] = [];
    for (let line = await wire.line(); line !== null; line = await wire.line()) lines.push(line.slice(0, 4));
    expect(lines).toEqual(["-ERR", "-ERR", "+OK", "-ERR", "-ERR", "-ERR"]);
  });

  test("refused logins end the connection", async () => {
    await using place = await world({ limits: { loginFailures: 2 } });
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS a\r\nUSER ann\r\nPASS b\r\nUSER ann\r\n");
    const lines: string[] = [];
    for (let line = await wire.line(); line !== null; line = await wire.line()) lines.push(line.slice(0, 4));
    expect(lines).toEqual(["+OK ", "-ERR", "+OK ", "-ERR"]);
  });

  test("connections over the limit are told", async () => {
    await using place = await world({ limits: { connections: 1 } });
    await place.connect();
    await expect(place.connect()).rejects.toThrow(/too many connections/);
  });

  test.each([
    [{ limits: { connections: 0 } }, /connections/],
    [{ deadlines: { idleMs: 60_000 } }, /RFC 1939/],
    [{ deadlines: { loginMs: 2 ** 40 } }, /timer/],
  ])("%j makes no sense and is refused", async (options, problem) => {
    await expect(world(options)).rejects.toThrow(problem);
  });
});

describe("deadlines", () => {
  afterEach(() => vi.useRealTimers());

  test("no login in time: closed without a word", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using place = await world();
    const socket = await place.connect();
    vi.advanceTimersByTime(3 * 60_000 - 1);
    expect(place.server.sessionCount).toBe(1);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    expect(await socket.line()).toBeNull();
  });

  test("no login in time because the maildrop opened late: its delay does not begin, and the lease is free", async () => {
    const store = new MemoryMaildrops();
    let opened: () => void = () => {};
    const opening = new Promise<void>((resolve) => (opened = resolve));
    const policies = new MemoryPolicies({ loginDelaySeconds: 60, retentionDays: "never" });
    await using place = await world({
      maildrops: { open: async (user) => opening.then(() => store.open(user)) },
      policies,
      deadlines: { loginMs: 50 },
    });
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS secret\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    expect(await wire.line()).toBeNull();
    opened();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(policies.admit("ann")).toBe(0);
    expect(store.open("ann").snapshot.count).toBe(0);
  });

  test("idle after login: commands push the deadline on; at its end nothing is said and nothing deleted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using place = await world();
    const ended: string[] = [];
    place.server.on("session.ended", ({ reason }) => ended.push(reason));
    const wire = await place.login();
    for (let round = 0; round < 3; round++) {
      vi.advanceTimersByTime(9 * 60_000);
      wire.send("DELE 1\r\nRSET\r\nDELE 1\r\n");
      for (let line = 0; line < 3; line++) expect(await wire.line()).toMatch(/^(\+OK|-ERR)/);
    }
    vi.advanceTimersByTime(10 * 60_000);
    vi.useRealTimers();
    expect(await wire.line()).toBeNull();
    await vi.waitFor(() => expect(ended).toEqual(["idle"]));
    const again = await place.login();
    again.send("STAT\r\n");
    expect(await again.line()).toMatch(/^\+OK 3 /);
  });
});

describe("the stop", () => {
  test("an idle session is told, keeps its messages, and the lease is free", async () => {
    const place = await world();
    const wire = await place.login();
    wire.send("DELE 1\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    const closed = place.server.close();
    expect(await wire.line()).toMatch(/^-ERR \[SYS\/TEMP\] the server is stopping/);
    expect(await wire.line()).toBeNull();
    await closed;
    expect(place.maildrops.open("ann").snapshot.count).toBe(3);
  });

  test("a running command finishes first, and new connections are refused", async () => {
    let answer: (user: string | null) => void = () => {};
    const place = await world({
      authenticator: { verifyPassword: () => new Promise((resolve) => (answer = resolve)) },
    });
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS secret\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    const closed = place.server.close();
    await expect(place.connect()).rejects.toThrow(/ECONNREFUSED|closed/);
    answer("ann");
    expect(await wire.line()).toMatch(/^\+OK the maildrop is open; messages: 3,/);
    expect(await wire.line()).toMatch(/^-ERR \[SYS\/TEMP\]/);
    await closed;
  });

  test("resolves after the last session's event", async () => {
    const place = await world();
    const ended: string[] = [];
    place.server.on("session.ended", ({ session }) => ended.push(session));
    await place.login(true);
    await place.connect(false);
    await place.server.close();
    expect(ended).toHaveLength(2);
  });

  test("a client that goes away during the TLS handshake leaves nothing behind", async () => {
    const place = await world();
    const failed: string[] = [];
    place.server.on("tls.failed", ({ problem }) => failed.push(problem));
    for (let round = 0; round < 10; round++) {
      const socket = connect({ port: place.tlsPort, host: "127.0.0.1", rejectUnauthorized: false });
      await new Promise<void>((resolve) => socket.once("secureConnect", () => resolve()));
      if (round % 2 === 0) socket.destroy();
      else socket.end();
    }
    const plain = connectTcp(place.tlsPort, "127.0.0.1");
    await new Promise<void>((resolve) => plain.once("connect", () => resolve()));
    plain.end();
    await vi.waitFor(() => expect(place.server.sessionCount).toBe(0));
    expect(failed.length).toBeGreaterThan(0);
    await place.server.close();
  });

  test("what does not end in time is cut off", async () => {
    const place = await world({ authenticator: { verifyPassword: () => new Promise(() => {}) } });
    const wire = await place.connect();
    wire.send("USER ann\r\nPASS secret\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    await place.server.close({ graceMs: 10 });
    expect(await wire.line()).toBeNull();
  });
});

describe("failures of the store", () => {
  const wire = octets("Subject: x\r\n\r\nbody\r\n");
  function failing(part: "open" | "read" | "middle" | "update", error: Error): MemoryMaildrops {
    const store = new MemoryMaildrops();
    const open = store.open.bind(store);
    store.open = (user) => {
      if (part === "open") throw error;
      const maildrop = open(user);
      if (part === "read") maildrop.read = () => Promise.reject(error);
      if (part === "update") maildrop.update = () => Promise.reject(error);
      if (part === "middle") {
        maildrop.read = function* () {
          yield wire;
          throw error;
        };
      }
      return maildrop;
    };
    return store;
  }

  test.each([
    ["open", new MaildropFailure("temporary", "x"), "PASS", /^-ERR \[SYS\/TEMP\]/],
    ["open", new MaildropFailure("permanent", "x"), "PASS", /^-ERR \[SYS\/PERM\]/],
    ["open", new Error("unforeseen"), "PASS", /^-ERR \[SYS\/TEMP\]/],
    ["read", new MaildropFailure("permanent", "x"), "RETR 1", /^-ERR \[SYS\/PERM\]/],
    ["read", new Error("unforeseen"), "TOP 1 0", /^-ERR \[SYS\/TEMP\]/],
    ["update", new MaildropFailure("temporary", "x"), "QUIT", /^-ERR \[SYS\/TEMP\] the deletion failed/],
    ["update", new Error("unforeseen"), "QUIT", /^-ERR \[SYS\/TEMP\]/],
  ] as const)("%s fails: %s", async (part, error, command, reply) => {
    const maildrops = failing(part, error);
    await maildrops.deliver("ann", wire);
    await using place = await world({ maildrops });
    const peer = await place.connect();
    peer.send("USER ann\r\nPASS secret\r\n");
    await peer.line();
    let answer = await peer.line();
    if (command !== "PASS") {
      peer.send(`DELE 1\r\nRSET\r\n${part === "update" ? "DELE 1" : "NOOP"}\r\n${command}\r\n`);
      for (let line = 0; line < 4; line++) answer = await peer.line();
    }
    expect(answer).toMatch(reply);
    expect(answer).not.toContain("unforeseen");
  });

  test("a failure in the middle of a message closes without the terminator", async () => {
    const maildrops = failing("middle", new Error("disk"));
    await maildrops.deliver("ann", wire);
    await using place = await world({ maildrops });
    const peer = await place.login();
    peer.send("RETR 1\r\nNOOP\r\n");
    const lines: (string | null)[] = [];
    for (let line = await peer.line(); line !== null; line = await peer.line()) lines.push(line);
    expect(lines).not.toContain(".");
    expect(lines.filter((line) => line?.startsWith("+OK"))).toHaveLength(lines.length === 0 ? 0 : 1);
  });
});
