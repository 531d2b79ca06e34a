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

describe("MemoryAccounts", () => {
  const cases = authenticatorContract({
    namesIgnoreCase: false,
    make: async (passwords) => ({ authenticator: new MemoryAccounts(passwords) }),
  });
  for (const { name, run } of cases) test(name, run);
});
