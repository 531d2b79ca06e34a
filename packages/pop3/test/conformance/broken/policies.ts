// Servers that announce a LOGIN-DELAY or an EXPIRE that is not so.
// The checks are those of `conformance/checks/login-delay.ts` and `expire.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

/** CAPA says something else after login. */
function afterLogin(from: RegExp, to: string): BrokenServer["faults"] {
  return [answer("CAPA", ({ text, user }) => (user === null ? null : text.replace(from, to)))];
}

/** CAPA says something else before login. */
function beforeLogin(from: RegExp, to: string): BrokenServer["faults"] {
  return [answer("CAPA", ({ text, user }) => (user === null ? text.replace(from, to) : null))];
}

const DELAYED = { policies: { loginDelaySeconds: 10 }, enabled: ["USER", "LOGIN-DELAY", "RESP-CODES"] };
const DELAY = /LOGIN-DELAY .*\r\n/;
const EXPIRE = /EXPIRE .*\r\n/;

export const brokenPolicies: readonly BrokenServer[] = [
  {
    check: "login-delay-largest",
    server: DELAYED,
    faults: afterLogin(DELAY, "LOGIN-DELAY 99\r\n"),
    finding: /LOGIN-DELAY is 10 before login, and 99 after it/,
  },
  {
    check: "login-delay-per-user",
    server: DELAYED,
    faults: beforeLogin(DELAY, "LOGIN-DELAY 99\r\n"),
    examination: { delayPatienceMs: 0 },
    finding: /LOGIN-DELAY is 99 before login and 10 after it, and USER is missing/,
  },
  {
    check: "login-delay-per-user",
    server: { ...DELAYED, policies: { loginDelaySeconds: 99 } },
    faults: [...beforeLogin(DELAY, "LOGIN-DELAY 99 USER\r\n"), ...afterLogin(DELAY, "")],
    finding: /has USER behind it before login, and is not listed after it/,
  },
  {
    check: "login-delay-passes",
    server: { ...DELAYED, policies: { loginDelaySeconds: 1 } },
    faults: [{ fault: "refused", on: "PASS", session: [3, 5], code: "LOGIN-DELAY" }],
    finding: /the login was refused although the delay had passed: "-ERR \[LOGIN-DELAY\]/,
  },
  {
    check: "login-delay-enforced",
    server: DELAYED,
    brokenServer: { ...DELAYED, policies: { loginDelaySeconds: 0 } },
    faults: [{ fault: "capabilities", add: ["LOGIN-DELAY 10"] }],
    finding: /a login at once was accepted, and LOGIN-DELAY is 10/,
  },
  {
    check: "login-delay-code",
    server: DELAYED,
    faults: [{ fault: "refused", on: "PASS", session: 3, text: "too soon" }],
    finding: /the login was refused by "-ERR too soon"/,
  },
  {
    check: "expire-smallest",
    server: { policies: { retentionDays: 30 } },
    faults: afterLogin(EXPIRE, "EXPIRE 7\r\n"),
    finding: /EXPIRE is 30 before login, and 7 after it/,
  },
  {
    check: "expire-smallest",
    faults: afterLogin(EXPIRE, "EXPIRE 0\r\n"),
    finding: /EXPIRE is never before login, and 0 after it/,
  },
  {
    check: "expire-per-user",
    faults: beforeLogin(EXPIRE, "EXPIRE 30\r\n"),
    finding: /EXPIRE is 30 before login and never after it, and USER is missing/,
  },
  {
    check: "expire-per-user",
    faults: [...beforeLogin(EXPIRE, "EXPIRE 30 USER\r\n"), ...afterLogin(EXPIRE, "")],
    finding: /has USER behind it before login, and is not listed after it/,
  },
  {
    check: "expire-kept",
    faults: [
      answer("RETR", ({ deletesEarly, params }) => {
        deletesEarly(Number(params));
        return null;
      }),
    ],
    finding: /was retrieved, not deleted, and is gone behind QUIT/,
  },
  {
    check: "expire-zero-others",
    server: { policies: { retentionDays: 0 } },
    faults: [
      answer("TOP", ({ deletesEarly }) => {
        deletesEarly(2);
        return null;
      }),
    ],
    finding: /message 2, "message-2", is gone behind QUIT, and RETR had not sent it/,
  },
];
