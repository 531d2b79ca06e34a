// An account over time: when it is visited again, what is tried again, and what ends it. Time is the test's own, servers are on loopback.
// What each failure means is listed in `fetch-verdict.test.ts`; what a whole program does is in `cli/fetch.test.ts`.
import { readdirSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import type { ConnectOptions } from "@postern/pop3/client";
import { MemoryPolicies } from "@postern/pop3/server";
import { describe, expect, test } from "vitest";
import { world } from "../../../pop3/test/support/world.js";
import { fetchAccount } from "../../src/sync/fetch-account.js";
import type { Clock, Every, FetchAccountOptions } from "../../src/sync/fetch-account.js";
import type { PassOutcome } from "../../src/sync/fetch-pass.js";
import { openDestination } from "../../src/sync/open-destination.js";
import { openAccountState } from "../../src/sync/state.js";
import { capabilityList, scripted } from "../cli/scripted-server.js";
import type { Script } from "../cli/scripted-server.js";
import { account, workplace } from "./workplace.js";

/** Sleeps pass at once, and are written down; the one with that number is ended by the signal. */
class TestClock implements Clock {
  readonly sleeps: number[] = [];
  readonly #stopping = new AbortController();
  readonly #stopsAt: number;
  ms = Date.UTC(2026, 3, 1);

  constructor(stopsAt: number = Infinity) {
    this.#stopsAt = stopsAt;
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  nowMs(): number {
    return this.ms;
  }

  random(): number {
    return 0.5;
  }

  stop(): void {
    this.#stopping.abort(new Error("stopped"));
  }

  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.sleeps.push(ms);
    if (this.sleeps.length >= this.#stopsAt) this.stop();
    signal?.throwIfAborted();
    this.ms += ms;
  }
}

interface Fetching {
  readonly every?: Every;
  readonly tries?: number;
  readonly deletes?: boolean;
  readonly connect?: Partial<ConnectOptions>;
}

/** An account with its state and its folder, to be fetched as often as one likes. */
class Fetched {
  readonly #directory = workplace();
  readonly #port: number;
  readonly outcomes: PassOutcome[] = [];
  readonly reasons: string[] = [];
  readonly clock: TestClock;

  constructor(port: number, clock: TestClock = new TestClock()) {
    this.#port = port;
    this.clock = clock;
  }

  get files(): string[] {
    return readdirSync(join(this.#directory, "mail"));
  }

  run(fetching: Fetching = {}, clock: TestClock = this.clock): Promise<PassOutcome | null> {
    const { every = "once", tries = 5, deletes = false, connect = {} } = fetching;
    const statePath = join(this.#directory, "fetch.sqlite");
    const options: FetchAccountOptions = {
      connect: {
        host: "127.0.0.1",
        port: this.#port,
        tls: "none",
        auth: { user: "ann", password: "secret", cleartext: true },
        ...connect,
      },
      deletes,
      onlyNew: false,
      every,
      tries,
      signal: clock.signal,
      clock,
      listener: {
        visited: (outcome) => this.outcomes.push(outcome),
        waiting: (_, why) => this.reasons.push(why),
      },
      openState: () => openAccountState(statePath, account),
      openDestination: (ledger) => openDestination(`eml:${join(this.#directory, "mail")}`, { ledger, statePath }),
    };
    return fetchAccount(options);
  }
}

describe("the delay between logins", () => {
  const delayed = (seconds: number, clock: TestClock): MemoryPolicies =>
    new MemoryPolicies({ loginDelaySeconds: seconds, retentionDays: "never" }, {}, () => clock.nowMs());

  test("auto waits as the server asks, and five minutes where it asks for less", async () => {
    for (const [seconds, waitMs] of [
      [900, 900_000],
      [10, 300_000],
    ] as const) {
      const clock = new TestClock(3);
      await using server = await world({ policies: delayed(seconds, clock) });
      const fetched = new Fetched(server.port, clock);
      expect(await fetched.run({ every: "auto" })).toMatchObject({ fetched: 0, known: 3 });
      expect(clock.sleeps).toEqual([waitMs, waitMs, waitMs]);
      expect(fetched.outcomes.map((outcome) => outcome.fetched)).toEqual([3, 0, 0]);
    }
  });

  test("a number of seconds is no sooner than the server allows", async () => {
    for (const [every, waitMs] of [
      [30, 60_000],
      [90, 90_000],
    ] as const) {
      const clock = new TestClock(2);
      await using server = await world({ policies: delayed(60, clock) });
      await new Fetched(server.port, clock).run({ every });
      expect(clock.sleeps).toEqual([waitMs, waitMs]);
    }
  });

  test("is kept over restarts, and no login is refused", async () => {
    const clock = new TestClock();
    await using server = await world({ policies: delayed(600, clock) });
    const fetched = new Fetched(server.port, clock);
    await fetched.run();
    expect(clock.sleeps).toEqual([]);
    clock.ms += 100_000;
    await fetched.run();
    expect(clock.sleeps).toEqual([500_000]);
    clock.ms += 600_000;
    await fetched.run();
    expect(clock.sleeps).toEqual([500_000]);
    expect(fetched.reasons).toEqual(["the server asks for a delay between logins"]);
  });

  test("a clock that was set back keeps nobody waiting", async () => {
    const clock = new TestClock();
    await using server = await world({ policies: delayed(600, clock) });
    const fetched = new Fetched(server.port, clock);
    await fetched.run();
    clock.ms -= 86_400_000;
    await fetched.run();
    expect(clock.sleeps).toEqual([]);
  });

  test("[LOGIN-DELAY] is waited for where another program was there before", async () => {
    const clock = new TestClock();
    await using server = await world({ policies: delayed(60, clock) });
    (await server.login()).close();
    const fetched = new Fetched(server.port, clock);
    expect(await fetched.run()).toMatchObject({ fetched: 3 });
    // The maildrop may be in use for a moment before.
    expect(clock.sleeps.at(-1)).toBe(60_000);
  });

  test("a server that asks for centuries is asked again in a day", async () => {
    await using server = await scripted(account0({ CAPA: capabilityList("USER", "UIDL", "LOGIN-DELAY 9999999999") }));
    const clock = new TestClock(2);
    const fetched = new Fetched(server.port, clock);
    await fetched.run({ every: "auto" });
    expect(clock.sleeps).toEqual([86_400_000, 86_400_000]);
    expect(fetched.outcomes).toHaveLength(2);
  });
});

describe("what passes is tried again", () => {
  test.each([
    ["[IN-USE]", "-ERR [IN-USE] elsewhere"],
    ["[SYS/TEMP]", "-ERR [SYS/TEMP] later"],
  ])("%s", async (_, refusal) => {
    await using server = await scripted(account0({ PASS: [refusal, refusal, "+OK"] }));
    const fetched = new Fetched(server.port);
    expect(await fetched.run()).toMatchObject({ listed: 0 });
    expect(fetched.clock.sleeps).toEqual([2000, 4000]);
  });

  test("a greeting that turns us away, up to as many times as are allowed", async () => {
    await using server = await scripted({ greeting: "-ERR too busy" });
    const fetched = new Fetched(server.port);
    await expect(fetched.run({ tries: 4 })).rejects.toMatchObject({ name: "CommandRefused", keyword: "" });
    expect(fetched.clock.sleeps).toEqual([2000, 4000, 8000]);
  });

  test("a server that hangs up, for ever where it is to go on for ever", async () => {
    await using server = await scripted({ greeting: null });
    const fetched = new Fetched(server.port, new TestClock(12));
    expect(await fetched.run({ every: 60, tries: 2 })).toBeNull();
    expect(fetched.clock.sleeps.slice(0, 3)).toEqual([2000, 4000, 8000]);
    expect(fetched.clock.sleeps.slice(7)).toEqual([256_000, 300_000, 300_000, 300_000, 300_000]);
  });

  test("a visit that succeeds forgives those that failed", async () => {
    const down = "-ERR [SYS/TEMP] x";
    await using server = await scripted(account0({ PASS: [down, down, "+OK", down, "+OK"] }));
    const fetched = new Fetched(server.port, new TestClock(5));
    await fetched.run({ every: 60 });
    expect(fetched.clock.sleeps).toEqual([2000, 4000, 60_000, 2000, 60_000]);
  });

  test.each([false, true])("a connection lost in the middle of a message; deletion: %s", async (deletes) => {
    const texts = Array.from({ length: 5 }, (_, number) => `Subject: ${number}\r\n\r\n${"text\r\n".repeat(100_000)}`);
    await using server = await world({}, texts);
    let connections = 0;
    const stream = (): ReturnType<typeof connectTcp> => {
      const socket = connectTcp(server.port, "127.0.0.1");
      // In the third message, and in the next try in the fifth.
      let left = ++connections <= 2 ? 1_500_000 : Infinity;
      socket.on("data", (chunk) => {
        left -= chunk.length;
        if (left <= 0) socket.destroy();
      });
      return socket;
    };
    const fetched = new Fetched(server.port);
    const outcome = await fetched.run({ deletes, connect: { stream } });
    expect(connections).toBe(3);
    expect(fetched.clock.sleeps).toEqual([2000, 4000]);
    expect(fetched.files).toHaveLength(5);
    expect(outcome).toMatchObject({ listed: 5, deleted: deletes ? 5 : 0 });
    expect(outcome!.known).toBeGreaterThan(0);
    expect(server.maildrops.messages("ann")).toHaveLength(deletes ? 0 : 5);
    expect(await fetched.run()).toMatchObject({ fetched: 0 });
  });
});

describe("what does not pass ends it at once", () => {
  test.each<readonly [string, Script, string]>([
    ["[AUTH]", account0({ PASS: "-ERR [AUTH] wrong" }), "PASS was refused: wrong"],
    ["[SYS/PERM]", account0({ PASS: "-ERR [SYS/PERM] broken" }), "PASS was refused: broken"],
    ["a refusal without a code", account0({ PASS: "-ERR no" }), "PASS was refused: no"],
    [
      "no unique-ids",
      account0({
        CAPA: capabilityList("USER"),
        LIST: "+OK\n1 10\n.",
        UIDL: "-ERR unknown command",
      }),
      "the server has no unique-ids",
    ],
  ])("%s", async (_, script, sentence) => {
    await using server = await scripted(script);
    for (const every of ["once", "auto"] as const) {
      const fetched = new Fetched(server.port);
      await expect(fetched.run({ every })).rejects.toThrow(sentence);
      expect(fetched.clock.sleeps).toEqual([]);
      expect(server.heard.filter((line) => line.includes("PASS")).length).toBeLessThanOrEqual(every === "once" ? 1 : 2);
    }
  });

  test("no way to log in", async () => {
    await using server = await scripted(account0({}));
    const fetched = new Fetched(server.port);
    const run = fetched.run({ every: "auto", connect: { auth: { user: "ann", password: "secret" } } });
    await expect(run).rejects.toMatchObject({ name: "LoginImpossible" });
    expect(fetched.clock.sleeps).toEqual([]);
  });

  test("a last word that does not come, where nothing was to be deleted, ends nothing", async () => {
    for (const QUIT of ["-ERR no", null]) {
      await using server = await scripted(account0({ QUIT }));
      const fetched = new Fetched(server.port);
      expect(await fetched.run()).toMatchObject({ listed: 0 });
      expect(fetched.clock.sleeps).toEqual([]);
    }
  });

  test("one process at a time", async () => {
    await using server = await world();
    const fetched = new Fetched(server.port, new TestClock(1));
    const other = fetched.run();
    await expect(fetched.run({ every: "auto" }, new TestClock(1))).rejects.toMatchObject({ name: "AccountInUse" });
    expect(await other).toMatchObject({ fetched: 3 });
  });
});

describe("the signal", () => {
  test("ends the waiting after a failure, with its reason where it was to be fetched once", async () => {
    await using server = await scripted({ greeting: null });
    await expect(new Fetched(server.port, new TestClock(2)).run()).rejects.toThrow("stopped");
    expect(await new Fetched(server.port, new TestClock(2)).run({ every: 60 })).toBeNull();
  });

  test.each([
    ["a login", { PASS: "" }, "PASS secret"],
    ["a listing", { UIDL: "" }, "UIDL"],
    ["a message", { LIST: "+OK\n1 10\n.", UIDL: "+OK\n1 a\n.", RETR: "" }, "RETR 1"],
  ])("ends a visit in the middle of %s", async (_, answers, last) => {
    await using server = await scripted(account0(answers));
    const heard = async (): Promise<void> => {
      while (!server.heard.includes(`clear ${last}`)) await new Promise((resolve) => setTimeout(resolve, 5));
      server.heard.length = 0;
    };
    const clock = new TestClock();
    const once = new Fetched(server.port, clock).run();
    await Promise.all([expect(once).rejects.toThrow("stopped"), heard().then(() => clock.stop())]);
    const forever = new TestClock();
    const outcome = new Fetched(server.port, forever).run({ every: "auto" });
    await heard();
    forever.stop();
    expect(await outcome).toBeNull();
  });
});

/** A server of an empty maildrop with other answers to some commands. */
function account0(answers: Script["answers"]): Script {
  return {
    answers: {
      CAPA: capabilityList("USER", "UIDL", "RESP-CODES", "AUTH-RESP-CODE"),
      USER: "+OK",
      PASS: "+OK",
      LIST: "+OK\n.",
      UIDL: "+OK\n.",
      ...answers,
    },
  };
}
