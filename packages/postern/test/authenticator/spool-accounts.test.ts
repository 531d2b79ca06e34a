// The accounts of the embedded store: the contract, their life, what they remember and what they never do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authenticatorContract } from "@postern/pop3/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HASH_COST, isOutdated } from "../../src/authenticator/password-hash.js";
import { AccountRefused, SpoolAccounts } from "../../src/authenticator/spool-accounts.js";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { UserNameRefused } from "../../src/database/user-name.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 };

describe.each([
  ["as it comes", {}, { scram: ["SHA-256"] as const }],
  [
    "with all that it can store",
    { scram: { "SHA-256": 4096, "SHA-1": 4096 } },
    { scram: ["SHA-256", "SHA-1"] as const, secrets: true },
  ],
  ["with passwords alone", { scram: {} }, {}],
])("SpoolAccounts %s keeps the contract", (_, options, features) => {
  const cases = authenticatorContract({
    namesIgnoreCase: false,
    ...features,
    async make(passwords) {
      const directory = mkdtempSync(join(tmpdir(), "postern-accounts-"));
      const database = openDatabase(directory);
      const accounts = new SpoolAccounts(database, options);
      const secret = "secrets" in features;
      for (const [name, password] of Object.entries(passwords)) await accounts.add(name, password, { secret });
      return {
        authenticator: accounts,
        async close() {
          database.close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  });
  for (const { name, run } of cases) test(name, run);
});

describe("SpoolAccounts", () => {
  let directory: string;
  let database: PosternDatabase;
  let accounts: SpoolAccounts;
  let nowMs: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "postern-accounts-"));
    database = openDatabase(directory);
    nowMs = 1_000_000;
    accounts = new SpoolAccounts(database, { cost: CHEAP, now: () => nowMs });
  });
  afterEach(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });

  const storedHash = (): string =>
    String(database.main.prepare("SELECT password_hash FROM account").get()?.["password_hash"]);

  test("a new account has a maildrop, and both go together", async () => {
    const maildrops = new SpoolMaildrops(database);
    expect(maildrops.has("alice")).toBe(false);
    await accounts.add("alice", "secret");
    expect(maildrops.has("alice")).toBe(true);
    expect(accounts.has("alice")).toBe(true);
    await maildrops.remove("alice");
    expect(accounts.has("alice")).toBe(false);
    expect(await accounts.verifyPassword("alice", "secret")).toBeNull();
    expect(accounts.list()).toEqual([]);
    maildrops.close();
  });

  test("a maildrop that was there before gets its account", async () => {
    const maildrops = new SpoolMaildrops(database);
    await maildrops.create("alice");
    await maildrops.deliver("alice", Buffer.from("x\n"));
    await accounts.add("alice", "secret");
    expect(maildrops.facts("alice").count).toBe(1);
    maildrops.close();
  });

  test("accounts are listed by name, with what is known of them", async () => {
    const startMs = Date.now();
    await accounts.add("bob", "secret");
    await accounts.add("alice", "secret");
    await accounts.setEnabled("bob", false);
    const listed = accounts.list();
    expect(listed.map(({ name, enabled }) => [name, enabled])).toEqual([
      ["alice", true],
      ["bob", false],
    ]);
    expect(listed[0]!.createdMs).toBeGreaterThanOrEqual(startMs);
  });

  test("a name that is taken is refused, and its password stays", async () => {
    await accounts.add("alice", "secret");
    await expect(accounts.add("alice", "other")).rejects.toThrow(AccountRefused);
    expect(await accounts.verifyPassword("alice", "secret")).toBe("alice");
    expect(await accounts.verifyPassword("alice", "other")).toBeNull();
  });

  test.each(["", "a\0b", "a\r\nb", "tab\t", "\x7f", "x".repeat(256), "ä".repeat(128), "\ud800"])(
    "the name %j is refused",
    async (name) => {
      await expect(accounts.add(name, "secret")).rejects.toThrow(UserNameRefused);
      expect(accounts.list()).toEqual([]);
    },
  );

  test.each(["a", "Alice Example", "alice@example.net", "ä".repeat(127), "x".repeat(255), "../../etc", "☃"])(
    "the name %j is fine",
    async (name) => {
      await accounts.add(name, "secret");
      expect(await accounts.verifyPassword(name, "secret")).toBe(name);
    },
  );

  test.each(["", "a\nb", "a\rb", "a\0b", "x".repeat(1025)])("the password %j is refused", async (password) => {
    await expect(accounts.add("alice", password)).rejects.toThrow(AccountRefused);
    expect(accounts.has("alice")).toBe(false);
  });

  test("a new password counts at once, and the old one no more", async () => {
    await accounts.add("alice", "old");
    const elsewhere = new SpoolAccounts(database, { cost: CHEAP });
    expect(await accounts.verifyPassword("alice", "old")).toBe("alice");
    await elsewhere.setPassword("alice", "new");
    expect(await accounts.verifyPassword("alice", "old")).toBeNull();
    expect(await accounts.verifyPassword("alice", "new")).toBe("alice");
    await expect(accounts.setPassword("nobody", "new")).rejects.toThrow(AccountRefused);
  });

  test("a disabled account cannot log in, remembered or not, until it is enabled", async () => {
    await accounts.add("alice", "secret");
    expect(await accounts.verifyPassword("alice", "secret")).toBe("alice");
    await accounts.setEnabled("alice", false);
    expect(await accounts.verifyPassword("alice", "secret")).toBeNull();
    await accounts.setEnabled("alice", true);
    expect(await accounts.verifyPassword("alice", "secret")).toBe("alice");
    await expect(accounts.setEnabled("nobody", true)).rejects.toThrow(AccountRefused);
  });

  test("mail for a disabled account is accepted", async () => {
    const maildrops = new SpoolMaildrops(database);
    await accounts.add("alice", "secret");
    await accounts.setEnabled("alice", false);
    await maildrops.deliver("alice", Buffer.from("x\n"));
    expect(maildrops.facts("alice").count).toBe(1);
    maildrops.close();
  });

  test("hashes are Argon2id in PHC form at OWASP's cost, salted one by one", async () => {
    const real = new SpoolAccounts(database);
    await real.add("alice", "secret");
    const first = storedHash();
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    await real.setPassword("alice", "secret");
    expect(storedHash()).not.toBe(first);
  });

  test("a hash of lower cost is renewed at the next login with the right password, and at no other", async () => {
    await accounts.add("alice", "secret");
    const cheap = storedHash();
    expect(isOutdated(cheap, HASH_COST)).toBe(true);
    const real = new SpoolAccounts(database);
    expect(await real.verifyPassword("alice", "wrong")).toBeNull();
    expect(storedHash()).toBe(cheap);
    expect(await real.verifyPassword("alice", "secret")).toBe("alice");
    expect(isOutdated(storedHash(), HASH_COST)).toBe(false);
    expect(await real.verifyPassword("alice", "secret")).toBe("alice");
  });

  test("a right password is right while what is kept of it cannot be renewed", async () => {
    await new SpoolAccounts(database, { scram: {}, cost: CHEAP }).add("ann", "secret");
    const accounts = new SpoolAccounts(database, { cost: CHEAP });
    database.main.exec("PRAGMA query_only = 1");
    expect(await accounts.verifyPassword("ann", "secret")).toBe("ann");
    database.main.exec("PRAGMA query_only = 0");
    expect(accounts.offers("scram-sha-256")).toBe(false);
  });

  test("more logins at once than can wait are turned away, and the others answered", async () => {
    await accounts.add("alice", "secret");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, async () => accounts.verifyPassword("alice", "wrong")),
    );
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(300 - 203);
    expect(refused[0]).toMatchObject({ reason: { name: "QueueFull" } });
    expect(await accounts.verifyPassword("alice", "secret")).toBe("alice");
  });

  test("who logged in just now is answered under a flood too, for a minute", async () => {
    await accounts.add("alice", "secret");
    await accounts.verifyPassword("alice", "secret");
    const flood = (): Promise<unknown>[] =>
      Array.from({ length: 203 }, async () => accounts.verifyPassword("mallory", "guess"));
    let attempts = flood();
    nowMs += 59_999;
    expect(await accounts.verifyPassword("alice", "secret")).toBe("alice");
    await expect(accounts.verifyPassword("alice", "wrong")).rejects.toThrow("too many logins");
    await Promise.all(attempts);
    attempts = flood();
    nowMs += 1;
    await expect(accounts.verifyPassword("alice", "secret")).rejects.toThrow("too many logins");
    await Promise.all(attempts);
  });

  test("an unknown name costs a computation, as a known one does", async () => {
    await accounts.add("alice", "secret");
    const turnedAway = async (name: string, password: string): Promise<number> => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 204 }, async () => accounts.verifyPassword(name, password)),
      );
      return outcomes.filter(({ status }) => status === "rejected").length;
    };
    expect(await turnedAway("alice", "wrong")).toBe(1);
    expect(await turnedAway("nobody", "wrong")).toBe(1);
    expect(await turnedAway("", "wrong")).toBe(1);
    expect(await turnedAway("alice", "x".repeat(5000))).toBe(1);
  });

  test("a stored hash that is malformed is a failure, not a wrong password", async () => {
    await accounts.add("alice", "secret");
    database.main.prepare("UPDATE account SET password_hash = 'secret'").run();
    await expect(accounts.verifyPassword("alice", "secret")).rejects.toThrow(/malformed.*user passwd/);
  });

  describe("what is kept for SCRAM, APOP and CRAM-MD5", () => {
    const columns = (): Record<string, unknown> => ({
      ...database.main.prepare("SELECT scram_sha_256, scram_sha_1, secret FROM account").get(),
    });

    test("by default a verifier for SHA-256 at 15,000 iterations, and no secret", async () => {
      await accounts.add("alice", "first");
      expect(columns()).toEqual({
        scram_sha_256: expect.stringMatching(/^SCRAM-SHA-256\$15000:[^$]+\$[^$]+$/) as string,
        scram_sha_1: null,
        secret: null,
      });
      expect(accounts.list()[0]!.credentials).toEqual(["password", "scram-sha-256"]);
    });

    test("all of it goes with the old password", async () => {
      await accounts.add("alice", "first", { secret: true });
      const before = columns();
      expect(before["secret"]).toBe("first");
      await accounts.setPassword("alice", "second");
      expect(columns()["secret"]).toBeNull();
      expect(columns()["scram_sha_256"]).not.toBe(before["scram_sha_256"]);
      await accounts.setPassword("alice", "third", { secret: true });
      expect(await accounts.sharedSecret("alice")).toEqual({ user: "alice", secret: "third" });
      expect(accounts.list()[0]!.credentials).toEqual(["password", "scram-sha-256", "secret"]);
    });

    test("an account that has no verifier, or one of too few iterations, gets its own at the next login by password", async () => {
      const before = new SpoolAccounts(database, { cost: CHEAP, scram: {} });
      await before.add("alice", "first", { secret: true });
      const unknown = await accounts.scramVerifier("alice", "SHA-256");
      expect(unknown.user).toBeNull();
      expect(accounts.offers("scram-sha-256")).toBe(false);
      expect(await accounts.verifyPassword("alice", "wrong")).toBeNull();
      expect(await accounts.scramVerifier("alice", "SHA-256")).toEqual(unknown);
      expect(await accounts.verifyPassword("alice", "first")).toBe("alice");
      expect(await accounts.scramVerifier("alice", "SHA-256")).toMatchObject({ user: "alice", iterations: 15_000 });
      expect(accounts.offers("scram-sha-256")).toBe(true);
      expect(columns()["secret"]).toBe("first");
      const more = new SpoolAccounts(database, { cost: CHEAP, scram: { "SHA-256": 20_000, "SHA-1": 4096 } });
      expect(await more.verifyPassword("alice", "first")).toBe("alice");
      expect(await more.scramVerifier("alice", "SHA-256")).toMatchObject({ user: "alice", iterations: 20_000 });
      expect(await more.scramVerifier("alice", "SHA-1")).toMatchObject({ user: "alice", iterations: 4096 });
      const kept = columns();
      await new SpoolAccounts(database, { cost: CHEAP }).verifyPassword("alice", "first");
      expect(columns(), "more iterations than asked for are fine").toEqual(kept);
    });

    test("a disabled account is as an unknown one", async () => {
      await accounts.add("alice", "first", { secret: true });
      await accounts.setEnabled("alice", false);
      expect([accounts.offers("scram-sha-256"), accounts.offers("secret")]).toEqual([false, false]);
      expect((await accounts.scramVerifier("alice", "SHA-256")).user).toBeNull();
      expect(await accounts.sharedSecret("alice")).toBeNull();
      await accounts.setEnabled("alice", true);
      expect([accounts.offers("scram-sha-256"), accounts.offers("secret")]).toEqual([true, true]);
    });

    test("a hash function that is switched off is not served, whatever is stored", async () => {
      await accounts.add("alice", "first");
      const off = new SpoolAccounts(database, { cost: CHEAP, scram: {} });
      expect(off.offers("scram-sha-256")).toBe(false);
      expect((await off.scramVerifier("alice", "SHA-256")).user).toBeNull();
    });

    test("an unknown name's verifier is the same in another process, and after a restart", async () => {
      const verifier = await accounts.scramVerifier("nobody", "SHA-256");
      database.close();
      database = openDatabase(directory);
      expect(await new SpoolAccounts(database).scramVerifier("nobody", "SHA-256")).toEqual(verifier);
    });

    test("what another process stores is offered within a second", async () => {
      const elsewhere = openDatabase(directory);
      expect(accounts.offers("secret")).toBe(false);
      await new SpoolAccounts(elsewhere, { cost: CHEAP }).add("alice", "first", { secret: true });
      nowMs += 1000;
      expect(accounts.offers("secret")).toBe(true);
      elsewhere.close();
    });

    test("a verifier that is malformed is a failure", async () => {
      await accounts.add("alice", "first");
      database.main.prepare("UPDATE account SET scram_sha_256 = 'x'").run();
      await expect(accounts.scramVerifier("alice", "SHA-256")).rejects.toThrow(/malformed.*user passwd/);
    });
  });

  test("names and passwords are stored as SASLprep prepares them", async () => {
    await accounts.add("u\u0308\u00ad", "I\u00adX\u00aa", { secret: true });
    expect(accounts.list().map(({ name }) => name)).toEqual(["ü"]);
    expect(await accounts.verifyPassword("ü", "IXa")).toBe("ü");
    expect(await accounts.sharedSecret("ü")).toEqual({ user: "ü", secret: "IXa" });
    await expect(accounts.add("ü", "x")).rejects.toThrow(AccountRefused);
    await expect(accounts.add("p😀", "x")).rejects.toThrow(/a user's name cannot be this/);
    await expect(accounts.add("bob", "p😀")).rejects.toThrow(/a password cannot be this/);
  });
});
