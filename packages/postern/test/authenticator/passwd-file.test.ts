// Dovecot's passwd-file: the contract with each family of schemes, the lines and what is wrong with them, reading it again.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { authenticatorContract } from "@postern/pop3/testing";
import { bcrypt } from "hash-wasm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CryptThread } from "../../src/authenticator/crypt-thread.js";
import { PasswdFile, PasswdFileRefused } from "../../src/authenticator/passwd-file.js";
import type { PasswdFileOptions } from "../../src/authenticator/passwd-file.js";
import { hashPassword } from "../../src/authenticator/password-hash.js";
import { formatVerifier } from "../../src/authenticator/scram-verifier.js";
import { scramVerifierOf } from "@postern/pop3/server";
import { WorkQueue } from "../../src/authenticator/work-queue.js";

const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 };
const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
const BCRYPT = "{BLF-CRYPT}$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

const scramLine = async (password: string): Promise<string> =>
  formatVerifier("SHA-256", await scramVerifierOf(password, "SHA-256", randomBytes(16), 4096))
    .replace("SCRAM-SHA-256$", "{SCRAM-SHA-256}")
    .replaceAll(/[$:]/g, ",");

const schemes: Readonly<Record<string, (password: string) => Promise<string>>> = {
  PLAIN: async (password) => `{PLAIN}${password}`,
  ARGON2ID: async (password) => `{ARGON2ID}${await hashPassword(password, CHEAP)}`,
  "BLF-CRYPT": async (password) => `{BLF-CRYPT}${await bcrypt({ password, salt: randomBytes(16), costFactor: 4 })}`,
  "SCRAM-SHA-256": scramLine,
};
const names = Object.keys(schemes);

let directory = "";
let path = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-passwd-"));
  path = join(directory, "users");
});
afterEach(() => rmSync(directory, { recursive: true }));

function open(text: string, options?: PasswdFileOptions): PasswdFile {
  writeFileSync(path, text);
  return new PasswdFile(path, options);
}

describe.each([
  ["PLAIN", { scram: ["SHA-256"] as const, secrets: true }],
  ["ARGON2ID", {}],
  ["BLF-CRYPT", {}],
  ["SCRAM-SHA-256", { scram: ["SHA-256"] as const }],
  ["each of them", {}],
])("a passwd-file with %s keeps the contract", (scheme, features) => {
  const cases = authenticatorContract({
    namesIgnoreCase: false,
    ...features,
    async make(passwords) {
      const lines = Object.entries(passwords).map(async ([name, password], at) => {
        const write = schemes[scheme] ?? schemes[names[at % names.length]!]!;
        return `${name}:${await write(password)}:1000:1000::/home/${name}::\n`;
      });
      const users = open((await Promise.all(lines)).join(""));
      return {
        authenticator: users,
        async close() {
          users.close();
        },
      };
    },
  }).filter(({ name }) => scheme !== "each of them" || !name.startsWith("shared secrets"));
  for (const { name, run } of cases) test(name, run);
});

describe("lines", () => {
  test("only name and password are needed; empty lines, comments and line ends of all kinds are fine", async () => {
    const users = open(
      `\ufeff# users\n\na:${SHA}\r\nb:${SHA}:\n   \nc:${SHA}:1:2:gecos:/home/c:/bin/sh:userdb_quota_rule=*:storage=1G userdb_x=y\nd:${SHA}`,
    );
    for (const name of ["a", "b", "c", "d"]) expect(await users.verifyPassword(name, "secret"), name).toBe(name);
    expect(users.problems).toEqual([]);
    expect(users.knows("e")).toBe(false);
  });

  test.each(["nologin", "userdb_x=y nologin", "nologin=y", "noauthenticate", "x=1 nologin"])(
    "a user with %s is there and cannot log in, which is no problem",
    async (extra) => {
      const users = open(`a:${SHA}::::::${extra}\n`);
      expect([users.knows("a"), users.admits("a")]).toEqual([true, false]);
      expect(await users.verifyPassword("a", "secret")).toBeNull();
      expect(users.problems).toEqual([]);
    },
  );

  test.each(["*", "!", `!${BCRYPT}`, `{CRYPT}!$6$x$y`])("%j is the password of nobody", async (password) => {
    const users = open(`a:${password}\n`);
    expect([users.knows("a"), users.admits("a")]).toEqual([true, false]);
    expect(await users.verifyPassword("a", password)).toBeNull();
    expect(users.problems).toEqual([]);
  });

  test.each([
    [`a:${SHA}::::::allow_nets=10.0.0.0/8,2001:db8::/32`, "allow_nets cannot be kept here"],
    [`a:${SHA}::::::user=b`, "user cannot be kept here"],
    [`a:${SHA}::::::proxy host=other`, "proxy cannot be kept here"],
    ["a:::::::nopassword", "nopassword would let anybody in"],
    ["a:{PLAIN}::::::nopassword=y", "nopassword would let anybody in"],
    ["a:", "there is no password"],
    ["a", "there is no password"],
    ["a:x:1000:1000::/home/a:/bin/sh", "no password hash"],
    ["a:{ROT13}x", "the scheme {ROT13} is not known"],
  ])("%j keeps that user out and says why; others can log in", async (line, reason) => {
    const users = open(`# one\n${line}\nb:${SHA}\n`);
    expect(users.problems).toEqual([expect.stringContaining(reason)]);
    expect(users.problems[0]).toMatch(new RegExp(`^${path}: line 2 \\(a\\): .*; the user cannot log in$`));
    expect([users.knows("a"), users.admits("a")]).toEqual([true, false]);
    for (const password of ["", "secret", "x", "{ROT13}x"])
      expect(await users.verifyPassword("a", password)).toBeNull();
    expect(await users.verifyPassword("b", "secret")).toBe("b");
  });

  test.each([
    [":{PLAIN}x", "a user's name is not empty"],
    ["a\u0000b:{PLAIN}x", "control characters"],
    ["\ufffd:{PLAIN}x", "the name cannot be used"],
    [`${"n".repeat(256)}:{PLAIN}x`, "at most 255 octets"],
  ])("%j names no user", (line, reason) => {
    const users = open(`${line}\nb:${SHA}\n`);
    expect(users.problems).toEqual([expect.stringContaining(reason)]);
    expect(users.problems[0]).toContain("line 1: ");
  });

  test("of two lines for one user the first counts", async () => {
    const users = open(`a:${SHA}\na:{PLAIN}other\n`);
    expect(await users.verifyPassword("a", "secret")).toBe("a");
    expect(await users.verifyPassword("a", "other")).toBeNull();
    expect(users.problems).toEqual([expect.stringMatching(/line 2 \(a\): .*before this one/)]);
  });

  test("a first line that shuts a user out is not undone by a second", async () => {
    const users = open(`a:{PLAIN}x::::::nologin\na:{PLAIN}x\n`);
    expect(await users.verifyPassword("a", "x")).toBeNull();
  });

  test("names are prepared", async () => {
    const users = open("u\u0308:{PLAIN}\u00aa\n");
    expect(await users.verifyPassword("ü", "a")).toBe("ü");
  });

  test("many problems are counted, not all told", () => {
    const users = open(`ok:${SHA}\n${Array.from({ length: 70 }, (_, at) => `u${at}:x\n`).join("")}`);
    expect(users.problems).toHaveLength(51);
    expect(users.problems.at(-1)).toContain("and 20 more problems");
  });

  test("no problem shows a password", () => {
    const users = open("a:hunter2\nb:{SHA256}hunter2\nc:{SCRAM-SHA-256}hunter2\nd:{PLAIN}hunter2\u0007\n:hunter2\n");
    expect(users.problems).toHaveLength(5);
    expect(users.problems.join("\n")).not.toContain("hunter2");
  });
});

describe("the default scheme", () => {
  test("is CRYPT unless another is named", async () => {
    const users = open(`a:${BCRYPT.replace("{BLF-CRYPT}", "")}\n`);
    expect(await users.verifyPassword("a", "correct horse")).toBe("a");
    users.close();
    expect(await open("a:secret\n", { usualScheme: "plain" }).verifyPassword("a", "secret")).toBe("a");
  });

  test("must be one that is known", () => {
    expect(() => open(`a:${SHA}\n`, { usualScheme: "ROT13" })).toThrow(PasswdFileRefused);
  });
});

describe("what is offered", () => {
  const offered = (text: string, options?: PasswdFileOptions): readonly boolean[] => {
    const users = open(text, options);
    return (["password", "scram-sha-256", "scram-sha-1", "secret", "token"] as const).map((kind) => users.offers(kind));
  };
  test("follows from the schemes that there are", async () => {
    expect(offered("")).toEqual([false, false, false, false, false]);
    expect(offered(`a:${SHA}\n`)).toEqual([true, false, false, false, false]);
    expect(offered("a:{PLAIN}x\n")).toEqual([true, true, false, true, false]);
    expect(offered("a:{PLAIN}x\n", { scram: { "SHA-1": 4096 } })).toEqual([true, false, true, true, false]);
    expect(offered("a:{PLAIN}x::::::nologin\n")).toEqual([false, false, false, false, false]);
    expect(offered(`a:${await scramLine("x")}\n`, { scram: {} })).toEqual([true, true, false, false, false]);
  });
});

describe("SCRAM", () => {
  test("a stored verifier is given as it is, and an unknown name's looks like the most usual", async () => {
    const keys = `${"A".repeat(43)}=`;
    const line = (name: string, iterations: number): string =>
      `${name}:{SCRAM-SHA-256}${iterations},${Buffer.alloc(12, name).toString("base64")},${keys},${keys}\n`;
    const users = open(line("a", 5000) + line("b", 4096) + line("c", 4096));
    expect(await users.scramVerifier("a", "SHA-256")).toMatchObject({ user: "a", iterations: 5000 });
    const nobody = await users.scramVerifier("nobody", "SHA-256");
    expect(nobody).toMatchObject({ user: null, iterations: 4096 });
    expect(nobody.salt).toHaveLength(12);
  });

  test("a user who has no verifier, or cannot log in, is as an unknown name", async () => {
    const users = open(`a:${SHA}\nb:{PLAIN}x\nc:{PLAIN}x::::::nologin\n`, { scram: { "SHA-256": 4096 } });
    for (const name of ["a", "c", "nobody"]) {
      expect(await users.scramVerifier(name, "SHA-256")).toMatchObject({ user: null, iterations: 4096 });
    }
    expect(await users.sharedSecret("c")).toBeNull();
  });

  test("what is derived and what is invented is the same in all processes with one secret", async () => {
    const secret = randomBytes(32);
    const [one, two] = [open("a:{PLAIN}x\n", { secret }), open("a:{PLAIN}x\n", { secret })];
    const other = open("a:{PLAIN}x\n", { secret: randomBytes(32) });
    for (const name of ["a", "nobody"]) {
      expect(await one.scramVerifier(name, "SHA-256")).toEqual(await two.scramVerifier(name, "SHA-256"));
      expect(await one.scramVerifier(name, "SHA-256")).not.toEqual(await other.scramVerifier(name, "SHA-256"));
    }
  });

  test("a derived verifier follows a new password", async () => {
    const users = open("a:{PLAIN}x\n");
    const before = await users.scramVerifier("a", "SHA-256");
    writeFileSync(path, "a:{PLAIN}y\n");
    users.reload();
    expect((await users.scramVerifier("a", "SHA-256")).storedKey).not.toEqual(before.storedKey);
  });
});

/** How many of that many logins at once are turned away, with one running and two waiting. */
async function turnedAway(users: PasswdFile, name: string, password: string): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, async () => users.verifyPassword(name, password)),
  );
  return outcomes.filter(({ status }) => status === "rejected").length;
}

test("a refusal costs one computation of the costly kind, whoever is refused; a success none but its own", async () => {
  const computed = vi.spyOn(CryptThread.prototype, "isPasswordOf");
  const users = open(`a:${SHA}\nb:${BCRYPT}\nc:${BCRYPT}\nd:${BCRYPT}::::::nologin\n`, { queue: new WorkQueue(1, 2) });
  for (const [name, password] of [
    ["a", "wrong"],
    ["b", "wrong"],
    ["b", ""],
    ["b", "x".repeat(5000)],
    ["d", "correct horse"],
    ["nobody", "wrong"],
    ["", "wrong"],
  ] as const) {
    computed.mockClear();
    expect(await users.verifyPassword(name, password)).toBeNull();
    expect(computed, `${name} ${password}`).toHaveBeenCalledTimes(1);
    expect(await turnedAway(users, name, password), "and it waits in the queue").toBe(2);
  }
  computed.mockClear();
  expect(await users.verifyPassword("a", "secret")).toBe("a");
  expect(computed).not.toHaveBeenCalled();
  computed.mockRestore();
  users.close();
  const quick = open(`a:${SHA}\n`, { queue: new WorkQueue(1, 2) });
  for (const name of ["a", "nobody"]) expect(await turnedAway(quick, name, "wrong"), name).toBe(0);
});

test("of several costly kinds a refusal costs one computation each", async () => {
  const users = open(`a:{ARGON2ID}${await hashPassword("x", CHEAP)}\nb:${BCRYPT}\n`);
  const computed = vi.spyOn(CryptThread.prototype, "isPasswordOf");
  for (const name of ["a", "b", "nobody"]) {
    computed.mockClear();
    expect(await users.verifyPassword(name, "wrong")).toBeNull();
    expect(computed, name).toHaveBeenCalledTimes(1);
  }
  computed.mockRestore();
  users.close();
});

test("of one kind at several costs a refusal costs the dearest, whoever is refused", async () => {
  const dear = await bcrypt({ password: "x", salt: randomBytes(16), costFactor: 6, outputType: "encoded" });
  const users = open(`a:${BCRYPT}\nb:{BLF-CRYPT}${dear}\n`);
  const computed = vi.spyOn(CryptThread.prototype, "isPasswordOf");
  for (const name of ["a", "b", "nobody"]) {
    computed.mockClear();
    expect(await users.verifyPassword(name, "wrong")).toBeNull();
    expect(
      computed.mock.calls.map(([, , hash]) => hash),
      name,
    ).toContain(dear);
  }
  computed.mockRestore();
  users.close();
});

test("what can be no password is wrong for everybody", async () => {
  // The first is what is computed in its place.
  const users = open(`a:{PLAIN}-\nb:{PLAIN}${"x".repeat(1025)}\n`);
  for (const password of ["", "-\0", "x".repeat(1025)]) {
    for (const name of ["a", "b"]) expect(await users.verifyPassword(name, password)).toBeNull();
  }
  expect(await users.verifyPassword("a", "-")).toBe("a");
});

test("a password that was right just now costs nothing, until its line changes", async () => {
  const users = open(`b:${BCRYPT}\n`, { queue: new WorkQueue(1, 0) });
  expect(await users.verifyPassword("b", "correct horse")).toBe("b");
  expect(await turnedAway(users, "b", "correct horse")).toBe(0);
  expect(await turnedAway(users, "b", "wrong horse")).toBe(4);
  writeFileSync(path, `b:${BCRYPT.replace("$04$", "$05$")}\n`);
  users.reload();
  expect(await users.verifyPassword("b", "correct horse")).toBeNull();
  users.close();
});

describe("reading it again", () => {
  test("takes what the file says now", async () => {
    const users = open(`a:{PLAIN}x\nb:wrong\n`);
    writeFileSync(path, "c:{PLAIN}x\n");
    expect(await users.verifyPassword("a", "x")).toBe("a");
    users.reload();
    expect(await users.verifyPassword("a", "x")).toBeNull();
    expect(await users.verifyPassword("c", "x")).toBe("c");
    expect(users.problems).toEqual([]);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["is gone", (file) => rmSync(file), /cannot be read: there is no such file/],
    ["names nobody", (file) => writeFileSync(file, "\u0001\u0002:x\n"), /not one of its 1 lines names a user/],
    ["is too long", (file) => truncateSync(file, 64 * 1024 * 1024 + 1), /more than 64 MiB/],
  ])("keeps the users where the file %s", async (_, spoil, reason) => {
    const users = open("a:{PLAIN}x\n");
    spoil(path);
    expect(() => users.reload()).toThrow(reason);
    expect(() => users.reload()).toThrow(PasswdFileRefused);
    expect(await users.verifyPassword("a", "x")).toBe("a");
    expect(() => new PasswdFile(path)).toThrow(reason);
  });

  test("a directory is no file", () => {
    expect(() => new PasswdFile(directory)).toThrow(/this is no file/);
  });
});
