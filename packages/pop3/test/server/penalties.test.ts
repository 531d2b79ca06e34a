// Penalties: whoever guesses waits longer and longer, whoever knows the password does not wait because of others.
// Time is vitest's, so that hours pass at once; what is held is held until the clock says otherwise.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KnownLogins } from "../../src/contracts/known-logins.js";
import type { FailedLogins } from "../../src/contracts/failed-logins.js";
import { Penalties, TooManyAttempts, type PenaltyOptions, type PenaltyTicket } from "../../src/server/penalties.js";

const ATTACKER = "203.0.113.66";
const ELSEWHERE = "198.51.100.5";

/** A memory that forgets a failure an hour after it. */
class Memory implements FailedLogins {
  readonly keys = new Map<string, { digest: string | null; at: number }[]>();

  count(key: string): number {
    return this.#fresh(key).length;
  }

  add(key: string, digest: string | null): void {
    const fresh = this.#fresh(key);
    if (digest === null || fresh.every((each) => each.digest !== digest)) fresh.push({ digest, at: Date.now() });
    this.keys.set(key, fresh);
  }

  #fresh(key: string): { digest: string | null; at: number }[] {
    return (this.keys.get(key) ?? []).filter(({ at }) => at > Date.now() - 3_600_000);
  }
}

/** Delays that are whole seconds. */
const SLOW = { firstDelayMs: 1000 };

let memory: Memory;
let penalties: Penalties;
beforeEach(() => {
  vi.useFakeTimers();
  memory = new Memory();
  penalties = new Penalties(memory, { limits: SLOW });
});
afterEach(() => {
  penalties.close();
  vi.useRealTimers();
});

function set(options: PenaltyOptions): void {
  penalties = new Penalties(memory, { ...options, limits: { ...SLOW, ...options.limits } });
}

/** The milliseconds that the answer to a wrong login is held. */
async function heldMs(address: string, name: string, secret: string | null): Promise<number> {
  const begun = Date.now();
  const ticket = await penalties.enter(address, name);
  let answered = -1;
  void ticket.fail(name, secret).then(() => (answered = Date.now() - begun));
  await vi.advanceTimersByTimeAsync(20_000);
  return answered;
}

/** Whether a right login is answered without any time passing. */
async function admittedAtOnce(address: string, name: string): Promise<boolean> {
  let admitted = false;
  void penalties.enter(address, name).then(
    (ticket) => {
      admitted = true;
      ticket.succeed(name);
    },
    () => {},
  );
  await vi.advanceTimersByTimeAsync(0);
  return admitted;
}

/** Wrong logins at the same time whose peers never look at the answer; gives what became of them as time goes on. */
function attack(count: number, address = ATTACKER, name = (n: number): string => `user${n}`) {
  const seen = { admitted: 0, answered: 0, refused: 0 };
  for (let n = 0; n < count; n++) {
    void penalties.enter(address, name(n)).then(
      async (ticket) => {
        seen.admitted++;
        await ticket.fail(name(n), `guess ${n}`);
        seen.answered++;
      },
      (error: unknown) => {
        expect(error).toBeInstanceOf(TooManyAttempts);
        seen.refused++;
      },
    );
  }
  return seen;
}

describe("the delay", () => {
  test("doubles with each distinct password up to its longest", async () => {
    const held: number[] = [];
    for (let n = 0; n < 7; n++) held.push(await heldMs(ATTACKER, "ann", `guess ${n}`));
    expect(held).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  test("does not grow by the same wrong password, as a program sends it that was not told the new one", async () => {
    for (let n = 0; n < 100; n++) expect(await heldMs(ATTACKER, "ann", "old password")).toBe(1000);
    expect([...memory.keys.keys()].map((key) => memory.count(key))).toEqual([1, 1]);
  });

  test("tells the same password of two names apart, and names and passwords that join to the same text", async () => {
    await heldMs(ATTACKER, "ann", "secret");
    expect(await heldMs(ATTACKER, "bob", "secret")).toBe(2000);
    expect(await heldMs(ATTACKER, "bobs", "ecret")).toBe(4000);
  });

  test("grows where there is no password to tell by", async () => {
    expect(await heldMs(ATTACKER, "ann", null)).toBe(1000);
    expect(await heldMs(ATTACKER, "ann", null)).toBe(2000);
  });

  test("counts an address over all accounts", async () => {
    await heldMs(ATTACKER, "ann", "1");
    await heldMs(ATTACKER, "bob", "1");
    expect(await heldMs(ATTACKER, "eve", "1")).toBe(4000);
    expect(await heldMs(ELSEWHERE, "dan", "1")).toBe(1000);
  });

  test("counts an account over all addresses", async () => {
    await heldMs("203.0.113.1", "ann", "1");
    await heldMs("203.0.113.2", "ann", "2");
    expect(await heldMs("203.0.113.3", "ann", "3")).toBe(4000);
  });

  test("counts IPv6 by networks of 64 bits", async () => {
    await heldMs("2001:db8:0:1::1", "ann", "1");
    expect(await heldMs("2001:db8:0:1:ffff::2", "bob", "1")).toBe(2000);
    expect(await heldMs("2001:db8:0:2::1", "eve", "1")).toBe(1000);
  });

  test("counts an IPv4 address that is mapped into IPv6 as what it is", async () => {
    await heldMs(ATTACKER, "ann", "1");
    expect(await heldMs(`::ffff:${ATTACKER}`, "bob", "1")).toBe(2000);
  });

  test("counts accounts alone on this machine, where webmail logs in for everybody", async () => {
    for (const name of ["ann", "bob", "eve", "dan"]) expect(await heldMs("127.0.0.1", name, "1")).toBe(1000);
    expect(await heldMs("::1", "ann", "2")).toBe(2000);
  });

  test("counts an address alone where no name was given", async () => {
    expect(await heldMs(ATTACKER, "", "bad token")).toBe(1000);
    expect(await heldMs(ELSEWHERE, "", "other token")).toBe(1000);
    expect(await heldMs(ATTACKER, "", "third token")).toBe(2000);
  });

  test("shrinks as failures are forgotten", async () => {
    for (let n = 0; n < 4; n++) await heldMs(ATTACKER, "ann", `guess ${n}`);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await heldMs(ATTACKER, "ann", "guess 9")).toBe(1000);
  });

  test("is none where the operator wants none", async () => {
    set({ limits: { firstDelayMs: 0 } });
    for (let n = 0; n < 2000; n++) await (await penalties.enter(ATTACKER, "ann")).fail("ann", `guess ${n}`);
  });

  test("costs nobody a login where the memory fails, and is that of a first failure", async () => {
    const failures: unknown[] = [];
    const broken = new Error("the database is gone");
    const fail = (): never => {
      throw broken;
    };
    penalties = new Penalties({ count: fail, add: fail }, { limits: SLOW, onFailure: (error) => failures.push(error) });
    expect(await heldMs(ATTACKER, "ann", "1")).toBe(1000);
    expect(failures).toEqual([broken, broken]);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
  });
});

describe("a right login", () => {
  test("is answered at once while another address guesses 300 times", async () => {
    const seen = attack(300);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual({ admitted: 16, answered: 0, refused: 300 - 16 - 256 });
    expect(await admittedAtOnce(ELSEWHERE, "ann")).toBe(true);
  });

  test("takes less than 50 ms of real time meanwhile", async () => {
    vi.useRealTimers();
    attack(300, ATTACKER, () => "ann");
    const begun = performance.now();
    (await penalties.enter(ELSEWHERE, "ann")).succeed("ann");
    expect(performance.now() - begun).toBeLessThan(50);
  });

  test("for an account that is attacked from everywhere is answered at once", async () => {
    for (let n = 1; n < 100; n++) attack(16, `203.0.113.${n}`, () => "ann");
    await vi.advanceTimersByTimeAsync(0);
    expect(await admittedAtOnce(ELSEWHERE, "ann")).toBe(true);
    // The delay that the account has earned is for the wrong ones.
    expect(await heldMs(ELSEWHERE, "ann", "wrong")).toBe(15_000);
  });

  test("from the attacked address is answered at once for a name that is at home there", async () => {
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    attack(300);
    await vi.advanceTimersByTimeAsync(0);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    expect(await admittedAtOnce(ATTACKER, "bob")).toBe(false);
  });

  test("from anywhere in its network of 64 bits makes a name at home there", async () => {
    expect(await admittedAtOnce("2001:db8::1", "ann")).toBe(true);
    attack(300, "2001:db8::2");
    expect(await admittedAtOnce("2001:db8::3", "ann")).toBe(true);
  });

  test("is remembered for a day", async () => {
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    await vi.advanceTimersByTimeAsync(24 * 3_600_000 - 1000);
    const first = attack(300);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    await vi.advanceTimersByTimeAsync(25 * 3_600_000);
    expect(first.answered).toBe(272);
    attack(300);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(false);
  });

  test("is remembered for the latest so many", async () => {
    set({ limits: { knownPairs: 2 } });
    for (const name of ["ann", "bob", "ann", "eve"]) expect(await admittedAtOnce(ATTACKER, name)).toBe(true);
    attack(300);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    expect(await admittedAtOnce(ATTACKER, "eve")).toBe(true);
    expect(await admittedAtOnce(ATTACKER, "bob")).toBe(false);
  });

  test("that no name was found for is not remembered as the nameless", async () => {
    set({ limits: { knownPairs: 1 } });
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    (await penalties.enter(ATTACKER, "")).succeed("");
    attack(300);
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    expect(await admittedAtOnce(ATTACKER, "")).toBe(false);
  });

  test("of somebody else on this machine is answered at once", async () => {
    attack(300, "127.0.0.1", () => "eve");
    expect(await admittedAtOnce("127.0.0.1", "ann")).toBe(true);
    expect(await admittedAtOnce("127.0.0.1", "eve")).toBe(false);
  });
});

describe("slots", () => {
  test("hold back those who do not wait for the answer: a slot is taken for the whole delay", async () => {
    const seen = attack(272);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.admitted).toBe(16);
    // The first 16 are held 1, 2, 4, 8 and then 15 seconds; from there on a slot serves four a minute.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.admitted).toBeLessThanOrEqual(16 * 6);
    const after = seen.admitted;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.admitted - after).toBeLessThanOrEqual(16 * 4);
    expect(seen.admitted - after).toBeGreaterThan(0);
  });

  test("hold back those who guess at a name that is at home there", async () => {
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(true);
    const seen = attack(100, ATTACKER, () => "ann");
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.admitted).toBe(16);
  });

  test("are handed on in turn", async () => {
    set({ limits: { attemptsPerPlace: 1 } });
    const first = await penalties.enter(ATTACKER, "first");
    const turns: number[] = [];
    const tickets: PenaltyTicket[] = [];
    for (let n = 0; n < 3; n++) {
      void penalties.enter(ATTACKER, `user${n}`).then((ticket) => (turns.push(n), tickets.push(ticket)));
    }
    first.abandon();
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toEqual([0]);
    tickets[0]!.succeed("user0");
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toEqual([0, 1]);
    void tickets[1]!.fail("user1", "wrong");
    await vi.advanceTimersByTimeAsync(999);
    expect(turns).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(turns).toEqual([0, 1, 2]);
  });

  test("are freed once, however often a ticket is given back", async () => {
    set({ limits: { attemptsPerPlace: 1 } });
    const ticket = await penalties.enter(ATTACKER, "ann");
    ticket.abandon();
    ticket.abandon();
    ticket.succeed("ann");
    await ticket.fail("ann", "wrong");
    expect(memory.keys.size).toBe(0);
    await penalties.enter(ATTACKER, "bob");
    expect(await admittedAtOnce(ATTACKER, "ann")).toBe(false);
  });

  test("are not given to peers that have gone, and these make room where too many wait", async () => {
    set({ limits: { attemptsPerPlace: 1, waitingPerPlace: 3 } });
    const first = await penalties.enter(ATTACKER, "first");
    let gone = false;
    const ghosts = [0, 1, 2].map((n) => penalties.enter(ATTACKER, `ghost${n}`, () => gone && n > 0));
    const results = Promise.allSettled(ghosts);
    await expect(penalties.enter(ATTACKER, "ann")).rejects.toThrow(TooManyAttempts);
    gone = true;
    const ann = penalties.enter(ATTACKER, "ann", () => false);
    first.abandon();
    (await ghosts[0]!).abandon();
    (await ann).succeed("ann");
    expect((await results).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test("pass over a peer that went while it waited", async () => {
    set({ limits: { attemptsPerPlace: 1 } });
    const first = await penalties.enter(ATTACKER, "first");
    const ghost = penalties.enter(ATTACKER, "ghost", () => true);
    const ann = penalties.enter(ATTACKER, "ann");
    first.abandon();
    await expect(ghost).rejects.toThrow(TooManyAttempts);
    (await ann).succeed("ann");
    expect(await admittedAtOnce(ATTACKER, "bob")).toBe(true);
  });
});

describe("bounds", () => {
  test("on those who wait in one place", async () => {
    const seen = attack(1000);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual({ admitted: 16, answered: 0, refused: 1000 - 16 - 256 });
  });

  test("on those who wait in all: the place with the most makes room", async () => {
    set({ limits: { attemptsPerPlace: 1, waitingInAll: 10 } });
    const crowd = attack(11);
    await penalties.enter(ELSEWHERE, "first");
    const ann = penalties.enter(ELSEWHERE, "ann");
    await vi.advanceTimersByTimeAsync(0);
    expect(crowd).toEqual({ admitted: 1, answered: 0, refused: 1 });
    await expect(penalties.enter(ATTACKER, "another")).rejects.toThrow(TooManyAttempts);
    expect(crowd.refused).toBe(1);
    penalties.close();
    await expect(ann).rejects.toThrow("the server is stopping");
  });

  test("on answers that are held: the oldest goes out early, and nobody is refused", async () => {
    set({ limits: { heldInAll: 20 } });
    const seen = [1, 2, 3].map((n) => attack(10, `203.0.113.${n}`));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([
      { admitted: 10, answered: 10, refused: 0 },
      { admitted: 10, answered: 0, refused: 0 },
      { admitted: 10, answered: 0, refused: 0 },
    ]);
  });

  test("on the length of keys and digests, whatever a peer sends; neither holds name or password", async () => {
    await heldMs(ATTACKER, "n".repeat(100_000), "p".repeat(100_000));
    await heldMs(ATTACKER, "ann", "secret");
    const kept = JSON.stringify([...memory.keys]);
    expect(kept).not.toMatch(/nnnn|pppp|ann|secret/);
    for (const key of memory.keys.keys()) expect(key.length).toBeLessThan(64);
    for (const all of memory.keys.values()) for (const { digest } of all) expect(digest!.length).toBe(32);
  });

  test.each([{ firstDelayMs: -1 }, { attemptsPerPlace: 0 }, { knownPairs: 1.5 }, { longestDelayMs: 3_600_000 }])(
    "that make no sense are refused: %j",
    (limits) => {
      expect(() => new Penalties(memory, { limits })).toThrow(RangeError);
    },
  );
});

test("workers with one key share what they remember; without it digests are their own", async () => {
  const key = new Uint8Array(32).fill(7);
  for (const options of [{ key }, { key }, {}]) {
    set(options);
    void (await penalties.enter(ATTACKER, "ann")).fail("ann", "old password");
  }
  const accounts = [...memory.keys].filter(([name]) => name.startsWith("account"));
  expect(accounts.map(([, failures]) => failures.length)).toEqual([1, 1]);
  expect(memory.count(`address ${ATTACKER}`)).toBe(2);
});

test("close lets go whoever is held or waits, at once, and admits nobody", async () => {
  const seen = attack(100);
  const inProgress = await penalties.enter(ELSEWHERE, "ann");
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual({ admitted: 16, answered: 0, refused: 0 });
  penalties.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual({ admitted: 16, answered: 16, refused: 84 });
  await inProgress.fail("ann", "wrong");
  expect(vi.getTimerCount()).toBe(0);
  await expect(penalties.enter(ELSEWHERE, "ann")).rejects.toThrow(TooManyAttempts);
});

describe("who is at home, as others remember it", () => {
  const shared = (): KnownLogins & { readonly pairs: Map<string, number>; asked: number } => ({
    pairs: new Map(),
    asked: 0,
    knows(pair) {
      this.asked += 1;
      return (this.pairs.get(pair) ?? 0) > Date.now();
    },
    remember(pair, untilMs) {
      this.pairs.set(pair, untilMs);
    },
  });
  const key = new Uint8Array(32);

  test("does not wait for those who guess from the same place, at another server or after a restart", async () => {
    const known = shared();
    set({ known, key });
    (await penalties.enter("192.0.2.1", "ann")).succeed("ann");
    set({ known, key });
    attack(300, "192.0.2.1", (at) => `guess ${at}`);
    expect(await admittedAtOnce("192.0.2.1", "ann")).toBe(true);
    expect(await admittedAtOnce("192.0.2.1", "bob")).toBe(false);
  });

  test("is asked for only while a place is full, and told once for many logins", async () => {
    const known = shared();
    set({ known, key });
    for (let login = 0; login < 20; login++) (await penalties.enter("192.0.2.1", "ann")).succeed("ann");
    expect(known.pairs.size).toBe(1);
    expect(known.asked).toBe(0);
    expect([...known.pairs.keys()].join()).not.toContain("ann");
  });

  test("costs nobody a login where it fails", async () => {
    const fail = (): never => {
      throw new Error("down");
    };
    set({ known: { knows: fail, remember: fail }, key });
    (await penalties.enter("192.0.2.1", "ann")).succeed("ann");
    attack(300, "192.0.2.1", (at) => `guess ${at}`);
    expect(await admittedAtOnce("192.0.2.1", "bob")).toBe(false);
    expect(await admittedAtOnce("192.0.2.1", "ann")).toBe(true);
  });
});
