// Servers that break the checks of the base protocol, CAPA and the logins, as their declarations carry them.
// The other declarations' are in `declared-extensions.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";
import { laterLists, listsAfterLogin } from "./times.js";

const REFUSAL = /"-ERR\*" was expected/;
const OTHER = "+OK\r\n";

export const brokenBase: readonly BrokenServer[] = [
  { check: "base-unknown", faults: [answer("ZZZZ", "+OK what?")], finding: REFUSAL },
  {
    check: "base-unknown",
    faults: [{ fault: "drop", on: "ZZZZ" }],
    finding: /"-ERR\*" was expected, and the server closed/,
  },
  { check: "base-wrong-state", faults: [answer("STAT", "+OK 0 0")], finding: REFUSAL },
  { check: "base-stat", faults: [answer("STAT", "+OK 4")], finding: /"\+OK \* \*" was expected, and "\+OK 4" came/ },
  {
    check: "base-list-one",
    faults: [answer("LIST", ({ params }) => (params === null ? null : "+OK 100\r\n"))],
    finding: /"\+OK 1 \*" was expected/,
  },
  {
    check: "base-list-all",
    faults: [answer("LIST", ({ text }) => text.replace("\r\n2 ", "\r\n3 "))],
    finding: /behind LIST: "2 \*" was expected, and the response ended without it/,
  },
  { check: "base-retr", faults: [{ fault: "refused", on: "RETR" }], finding: /"\+OK\*" was expected/ },
  {
    check: "base-retr",
    faults: [{ fault: "missing-terminator", on: "RETR" }],
    examination: { patienceMs: 300 },
    finding: /"\." was expected, and no line came/,
  },
  {
    check: "base-dele-rset",
    faults: [{ fault: "reply", on: "RSET", text: "+OK", carriedOut: false }],
    finding: /"\+OK 1 \*" was expected/,
  },
  { check: "base-noop", faults: [{ fault: "refused", on: "NOOP" }], finding: /"\+OK\*" was expected/ },
  {
    check: "base-number-zero",
    faults: [answer("RETR", ({ params }) => (params === "0" ? "+OK\r\n.\r\n" : null))],
    finding: REFUSAL,
  },
  { check: "capa-before-login", faults: [{ fault: "refused", on: laterLists }], finding: /"\+OK\*" was expected/ },
  { check: "capa-after-login", faults: [{ fault: "refused", on: listsAfterLogin }], finding: /"\+OK\*" was expected/ },
  {
    check: "capa-no-arguments",
    faults: [answer("CAPA", ({ params }) => (params === null ? null : "+OK\r\n.\r\n"))],
    finding: REFUSAL,
  },
  { check: "apop-not-after-login", faults: [answer("APOP", "+OK")], finding: REFUSAL },
  { check: "user-unknown-name", faults: [answer("USER", "-ERR who is that?")], finding: /"-ERR who is that\?" came/ },
  { check: "user-pass-needs-user", faults: [answer("PASS", "+OK in you go")], finding: REFUSAL },
  {
    check: "user-not-after-login",
    faults: [answer("USER", ({ user }) => (user === null ? null : OTHER))],
    finding: REFUSAL,
  },
  {
    check: "sasl-unknown-mechanism",
    faults: [answer("AUTH", ({ params }) => (params?.startsWith("NO-SUCH") === true ? OTHER : null))],
    finding: REFUSAL,
  },
  {
    check: "sasl-not-after-login",
    faults: [answer("AUTH", ({ user }) => (user === null ? null : "+ \r\n"))],
    finding: REFUSAL,
  },
  {
    check: "sasl-bad-base64",
    faults: [answer("AUTH", ({ params }) => (params === "PLAIN AAA=BBB" ? "+ \r\n" : null))],
    finding: REFUSAL,
  },
  {
    check: "auth-resp-code-announced",
    faults: [{ fault: "capabilities", on: laterLists, remove: ["RESP-CODES"] }],
    finding: /"RESP-CODES" was expected, and the response ended without it/,
  },
  {
    check: "auth-resp-code-on-failure",
    faults: [answer("PASS", "-ERR no")],
    finding: /"-ERR \[AUTH\*\]\*" was expected/,
  },
];
