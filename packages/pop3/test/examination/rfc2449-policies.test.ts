// LOGIN-DELAY and EXPIRE (RFC 2449 §6.5, §6.7, §8.1.1): what is announced before login and after it, and what is enforced.
import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { MemoryPolicies } from "@postern/pop3/server";
import { Accounts, argumentOf, auth, ERR, ERR_AUTH, LOGINS, OK, plain, login, over, staging } from "./sasl.js";
import { Rules } from "./rules.js";
import { expectOk, until } from "./stage.js";

const never = { loginDelaySeconds: 0, retentionDays: "never" } as const;
const accounts = new Accounts({ ann: "secret", bob: "secret", cat: "secret" });
const staged = staging(accounts);

describe("LOGIN-DELAY (§6.5, §8.1.1)", () => {
  const delay = (loginDelaySeconds: number): { loginDelaySeconds: number; retentionDays: "never" } => ({
    ...never,
    loginDelaySeconds,
  });
  const cases: readonly [string, Rules, string | null, Readonly<Record<string, string | null>>][] = [
    ["nobody has one: it is not announced", new Rules(delay(0)), null, { ann: null }],
    ["all have the same: no USER behind it", new Rules(delay(900)), "900", { ann: "900", bob: "900" }],
    [
      "users differ: the largest before login with USER, each one's own after it",
      new Rules(delay(60), { bob: delay(900), cat: delay(5) }),
      "900 USER",
      { ann: "60", bob: "900", cat: "5" },
    ],
    ["a user may have none", new Rules(delay(60), { bob: delay(0) }), "60 USER", { ann: "60", bob: "0" }],
  ];
  for (const [name, policies, before, after] of cases) {
    test(name, async () => {
      const its = await staged({ policies });
      for (const [user, own] of Object.entries(after)) {
        const wire = await its.greeted();
        expect(await argumentOf(wire, "LOGIN-DELAY")).toBe(before);
        await login(wire, user);
        const found = await argumentOf(wire, "LOGIN-DELAY");
        // §5: it stays announced; where a user has no delay, 0 is what there is to say.
        expect(found).toBe(own);
        await over(its, wire);
      }
    });
  }
  for (const [method, attempt] of Object.entries(LOGINS)) {
    test(`${method}: enforced from the +OK on, until the seconds are over`, async () => {
      const policies = new Rules(delay(60));
      const its = await staged({ policies });
      const [first, welcome] = await attempt(its, "ann", "secret");
      expect(welcome).toMatch(OK);
      await over(its, first);
      policies.now += 59_000;
      for (let at = 0; at < 2; at++) {
        const [wire, answer] = await attempt(its, "ann", "secret");
        expect(answer).toMatch(/^-ERR \[LOGIN-DELAY\]/);
        expect(await wire.ask("STAT")).toMatch(ERR);
        await over(its, wire);
      }
      const [other, greeting] = await attempt(its, "bob", "secret");
      expect(greeting).toMatch(OK);
      await over(its, other);
      policies.now += 1001;
      const [last, again] = await attempt(its, "ann", "secret");
      expect(again).toMatch(OK);
      await over(its, last);
    });
    test(`${method}: the code is for whoever proved himself; a wrong password is a wrong password (RFC 3206)`, async () => {
      const its = await staged({ policies: new Rules(delay(60)) });
      await over(its, await login(await its.greeted()));
      const [wire, answer] = await attempt(its, "ann", "wrong");
      expect(answer).toMatch(ERR_AUTH);
      await over(its, wire);
    });
  }
  test("USER never tells (§8.1.1)", async () => {
    const its = await staged({ policies: new Rules(delay(60)) });
    await over(its, await login(await its.greeted()));
    const wire = await its.greeted();
    const told = await wire.ask("USER ann");
    expect(told).toMatch(OK);
    expect(await wire.ask("USER nobody")).toBe(told);
    await over(its, wire);
  });
  test("a failed login begins no delay, and another try in the same session succeeds once it may", async () => {
    const policies = new Rules(delay(60));
    const its = await staged({ policies });
    const wire = await its.greeted();
    expect(await auth(wire, "PLAIN", plain("ann", "wrong"))).toMatch(ERR_AUTH);
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    await over(its, wire);
    const next = await its.greeted();
    expect(await auth(next, "PLAIN", plain("ann", "secret"))).toMatch(/^-ERR \[LOGIN-DELAY\]/);
    policies.now += 60_001;
    expect(await auth(next, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    await over(its, next);
  });
  test("a maildrop in use is said to be in use, whatever the delay, and a refused login holds no maildrop (§8.1.2)", async () => {
    const policies = new Rules(delay(60));
    const its = await staged({ policies });
    const holder = await login(await its.greeted());
    policies.now += 61_000;
    const wire = await its.greeted();
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(/^-ERR \[IN-USE\]/);
    await holder.quit();
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    await over(its, wire);
  });
});

test("the policies in memory that come with the server say and do the same", async () => {
  let now = 1_700_000_000_000;
  const users = { bob: { loginDelaySeconds: 900 }, cat: { retentionDays: 5 } };
  const its = await staged({
    policies: new MemoryPolicies({ loginDelaySeconds: 60, retentionDays: 30 }, users, () => now),
  });
  for (const [user, delay, days] of [
    ["ann", "60", "30"],
    ["bob", "900", "30"],
    ["cat", "60", "5"],
  ] as const) {
    const wire = await its.greeted();
    expect(await argumentOf(wire, "LOGIN-DELAY")).toBe("900 USER");
    expect(await argumentOf(wire, "EXPIRE")).toBe("5 USER");
    await login(wire, user);
    expect(await argumentOf(wire, "LOGIN-DELAY")).toBe(delay);
    expect(await argumentOf(wire, "EXPIRE")).toBe(days);
    await over(its, wire);
  }
  for (const [afterMs, user, answer] of [
    [59_000, "ann", /^-ERR \[LOGIN-DELAY\]/],
    [2000, "ann", OK],
    [0, "bob", /^-ERR \[LOGIN-DELAY\]/],
  ] as const) {
    now += afterMs;
    const wire = await its.greeted();
    expect(await auth(wire, "PLAIN", plain(user, "secret"))).toMatch(answer);
    await over(its, wire);
  }
});

describe("EXPIRE (§6.7)", () => {
  const keep = (retentionDays: number | "never"): { loginDelaySeconds: number; retentionDays: number | "never" } => ({
    ...never,
    retentionDays,
  });
  const cases: readonly [Rules, string, Readonly<Record<string, string>>][] = [
    [new Rules(keep("never")), "NEVER", { ann: "NEVER" }],
    [new Rules(keep(30)), "30", { ann: "30" }],
    [new Rules(keep(0)), "0", { ann: "0" }],
    [new Rules(keep(30), { bob: keep(5) }), "5 USER", { ann: "30", bob: "5" }],
    [new Rules(keep("never"), { bob: keep(5) }), "5 USER", { ann: "NEVER", bob: "5" }],
    [new Rules(keep(30), { bob: keep("never") }), "30 USER", { ann: "30", bob: "NEVER" }],
    [new Rules(keep(30), { bob: keep(0) }), "0 USER", { ann: "30", bob: "0" }],
  ];
  for (const [policies, before, after] of cases) {
    test(`EXPIRE ${before} before login, the user's own after it: ${JSON.stringify(after)}`, async () => {
      const its = await staged({ policies });
      for (const [user, own] of Object.entries(after)) {
        const wire = await its.greeted();
        expect(await argumentOf(wire, "EXPIRE")).toBe(before);
        expect(await argumentOf(await login(wire, user), "EXPIRE")).toBe(own);
        await over(its, wire);
      }
    });
  }
  test("EXPIRE 0: what RETR downloaded goes at QUIT, and nothing else does", async () => {
    const its = await staged({ policies: new Rules(keep("never"), { ann: keep(0) }) });
    for (const user of ["ann", "bob"]) {
      for (const text of ["one\n", "two\n", "three\n"]) await its.store.deliver(user, Buffer.from(text));
      const wire = await login(await its.greeted(), user);
      await wire.askMulti("RETR 1");
      await wire.askMulti("TOP 2 100");
      expectOk(await wire.ask("UIDL 3"));
      expectOk(await wire.ask("STAT"));
      await over(its, wire);
      expect(its.store.messages(user).length).toBe(user === "ann" ? 2 : 3);
    }
  });
  test("EXPIRE 0: without QUIT nothing goes", async () => {
    const its = await staged({ policies: new Rules(keep(0)) });
    await its.store.deliver("ann", Buffer.from("one\n"));
    const wire = await login(await its.greeted());
    await wire.askMulti("RETR 1");
    wire.drop();
    await until(() => its.server.sessionCount === 0, "a session is left");
    expect(its.store.messages("ann").length).toBe(1);
  });
});
