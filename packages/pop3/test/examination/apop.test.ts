// APOP (RFC 1939 §7): the timestamp in the greeting, the digest over it, and what becomes of a wrong one.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Accounts, alone, apop, auth, ERR, ERR_AUTH, ERR_NO_CODE, implicit, OK, plain, stageOf } from "./sasl.js";
import { expectOk, Stage } from "./stage.js";
import { Wire } from "./wire.js";

const accounts = new Accounts({ ann: "secret", mrose: "tanstaaf", "a-name-of-40-characters-xxxxxxxxxxxxxxxx": "s" });
let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(accounts, { hostname: "pop.example.org" });
});
afterAll(() => stage.strike());
alone(() => [stage]);

async function greeting(own: Stage = stage): Promise<{ wire: Wire; line: string; timestamp: string }> {
  const wire = await Wire.open(own.port);
  const line = await wire.line();
  return { wire, line, timestamp: /<[^<>]*>/.exec(line)?.[0] ?? "" };
}
function md5(...parts: string[]): string {
  return createHash("md5").update(parts.join("")).digest("hex");
}

describe("the timestamp", () => {
  test("corresponds to a msg-id of RFC 822, of the server's own name", async () => {
    const { wire, timestamp } = await greeting();
    expect(timestamp).toMatch(/^<[^\s<>@()[\]\\,;:"]+@pop\.example\.org>$/);
    wire.drop();
  });
  test("MUST be different each time a greeting is issued, at the same moment too, in the clear and under TLS", async () => {
    const seen = new Set<string>();
    const wires = await Promise.all([
      ...Array.from({ length: 25 }, () => Wire.open(stage.port)),
      ...Array.from({ length: 15 }, () => Wire.openTls(stage.tlsPort)),
    ]);
    for (const wire of wires) {
      seen.add(/<.*>/.exec(await wire.line())![0]);
      wire.drop();
    }
    expect(seen.size).toBe(40);
  });
  test("is not there where no account has a secret, and then APOP is refused", async () => {
    const its = await stageOf(new Accounts({ ann: "secret" }, ["password", "scram-sha-256"]));
    const { wire, line } = await greeting(its);
    expect(line).not.toMatch(/[<>]/);
    expect(await wire.ask(`APOP ann ${md5("secret")}`)).toMatch(ERR_NO_CODE);
    expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
    wire.drop();
    await its.strike();
  });
  test("is not there where the authenticator knows passwords only", async () => {
    const its = await Stage.set();
    const { wire, line } = await greeting(its);
    expect(line).not.toMatch(/[<>]/);
    expect(await wire.ask(`APOP ann ${md5("secret")}`)).toMatch(ERR_NO_CODE);
    wire.drop();
    await its.strike();
  });
});

describe("the command", () => {
  for (const [name, secret] of [
    ["ann", "secret"],
    ["mrose", "tanstaaf"],
    ["a-name-of-40-characters-xxxxxxxxxxxxxxxx", "s"],
  ] as const) {
    test(`the digest of timestamp and secret logs ${name} in`, async () => {
      const { wire, line } = await greeting();
      expect(await apop(wire, line, name, secret)).toMatch(OK);
      expect(await wire.ask("STAT")).toBe("+OK 0 0");
      await wire.quit();
    });
  }
  test("the keyword in any case, and under TLS with the greeting's own timestamp", async () => {
    const { wire, timestamp } = await greeting();
    expect(await wire.ask(`apop ann ${md5(timestamp, "secret")}`)).toMatch(OK);
    await wire.quit();
    const secured = await Wire.openTls(stage.tlsPort);
    expect(await apop(secured, await secured.line(), "ann", "secret")).toMatch(OK);
    await secured.quit();
  });
  const wrong: Readonly<Record<string, (timestamp: string) => string>> = {
    "of another secret": (timestamp) => md5(timestamp, "wrong"),
    "of the secret alone": () => md5("secret"),
    "of the timestamp alone": (timestamp) => md5(timestamp),
    "of secret and timestamp in the wrong order": (timestamp) => md5("secret", timestamp),
    "of the timestamp without its brackets": (timestamp) => md5(timestamp.slice(1, -1), "secret"),
    "of another timestamp": () => md5("<1896.697170952@dbc.mtview.ca.us>", "secret"),
    "with one digit changed": (timestamp) =>
      md5(timestamp, "secret").replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    "of zeros": () => "0".repeat(32),
  };
  for (const [name, digest] of Object.entries(wrong)) {
    test(`a digest ${name} is refused as wrong; the session stays in AUTHORIZATION, and the right one gets in`, async () => {
      const { wire, line, timestamp } = await greeting();
      expect(await wire.ask(`APOP ann ${digest(timestamp)}`)).toMatch(ERR_AUTH);
      expect(await wire.ask("STAT")).toMatch(ERR);
      expect(await apop(wire, line, "ann", "secret")).toMatch(OK);
      await wire.quit();
    });
  }
  test("an unknown name is refused with the same words", async () => {
    const { wire, line } = await greeting();
    const wrongly = await apop(wire, line, "ann", "wrong");
    expect(await apop(wire, line, "nobody", "secret")).toBe(wrongly);
    expect(await apop(wire, line, "nobody", "")).toBe(wrongly);
    await wire.quit();
  });
  test("a digest heard on one connection is worth nothing on another", async () => {
    const [one, two] = [await greeting(), await greeting()];
    const digest = md5(one.timestamp, "secret");
    expect(await two.wire.ask(`APOP ann ${digest}`)).toMatch(ERR_AUTH);
    expect(await one.wire.ask(`APOP ann ${digest}`)).toMatch(OK);
    for (const { wire } of [one, two]) await wire.quit();
  });
  test("the digest of one name is not another's", async () => {
    const { wire, timestamp } = await greeting();
    expect(await wire.ask(`APOP mrose ${md5(timestamp, "secret")}`)).toMatch(ERR_AUTH);
    await wire.quit();
  });
  const d = "c4c9334bac560ecc979e58001b3e22fb";
  for (const line of [
    "APOP",
    "APOP ",
    "APOP ann",
    "APOP ann ",
    `APOP ${d}`,
    `APOP  ann ${d}`,
    `APOP ann  ${d}`,
    `APOP ann ${d} `,
    `APOP ann ${d} x`,
    `APOP ann ${d.slice(1)}`,
    `APOP ann ${d}0`,
    `APOP ann ${d.slice(1)}g`,
    `APOP ann\t${d}`,
    `APOP an\0n ${d}`,
  ]) {
    test(`${JSON.stringify(line)} is no APOP: refused without [AUTH], and nobody is asked`, async () => {
      const { wire, line: hello } = await greeting();
      accounts.asked.length = 0;
      expect(await wire.ask(line)).toMatch(ERR_NO_CODE);
      expect(accounts.asked).toEqual([]);
      expect(await apop(wire, hello, "ann", "secret")).toMatch(OK);
      await wire.quit();
    });
  }
  test("it is for AUTHORIZATION: refused after a login", async () => {
    const { wire, line } = await greeting();
    expect(await apop(wire, line, "ann", "secret")).toMatch(OK);
    expect(await apop(wire, line, "mrose", "tanstaaf")).toMatch(ERR_NO_CODE);
    expect(await wire.ask("STAT")).toMatch(OK);
    await wire.quit();
  });
  test("between USER and PASS it takes the place of both", async () => {
    const { wire, line } = await greeting();
    expectOk(await wire.ask("USER mrose"));
    expect(await apop(wire, line, "ann", "wrong")).toMatch(ERR_AUTH);
    expect(await wire.ask("PASS tanstaaf")).toMatch(ERR);
    await wire.quit();
  });
  test("under implicit TLS the timestamp is its own", async () => {
    const clear = await greeting();
    const secured = await implicit(stage);
    expect(await secured.ask(`APOP ann ${md5(clear.timestamp, "secret")}`)).toMatch(ERR_AUTH);
    clear.wire.drop();
    await secured.quit();
  });
});
