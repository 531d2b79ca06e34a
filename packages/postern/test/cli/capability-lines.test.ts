// Lines of CAPA explained by their declarations, and which differences between two answers a declaration allows.
import { expect, test } from "vitest";
import { standard } from "@postern/pop3";
import { type Capabilities, Pop3Client } from "@postern/pop3/client";
import { type ExplainedLine, explainedLines, type Stage } from "../../src/cli/capability-lines.js";
import { capabilityList, scripted } from "./scripted-server.js";

/** Answers to CAPA as the client reads them. */
async function answers(...lists: readonly (readonly string[] | null)[]): Promise<Capabilities[]> {
  const read: Capabilities[] = [];
  for (const list of lists) {
    await using server = await scripted({ answers: list === null ? {} : { CAPA: capabilityList(...list) } });
    await using client = await Pop3Client.connect({ host: "127.0.0.1", port: server.port, tls: "none" });
    read.push(client.capabilities);
  }
  return read;
}

async function explained(stage: Stage, now: readonly string[], before?: readonly string[]): Promise<ExplainedLine[]> {
  const [latest, earlier = null] = await answers(now, ...(before === undefined ? [] : [before]));
  return explainedLines(latest!, stage, earlier);
}

async function meaningOf(line: string): Promise<string> {
  return (await explained("tls", [line]))[0]!.meaning;
}

test("the argument is told by its declaration", async () => {
  expect(await meaningOf("LOGIN-DELAY 300")).toBe("At most one login in 300 seconds.");
  expect(await meaningOf("login-delay 0")).toBe("No time has to pass between two logins.");
  expect(await meaningOf("LOGIN-DELAY 900 USER")).toMatch(
    /^At most one login in 900 seconds, for the user who .*after login\.$/,
  );
  expect(await meaningOf("EXPIRE NEVER")).toBe("The server deletes no message on its own.");
  expect(await meaningOf("EXPIRE 0")).toMatch(/^Mail may not be left on the server/);
  expect(await meaningOf("EXPIRE 1")).toBe("A message stays on the server for 1 day at least.");
  expect(await meaningOf("EXPIRE 30 USER")).toMatch(
    /^A message stays on the server for 30 days at least; that is the smallest/,
  );
  expect(await meaningOf("SASL PLAIN XOAUTH2")).toBe("The AUTH command logs in by PLAIN, XOAUTH2.");
  expect(await meaningOf("UTF8")).not.toContain("names and passwords");
  expect(await meaningOf("UTF8 USER")).toContain("names and passwords may be UTF-8.");
});

test("every registered capability has a sentence and a reference", async () => {
  const tags = standard.flatMap(({ tag }) => tag ?? []);
  for (const { meaning, reference, registered, tag } of await explained("cleartext", tags)) {
    expect([tag, meaning]).toEqual([tag, expect.stringMatching(/^[A-Z].*[^ ]\.$/)]);
    expect(reference).toMatch(/^RFC \d+/);
    expect(registered).toBe(true);
  }
});

test("what is not registered is told apart: commands, private names, slips", async () => {
  const lines = await explained("tls", ["CAPA", "AUTH PLAIN", "X-MAGIC", "RESP-CODE", "STUFF"]);
  expect(lines.map(({ meaning }) => meaning)).toEqual([
    "Not registered: it is a command that every server may have without listing it.",
    "Not registered: it is a command of the capability SASL.",
    "Private: the names of standard capabilities never begin with X (RFC 2449 §9).",
    "Not registered; a slip for RESP-CODES?",
    "Not registered.",
  ]);
  expect(lines.every(({ registered, reference }) => !registered && reference === null)).toBe(true);
});

test("what is wrong with a line is told", async () => {
  const lines = await explained("tls", ["SASL", "EXPIRE soon", "TOP 1", "UIDL", "uidl", " ", "STLS"]);
  expect(lines.map(({ problem }) => problem)).toEqual([
    "at least one mechanism is expected",
    "a number of days or NEVER is expected, perhaps followed by USER",
    "no arguments are expected",
    null,
    "the tag is listed twice",
    "a capability line begins with a tag",
    "it is not permitted once TLS is active (RFC 2595 §4)",
  ]);
  expect((await explained("login", ["STLS"]))[0]?.problem).toMatch(/not permitted after login/);
  expect((await explained("cleartext", ["STLS"]))[0]?.problem).toBeNull();
});

function differences(lines: readonly ExplainedLine[]): (string | boolean | null)[][] {
  return lines.flatMap(({ line, difference }) =>
    difference === null ? [] : [[difference.kind, line, difference.allowed]],
  );
}

test("TLS may change everything", async () => {
  const lines = await explained("tls", ["UIDL", "SASL PLAIN", "USER"], ["UIDL", "SASL SCRAM-SHA-256", "STLS", "TOP"]);
  expect(differences(lines)).toEqual([
    ["changed", "SASL PLAIN", true],
    ["added", "USER", true],
    ["gone", "STLS", true],
    ["gone", "TOP", true],
  ]);
  expect(lines.map(({ problem }) => problem)).toEqual([null, null, null, null, null]);
});

test("a login changes what the declarations say", async () => {
  const before = ["UIDL", "SASL PLAIN", "STLS", "EXPIRE 5 USER", "LOGIN-DELAY 60", "STUFF", "X-A 1", "resp-codes"];
  const after = [
    "SASL PLAIN LOGIN",
    "EXPIRE 30",
    "LOGIN-DELAY 60",
    "IMPLEMENTATION it",
    "TOP",
    "X-A 2",
    "X-B",
    "RESP-CODES",
  ];
  expect(differences(await explained("login", after, before))).toEqual([
    ["changed", "SASL PLAIN LOGIN", false],
    ["changed", "EXPIRE 30", true],
    ["added", "IMPLEMENTATION it", true],
    ["added", "TOP", false],
    ["changed", "X-A 2", null],
    ["added", "X-B", null],
    ["gone", "UIDL", false],
    ["gone", "STLS", true],
    ["gone", "STUFF", null],
  ]);
});

test("an answer that was refused is no list to compare with", async () => {
  const [now, refused] = await answers(["TOP"], null);
  expect(differences(explainedLines(now!, "login", refused!))).toEqual([]);
  expect(explainedLines(refused!, "login", now!)).toEqual([]);
});
