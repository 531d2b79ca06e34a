// Servers whose replies are out of shape, or out of step with the commands.
// The checks are those of `conformance/checks/replies.ts` and `command-lines.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const LONG = `-ERR ${"x".repeat(600)}`;

const STATES = ["", "-after-login"] as const;

export const brokenReplies: readonly BrokenServer[] = [
  ...STATES.flatMap((suffix): readonly BrokenServer[] => [
    {
      check: `reply-status${suffix}`,
      faults: [answer("ZZZZ", "-err what?")],
      finding: /ZZZZ begins with "-err what\?"/,
    },
    {
      check: `reply-line-end${suffix}`,
      faults: [{ fault: "lone-line-feeds", on: "ZZZZ" }],
      finding: /ZZZZ ends in LF alone/,
    },
    { check: `reply-length${suffix}`, faults: [answer("ZZZZ", LONG)], finding: /ZZZZ has 607 octets/ },
    {
      check: `reply-session-goes-on${suffix}`,
      faults: [{ fault: "drop", on: "ZZZZ", place: "after" }],
      finding: /closed the connection behind an unknown command/,
    },
  ]),
  {
    check: "reply-once",
    faults: [answer("RSET", ({ text }) => text + text)],
    finding: /behind the answer to RSET came "\+OK/,
  },
  {
    check: "reply-once",
    faults: [answer("RETR", ({ text }) => `${text}.\r\n`)],
    finding: /behind the answer to RETR 999999999 came "\."/,
  },
];

export const brokenCommandLines: readonly BrokenServer[] = [
  {
    check: "command-case",
    faults: [answer(({ line }) => line === "cApA", "-ERR")],
    finding: /cApA was answered "-ERR/,
  },
  {
    check: "command-case",
    faults: [
      { fault: "refused", on: "CAPA" },
      { fault: "refused", on: "QUIT" },
    ],
    finding: /qUIt was answered "-ERR/,
  },
  {
    check: "command-case-after-login",
    faults: [{ fault: "refused", on: "STAT", nth: 1 }],
    finding: /sTaT was refused, and STAT was not/,
  },
  {
    check: "command-empty",
    faults: [
      answer(
        ({ keyword }) => keyword === "",
        () => [],
      ),
    ],
    finding: /was not answered/,
  },
  { check: "command-length", faults: [{ fault: "drop", on: "ZZZZ" }], finding: /command of 255 octets came/ },
  {
    check: "command-length",
    faults: [answer("ZZZZ", ({ text }) => text + text)],
    finding: /255 octets was answered once more/,
  },
  ...[1000, 10_000].map((octets): BrokenServer => ({
    check: `command-overlong-${octets}`,
    faults: [answer("ZZZZ", ({ text }) => text + text + text)],
    finding: /octets was answered once more: "-ERR/,
  })),
  {
    check: "command-control-octets",
    faults: [
      answer(
        ({ keyword }) => keyword === "CAPA\0CAPA",
        () => "+OK\r\n.\r\n",
      ),
    ],
    finding: /CAPA with NUL behind it was answered "\+OK"/,
  },
];
