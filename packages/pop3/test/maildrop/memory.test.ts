// The reference store and the reference accounts keep their contracts.
import { describe, expect, test } from "vitest";
import { MemoryAccounts } from "../../src/maildrop/memory-accounts.js";
import { MemoryMaildrops } from "../../src/maildrop/memory.js";
import { authenticatorContract } from "../../src/testing/authenticator-suite.js";
import { maildropContract } from "../../src/testing/maildrop-suite.js";

describe("MemoryMaildrops", () => {
  const cases = maildropContract({
    lasting: false,
    async make() {
      const store = new MemoryMaildrops();
      return {
        store,
        user: "alice",
        otherUser: "bob",
        breakLease: (user) => store.breakLease(user),
        arrivedMs: (user, uniqueId) => store.messages(user).find((message) => message.uniqueId === uniqueId)!.arrivedMs,
      };
    },
  });
  for (const { name, run } of cases) test(name, run);

  test("messages() is a copy: what arrives later does not change it", async () => {
    const store = new MemoryMaildrops();
    await store.deliver("alice", Buffer.from(".one\n"));
    const before = store.messages("alice");
    await store.deliver("alice", Buffer.from("two\n"));
    expect(before.map(({ wire }) => Buffer.from(wire).toString())).toEqual(["..one\r\n"]);
    expect(store.messages("nobody")).toEqual([]);
  });

  test("two stores give out different unique-ids for the same user", async () => {
    const first = await new MemoryMaildrops().deliver("alice", Buffer.from("x\n"));
    const second = await new MemoryMaildrops().deliver("alice", Buffer.from("x\n"));
    expect(first.uniqueId).not.toBe(second.uniqueId);
  });
});

describe.each([
  ["as they come", {}, { scram: ["SHA-1", "SHA-256"] as const }],
  ["with secrets", { secrets: true }, { scram: ["SHA-1", "SHA-256"] as const, secrets: true }],
  ["with passwords alone", { scram: false }, {}],
])("MemoryAccounts %s", (_, options, features) => {
  const cases = authenticatorContract({
    namesIgnoreCase: false,
    ...features,
    make: async (passwords) => ({ authenticator: new MemoryAccounts(passwords, options) }),
  });
  for (const { name, run } of cases) test(name, run);

  test("nothing is offered that was switched off, or where there is no account", () => {
    const accounts = new MemoryAccounts({ alice: "secret" }, options);
    expect(accounts.offers("scram-sha-256")).toBe("scram" in features);
    expect(accounts.offers("secret")).toBe("secrets" in features);
    expect(accounts.offers("token")).toBe(false);
    for (const kind of ["password", "scram-sha-1", "secret"] as const) {
      expect(new MemoryAccounts({}, options).offers(kind)).toBe(false);
    }
  });
});
