// The examination itself: what it does to a server and what it never does, second attempts, delays, servers that cannot be examined, and
// hostile ones. That each check fails where it has to is `checks.test.ts`'s.
import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import {
  CheckFailed,
  checksOf,
  type ConformanceCheck,
  type ConformanceReport,
  examine,
  ExaminationImpossible,
  type ExaminationOptions,
} from "@postern/pop3/conformance";
import { MemoryAccounts, MemoryPolicies } from "@postern/pop3/server";
import { startTestServer } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { ALICE, examined, MESSAGES, soundOptions } from "./subject.js";

const quietCheck: ConformanceCheck = {
  id: "x-own",
  tag: null,
  level: "MUST",
  reference: "this test",
  title: "It is as this test wants it.",
  remedy: "Change the test.",
  given: "AUTHORIZATION",
  prove: async () => {},
};

function outcomeIn({ results }: ConformanceReport, id: string): string | undefined {
  return results.find((result) => result.id === id)?.outcome;
}

describe("in safe mode", () => {
  test("nothing is deleted, no wrong login is made, and connections are few", async () => {
    await using server = await startTestServer(soundOptions());
    const before = server.maildrops.messages(ALICE.user).map(({ uniqueId }) => uniqueId);
    let refused = 0;
    server.server.on("login.refused", ({ cause }) => (refused += cause === "credentials" ? 1 : 0));
    const report = await examined(server, { mode: "safe" });
    expect(server.maildrops.messages(ALICE.user).map(({ uniqueId }) => uniqueId)).toEqual(before);
    expect(refused).toBe(0);
    expect(report.results.filter(({ outcome }) => outcome === "failed" || outcome === "undecided")).toEqual([]);
    expect(report.connections).toBeLessThan(30);
    await server.ended();
  });

  test("nothing is deleted on a server that does not know RSET and deletes what was marked at QUIT", async () => {
    await using server = await startTestServer(
      soundOptions({ faults: [{ fault: "reply", on: "RSET", text: "+OK", carriedOut: false }] }),
    );
    await examined(server, { mode: "safe" });
    expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length);
  });

  test("nothing is retrieved where EXPIRE 0 lets the server delete what was", async () => {
    const policies = new MemoryPolicies({ loginDelaySeconds: 0, retentionDays: 0 });
    await using server = await startTestServer(soundOptions({ server: { policies } }));
    let retrieved = 0;
    server.server.on("message.retrieved", () => retrieved++);
    const report = await examined(server, { mode: "safe" });
    expect(retrieved).toBe(0);
    expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length);
    expect(outcomeIn(report, "base-retr")).toBe("not-tested");
  });
});

test("anonymous: nobody logs in, though credentials are there", async () => {
  await using server = await startTestServer(soundOptions());
  const report = await examined(server, { mode: "anonymous" });
  expect(report).toMatchObject({ logins: 0, loginMethod: null, loginProblem: null, mode: "anonymous" });
  expect(report.results.find(({ id }) => id === "base-stat")).toMatchObject({
    outcome: "not-tested",
    finding: expect.stringContaining("--anonymous") as string,
  });
  expect(outcomeIn(report, "capa-before-login")).toBe("passed");
});

describe("a delay between logins", () => {
  const delayed = (seconds: number) =>
    soundOptions({ server: { policies: new MemoryPolicies({ loginDelaySeconds: seconds, retentionDays: "never" }) } });
  const twice: ConformanceCheck = {
    ...quietCheck,
    given: "TRANSACTION",
    async prove(proof) {
      await proof.end(await proof.ownSession());
      await proof.ownSession();
    },
  };

  test("is kept to", async () => {
    await using server = await startTestServer(delayed(1));
    const waits: number[] = [];
    const report = await examined(server, { checks: [twice], only: ["x-own"], onWait: (ms) => waits.push(ms) });
    expect(report.results).toMatchObject([{ outcome: "passed" }]);
    expect(report.logins).toBe(2);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(500);
  });

  test("that is too long is not waited for", async () => {
    await using server = await startTestServer(delayed(300));
    const report = await examined(server, { checks: [twice], only: ["x-own"] });
    expect(report.results).toMatchObject([
      { outcome: "not-tested", finding: expect.stringMatching(/asks for (300|301) more seconds/) as string },
    ]);
    expect(server.sessions.flatMap(({ commands }) => commands).filter((line) => line.startsWith("AUTH "))).toHaveLength(
      1,
    );
  });
});

describe("a check that fails", () => {
  test("is made once more on connections of its own", async () => {
    let attempts = 0;
    const own: ConformanceCheck = {
      ...quietCheck,
      async prove(proof) {
        const conversation = await proof.before();
        await conversation.ask("NOOP");
        if (++attempts === 1) throw new CheckFailed("the first time only");
      },
    };
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { checks: [own], only: ["x-own"] });
    expect(report.results).toMatchObject([{ outcome: "passed", transcript: [] }]);
    expect(attempts).toBe(2);
    expect(report.connections).toBe(2);
  });

  test("twice is told with what was said the second time", async () => {
    const own: ConformanceCheck = {
      ...quietCheck,
      async prove(proof) {
        await (await proof.before()).ask("XYZZY");
        throw new CheckFailed("always");
      },
    };
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { checks: [own], only: ["x-own"] });
    expect(report.results[0]).toMatchObject({ outcome: "failed", finding: "always", remedy: "Change the test." });
    expect(report.results[0]?.transcript.filter(({ from }) => from === "C")).toEqual([{ from: "C", text: "XYZZY" }]);
    expect(report.conformant).toBe(false);
  });

  test("by a mistake of its own costs nothing else", async () => {
    const own: ConformanceCheck = { ...quietCheck, prove: () => Promise.reject(new TypeError("oops")) };
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { checks: [own], only: ["x-own", "capa-before-login"] });
    expect(outcomeIn(report, "capa-before-login")).toBe("passed");
    expect(report.results.find(({ id }) => id === "x-own")).toMatchObject({
      outcome: "undecided",
      finding: "the check itself has a mistake: TypeError: oops",
    });
  });
});

describe("no secret is in a report", () => {
  test.each(["PLAIN", "SCRAM-SHA-256", "USER", "APOP", "CRAM-MD5"])("after a login by %s", async (method) => {
    const faults = [
      { fault: "reply", on: ["STAT", "LIST", "RETR", "TOP", "UIDL", "NOOP"], text: `-ERR ${ALICE.password}` },
    ] as const;
    const authenticator = new MemoryAccounts({ [ALICE.user]: ALICE.password }, { secrets: true });
    const mechanisms = ["PLAIN", "SCRAM-SHA-256", "CRAM-MD5"];
    await using server = await startTestServer(soundOptions({ faults, server: { mechanisms, authenticator } }));
    const report = await examined(server, { auth: { ...ALICE, methods: [method] } });
    const text = JSON.stringify(report);
    expect(report.totals.failed).toBeGreaterThan(0);
    expect(text.includes(ALICE.password)).toBe(false);
    expect(text.includes(Buffer.from(`\0${ALICE.user}\0${ALICE.password}`).toString("base64"))).toBe(false);
    expect(/"text":"(\+ )?[A-Za-z0-9+/]{40,}=*"/.exec(text)).toBeNull();
  });
});

describe("a login that is not possible", () => {
  test.each([
    ["the password is wrong", { auth: { ...ALICE, password: "battery staple" } }, /was refused: -ERR/],
    ["the certificate does not hold", { tlsOptions: {} }, /certificate does not hold/],
    ["nothing is allowed that the server has", { auth: { ...ALICE, methods: ["CRAM-MD5"] } }, /no login: /],
  ] satisfies [string, Partial<ExaminationOptions>, RegExp][])("because %s", async (_, options, problem) => {
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { ...options, mode: "safe" });
    expect(report.loginProblem).toMatch(problem);
    expect(report).toMatchObject({ logins: 0, loginMethod: null });
    expect(report.results.find(({ id }) => id === "base-stat")).toMatchObject({ outcome: "not-tested" });
    expect(outcomeIn(report, "capa-before-login")).toBe("passed");
  });
});

test("a server without CAPA is not blamed for it", async () => {
  await using server = await startTestServer(
    soundOptions({ faults: [{ fault: "reply", on: "CAPA", text: "-ERR unknown command" }], certificate: null }),
  );
  const report = await examined(server, { mode: "safe" });
  expect(report.results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(report.capabilities.every(({ verdict }) => verdict === "not-announced")).toBe(true);
  expect(outcomeIn(report, "capa-before-login")).toBe("not-tested");
  expect(outcomeIn(report, "base-stat")).toBe("passed");
});

describe("what cannot be examined", () => {
  async function served(accept: (socket: Socket) => void, run: (port: number) => Promise<void>): Promise<void> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on("error", () => {}));
      accept(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      await run((server.address() as AddressInfo).port);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }
  const options = (port: number): ExaminationOptions => ({ host: "127.0.0.1", port, tls: "none", patienceMs: 400 });

  test.each<[string, (socket: Socket) => void, RegExp]>([
    ["says nothing", () => {}, /no line came within 400 ms/],
    ["hangs up", (socket) => socket.end(), /without a greeting/],
    ["turns everybody away", (socket) => socket.end("-ERR too many\r\n"), /turned the connection away: -ERR too many/],
    ["speaks HTTP", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), /turned the connection away: HTTP/],
    ["greets without end", (socket) => void socket.write("+OK ".padEnd(3 * 1024 * 1024, "x")), /a line of more than/],
  ])("a server that %s", async (_, accept, problem) => {
    await served(accept, async (port) => {
      const failed = await examine(options(port)).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(ExaminationImpossible);
      expect((failed as Error).message).toMatch(problem);
    });
  });

  test("a server whose CAPA never ends is undecided, in bounded memory", async () => {
    const accept = (socket: Socket): void => {
      socket.write("+OK\r\n");
      socket.on("data", () => {
        const more = (): void => {
          while (!socket.destroyed && socket.write("X-FILLER abcdefghijklmnopqrstuvwxyz\r\n".repeat(1000)));
        };
        socket.write("+OK\r\n");
        socket.on("drain", more);
        more();
      });
    };
    await served(accept, async (port) => {
      await expect(examine(options(port))).rejects.toThrow(/more than \d+ octets/);
    });
  });

  test("a server that says CAPA line by line for ever is given up", async () => {
    const accept = (socket: Socket): void => {
      socket.write("+OK\r\n");
      socket.once("data", () => {
        socket.write("+OK\r\n");
        const timer = setInterval(() => socket.write("X-SLOW\r\n"), 10);
        socket.once("close", () => clearInterval(timer));
      });
    };
    await served(accept, async (port) => {
      await expect(examine({ ...options(port), patienceMs: 50 })).rejects.toThrow("did not end within 600 ms");
    });
  });

  test("nobody there", async () => {
    await expect(examine(options(1))).rejects.toThrow(/cannot be reached/);
  });
});

test("a signal ends it, and nothing stays open", async () => {
  await using server = await startTestServer(soundOptions({ faults: [{ fault: "stall", on: "STAT" }] }));
  const stop = new AbortController();
  const running = examined(server, { signal: stop.signal, patienceMs: 60_000 });
  await expect
    .poll(() => server.sessions.flatMap(({ commands }) => commands).includes("STAT"), { timeout: 5000 })
    .toBe(true);
  stop.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await server.ended();
});

describe("which checks", () => {
  test("an unknown one is refused", async () => {
    await using server = await startTestServer(soundOptions());
    await expect(examined(server, { only: ["no-such-check"] })).rejects.toThrow("there is no check no-such-check");
  });

  test("two with one id are refused", () => {
    expect(() => checksOf({ checks: [quietCheck, quietCheck] })).toThrow("two checks have the id x-own");
  });

  test("what needs no login comes first, what deletes last", () => {
    const all = checksOf({ checks: [{ ...quietCheck, given: "TRANSACTION", effect: "deletes" }] });
    expect(all.findLastIndex(({ given }) => given === "AUTHORIZATION")).toBeLessThan(
      all.findIndex(({ given }) => given === "TRANSACTION"),
    );
    expect(all.at(-1)?.id).toBe("x-own");
  });

  test("each says what it is in a way that a report can show", () => {
    for (const { id, title, remedy, reference } of checksOf({})) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
      expect(title, id).toMatch(/^[A-Z0-9*].*\.$/);
      expect(remedy, id).toMatch(/^[A-Z].*\.$/);
      expect(reference, id).toMatch(/^RFC \d+ §\d+(\.\d+)*(, (RFC \d+ )?§\d+(\.\d+)*)*$/);
    }
  });
});
