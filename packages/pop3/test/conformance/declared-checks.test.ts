// What a dialog that does not match tells of a server: a failure, or nothing, where honest servers do the same.
// That each check can fail is `checks.test.ts`'s.
import { standard } from "@postern/pop3";
import { answer, type Fault } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { resultOn } from "./subject.js";

const TAGS = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));
const IN_THE_CLEAR = { tls: "none" } as const;

interface Innocent {
  readonly what: string;
  readonly check: string;
  readonly faults: readonly Fault[];
  readonly finding: RegExp;
}

const INNOCENT: readonly Innocent[] = [
  {
    what: "the server hangs up on who was refused already",
    check: "base-wrong-state",
    faults: [{ fault: "drop", on: "RETR" }],
    finding: /"-ERR\*" was expected, and the server closed the connection/,
  },
  {
    what: "a refused login is answered late",
    check: "sasl-unknown-mechanism",
    faults: [{ fault: "delay", on: "AUTH", ms: 1000 }],
    finding: /no line came within 300 ms/,
  },
  {
    what: "a message is a header alone",
    check: "top-zero-lines",
    faults: [answer("TOP", "+OK\r\nSubject: no body\r\n.\r\n")],
    finding: /"" was expected, and the response ended without it/,
  },
  {
    what: "a line is longer than anybody waits for",
    check: "base-retr",
    faults: [answer("RETR", `+OK\r\n${"x".repeat(1024 * 1024 + 70_000)}\r\n.\r\n`)],
    finding: /a line of more than/,
  },
];

describe("undecided", () => {
  test.each(INNOCENT)("$what", async ({ check, faults, finding }) => {
    const result = await resultOn(check, { faults }, { ...IN_THE_CLEAR, patienceMs: 300 });
    expect(result).toMatchObject({ outcome: "undecided", finding: expect.stringMatching(finding) as string });
  });
});

describe("not tested", () => {
  test("the rules of CAPA, where the server does not know it", async () => {
    const result = await resultOn("capa-before-login", { faults: [{ fault: "refused", on: "CAPA" }] }, IN_THE_CLEAR);
    expect(result).toMatchObject({ outcome: "not-tested", finding: "the server does not know CAPA" });
  });

  test("a dialog that makes use of what is not announced", async () => {
    const enabled = TAGS.filter((tag) => tag !== "USER");
    const result = await resultOn("auth-resp-code-on-failure", { enabled });
    expect(result).toMatchObject({ outcome: "not-tested", finding: "USER is not announced" });
  });
});

test("tags come in any case of their letters", async () => {
  const lowerCase = answer("CAPA", ({ text }) => text.replaceAll(/\r\n[^\r]+/g, (line) => line.toLowerCase()));
  const result = await resultOn("resp-codes-announced", { faults: [lowerCase] }, IN_THE_CLEAR);
  expect(result).toMatchObject({ outcome: "passed" });
});

test("a greeting that is no refusal is examined, whatever it looks like", async () => {
  const faults = [answer("greeting", "+Ok ready")];
  expect(await resultOn("base-noop", { faults })).toMatchObject({ outcome: "passed" });
});
