// Several sources as one: who decides about a name, what a failure of one source means, masters, and those without credentials.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Authenticator, TokenVerdict } from "@postern/pop3/server";
import { authenticatorContract } from "@postern/pop3/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AuthenticatorChain } from "../../src/authenticator/chain.js";
import { PasswdFile } from "../../src/authenticator/passwd-file.js";
import { SpoolAccounts } from "../../src/authenticator/spool-accounts.js";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";

const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 };
const SCRAM = { "SHA-256": 4096 };

let directory: string;
let database: PosternDatabase;
let accounts: SpoolAccounts;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-chain-"));
  database = openDatabase(directory);
  accounts = new SpoolAccounts(database, { cost: CHEAP, scram: SCRAM });
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

function passwdFile(text: string): PasswdFile {
  const path = join(directory, "users");
  writeFileSync(path, text);
  return new PasswdFile(path, { scram: SCRAM });
}

describe("a chain of accounts and passwd-file keeps the contract", () => {
  const cases = authenticatorContract({
    namesIgnoreCase: false,
    scram: ["SHA-256"],
    secrets: true,
    async make(passwords) {
      let lines = "";
      for (const [at, [name, password]] of Object.entries(passwords).entries()) {
        if (at % 2 === 0) await accounts.add(name, password, { secret: true });
        else lines += `${name}:{PLAIN}${password}\n`;
      }
      return { authenticator: new AuthenticatorChain([accounts, passwdFile(lines)]) };
    },
  });
  for (const { name, run } of cases) test(name, run);
});

describe("the first source that knows a name decides", () => {
  test("its password counts, and the other source's does not", async () => {
    await accounts.add("alice", "first", { secret: true });
    const second = passwdFile("alice:{PLAIN}second\nbob:{PLAIN}second\n");
    const chain = new AuthenticatorChain([accounts, second]);
    expect(await chain.verifyPassword("alice", "first")).toBe("alice");
    expect(await chain.verifyPassword("alice", "second")).toBeNull();
    expect(await chain.verifyPassword("bob", "second")).toBe("bob");
    expect(await chain.sharedSecret("alice")).toEqual({ user: "alice", secret: "first" });
    expect(await chain.scramVerifier("alice", "SHA-256")).toEqual(await accounts.scramVerifier("alice", "SHA-256"));
    expect(await chain.scramVerifier("bob", "SHA-256")).toEqual(await second.scramVerifier("bob", "SHA-256"));
    const other = new AuthenticatorChain([second, accounts]);
    expect(await other.verifyPassword("alice", "second")).toBe("alice");
    expect(await other.verifyPassword("alice", "first")).toBeNull();
  });

  test("an account that is shut is not opened by the next source", async () => {
    await accounts.add("alice", "first");
    await accounts.setEnabled("alice", false);
    const chain = new AuthenticatorChain([accounts, passwdFile("alice:{PLAIN}second\n")]);
    expect(await chain.verifyPassword("alice", "second")).toBeNull();
    expect(await chain.sharedSecret("alice")).toBeNull();
    expect((await chain.scramVerifier("alice", "SHA-256")).user).toBeNull();
    expect([chain.knows("alice"), chain.admits("alice")]).toEqual([true, false]);
  });

  test("any source's offer is the chain's", async () => {
    await accounts.add("alice", "first");
    expect(new AuthenticatorChain([accounts]).offers("secret")).toBe(false);
    expect(new AuthenticatorChain([accounts, passwdFile("bob:{PLAIN}x\n")]).offers("secret")).toBe(true);
    expect(new AuthenticatorChain([passwdFile("bob:{PLAIN}x::::::nologin\n")]).offers("password")).toBe(false);
  });
});

/** A source of one account that counts what it is asked, and fails when it is told to. */
class CountingSource implements Authenticator {
  asked = 0;
  failing = false;
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  knows(name: string): boolean {
    return name === this.#name;
  }
  admits(name: string): boolean {
    return this.knows(name);
  }
  offers(): boolean {
    return true;
  }
  async verifyPassword(name: string, password: string): Promise<string | null> {
    this.asked += 1;
    if (this.failing) throw new Error("the disk is gone");
    return this.knows(name) && password === "right" ? name : null;
  }
  scramVerifier(): Promise<never> {
    throw new Error("not asked for here");
  }
  async sharedSecret(): Promise<null> {
    return null;
  }
}

describe("time and failures", () => {
  let one: CountingSource;
  let two: CountingSource;
  let chain: AuthenticatorChain;
  beforeEach(() => {
    [one, two] = [new CountingSource("one"), new CountingSource("two")];
    chain = new AuthenticatorChain([one, two]);
  });

  test("every refusal costs one comparison in each source, a success one alone", async () => {
    for (const name of ["one", "two", "nobody"]) {
      [one.asked, two.asked] = [0, 0];
      expect(await chain.verifyPassword(name, "wrong")).toBeNull();
      expect([one.asked, two.asked], name).toEqual([1, 1]);
    }
    [one.asked, two.asked] = [0, 0];
    expect(await chain.verifyPassword("two", "right")).toBe("two");
    expect([one.asked, two.asked]).toEqual([0, 1]);
  });

  test("a source that fails is a failure where it decides, or nobody does", async () => {
    one.failing = true;
    expect(await chain.verifyPassword("two", "right")).toBe("two");
    expect(await chain.verifyPassword("two", "wrong")).toBeNull();
    await expect(chain.verifyPassword("one", "right")).rejects.toThrow("the disk is gone");
    await expect(chain.verifyPassword("nobody", "right")).rejects.toThrow("the disk is gone");
  });
});

describe("tokens and certificates", () => {
  const tokens: Authenticator = {
    offers: (kind) => kind === "token" || kind === "certificate",
    verifyPassword: async () => {
      throw new Error("a source of tokens is asked for no password");
    },
    verifyToken: async (token): Promise<TokenVerdict> =>
      token.startsWith("user ")
        ? { user: token.slice(5) }
        : { user: null, status: "insufficient_scope", scope: "mail" },
    userOfCertificate: async ({ commonName }) => commonName,
  };
  const certificate = { raw: new Uint8Array(), fingerprint: "", commonName: "alice", emails: [] };

  test("come from the source that has them, for users whom no source of accounts needs to know", async () => {
    const chain = new AuthenticatorChain([accounts, tokens]);
    expect([chain.offers("token"), chain.offers("certificate")]).toEqual([true, true]);
    expect(await chain.verifyToken("user zoe", null)).toEqual({ user: "zoe" });
    expect(await chain.verifyToken("x", null)).toEqual({ user: null, status: "insufficient_scope", scope: "mail" });
    expect(await chain.userOfCertificate(certificate)).toBe("alice");
    expect(await chain.verifyPassword("zoe", "x")).toBeNull();
  });

  test("do not open an account that is shut", async () => {
    await accounts.add("alice", "secret");
    const chain = new AuthenticatorChain([accounts, tokens]);
    expect(await chain.verifyToken("user alice", null)).toEqual({ user: "alice" });
    await accounts.setEnabled("alice", false);
    expect(await chain.verifyToken("user alice", null)).toEqual({ user: null, status: "invalid_token" });
    expect(await chain.userOfCertificate(certificate)).toBeNull();
  });

  test("without such a source none is good and none is offered", async () => {
    const chain = new AuthenticatorChain([accounts]);
    expect([chain.offers("token"), chain.offers("certificate")]).toEqual([false, false]);
    expect(await chain.verifyToken("user alice", null)).toEqual({ user: null, status: "invalid_token" });
    expect(await chain.userOfCertificate(certificate)).toBeNull();
  });
});

describe("acting for others", () => {
  test("is for masters alone, and for users who exist", async () => {
    await accounts.add("alice", "secret");
    await accounts.add("root", "secret");
    const chain = new AuthenticatorChain([accounts, passwdFile("bob:{PLAIN}x\n")], { masterUsers: ["root"] });
    expect(await chain.authorize("root", "alice")).toBe("alice");
    expect(await chain.authorize("root", "bob")).toBe("bob");
    expect(await chain.authorize("root", "nobody")).toBeNull();
    expect(await chain.authorize("root", "root")).toBe("root");
    expect(await chain.authorize("alice", "root")).toBeNull();
    expect(await chain.authorize("alice", "alice")).toBe("alice");
    expect(await new AuthenticatorChain([accounts]).authorize("root", "alice")).toBeNull();
  });

  test("an anonymous user is offered where he is named and may log in", async () => {
    await accounts.add("guest", "secret");
    const chain = new AuthenticatorChain([accounts], { anonymousUser: "guest" });
    expect([chain.offers("anonymous"), await chain.anonymousUser()]).toEqual([true, "guest"]);
    await accounts.setEnabled("guest", false);
    expect([chain.offers("anonymous"), await chain.anonymousUser()]).toEqual([false, null]);
    for (const options of [{ anonymousUser: "nobody" }, {}]) {
      const other = new AuthenticatorChain([accounts], options);
      expect([other.offers("anonymous"), await other.anonymousUser()]).toEqual([false, null]);
    }
  });
});
