// Servers that do something else than Postern and are right, or that nobody can accuse: no check fails on them.
// Servers that are wrong are in `broken/`.
import { answer, startTestServer, type TestServer, type TestServerOptions } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { ALICE, examined, MESSAGES, resultOn, soundOptions } from "./subject.js";

const COPY = "Subject: copy\r\n\r\nthe same\r\n";

/** What one check says of a server that may be so. */
const ALLOWED: readonly (readonly [
  what: string,
  check: string,
  outcome: "passed" | "not-tested" | "undecided",
  server: TestServerOptions,
])[] = [
  [
    "copies of one message share a unique-id",
    "uidl-unique",
    "passed",
    { messages: [COPY, COPY], faults: [{ fault: "doubled-unique-ids" }] },
  ],
  [
    "more stands behind the octets of a scan listing",
    "message-scan-listing",
    "passed",
    { faults: [answer("LIST", ({ text }) => text.replaceAll(/^(\d+ \d+)\r$/gm, "$1 unread\r"))] },
  ],
  [
    "more stands behind the octets of a drop listing",
    "message-stat-octets",
    "passed",
    { faults: [answer("STAT", ({ text }) => text.replace("\r\n", " new: 1\r\n"))] },
  ],
  [
    "a stored message lacks its last line end",
    "message-octets",
    "undecided",
    { messages: ["Subject: x\r\n\r\nend"], faults: [{ fault: "wrong-sizes", difference: -2 }] },
  ],
  [
    "line ends of messages that end too early, for lack of stuffing",
    "message-line-ends",
    "undecided",
    { faults: [{ fault: "unstuffed-dots", on: "RETR" }] },
  ],
  [
    "octets of messages whose stuffing is missing, in UTF-8 mode",
    "utf8-sizes",
    "passed",
    { messages: [".Odd: header\r\n\r\nx\r\n", COPY], faults: [{ fault: "unstuffed-dots", on: "RETR" }] },
  ],
  [
    "an empty message gets the line end that no other lacks",
    "message-octets",
    "undecided",
    {
      messages: [COPY, "\r\n"],
      faults: [{ fault: "wrong-sizes", difference: -2, number: 2 }],
    },
  ],
  [
    "no message has a line that begins with a dot",
    "message-stuffing",
    "not-tested",
    { messages: [COPY], faults: [{ fault: "unstuffed-dots" }] },
  ],
  [
    "TOP ends a message that is all header with an empty line",
    "top-whole",
    "passed",
    {
      messages: ["Subject: all header\r\n"],
      faults: [answer("TOP", () => "+OK\r\nSubject: all header\r\n\r\n.\r\n")],
    },
  ],
  [
    "DELE is refused, as in a maildrop that may only be read",
    "dele-not-listed",
    "not-tested",
    { faults: [{ fault: "refused", on: "DELE" }] },
  ],
  [
    "the lock outlives its session by a moment, and no code says so",
    "uidl-stable",
    "passed",
    { enabled: ["USER", "UIDL"], faults: [{ fault: "refused", on: "PASS", session: 3, text: "locked" }] },
  ],
  [
    "two sessions are let in, and what one deletes stays for the other",
    "in-use-messages-stay",
    "passed",
    {
      enabled: ["USER"],
      faults: [
        { fault: "reply", on: ["PASS", "DELE", "QUIT"], session: 3, text: "+OK" },
        answer(
          ({ keyword, session }) => keyword === "LIST" && session === 3,
          () => "+OK\r\n1 1\r\n2 2\r\n3 3\r\n4 4\r\n.\r\n",
        ),
      ],
    },
  ],
  [
    "PIPELINING is announced after login alone, as behind a proxy",
    "pipelining-password",
    "not-tested",
    { faults: [answer("CAPA", ({ text, user }) => (user === null ? text.replace("PIPELINING\r\n", "") : null))] },
  ],
  [
    "PIPELINING is announced in the clear alone, and lost under TLS",
    "pipelining-login",
    "not-tested",
    {
      faults: [
        answer("CAPA", ({ text, secure }) => (secure ? text.replace("PIPELINING\r\n", "") : null)),
        { fault: "lost-pipelined", secure: true },
      ],
    },
  ],
  [
    "what is announced after login alone works there alone",
    "listing-both-states",
    "passed",
    { faults: [answer("CAPA", ({ text, user }) => (user === null ? text.replace("PIPELINING\r\n", "") : null))] },
  ],
  [
    "CAPA is not known, and QUIT is in any case",
    "command-case",
    "passed",
    { faults: [{ fault: "refused", on: "CAPA" }] },
  ],
  [
    "CAPA is not known, and the server hangs up at the second command that it does not know",
    "expire-per-user",
    "not-tested",
    { faults: [answer("CAPA", ({ nth }) => (nth === 1 ? "-ERR what?\r\n" : [{ ends: "close" }]))] },
  ],
  [
    "the second login is refused for the delay, not for the lock",
    "in-use-code",
    "undecided",
    {
      enabled: ["USER", "RESP-CODES"],
      faults: [{ fault: "refused", on: "PASS", session: [3, 5], code: "LOGIN-DELAY" }],
    },
  ],
];

test.each(ALLOWED)("%s: %s", async (_, check, outcome, server) => {
  const result = await resultOn(check, server);
  expect(result).toMatchObject({ outcome });
});

test("the lines of a listing may come in any order", async () => {
  const backwards = answer(["LIST", "UIDL"], ({ text, params }) => (params === null ? reversed(text) : null));
  await using server = await startTestServer(soundOptions({ faults: [backwards] }));
  const { results } = await examined(server);
  expect(results.filter(({ outcome }) => outcome === "failed" || outcome === "undecided")).toEqual([]);
});

describe("a safe examination", () => {
  test("leaves the maildrop as it was, and fetches no message more than twice", async () => {
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { mode: "safe" });
    expect(report.totals).toMatchObject({ failed: 0, undecided: 0 });
    await server.ended();
    expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length);
    expect(fetches(server)).toBeLessThanOrEqual(2);
  });

  test("fetches nothing where EXPIRE is 0, and deletes nothing", async () => {
    await using server = await startTestServer(soundOptions({ policies: { retentionDays: 0 } }));
    const report = await examined(server, { mode: "safe" });
    expect(report.totals).toMatchObject({ failed: 0, undecided: 0 });
    await server.ended();
    expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length);
    expect(fetches(server)).toBe(0);
  });
});

test("a safe examination loses nothing to a server that deletes what was retrieved, and does not say so", async () => {
  const secretive = {
    policies: { retentionDays: 0 },
    faults: [{ fault: "capabilities", remove: ["EXPIRE"] }],
  } as const;
  await using server = await startTestServer(soundOptions(secretive));
  await examined(server, { mode: "safe", only: ["message-octets"] });
  await server.ended();
  expect(fetches(server)).toBeGreaterThan(0);
  expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length);
});

test("a thorough examination deletes one message of a server that locks the maildrop", async () => {
  await using server = await startTestServer(soundOptions());
  await examined(server);
  await server.ended();
  expect(server.maildrops.messages(ALICE.user)).toHaveLength(MESSAGES.length - 1);
});

/** A listing from its end. */
function reversed(text: string): string {
  const [first = "", ...lines] = text.split("\r\n");
  return [first, ...lines.slice(0, -2).toReversed(), ".", ""].join("\r\n");
}

/** How often the last message was fetched; the first ones serve other checks, too. */
function fetches({ sessions }: TestServer): number {
  return sessions.flatMap(({ commands }) => commands).filter((command) => command === `RETR ${MESSAGES.length}`).length;
}
