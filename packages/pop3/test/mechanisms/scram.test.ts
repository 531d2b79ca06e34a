// SCRAM (RFC 5802): who is let in and who is not, for every member of the family; and the keys that servers store.
// The grammar of its messages and its channel binding have tests of their own.
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { MechanismClientContext, MechanismServerContext } from "../../src/contracts/mechanism.js";
import { impossibleVerifier, SCRAM_SALT_OCTETS, scramVerifierOf } from "../../src/mechanisms/scram/keys.js";
import { nonceOf } from "../../src/mechanisms/scram/nonce.js";
import {
  Accounts,
  answer,
  base64,
  converse,
  CREDENTIALS,
  fromBase64,
  prepare,
  usableText,
  utf8,
} from "./conversation.js";
import { client, members, server } from "./scram-family.js";

describe.each(members)("$name", ({ mechanism, header }) => {
  test("lets in who knows the password", async () => {
    const { outcome, refused, lines } = await converse(mechanism, client(), server());
    expect({ outcome, refused }).toEqual({ outcome: { user: "ann" }, refused: null });
    expect(lines.at(-1)).toBe("C: ");
  });

  test.each([
    ["a wrong password", { password: "Secret" }],
    ["an unknown name", { name: "bob" }],
  ])("refuses %s after the proof, without a signature", async (_, overrides) => {
    const { outcome, lines } = await converse(mechanism, client(overrides), server());
    expect(outcome).toEqual(CREDENTIALS);
    expect(lines).toHaveLength(3);
  });

  test("no proof opens a name that is unknown, even one made with its own keys", async () => {
    const authenticator = new Accounts({});
    authenticator.scramVerifier = async (_, hash) => ({
      user: null,
      ...(await scramVerifierOf("secret", hash, utf8("salt"), 4096)),
    });
    expect((await converse(mechanism, client(), server({ authenticator }))).outcome).toEqual(CREDENTIALS);
  });

  test("acts as somebody else where that is allowed", async () => {
    const admin = { name: "admin", password: "root", authorizationId: "a=b,c" };
    expect((await converse(mechanism, client(admin), server())).outcome).toEqual({ user: "a=b,c" });
    expect((await converse(mechanism, client({ authorizationId: "ann" }), server())).outcome).toEqual({ user: "ann" });
    const { outcome, lines } = await converse(mechanism, client({ authorizationId: "bob" }), server());
    expect(outcome).toEqual(CREDENTIALS);
    expect(lines).toHaveLength(3);
  });

  test("asks nobody for an authorization before the proof", async () => {
    const authorize = vi.fn<MechanismServerContext["authorize"]>(async () => "bob");
    const wrong = client({ password: "wrong", authorizationId: "bob" });
    expect((await converse(mechanism, wrong, server({ authorize }))).outcome).toEqual(CREDENTIALS);
    expect(authorize).not.toHaveBeenCalled();
  });

  test("prepares names and passwords that are not ASCII, and proves with the name as it was sent", async () => {
    const context = server({ authenticator: new Accounts({ "\u00e4nn": "se\u0301cret".normalize("NFKC") }) });
    const same = client({ name: "a\u0308nn", password: "se\u0301cret" });
    expect((await converse(mechanism, same, context)).outcome).toEqual({ user: "\u00e4nn" });
    const unprepared = client({ name: "a\u0308nn", password: "s\u00e9cret", prepare: (given) => given });
    expect((await converse(mechanism, unprepared, context)).outcome).toEqual({ user: "\u00e4nn" });
  });

  test.each(["\ue000", "\u00ad"])("refuses %j, of which preparation makes nothing", async (name) => {
    const unprepared = client({ name, prepare: (given) => given });
    expect((await converse(mechanism, unprepared, server())).outcome).toEqual(CREDENTIALS);
  });

  test("the server's nonce is its own, and new each time", async () => {
    const one = await answer(mechanism, server(), [`${header}n=ann,r=abc`]);
    const other = await answer(mechanism, server(), [`${header}n=ann,r=abc`]);
    expect(one.challenges[0]).toMatch(/^r=abc[\x21-\x2b\x2d-\x7e]{24},s=[A-Za-z0-9+/]+=*,i=4096$/);
    expect(one.challenges[0]).not.toBe(other.challenges[0]);
  });

  test("an unknown name looks like a known one, and the same each time", async () => {
    const ask = async () => (await answer(mechanism, server(), [`${header}n=bob,r=abc`])).challenges[0]!.split(",");
    const [one, other] = [await ask(), await ask()];
    expect(one[0]).not.toBe(other[0]);
    expect(one.slice(1)).toEqual(other.slice(1));
    expect(fromBase64(one[1]!.slice(2))).toHaveLength(SCRAM_SALT_OCTETS);
    expect(one[2]).toBe("i=4096");
  });

  test("an authenticator that fails, fails the exchange", async () => {
    const authenticator = new Accounts({});
    authenticator.scramVerifier = async () => {
      throw new Error("the database is gone");
    };
    await expect(answer(mechanism, server({ authenticator }), [`${header}n=ann,r=abc`])).rejects.toThrow("database");
    const without = server({ authenticator: { verifyPassword: async () => null } });
    await expect(answer(mechanism, without, [`${header}n=ann,r=abc`])).rejects.toThrow("scramVerifier");
  });

  test.each<readonly [string, Partial<MechanismClientContext>]>([
    ["no name", { name: "" }],
    ["no password", { password: "" }],
    ["a line end in the name", { name: "a\r\nb" }],
    ["a NUL in the password", { password: "a\0" }],
    ["half a character", { name: "\ud800" }],
    ["nothing once it is prepared", { password: "\u00ad" }],
    ["an empty authorization identity", { authorizationId: "" }],
  ])("the client cannot begin with %s", (_, overrides) => {
    expect(() => mechanism.client(client(overrides)).next()).toThrow(RangeError);
  });

  test("client and server agree on any name and password", async () => {
    await fc.assert(
      fc.asyncProperty(usableText, usableText, async (name, password) => {
        const context = server({ authenticator: new Accounts({ [prepare(name)]: prepare(password) }) });
        const { outcome, refused } = await converse(mechanism, client({ name, password }), context);
        expect({ outcome, refused }).toEqual({ outcome: { user: prepare(name) }, refused: null });
      }),
      { numRuns: 60 },
    );
  });
});

describe("verifiers", () => {
  test("an impossible one follows from key, name and hash function", () => {
    const key = utf8("key");
    const one = impossibleVerifier(key, "ann", "SHA-256", 10_000);
    expect(one).toMatchObject({ user: null, iterations: 10_000 });
    expect(impossibleVerifier(key, "ann", "SHA-256", 10_000)).toEqual(one);
    for (const [otherKey, name, hash] of [
      [utf8("yek"), "ann", "SHA-256"],
      [key, "bob", "SHA-256"],
      [key, "ann", "SHA-1"],
    ] as const) {
      const other = impossibleVerifier(otherKey, name, hash, 10_000);
      for (const part of ["salt", "storedKey", "serverKey"] as const) {
        expect(base64(other[part]).slice(0, 20)).not.toBe(base64(one[part]).slice(0, 20));
      }
    }
  });

  test.each([
    ["SHA-1", 20],
    ["SHA-256", 32],
  ] as const)("have keys of %s's length, real or not", async (hash, octets) => {
    for (const { storedKey, serverKey } of [
      await scramVerifierOf("secret", hash, utf8("salt"), 4096),
      impossibleVerifier(utf8("key"), "ann", hash, 4096),
    ]) {
      expect([storedKey.length, serverKey.length]).toEqual([octets, octets]);
    }
  });
});

test("a nonce has a character for each octet, and no comma", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (random) => {
      expect(nonceOf(random)).toMatch(new RegExp(`^[\\x21-\\x2b\\x2d-\\x7e]{${random.length}}$`));
    }),
  );
  expect(new Set(nonceOf(Uint8Array.from({ length: 256 }, (_, octet) => octet))).size).toBe(93);
});
