// Servers that break the checks of the capabilities of RFC 2449 and after, as their declarations carry them.
// Those of the base protocol and the logins are in `declared-base.ts`.
import { MemoryPolicies } from "@postern/pop3/server";
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";
import { laterClearLists, laterLists, listsAfterLogin } from "./times.js";

const REFUSAL = /"-ERR\*" was expected/;

/** A delay is announced, and the user who logs in has none. */
const DELAY = {
  policies: new MemoryPolicies(
    { loginDelaySeconds: 300, retentionDays: 7 },
    { alice: { loginDelaySeconds: 0, retentionDays: 30 } },
  ),
};

const LISTINGS: readonly BrokenServer[] = [
  {
    check: "resp-codes-announced",
    faults: [{ fault: "capabilities", on: laterLists, remove: ["RESP-CODES"] }],
    finding: /"RESP-CODES" was expected/,
  },
  {
    check: "login-delay-before-login",
    server: DELAY,
    faults: [{ fault: "capabilities", on: laterLists, remove: ["LOGIN-DELAY"] }],
    finding: /"LOGIN-DELAY \*" was expected/,
  },
  {
    check: "login-delay-after-login",
    server: DELAY,
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["LOGIN-DELAY"] }],
    finding: /"LOGIN-DELAY \*" was expected/,
  },
  {
    check: "expire-before-login",
    faults: [{ fault: "capabilities", on: laterLists, remove: ["EXPIRE"] }],
    finding: /"EXPIRE \*" was expected/,
  },
  {
    check: "expire-after-login",
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["EXPIRE"] }],
    finding: /"EXPIRE \*" was expected/,
  },
  {
    check: "implementation-capa",
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["IMPLEMENTATION"], add: ["IMPLEMENTATION"] }],
    finding: /"IMPLEMENTATION \*" was expected/,
  },
  {
    check: "stls-announced",
    faults: [{ fault: "capabilities", on: laterClearLists, remove: ["STLS"] }],
    finding: /"STLS" was expected/,
  },
];

const COMMANDS: readonly BrokenServer[] = [
  { check: "pipelining-login", faults: [{ fault: "reordered", on: "STAT" }], finding: REFUSAL },
  { check: "pipelining-in-order", faults: [{ fault: "reordered", on: "RETR" }], finding: REFUSAL },
  {
    check: "pipelining-in-order",
    faults: [{ fault: "stall", on: "RETR" }],
    examination: { patienceMs: 300 },
    finding: /"-ERR\*" was expected, and no line came/,
  },
  {
    check: "stls-not-after-login",
    faults: [answer("STLS", ({ user }) => (user === null ? null : "+OK\r\n"))],
    finding: REFUSAL,
  },
  { check: "stls-not-twice", faults: [answer("STLS", ({ secure }) => (secure ? "+OK\r\n" : null))], finding: REFUSAL },
  { check: "utf8-no-parameters", faults: [answer("UTF8", "+OK")], finding: REFUSAL },
  { check: "utf8-not-after-login", faults: [answer("UTF8", "+OK")], finding: REFUSAL },
  ...["lang-listing", "lang-listing-after-login"].map((check): BrokenServer => ({
    check,
    faults: [{ fault: "refused", on: "LANG" }],
    finding: /"\+OK\*" was expected/,
  })),
  ...["lang-server-choice", "lang-server-choice-after-login"].map((check): BrokenServer => ({
    check,
    faults: [answer("LANG", "+OK English")],
    finding: /"\+OK \* \*" was expected/,
  })),
  ...["lang-unknown", "lang-unknown-after-login"].map((check): BrokenServer => ({
    check,
    faults: [answer("LANG", "+OK en all right")],
    finding: REFUSAL,
  })),
  {
    check: "top-zero-lines",
    faults: [answer("TOP", ({ text }) => text.replace(/\.\r\n$/, "a line of the body\r\n.\r\n"))],
    finding: /"\." was expected, and "a line of the body" came/,
  },
  { check: "top-more-than-all", faults: [{ fault: "refused", on: "TOP" }], finding: /"\+OK\*" was expected/ },
  {
    check: "top-needs-both",
    faults: [answer("TOP", ({ params }) => (params === "1 -1" ? "+OK\r\n.\r\n" : null))],
    finding: REFUSAL,
  },
  {
    check: "uidl-all",
    faults: [answer("UIDL", ({ text }) => text.replace(/\r\n1 [^\r]*/, ""))],
    finding: /behind UIDL: "1 \*" was expected, and the response ended without it/,
  },
  {
    check: "uidl-one",
    faults: [answer("UIDL", ({ text }) => text.replace("+OK 2 ", "+OK "))],
    finding: /"\+OK 2 \*" was expected/,
  },
  {
    check: "uidl-deleted",
    faults: [answer("UIDL", ({ text, params }) => (params === "2" ? text.replace("+OK 2 ", "+OK 1 ") : null))],
    finding: /behind UIDL 2: "\+OK 2 \*" was expected, and "\+OK 1 .*" came/,
  },
];

export const brokenExtensions: readonly BrokenServer[] = [...LISTINGS, ...COMMANDS];
